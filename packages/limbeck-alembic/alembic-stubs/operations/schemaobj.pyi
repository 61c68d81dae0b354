from limbeck.alembic.operations.schemaobj import *
from limbeck.alembic.operations.schemaobj import (
    SchemaObjects as SchemaObjects,
)
