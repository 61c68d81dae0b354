from limbeck.alembic.autogenerate.api import *
from limbeck.alembic.autogenerate.api import (
    AutogenContext as AutogenContext,
    RevisionContext as RevisionContext,
    _DEFAULT_PLUGINS as _DEFAULT_PLUGINS,
    _render_migration_diffs as _render_migration_diffs,
    compare_metadata as compare_metadata,
    produce_migrations as produce_migrations,
    render_python_code as render_python_code,
)
