"""Revision files and the history they make."""

from __future__ import annotations

from .._later import submodules
from .base import Script, ScriptDirectory

__all__ = ["Script", "ScriptDirectory"]

__getattr__ = submodules(__name__, "write_hooks")
