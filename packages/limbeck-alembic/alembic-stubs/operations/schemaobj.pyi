from limbeck.alembic.operations.schemaobj import *
from limbeck.alembic.operations.schemaobj import (
    Column as Column,
    Constraint as Constraint,
    Index as Index,
    Integer as Integer,
    MetaData as MetaData,
    NULLTYPE as NULLTYPE,
    SchemaObjects as SchemaObjects,
    Table as Table,
    sa_schema as sa_schema,
    sqla_compat as sqla_compat,
    util as util,
)
