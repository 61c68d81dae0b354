"""What runs while migrations run: the environment round env.py, the migration context, plug-ins."""

from __future__ import annotations

from .._later import submodules

__getattr__ = submodules(__name__, "environment", "migration", "plugins")
