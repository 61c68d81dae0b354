"""Values and operations that cannot be spelled or done: LB5xx."""

from __future__ import annotations

from .base import Exit, LimbeckError


class SchemaError(LimbeckError):
    code = "LB500"
    exit_code = Exit.MIGRATION_FAILED


class UnknownValue(SchemaError):
    """A partial value was asked for what it does not hold."""

    code = "LB501"
    wanted: str

    def what(self) -> str:
        return f"{self.wanted} is not known here, and limbeck does not guess."

    def next_step(self) -> str:
        return "Run it on a live connection, or say it in the operation."


class Irreversible(SchemaError):
    """The operation has no honest reverse."""

    code = "LB502"
    operation: str
    why: str

    def what(self) -> str:
        return f"{self.operation} cannot be reversed: {self.why}"

    def next_step(self) -> str:
        return "Write the way back by hand in downgrade()."


class NotSupported(SchemaError):
    """This database, or this version of it, cannot do it."""

    code = "LB503"
    backend: str
    feature: str
    instead: str = ""

    def what(self) -> str:
        return f"{self.backend} cannot {self.feature}."

    def next_step(self) -> str:
        return self.instead


class NoLiteralForm(SchemaError):
    """A clause holds a value whose type cannot be written as text, so it cannot stand in DDL."""

    code = "LB504"
    place: str
    type: str

    def what(self) -> str:
        return f"{self.place}: a value of type {self.type} has no literal form."

    def next_step(self) -> str:
        return 'Write that expression as text: sa.text("...").'


class NoSuchThing(SchemaError):
    """An operation names a table, column, constraint or index that is not there."""

    code = "LB505"
    kind: str
    name: str
    known: tuple[str, ...] = ()

    def what(self) -> str:
        return f"There is no {self.kind} {self.name}."

    def next_step(self) -> str:
        return f"There are: {', '.join(self.known)}." if self.known else ""


class CannotSpell(SchemaError):
    """SQLAlchemy's compiler for this dialect has no words for something; `why` is its own first line."""

    code = "LB506"
    place: str
    backend: str
    why: str

    def what(self) -> str:
        return f"{self.place} cannot be spelled for {self.backend}: {self.why}"

    def next_step(self) -> str:
        return "Declare it in words this database has (with_variant for types), or leave it out there."


class DuplicateTable(SchemaError):
    """Two MetaData objects have a table of one name."""

    code = "LB507"
    table: str
    places: tuple[str, str]

    def what(self) -> str:
        return f"Table {self.table} is declared twice: in {self.places[0]} and in {self.places[1]}."

    def next_step(self) -> str:
        return "Declare it in one of them, or give one of the two MetaData another schema."


class NothingToRead(SchemaError):
    """A script has no database behind it, and somebody asked for a result. `place` is file:line of the question."""

    code = "LB508"
    place: str
    statement: str

    def what(self) -> str:
        return f"{self.place} reads the result of {self.statement!r}, but a script is being written: nothing runs."

    def next_step(self) -> str:
        return (
            "Write the step without asking the database (op.execute with plain SQL), or run it without --sql."
        )


class NoValueOfBareType(SchemaError):
    """Only the text of a type is known (it came from a file), so values cannot be turned into what it takes."""

    code = "LB509"
    spelling: str

    def what(self) -> str:
        return f"Values of type {self.spelling} cannot be sent: only the text of that type is known."

    def next_step(self) -> str:
        return "Give the column a SQLAlchemy type."


class NoType(SchemaError):
    """A column without a type, whose foreign key does not tell one either."""

    code = "LB510"
    column: str

    def what(self) -> str:
        return f"Column {self.column} has no type."

    def next_step(self) -> str:
        return (
            "Give it one (a foreign key lends its target's type only where both tables are in one MetaData)."
        )


class NotStorable(SchemaError):
    """A value that a snapshot file has no form for."""

    code = "LB511"
    type: str
    place: str = ""

    def what(self) -> str:
        return f"A snapshot file cannot hold a {self.type}{f' ({self.place})' if self.place else ''}."

    def next_step(self) -> str:
        return "Write that option as text, number or list."


