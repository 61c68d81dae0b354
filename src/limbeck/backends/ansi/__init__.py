"""What most databases share: the words of the SQL standard, and SQLAlchemy's and its companions' where it has none."""

from .backend import AnsiBackend

__all__ = ["AnsiBackend"]
