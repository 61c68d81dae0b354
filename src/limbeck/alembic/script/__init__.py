"""Revision files and the history they make."""

from __future__ import annotations

from .base import Script, ScriptDirectory

__all__ = ["Script", "ScriptDirectory"]
