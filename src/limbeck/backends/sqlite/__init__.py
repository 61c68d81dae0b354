"""SQLite: what it can alter natively, and the table rebuild for all else.

tokens      SQL text -> tokens with their places
grammar     a stored CREATE TABLE / INDEX / VIEW / TRIGGER -> its parts, nothing lost
reading     sqlite_master -> Snapshot (what SQLAlchemy's reflection loses is kept)
wording     values -> CREATE TABLE, in the words that are stored where the part did not change
rebuild     the statements of one table rebuild, its guards and its checks
native      which changes this version of SQLite makes without a rebuild
connection  what a run has to do with a pysqlite connection
backend     the Backend
"""

from .backend import SqliteBackend

__all__ = ["SqliteBackend"]
