"""PostgreSQL: what it can do, how it says it, what stands in its catalog, what its statements block."""

from .backend import PostgresqlBackend

__all__ = ["PostgresqlBackend"]
