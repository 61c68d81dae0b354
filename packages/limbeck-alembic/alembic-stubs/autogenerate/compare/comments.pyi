from limbeck.alembic.autogenerate.compare.comments import *
from limbeck.alembic.autogenerate.compare.comments import (
    CONTINUE as CONTINUE,
    STOP as STOP,
    _compare_column_comment as _compare_column_comment,
    _compare_table_comment as _compare_table_comment,
    log as log,
    setup as setup,
)
