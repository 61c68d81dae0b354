"""The seam between what changes (operations), how a database says it (backends) and where it lands (stages).

An Operation tells all that is true of it on every database, in this order:
`describe · touches · apply · reverse · hazards · spell`. A Backend is asked with model values only. A Stage takes
operations: a live one runs them at once, a recorder keeps them.
Operations are registered in the explicit table of `limbeck.ops` and by the entry point group `limbeck.operations`;
backends by the entry point group `limbeck.backends`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

from limbeck.errors import Irreversible, NotSupported
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Default
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED, Unchanged
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import BackendId, Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

# Metadata of an operation's dataclass fields, read by the renderer and by JSON. A field that says nothing is written
# by keyword and left out when it has its default.
POSITIONAL: Final = {"written": "positional"}
"""Written by position, always."""
STAR: Final = {"written": "star"}
"""A tuple whose items are each written by position."""
HIDDEN: Final = {"written": "never"}
"""Not part of the written form (what rode along)."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """What may hurt: `code` as in the hazard tables ("PG01"), `kind` one of lock, rewrite, scan, data, other."""

    code: str
    kind: str
    text: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the size of things, for hazards. Rows by table; missing is not known."""

    rows: Mapping[QualifiedName, int] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one column: every part given or UNCHANGED. The new name is an operation of its own."""

    type: TypeRef | Unchanged = UNCHANGED
    nullable: bool | Unchanged = UNCHANGED
    default: Default | Unchanged | None = UNCHANGED
    comment: str | Unchanged | None = UNCHANGED
    autoincrement: bool | Unchanged = UNCHANGED
    using: SqlText | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """How a change of type may go wrong over rows that are there; each is SQL over one row, "" where there is nothing to
    ask.

    `refused` is true of a row whose value the database would not take, `lost` of one whose value would come out as less
    than it was; reading `tried` fails where a value cannot become the new type at all. `plain` is what the database does
    when nobody says more, `offer` an expression with which every value goes."""

    plain: str
    refused: str = ""
    tried: str = ""
    lost: str = ""
    offer: str = ""


class Operation(ABC):
    """One change. Subclasses are frozen, slotted dataclasses of model values; equality is by value.

    `kind` is the stable word of its JSON form and of the author's function ("add_column").
    """

    __slots__ = ()
    kind: ClassVar[str]

    @abstractmethod
    def describe(self) -> str:
        """What it does, for people: one line without a full stop ("add column users.email (VARCHAR, not null)")."""

    @abstractmethod
    def touches(self) -> tuple[QualifiedName, ...]:
        """The tables and objects whose look it changes; a Lookup forgets them. Both names, for a rename."""

    @abstractmethod
    def apply(self, before: Snapshot) -> Snapshot:
        """The snapshot after it. Raises NoSuchThing where what it names is not there."""

    @abstractmethod
    def reverse(self, before: Lookup) -> Operation:
        """The operation that undoes it, seen from the state before it. Raises Irreversible where none is honest."""

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        """What may hurt on every database; what only one database does is asked of the backend."""
        return ()

    @abstractmethod
    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        """The statements, in order, nothing executed."""

    def refuse_reverse(self, why: str) -> Irreversible:
        return Irreversible(operation=self.describe(), why=why)


class Backend(ABC):
    """What one database can do and how it says it, for one connected (or assumed) version.

    Arguments are model values, results are statements in order. `dialect` is SQLAlchemy's object for the same
    connection. The parent of all is `backends.ansi`; another database overrides what it says differently. Where two
    texts mean the same, it is the one SQLAlchemy writes.
    """

    id: BackendId
    dialect: Any
    transactional_ddl: ClassVar[bool] = True
    """Whether a failed transaction takes the DDL in it back."""
    batch_separator: ClassVar[str] = ""
    """What a script puts on a line of its own behind every statement (GO, /); "" for none."""
    terminator: ClassVar[str] = ";"

    def rewrite(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        """The operations this database needs to do it; by default itself. Asked by stages before `spell`."""
        return (operation,)

    def rewrite_first(
        self, operations: Sequence[Operation], before: Lookup
    ) -> tuple[tuple[Operation, ...], int]:
        """What the first of several operations become, and how many of them this is: by default the first alone. A
        database that builds tables anew does several changes of one table at once."""
        return self.rewrite(operations[0], before), 1

    def may_rebuild(self, operation: Operation) -> bool:
        """Whether it can mean that a table is built anew with all its rows."""
        return False

    def after(self, operation: Operation, before: Snapshot) -> Snapshot:
        """What stands after it, with what the server makes and takes away by itself."""
        return operation.apply(before)

    def given_name(self, before: Snapshot, table: QualifiedName, constraint: Constraint) -> str | None:
        """What the server calls a constraint that comes to the table without a name; None where it calls it nothing, or
        where that cannot be told."""
        return None

    # -- tables
    @abstractmethod
    def create_table(self, table: Table, *, if_not_exists: bool = False) -> tuple[Statement, ...]:
        """The table with its indexes and comments; foreign keys with use_alter are left out."""

    @abstractmethod
    def drop_table(self, table: QualifiedName, *, if_exists: bool = False) -> tuple[Statement, ...]: ...

    def alter_table(
        self,
        table: QualifiedName,
        options: Options,
        columns: tuple[tuple[str, TypeRef], ...],
        before: Lookup,
    ) -> tuple[Statement, ...]:
        """Options of a table that stands, by their new values; see AlterTable."""
        names = ", ".join(name for name, _ in options)
        raise NotSupported(backend=self.id.name, feature=f"change {names} of a table that stands")

    @abstractmethod
    def rename_table(self, table: QualifiedName, new_name: str) -> tuple[Statement, ...]: ...

    def rebuild_table(
        self,
        have: Table,
        want: Table,
        copy: tuple[tuple[str, SqlText], ...],
        scratch_name: str,
        before: Lookup,
    ) -> tuple[Statement, ...] | None:
        """`want` in the place of `have`, with its rows. None: by the four steps create, copy, drop, rename."""
        return None

    # -- columns
    @abstractmethod
    def add_column(
        self,
        table: QualifiedName,
        column: Column,
        *,
        if_not_exists: bool = False,
        inline: tuple[Constraint, ...] = (),
    ) -> tuple[Statement, ...]:
        """The column with its comment, and the constraints on it alone that are to stand in the same clause."""

    @abstractmethod
    def drop_column(
        self, table: QualifiedName, column: str, *, if_exists: bool = False
    ) -> tuple[Statement, ...]: ...

    @abstractmethod
    def rename_column(
        self, table: QualifiedName, column: str, new_name: str, before: Lookup
    ) -> tuple[Statement, ...]: ...

    @abstractmethod
    def alter_column(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        """Every given part of the change. A backend that must say the whole column again asks `before`."""

    # -- constraints and indexes
    @abstractmethod
    def add_constraint(self, table: QualifiedName, constraint: Constraint) -> tuple[Statement, ...]: ...

    @abstractmethod
    def drop_constraint(
        self, table: QualifiedName, name: str, kind: str, *, if_exists: bool = False
    ) -> tuple[Statement, ...]:
        """`kind` is "primary key", "unique", "foreign key", "check" or "exclude", "" where it is not known."""

    @abstractmethod
    def rename_constraint(
        self, table: QualifiedName, name: str, new_name: str, kind: str, before: Lookup
    ) -> tuple[Statement, ...]: ...

    def validate_constraint(self, table: QualifiedName, name: str) -> tuple[Statement, ...]:
        """Checks existing rows against a constraint that was added without doing so."""
        raise NotSupported(backend=self.id.name, feature="validate a constraint later")

    @abstractmethod
    def create_index(
        self, table: QualifiedName, index: Index, *, if_not_exists: bool = False, concurrently: bool = False
    ) -> tuple[Statement, ...]: ...

    @abstractmethod
    def drop_index(
        self,
        table: QualifiedName | None,
        name: str,
        *,
        if_exists: bool = False,
        concurrently: bool = False,
        options: Options = (),
    ) -> tuple[Statement, ...]: ...

    @abstractmethod
    def rename_index(self, table: QualifiedName, name: str, new_name: str) -> tuple[Statement, ...]: ...

    # -- comments
    @abstractmethod
    def comment_on_table(
        self, table: QualifiedName, comment: str | None, before: Lookup
    ) -> tuple[Statement, ...]: ...

    # -- objects
    @abstractmethod
    def create_object(self, thing: Object, *, if_not_exists: bool = False) -> tuple[Statement, ...]: ...

    @abstractmethod
    def drop_object(self, thing: Object, *, if_exists: bool = False) -> tuple[Statement, ...]: ...

    @abstractmethod
    def alter_object(self, have: Object, want: Object) -> tuple[Statement, ...]:
        """From one look to another of the same name, where the database can; NotSupported where it cannot."""

    @abstractmethod
    def replace_object(self, thing: Object) -> tuple[Statement, ...]:
        """CREATE OR REPLACE, or the nearest there is; the comment stays."""

    def rename_object(
        self, kind: str, name: QualifiedName, new_name: str, before: Lookup
    ) -> tuple[Statement, ...]:
        """`kind` is the word of the object's class; `name` its key."""
        raise NotSupported(backend=self.id.name, feature=f"rename a {kind}")

    def add_enum_value(
        self,
        enum: QualifiedName,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        if_not_exists: bool = False,
    ) -> tuple[Statement, ...]:
        raise NotSupported(backend=self.id.name, feature="have enums as types of their own")

    def rename_enum_value(self, enum: QualifiedName, value: str, new_value: str) -> tuple[Statement, ...]:
        raise NotSupported(backend=self.id.name, feature="have enums as types of their own")

    # -- rows
    @abstractmethod
    def fill_column(
        self, table: QualifiedName, column: str, value: SqlText, before: Lookup
    ) -> tuple[Statement, ...]:
        """The value for every row whose column is NULL; nothing else of the row changes."""

    def changed_by_update(self, table: Table) -> tuple[str, ...]:
        """The columns that the database changes by itself whenever a row is updated: an UPDATE of ours keeps them."""
        return ()

    @abstractmethod
    def insert_rows(
        self,
        table: QualifiedName,
        columns: tuple[Column, ...],
        rows: tuple[Mapping[str, Any], ...],
        *,
        one_by_one: bool = False,
    ) -> tuple[Statement, ...]:
        """Executed with parameters; the text has literals, one INSERT a row."""

    # -- comparing, where both sides cannot be brought to the server's own spelling
    has_comments: ClassVar[bool] = True
    names_primary_keys: ClassVar[bool] = True
    indexes_foreign_keys: ClassVar[bool] = False
    """Whether a foreign key makes an index of its own where none serves it."""
    allows_forward_references: ClassVar[bool] = False
    """Whether CREATE TABLE may refer to a table that is not there yet."""
    managed_objects: ClassVar[frozenset[str]] = frozenset({"schema"})
    """Kinds of objects that autogenerate creates and drops here."""
    computed_persisted: ClassVar[bool] = False
    """What a computed column is when nobody said STORED or VIRTUAL."""

    def fold_column(self, name: str) -> str:
        """The form in which this database tells names of columns apart."""
        return name

    def fold_constraint(self, name: str) -> str:
        """The form in which it tells names of constraints and indexes apart."""
        return name

    comments_on_objects: ClassVar[bool] = False
    """Whether views, functions, triggers and policies have comments."""
    blocking: ClassVar[frozenset[str]] = frozenset()
    """What is not done while objects look at it: "alter_type", "drop_column", "drop_table", "drop_object",
    "remake_column" (one is dropped and comes again)."""

    def option_changes(self, have: Table, want: Table) -> tuple[Options, tuple[tuple[str, TypeRef], ...]]:
        """What AlterTable must say so that the options which `want` says hold. One that it does not say may be any."""
        return (), ()

    def gives_name(self, name: str, columns: tuple[str, ...] = ()) -> bool:
        """Whether it looks like a name that this database gives to a constraint over these columns without one."""
        return False

    def same_object(self, have: Object, want: Object) -> bool:
        return have == want

    def may_replace(self, have: Object, want: Object) -> bool:
        """Whether `replace_object` gets from one to the other, both in the server's wording."""
        return False

    def canonical_type(self, spelling: str) -> str:
        """One spelling for types that are the same here (`VARCHAR(20)` for `CHARACTER VARYING(20)`)."""
        return " ".join(spelling.split()).upper()

    def canonical_default(self, text: str, type_spelling: str) -> str:
        """One spelling for defaults of that type that are the same here."""
        return self.canonical_sql(text)

    def canonical_sql(self, text: str) -> str:
        """One spelling for expressions that differ only in blanks and outer parentheses."""
        text = " ".join(text.split())
        while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
            text = text[1:-1].strip()
        return text

    fixed_options: ClassVar[frozenset[str]] = frozenset()
    """Options of a table that autogenerate does not change: see `diff.fixed`."""
    fixed_why: ClassVar[str] = ""
    """Why not, and what a person can do, without the full stop."""

    def fixed(self, have: Options, want: Options) -> tuple[tuple[str, str, str], ...]:
        """Those that `want` says otherwise: the option, what stands ("" for nothing) and what is wanted, in words."""
        return ()

    alters_options_singly: ClassVar[bool] = False
    """Whether each option of a table is changed by itself, in its own place among the other changes."""
    numbering_follows: ClassVar[bool] = False
    """Whether it follows from type and key alone which column numbers itself, so that it never changes by itself."""
    numbering_needs_key: ClassVar[bool] = False
    """Whether a column that numbers itself must be in a key at every moment."""
    foreign_keys_hold_types: ClassVar[bool] = False
    """Whether a column's type cannot be changed while a foreign key is over it or refers to it."""

    def cast(self, column: str, have: TypeRef, want: TypeRef, *, said: bool = False) -> SqlText | None:
        """How values of the column become the new type where the database must be told (USING); None where not, unless it
        is to be `said` in any case."""
        return None

    def followers(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        """What bears the old name of a renamed thing by custom, and is to be renamed with it."""
        return ()

    def doubt(self, column: str, have: TypeRef, want: TypeRef, labels: tuple[str, ...] = ()) -> Doubt | None:
        """What to look for before values of the column become the new type; None where nothing can be lost or refused.
        `labels` are those of the new type where it is an enum of its own, which need not be there yet."""
        return None

    writes_using: ClassVar[bool] = True
    """Whether a change of type takes the expression that makes the new values; else they are written before it."""

    def by_text(self, column: str, type_text: str, many: str = "") -> SqlText:
        """The column's value in another type, read from its text; `many` is "[]" where it is an array."""
        raise NotSupported(backend=self.id.name, feature="cast by way of text")

    def type_name(self, name: QualifiedName) -> str:
        """The name of a type of the database's own, as it stands behind a column."""
        return str(name)

    def exact_sql(self, text: str) -> str:
        """One spelling for the server's own wordings of one thing, where it has several."""
        return text

    def canonical_action(self, action: str | None) -> str:
        """One spelling for a foreign key's action; none given is NO ACTION."""
        return (action or "NO ACTION").upper()

    # -- reading
    @abstractmethod
    def read(
        self,
        connection: Any,
        *,
        schemas: tuple[str | None, ...] = (None,),
        only: tuple[QualifiedName, ...] | None = None,
    ) -> Snapshot:
        """What stands in the connected database, in its own spelling (`stored`), by a bounded number of queries.

        `schemas` None is the default schema. `only` narrows it to these tables: the snapshot is then `partial`.
        """

    # -- what a script around statements needs
    def begin(self) -> str:
        """The text that begins a transaction in a script."""
        return "BEGIN"

    def commit(self) -> str:
        return "COMMIT"

    def hazards(self, operation: Operation, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        """What this database does with it that may hurt (locks, rewrites)."""
        return ()


class Stage(Protocol):
    """Where the calls of a revision's upgrade() and downgrade() land. Live runs at once; a recorder keeps."""

    @property
    def backend(self) -> Backend: ...

    @property
    def offline(self) -> bool:
        """True where nothing can be read (recorded, or written as a script)."""
        ...

    @property
    def before(self) -> Lookup: ...

    def do(self, operation: Operation) -> None: ...

    def bind(self) -> Any:
        """The SQLAlchemy connection (a mock one that records where `offline`)."""
        ...

    def freeze(self) -> Any:
        """The shore's Freezer for this backend: authors hand SQLAlchemy objects, operations take values."""
        ...

    def autocommit(self) -> AbstractContextManager[None]:
        """Inside, statements run outside any transaction; what came before is committed."""
        ...


def _closes_at_end(text: str) -> bool:
    """Whether the first parenthesis is closed by the last character and not before."""
    depth = 0
    quoted = ""
    for place, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"`":
            quoted = character
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                return place == len(text) - 1
    return False


def joined(parts: Iterable[tuple[Statement, ...]]) -> tuple[Statement, ...]:
    """Statements of several calls, in order."""
    return tuple(statement for part in parts for statement in part)
