from limbeck.alembic.ddl.sqlite import *
from limbeck.alembic.ddl.sqlite import (
    SQLiteImpl as SQLiteImpl,
    _NO_ALTER as _NO_ALTER,
    _bare as _bare,
    visit_column_name as visit_column_name,
    visit_rename_table as visit_rename_table,
)
