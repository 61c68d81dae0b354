"""MySQL and MariaDB: one way of speaking with two accents."""

from .backend import MysqlBackend

__all__ = ["MysqlBackend"]
