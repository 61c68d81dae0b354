from limbeck.alembic.operations.ops import *
