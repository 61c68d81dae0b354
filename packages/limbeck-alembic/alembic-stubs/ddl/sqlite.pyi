from limbeck.alembic.ddl.sqlite import *
from limbeck.alembic.ddl.sqlite import (
    Column as Column,
    Computed as Computed,
    DefaultImpl as DefaultImpl,
    JSON as JSON,
    SQLiteImpl as SQLiteImpl,
    _NO_ALTER as _NO_ALTER,
    _bare as _bare,
    _visit as _visit,
    cast as cast,
    schema as schema,
    sql as sql,
    util as util,
    visit_column_name as visit_column_name,
    visit_rename_table as visit_rename_table,
)
