from limbeck.alembic.ddl._autogen import *
from limbeck.alembic.ddl._autogen import (
    ComparisonResult as ComparisonResult,
    _BY_VISIT_NAME as _BY_VISIT_NAME,
    _ck_constraint_sig as _ck_constraint_sig,
    _constraint_sig as _constraint_sig,
    _deed as _deed,
    _fk_constraint_sig as _fk_constraint_sig,
    _ix_constraint_sig as _ix_constraint_sig,
    _uq_constraint_sig as _uq_constraint_sig,
    is_ck_sig as is_ck_sig,
    is_fk_sig as is_fk_sig,
    is_index_sig as is_index_sig,
    is_uq_sig as is_uq_sig,
)
