"""How each database is spoken to: an impl by name of the dialect, and the statements it executes.

The file of a database is imported when its impl is first asked for.
"""

from __future__ import annotations

from .._later import submodules
from .impl import DefaultImpl as DefaultImpl

__getattr__ = submodules(__name__, "mssql", "mysql", "oracle", "postgresql", "sqlite", "spelling", "_autogen")
