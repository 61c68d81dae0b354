"""An old name of `runtime.environment`, still imported by programs."""

from __future__ import annotations

from .runtime.environment import *  # noqa: F403
