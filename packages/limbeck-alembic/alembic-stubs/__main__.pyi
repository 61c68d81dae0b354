from limbeck.alembic.__main__ import *
from limbeck.alembic.__main__ import (
    main as main,
)
