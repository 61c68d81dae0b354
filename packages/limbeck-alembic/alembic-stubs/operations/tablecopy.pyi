from limbeck.alembic.operations.tablecopy import *
from limbeck.alembic.operations.tablecopy import (
    ApplyBatchImpl as ApplyBatchImpl,
    CheckConstraint as CheckConstraint,
    Column as Column,
    ForeignKeyConstraint as ForeignKeyConstraint,
    Index as Index,
    MetaData as MetaData,
    PrimaryKeyConstraint as PrimaryKeyConstraint,
    SchemaEventTarget as SchemaEventTarget,
    Table as Table,
    select as select,
    sql_schema as sql_schema,
    sqla_compat as sqla_compat,
    sqltypes as sqltypes,
    topological as topological,
    util as util,
)
