from limbeck.alembic.autogenerate.api import *
from limbeck.alembic.autogenerate.api import (
    AutogenContext as AutogenContext,
    MetaData as MetaData,
    Plugin as Plugin,
    RevisionContext as RevisionContext,
    Table as Table,
    _DEFAULT_PLUGINS as _DEFAULT_PLUGINS,
    _render_migration_diffs as _render_migration_diffs,
    compare as compare,
    compare_metadata as compare_metadata,
    inspect as inspect,
    ops as ops,
    produce_migrations as produce_migrations,
    render as render,
    render_python_code as render_python_code,
    util as util,
)
