from limbeck.alembic.autogenerate.compare.server_defaults import *
from limbeck.alembic.autogenerate.compare.server_defaults import (
    CONTINUE as CONTINUE,
    STOP as STOP,
    _compare_computed_default as _compare_computed_default,
    _compare_identity_default as _compare_identity_default,
    _compiled as _compiled,
    _dialect_impl_compare_server_default as _dialect_impl_compare_server_default,
    _render_server_default_for_compare as _render_server_default_for_compare,
    _setup_autoincrement as _setup_autoincrement,
    _text_of_reflected as _text_of_reflected,
    _user_compare_server_default as _user_compare_server_default,
    _warn_computed_not_supported as _warn_computed_not_supported,
    log as log,
    setup as setup,
)
