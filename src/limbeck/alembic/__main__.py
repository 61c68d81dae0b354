"""`python -m alembic`."""

from __future__ import annotations

from limbeck.process import short

from .config import main

if __name__ == "__main__":
    with short():
        main(prog="alembic")
