from limbeck.alembic.ext import *
from . import checkconstraint_byname as checkconstraint_byname
