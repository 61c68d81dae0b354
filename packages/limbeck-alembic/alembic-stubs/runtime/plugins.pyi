from limbeck.alembic.runtime.plugins import *
from limbeck.alembic.runtime.plugins import (
    Plugin as Plugin,
    _RENAMED as _RENAMED,
    _all_plugins as _all_plugins,
    _entry_points_loaded as _entry_points_loaded,
    _load_entry_points as _load_entry_points,
    _make_re as _make_re,
    _setup as _setup,
    _translate_legacy_name as _translate_legacy_name,
    log as log,
)
