from limbeck.alembic.ddl._pg_defaults import *
from limbeck.alembic.ddl._pg_defaults import (
    _CAST as _CAST,
    _as_stored as _as_stored,
    _plain as _plain,
    same_default as same_default,
)
