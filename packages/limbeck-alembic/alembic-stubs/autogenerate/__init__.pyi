from limbeck.alembic.autogenerate import *
from limbeck.alembic.autogenerate import (
    RevisionContext as RevisionContext,
    Rewriter as Rewriter,
    _produce_net_changes as _produce_net_changes,
    _render_migration_diffs as _render_migration_diffs,
    comparators as comparators,
    compare_metadata as compare_metadata,
    produce_migrations as produce_migrations,
    render_op_text as render_op_text,
    render_python_code as render_python_code,
    renderers as renderers,
)
from . import _render as _render
from . import api as api
from . import compare as compare
from . import render as render
from . import rewriter as rewriter
