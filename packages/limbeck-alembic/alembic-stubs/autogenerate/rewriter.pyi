from limbeck.alembic.autogenerate.rewriter import *
from limbeck.alembic.autogenerate.rewriter import (
    ProcessRevisionDirectiveFn as ProcessRevisionDirectiveFn,
    Rewriter as Rewriter,
)
