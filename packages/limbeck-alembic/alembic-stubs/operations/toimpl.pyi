from limbeck.alembic.operations.toimpl import *
from limbeck.alembic.operations.toimpl import (
    _given as _given,
    add_column as add_column,
    alter_column as alter_column,
    bulk_insert as bulk_insert,
    create_constraint as create_constraint,
    create_index as create_index,
    create_table as create_table,
    create_table_comment as create_table_comment,
    drop_column as drop_column,
    drop_constraint as drop_constraint,
    drop_index as drop_index,
    drop_table as drop_table,
    drop_table_comment as drop_table_comment,
    execute_sql as execute_sql,
    rename_table as rename_table,
)
