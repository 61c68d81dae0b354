"""Microsoft SQL Server."""

from .backend import MssqlBackend

__all__ = ["MssqlBackend"]
