from limbeck.alembic.operations._ops.tables import *
from limbeck.alembic.operations._ops.tables import (
    CreateIndexOp as CreateIndexOp,
    CreateTableCommentOp as CreateTableCommentOp,
    CreateTableOp as CreateTableOp,
    DropIndexOp as DropIndexOp,
    DropTableCommentOp as DropTableCommentOp,
    DropTableOp as DropTableOp,
    RenameTableOp as RenameTableOp,
    _beside_columns as _beside_columns,
)
