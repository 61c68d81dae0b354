from limbeck.alembic.__main__ import *
