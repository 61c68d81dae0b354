from limbeck.alembic.autogenerate._render.constraints import *
from limbeck.alembic.autogenerate._render.constraints import (
    _constraint_renderers as _constraint_renderers,
    _fk_colspec as _fk_colspec,
    _named as _named,
    _render_check_constraint as _render_check_constraint,
    _render_constraint as _render_constraint,
    _render_foreign_key as _render_foreign_key,
    _render_primary_key as _render_primary_key,
    _render_unique_constraint as _render_unique_constraint,
    _uq_constraint as _uq_constraint,
)
