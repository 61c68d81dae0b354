"""How each database is spoken to: an impl by name of the dialect, and the statements it executes."""

from __future__ import annotations

from . import mssql as mssql
from . import mysql as mysql
from . import oracle as oracle
from . import postgresql as postgresql
from . import sqlite as sqlite
from .impl import DefaultImpl as DefaultImpl