class NotASnapshot(SchemaError):
    """A file that should be a snapshot and is not, or was written by a newer limbeck."""

    code = "LB512"
    why: str
    file: str = ""

    def what(self) -> str:
        return f"{self.file or 'The text'} is no snapshot that can be read: {self.why}"

    def next_step(self) -> str:
        return "Write it anew from the database or the models, with this version of limbeck."


class ThingExists(SchemaError):
    """An operation would make what is there already."""

    code = "LB520"
    kind: str
    name: str

    def what(self) -> str:
        return f"There is a {self.kind} {self.name} already."


# SQLite's table rebuild


class RowsWithoutValue(SchemaError):
    """A column is to be NOT NULL, and rows that are there have no value for it."""

    code = "LB550"
    table: str
    column: str
    rows: int
    new: bool = False

    def what(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        if self.new:
            return f"{self.table}.{self.column} would be not null without a default, and {self.table} has {rows}."
        return f"{self.table}.{self.column} is to be not null, but it is NULL in {rows}. Nothing was changed."

    def next_step(self) -> str:
        if self.new:
            return "Add it with a default, or nullable, fill it, and then make it not null."
        return f"Fill it first, for example: UPDATE {self.table} SET {self.column} = ... WHERE {self.column} IS NULL"


class RowsAtRisk(SchemaError):
    """Foreign keys are enforced inside a transaction, where that cannot be switched off: a rebuild would delete rows."""

    code = "LB551"
    table: str
    children: tuple[str, ...]

    def what(self) -> str:
        return (
            f"{self.table} cannot be rebuilt here: foreign keys are enforced in this transaction, and dropping the old "
            f"table would act on the rows of {', '.join(self.children)}. Nothing was changed."
        )

    def next_step(self) -> str:
        return "Run PRAGMA foreign_keys=OFF on the connection before the transaction begins, or use Python 3.12 or newer."


class ForeignKeysBroken(SchemaError):
    """After a rebuild rows point at nothing that did not do so before."""

    code = "LB552"
    table: str
    violations: tuple[tuple[str, int | None, str], ...]
    """(table, rowid, parent) of each, the first ones."""
    count: int

    def what(self) -> str:
        shown = "; ".join(
            f"{table} {'' if rowid is None else f'rowid {rowid} '}refers to a row of {parent} that is not there"
            for table, rowid, parent in self.violations
        )
        more = f" (and {self.count - len(self.violations)} more)" if self.count > len(self.violations) else ""
        return f"Rebuilding {self.table} breaks foreign keys: {shown}{more}."

    def next_step(self) -> str:
        return "Correct these rows first; the transaction takes the rebuild back."


class DependentsBroken(SchemaError):
    """Views or triggers no longer work after a rebuild."""

    code = "LB553"
    table: str
    broken: tuple[tuple[str, str], ...]
    """(kind and name, what SQLite says)."""

    def what(self) -> str:
        shown = "; ".join(f"{name}: {why}" for name, why in self.broken)
        return f"Rebuilding {self.table} breaks what uses it: {shown}."

    def next_step(self) -> str:
        return "Drop or change these before, and create them again behind; the transaction takes the rebuild back."


class TableNotAsKnown(SchemaError):
    """The table in the database is not the one a rebuild was planned for."""

    code = "LB554"
    table: str
    known: tuple[str, ...]
    found: tuple[str, ...]

    def what(self) -> str:
        return (
            f"{self.table} is not as it was when its rebuild was planned: it has {', '.join(self.found) or 'nothing'}, "
            f"known was {', '.join(self.known) or 'nothing'}. Nothing was changed."
        )

    def next_step(self) -> str:
        return "Run the migration on a live connection, which reads the table first, or rewrite it for this database."


class ColumnNotKnown(UnknownValue):
    """A database that says a whole column again to change a part of it needs a part nobody said."""

    code = "LB521"
    wanted: str
    backend: str
    argument: str

    def what(self) -> str:
        again = f"{self.backend} says the whole column again to change a part of it"
        return f"{again}, and the {self.wanted} is not known here."

    def next_step(self) -> str:
        return f"Run it on a live connection, or add {self.argument}= to the operation."
