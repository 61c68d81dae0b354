from limbeck.alembic.environment import *
