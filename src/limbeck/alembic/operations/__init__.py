"""What can be done to a schema: directives, the mutable operations behind them, and what performs each."""

from __future__ import annotations

from . import toimpl as toimpl
from .base import AbstractOperations, BatchOperations, Operations
from .ops import MigrateOperation, MigrationScript

__all__ = ["AbstractOperations", "BatchOperations", "MigrateOperation", "MigrationScript", "Operations"]
