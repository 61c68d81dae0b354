"""Stands first on the import path of programs started by `limbeck run`, and steps aside for limbeck's facade."""

import os
import sys

try:
    import limbeck
except ImportError:  # an environment without limbeck: take the one that started us
    sys.path.append(os.environ.get("LIMBECK_HOME", ""))

sys.modules.pop("alembic", None)
import limbeck.alembic  # noqa: E402,F401  (puts the facade into sys.modules under both names)
