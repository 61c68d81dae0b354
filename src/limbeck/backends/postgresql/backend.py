"""How PostgreSQL says it. Facts of the manual's pages "ALTER TABLE", "CREATE INDEX", "ALTER TYPE"; 12 to 18."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from limbeck.backends.ansi.first import known_table
from limbeck.backends.ansi.objects import said_again, turns
from limbeck.model.column import Options
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Computed, Default, Identity, SequenceDefault, SequenceOptions, TextDefault
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED, is_known
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Domain, Enum, Extension, Object, Sequence
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Change, Doubt, Facts, Hazard, Operation, joined
from limbeck.shore import ddl

from . import casting, doubts, followers, naming, same, storage
from .followers import serial_name
from .objects import WithPostgresqlObjects

Statements = tuple[Statement, ...]


def _waits(constraint: Constraint) -> bool:
    return (constraint.initially or "").upper() == "DEFERRED"


class PostgresqlBackend(WithPostgresqlObjects):
    title: ClassVar[str] = "PostgreSQL"

    def given_name(self, before: Snapshot, table: QualifiedName, constraint: Constraint) -> str:
        return naming.given_name(before, table, constraint)

    # -- tables and columns
    def rename_table(self, table: QualifiedName, new_name: str) -> Statements:
        return self.alter(table, f"RENAME TO {self.name(new_name)}")

    def alter_table(
        self,
        table: QualifiedName,
        options: Options,
        columns: tuple[tuple[str, TypeRef], ...],
        before: Lookup,
    ) -> Statements:
        for name, _ in options:
            if name not in storage.ALTERED:
                raise self.cannot(
                    f"change {name} of a table that stands", "Make a new table and copy the rows."
                )
        known = known_table(before, table)
        was = {} if known is None else dict(known.options)
        return joined(
            [
                self.alter(table, text)
                for name, value in options
                for text in storage.changes(name, value, was, self.name)
            ]
        )

    def option_changes(self, have: Table, want: Table) -> tuple[Options, tuple[tuple[str, TypeRef], ...]]:
        return storage.differing(have, want), ()

    def alter_column(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        """The type first, so that a new default is read in it; an old default that the new type may not take goes
        before, when a new one is given."""
        parts: list[Statements] = []
        if change.autoincrement is False:
            parts.append(self._number_no_more(table, column))
        if change.type is not UNCHANGED:
            parts.append(self._type_around_default(table, column, change, before))
            parts.append(self._number_as(table, column, change, before))
        if change.nullable is not UNCHANGED:
            parts.append(self.alter_nullable(table, column, change, before))
        if change.default is not UNCHANGED and not (change.default is None and change.autoincrement is False):
            parts.append(self.alter_default(table, column, change.default, before))
        if change.autoincrement is True:
            parts.append(self._number(table, column, change, before))
        if change.comment is not UNCHANGED:
            parts.append(self.comment_on_column(table, column, change.comment, before))
        return joined(parts)

    def _type_around_default(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> Statements:
        """A default stays where the server can read it in the new type; else it goes before and comes back behind."""
        assert change.type is not UNCHANGED
        altered = self.alter_type(table, column, change, before)
        was = self.known_default(before, table, column)
        if not isinstance(was, (TextDefault, SequenceDefault)):
            return altered
        if change.default is not UNCHANGED:
            return (*self.set_default(table, column, None), *altered)
        old = self._type_before(table, column, before)
        if not isinstance(was, TextDefault) or old is None or not casting.must_be_said(old, change.type):
            return altered
        again = TextDefault(SqlText(casting.default_in(was.sql.text, change.type)))
        gone, back = self.set_default(table, column, None), self.set_default(table, column, again)
        return (*gone, *altered, *back)

    def _type_before(self, table: QualifiedName, column: str, before: Lookup) -> TypeRef | None:
        found = known_table(before, table)
        there = None if found is None else found.column(column)
        return there.type if there is not None and is_known(there.type) else None

    def alter_type(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        """With USING where the server has no cast of its own from the old type to the new one: a value that cannot be
        cast makes the statement fail."""
        assert change.type is not UNCHANGED
        old = self._type_before(table, column, before)
        using = "" if change.using is None else f" USING {change.using.text}"
        if change.using is None and old is not None and casting.must_be_said(old, change.type):
            using = f" USING {casting.cast(self.name(column), old, change.type)}"
        type_ = ddl.type_text(self.dialect, change.type)
        return self.alter(table, f"ALTER COLUMN {self.name(column)} TYPE {type_}{using}")

    def default_text(self, default: Default) -> str:
        if isinstance(default, SequenceDefault):
            return f"nextval({self.literal(self.full(default.sequence))})"
        return super().default_text(default)

    def alter_computed(
        self, table: QualifiedName, column: str, default: Default | None, was: Default | None
    ) -> Statements:
        place = f"ALTER COLUMN {self.name(column)}"
        if default is None and self.since(13):
            return self.alter(table, f"{place} DROP EXPRESSION")
        if isinstance(default, Computed) and isinstance(was, Computed) and self.since(17):
            return self.alter(table, f"{place} SET EXPRESSION AS ({default.sql.text})")
        if isinstance(was, Computed) and not isinstance(default, Computed) and self.since(13):
            gone = self.alter(table, f"{place} DROP EXPRESSION")
            return (*gone, *self.alter(table, f"{place} SET DEFAULT {self._text_of(default)}"))
        return super().alter_computed(table, column, default, was)

    def _text_of(self, default: Default | None) -> str:
        return "NULL" if default is None else self.default_text(default)

    def alter_identity(
        self, table: QualifiedName, column: str, default: Default | None, was: Default | None
    ) -> Statements:
        place = f"ALTER COLUMN {self.name(column)}"
        if isinstance(default, Identity) and isinstance(was, Identity):
            return self._identity_changed(table, place, was, default)
        if isinstance(default, Identity):
            gone = () if was is None else self.alter(table, f"{place} DROP DEFAULT")
            return (*gone, *self.alter(table, f"{place} ADD {ddl.default_text(self.dialect, default)}"))
        gone = self.alter(table, f"{place} DROP IDENTITY")
        return gone if default is None else (*gone, *self.set_default(table, column, default))

    def _identity_changed(
        self, table: QualifiedName, place: str, was: Identity, default: Identity
    ) -> Statements:
        changes = []
        if bool(was.always) != bool(default.always):
            changes.append(f"SET GENERATED {'ALWAYS' if default.always else 'BY DEFAULT'}")
        again = said_again(was.options, default.options)
        for name in sorted(SequenceOptions.__dataclass_fields__):
            if (value := getattr(again, name)) is not None:
                changes.append(f"SET {self.sequence_options(SequenceOptions(**{name: value}))}")
        if turns(was.options, default.options):
            changes.append("RESTART")
        return self.alter(table, f"{place} {' '.join(changes)}") if changes else ()

    def _number(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        """What SERIAL makes, on a column that stands: a sequence of its own, behind the values that are there."""
        sequence = QualifiedName(table.schema, serial_name(table.name, column))
        typed = self._sequence_type(table, column, change, before)
        full, name, text = self.full(sequence), self.name(column), self.literal(self.full(sequence))
        made = "CREATE UNLOGGED SEQUENCE" if self._is_unlogged(table, before) else "CREATE SEQUENCE"
        high = f"SELECT setval({text}, coalesce(max({name}), 0) + 1, false) FROM {self.full(table)}"
        return (
            Statement(f"{made} {full}{typed} OWNED BY {self.full(table)}.{name}"),
            *self.alter(table, f"ALTER COLUMN {name} SET DEFAULT nextval({text})"),
            Statement(high),
        )

    def _is_unlogged(self, table: QualifiedName, before: Lookup) -> bool:
        """Since 15 a sequence is logged as its table is."""
        found = known_table(before, table)
        return found is not None and "UNLOGGED" in found.prefixes and self.since(15)

    def _sequence_type(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> str:
        """` AS integer`; nothing for a bigint, and where the type is not known."""
        type_ = self._type_before(table, column, before) if change.type is UNCHANGED else change.type
        word = "" if type_ is None else type_.spelling.lower()
        return f" AS {word}" if word in ("integer", "smallint") else ""

    def _number_as(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        """The sequence of a SERIAL keeps the type it was made for: it goes over with its column."""
        found = known_table(before, table)
        there = None if found is None else found.column(column)
        if there is None or change.autoincrement is not UNCHANGED or change.type is UNCHANGED:
            return ()
        word = change.type.spelling.lower()
        if not is_known(there.autoincrement) or not there.autoincrement or word not in _NUMBERING:
            return ()
        owner = f"{self.literal(self.full(table))}, {self.literal(column)}"
        alter = f"EXECUTE 'ALTER SEQUENCE ' || pg_get_serial_sequence({owner}) || ' AS {word}'"
        return (Statement(f"DO $$ BEGIN {alter}; END $$"),)

    def _number_no_more(self, table: QualifiedName, column: str) -> Statements:
        """The sequence's name is the server's to know."""
        owner = f"{self.literal(self.full(table))}, {self.literal(column)}"
        drop = f"EXECUTE 'DROP SEQUENCE ' || pg_get_serial_sequence({owner})"
        return (
            *self.alter(table, f"ALTER COLUMN {self.name(column)} DROP DEFAULT"),
            Statement(f"DO $$ BEGIN {drop}; END $$"),
        )

    def fill_column(self, table: QualifiedName, column: str, value: SqlText, before: Lookup) -> Statements:
        """Deferred constraints are asked at once: while they wait for the end of the transaction, nothing may alter the table
        (error 55006). A foreign key waits for every row that the same transaction wrote before, whatever column it is now.
        Then they wait again, but where one's name is not known."""
        filled = super().fill_column(table, column, value, before)
        known = known_table(before, table)
        waiting = [] if known is None else [c for c in known.constraints if _waits(c)]
        if not waiting:
            return filled
        names = [c.name for c in waiting if c.name is not None]
        if len(names) < len(waiting):
            return (*filled, Statement("SET CONSTRAINTS ALL IMMEDIATE"))
        listed = ", ".join(self.full(QualifiedName(table.schema, name)) for name in names)
        modes = ("IMMEDIATE", "DEFERRED")
        return (*filled, *(Statement(f"SET CONSTRAINTS {listed} {mode}") for mode in modes))

    # -- constraints and indexes
    def rename_constraint(
        self, table: QualifiedName, name: str, new_name: str, kind: str, before: Lookup
    ) -> Statements:
        return self.alter(table, f"RENAME CONSTRAINT {self.name(name)} TO {self.name(new_name)}")

    def validate_constraint(self, table: QualifiedName, name: str) -> Statements:
        return self.alter(table, f"VALIDATE CONSTRAINT {self.name(name)}")

    def add_constraint(self, table: QualifiedName, constraint: Constraint) -> Statements:
        added = super().add_constraint(table, constraint)
        if constraint.comment is None or constraint.name is None:
            return added
        place = f"{self.name(constraint.name)} ON {self.full(table)}"
        return (
            *added,
            Statement(f"COMMENT ON CONSTRAINT {place} IS {self.literal(constraint.comment)}"),
        )

    def create_index(
        self, table: QualifiedName, index: Index, *, if_not_exists: bool = False, concurrently: bool = False
    ) -> Statements:
        concurrently = concurrently or bool(dict(index.options).get("postgresql_concurrently"))
        made = super().create_index(table, index, if_not_exists=if_not_exists, concurrently=concurrently)
        made = tuple(
            Statement(s.text, s.clause, s.parameters, outside_transaction=concurrently) for s in made
        )
        if index.comment is None or index.name is None:
            return made
        name = self.full(QualifiedName(table.schema, index.name))
        return (*made, Statement(f"COMMENT ON INDEX {name} IS {self.literal(index.comment)}"))

    def drop_index(
        self,
        table: QualifiedName | None,
        name: str,
        *,
        if_exists: bool = False,
        concurrently: bool = False,
        options: Options = (),
    ) -> Statements:
        concurrently = concurrently or bool(dict(options).get("postgresql_concurrently"))
        words = ("CONCURRENTLY " if concurrently else "") + ("IF EXISTS " if if_exists else "")
        place = self.full(QualifiedName(None if table is None else table.schema, name))
        return (Statement(f"DROP INDEX {words}{place}", outside_transaction=concurrently),)

    # -- comparing
    managed_objects: ClassVar[frozenset[str]] = WithPostgresqlObjects.object_kinds - {"rule"}
    comments_on_objects: ClassVar[bool] = True
    blocking: ClassVar[frozenset[str]] = frozenset(["alter_type", "drop_column", "drop_object", "drop_table"])
    computed_persisted: ClassVar[bool] = True
    fixed_options: ClassVar[frozenset[str]] = frozenset([storage.PARTITION])
    fixed_why: ClassVar[str] = (
        "no statement changes that. Create a table that has it, copy the rows and rename it, in a revision of your own"
    )

    def fixed(self, have: Options, want: Options) -> tuple[tuple[str, str, str], ...]:
        stands, said = (str(dict(options).get(storage.PARTITION) or "") for options in (have, want))
        if not said or self._partitioned(stands) == self._partitioned(said):
            return ()
        return ((storage.PARTITION, stands, said),)

    def _partitioned(self, text: str) -> str:
        """`RANGE (id)` for `range("id")`."""
        method, bracket, rest = " ".join(text.split()).partition("(")
        rest = self.exact_sql(rest.replace("( ", "(").replace(" )", ")"))
        return f"{method.strip().upper()} {bracket}{rest}"

    def same_object(self, have: Object, want: Object) -> bool:
        if isinstance(have, Enum) and isinstance(want, Enum):
            return (have.labels, have.comment) == (want.labels, want.comment)
        if isinstance(have, Sequence) and isinstance(want, Sequence):
            return same.sequence(have) == same.sequence(want)
        if isinstance(have, Extension) and isinstance(want, Extension):  # what nobody says may be any
            return want.version in (None, have.version) and want.schema in (None, have.schema)
        if isinstance(have, Domain) and isinstance(want, Domain):
            named = {(name, self.canonical_sql(sql.text)) for name, sql in want.checks if name is not None}
            stand = {(name, self.canonical_sql(sql.text)) for name, sql in have.checks}
            return self._domain_look(have) == self._domain_look(want) and named <= stand
        return super().same_object(have, want)

    def _domain_look(self, domain: Domain) -> tuple[object, ...]:
        type_ = domain.type.spelling
        default = None if domain.default is None else same.default(domain.default.text, type_)
        checks = frozenset(self.canonical_sql(check.text) for _, check in domain.checks)
        return (same.type_(type_), default, domain.not_null, checks)

    def gives_name(self, name: str, columns: tuple[str, ...] = ()) -> bool:
        return _GIVEN.search(name) is not None

    def canonical_type(self, spelling: str) -> str:
        return same.type_(spelling)

    def canonical_default(self, text: str, type_spelling: str) -> str:
        return same.default(text, type_spelling)

    def canonical_sql(self, text: str) -> str:
        return super().canonical_sql(same.sql(text))

    def cast(self, column: str, have: TypeRef, want: TypeRef, *, said: bool = False) -> SqlText | None:
        if not (said or casting.must_be_said(have, want)):
            return None
        return SqlText(casting.cast(self.name(column), have, want))

    def followers(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        return followers.followers(self, operation, before)

    def doubt(self, column: str, have: TypeRef, want: TypeRef, labels: tuple[str, ...] = ()) -> Doubt | None:
        listed = tuple(self.literal(label) for label in labels)
        return doubts.doubt(self.name(column), have, want, listed)

    def by_text(self, column: str, type_text: str, many: str = "") -> SqlText:
        return SqlText(f"{self.name(column)}::text{many}::{type_text}")

    def type_name(self, name: QualifiedName) -> str:
        return self.full(name)

    def exact_sql(self, text: str) -> str:
        return same.exact(text)

    # -- reading and hazards
    def read(
        self,
        connection: Any,
        *,
        schemas: tuple[str | None, ...] = (None,),
        only: tuple[QualifiedName, ...] | None = None,
    ) -> Snapshot:
        from . import catalog

        return catalog.read(self.id, connection, schemas, only)

    def hazards(self, operation: Operation, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        from . import locks

        return locks.hazards(operation, before, facts)


_GIVEN = re.compile(r"_(?:key|check|fkey|pkey|excl)\d*\Z")
_NUMBERING = ("smallint", "integer", "bigint")
