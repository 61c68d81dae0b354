"""The only room that knows SQLAlchemy's insides: objects become values here, and values become SQL text.

freeze   MetaData, Table, Column, types, clauses -> values, for one dialect
reflect  a live database -> Snapshot
thaw     values -> throw-away SQLAlchemy objects
ddl      fragments and statements that SQLAlchemy's own compiler spells from values
channel  one statement, on a given connection or into a text, told to the Reporter
compat   private names of SQLAlchemy, nowhere else
"""
