from limbeck.alembic.autogenerate.compare.tables import *
from limbeck.alembic.autogenerate.compare.tables import (
    Key as Key,
    _added as _added,
    _autogen_for_tables as _autogen_for_tables,
    _compare_columns as _compare_columns,
    _compare_tables as _compare_tables,
    _compared as _compared,
    _full_name as _full_name,
    _reflect as _reflect,
    _removed as _removed,
    _table_comparators as _table_comparators,
    log as log,
    setup as setup,
)
