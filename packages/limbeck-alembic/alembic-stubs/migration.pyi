from limbeck.alembic.migration import *
