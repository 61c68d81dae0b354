"""limbeck: database schema migrations. `from limbeck import op` is the front door of revision files."""

from __future__ import annotations

__version__ = "0.1.0"
