"""Oracle Database."""

from .backend import OracleBackend

__all__ = ["OracleBackend"]
