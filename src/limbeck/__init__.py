"""limbeck: database schema migrations. `from limbeck import op` is the front door of revision files."""

from __future__ import annotations

from limbeck.version import VERSION as __version__  # noqa: F401
