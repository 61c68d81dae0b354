"""An old name of `runtime.migration`, still imported by programs."""

from __future__ import annotations

from .runtime.migration import *  # noqa: F403
