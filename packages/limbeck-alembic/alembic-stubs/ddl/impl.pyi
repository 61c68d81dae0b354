from limbeck.alembic.ddl.impl import *
from limbeck.alembic.ddl.impl import (
    ComparisonResult as ComparisonResult,
    DefaultImpl as DefaultImpl,
    ImplMeta as ImplMeta,
    Params as Params,
    _compare_identity_options as _compare_identity_options,
    _constraint_sig as _constraint_sig,
    _impls as _impls,
    _literal as _literal,
    log as log,
)
