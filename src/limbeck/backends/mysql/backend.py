"""How MySQL and MariaDB say it. A column is altered by saying all of it again (MODIFY, CHANGE).

Facts of the manuals' pages "ALTER TABLE": MySQL 5.7 to 9, MariaDB 10.2 to 11. No DDL is transactional here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from limbeck.backends.ansi.backend import AnsiBackend
from limbeck.backends.ansi.objects import turns
from limbeck.errors import NoSuchThing, UnknownValue
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Constraint, PrimaryKey
from limbeck.model.defaults import Computed, Default, Identity, SequenceOptions
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED, is_known
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Function, Object, Schema, Sequence, Trigger, View
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Change, Doubt, Facts, Hazard, Operation
from limbeck.ops.words import kind_of

from . import column as whole
from . import doubts, objects, partitions, rewriting, same, storage, unasked

Statements = tuple[Statement, ...]

_DROPS = {
    "primary key": "PRIMARY KEY",
    "foreign key": "FOREIGN KEY",
    "unique": "INDEX",
    "check": "CHECK",
    "": "CONSTRAINT",
}


_GIVEN = re.compile(r"\ACONSTRAINT_\d+\Z|_(?:ibfk|chk)_\d+\Z")


class MysqlBackend(AnsiBackend):
    transactional_ddl: ClassVar[bool] = False
    usual_cache: ClassVar[int] = 1000

    @property
    def title(self) -> str:  # type: ignore[override]
        return "MariaDB" if self.mariadb else "MySQL"

    @property
    def mariadb(self) -> bool:
        return self.id.variant == "mariadb" or self.id.name == "mariadb"

    @property
    def object_kinds(self) -> frozenset[str]:  # type: ignore[override]
        kinds = frozenset({"schema", "view", "function", "trigger"})
        return kinds | {"sequence"} if self.mariadb else kinds

    def rewrite(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        return rewriting.rewrite(self, operation, before)

    def after(self, operation: Operation, before: Snapshot) -> Snapshot:
        return unasked.after(operation, before)

    def given_name(self, before: Snapshot, table: QualifiedName, constraint: Constraint) -> str | None:
        return unasked.given_name(before, table, constraint)

    # -- tables and columns
    def alter_table(
        self,
        table: QualifiedName,
        options: Options,
        columns: tuple[tuple[str, TypeRef], ...],
        before: Lookup,
    ) -> Statements:
        """One statement: a column that is said again in it takes the new character set."""
        for name, _ in options:
            if storage.one_name(name) not in storage.ALTERED:
                raise self.cannot(
                    f"change {name} of a table that stands", "Make a new table and copy the rows."
                )
        named = {storage.one_name(name): value for name, value in options}
        given = ((name, named[name]) for name in storage.IN_ORDER if name in named)
        parts = [text for name, value in given if (text := storage.said(name, value))]
        for name, type_ in columns:
            column = replace(self.whole(table, name, before), type=type_, source=None)
            parts.append(
                f"MODIFY {self.name(name)} {whole.definition(self.dialect, column, mariadb=self.mariadb)}"
            )
        return self.alter(table, ", ".join(parts)) if parts else ()

    def option_changes(self, have: Table, want: Table) -> tuple[Options, tuple[tuple[str, TypeRef], ...]]:
        return storage.differing(have, want)

    def add_column(
        self,
        table: QualifiedName,
        column: Column,
        *,
        if_not_exists: bool = False,
        inline: tuple[Constraint, ...] = (),
    ) -> Statements:
        self._only_mariadb(if_not_exists, "add a column only if it is not there")
        return super().add_column(table, column, if_not_exists=if_not_exists, inline=inline)

    def inline_constraint(self, value: Constraint) -> str:
        """A key behind its column is PRIMARY by name, and takes no other."""
        return super().inline_constraint(
            replace(value, name=None) if isinstance(value, PrimaryKey) else value
        )

    def drop_column(self, table: QualifiedName, column: str, *, if_exists: bool = False) -> Statements:
        self._only_mariadb(if_exists, "drop a column only if it is there")
        return super().drop_column(table, column, if_exists=if_exists)

    def rename_column(self, table: QualifiedName, column: str, new_name: str, before: Lookup) -> Statements:
        """RENAME COLUMN where the server is known to have it: it needs to know nothing. Else CHANGE."""
        if self.id.version and self.since(*((10, 5, 2) if self.mariadb else (8, 0))):
            return self.alter(table, f"RENAME COLUMN {self.name(column)} TO {self.name(new_name)}")
        return self.change_column(table, column, replace(self.whole(table, column, before), name=new_name))

    def alter_column(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        parts = (change.type, change.nullable, change.autoincrement, change.comment)
        if any(part is not UNCHANGED for part in parts):
            return self.modify_column(table, self._changed(table, column, change, before))
        if change.default is UNCHANGED:
            return ()
        look = self._look(table, column, before)
        if look is None or not whole.needs_whole_column(look, change.default):
            return self.set_default(table, column, change.default)
        return self.change_column(table, column, self._changed(table, column, change, before))

    def modify_column(self, table: QualifiedName, column: Column) -> Statements:
        """MODIFY: the column becomes as it is given, under its name."""
        whole.must_be_known(self.title, table, column)
        text = whole.definition(self.dialect, column, mariadb=self.mariadb)
        return self.alter(table, f"MODIFY {self.name(column.name)} {text}")

    def change_column(self, table: QualifiedName, name: str, column: Column) -> Statements:
        """CHANGE: the column of that name becomes as it is given, its name too."""
        whole.must_be_known(self.title, table, column)
        text = whole.definition(self.dialect, column, mariadb=self.mariadb)
        return self.alter(table, f"CHANGE {self.name(name)} {self.name(column.name)} {text}")

    def fill_column(self, table: QualifiedName, column: str, value: SqlText, before: Lookup) -> Statements:
        """What is ON UPDATE CURRENT_TIMESTAMP is set to itself, else filling would make it now. A script that does not
        know the table cannot say it."""
        try:
            kept = self.changed_by_update(self.table_before(before, table))
        except (UnknownValue, NoSuchThing):
            kept = ()
        name = self.name(column)
        sets = [f"{name} = {value.as_written}", *(f"{k} = {k}" for k in map(self.name, kept) if k != name)]
        return (Statement(f"UPDATE {self.full(table)} SET {', '.join(sets)} WHERE {name} IS NULL"),)

    def changed_by_update(self, table: Table) -> tuple[str, ...]:
        return tuple(c.name for c in table.columns if is_known(c.default) and whole.follows_update(c.default))

    def whole(self, table: QualifiedName, column: str, before: Lookup) -> Column:
        try:
            return self.column_before(before, table, column)
        except UnknownValue:
            unknown = f"type of column {table}.{column}"
            from limbeck.errors import ColumnNotKnown

            raise ColumnNotKnown(wanted=unknown, backend=self.title, argument="type") from None

    def _look(self, table: QualifiedName, column: str, before: Lookup) -> Column | None:
        try:
            return self.column_before(before, table, column)
        except (UnknownValue, NoSuchThing):
            return None

    def _changed(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Column:
        """The column as it will be."""
        look = self._said(table, column, change) or self.whole(table, column, before)
        self._refuse_generated(table, look, change)
        given = {
            part: getattr(change, part)
            for part in ("type", "nullable", "default", "autoincrement", "comment")
            if getattr(change, part) is not UNCHANGED
        }
        return replace(look, **given, source=None)

    def _said(self, table: QualifiedName, column: str, change: Change) -> Column | None:
        """The column where the change says all of it, so that nothing must be looked up."""
        if UNCHANGED in (change.type, change.nullable, change.default, change.autoincrement, change.comment):
            return None
        return Column(name=column, type=change.type)  # type: ignore[arg-type]

    def _refuse_generated(self, table: QualifiedName, look: Column, change: Change) -> None:
        if change.default is UNCHANGED or not is_known(look.default):
            return
        was: Default | None = look.default
        if isinstance(change.default, Identity) or isinstance(was, Identity):
            self.alter_identity(table, look.name, change.default, was)
        if isinstance(change.default, Computed) != isinstance(was, Computed):
            self.alter_computed(table, look.name, change.default, was)

    # -- constraints and indexes
    def drop_constraint(
        self, table: QualifiedName, name: str, kind: str, *, if_exists: bool = False
    ) -> Statements:
        self._only_mariadb(if_exists, "drop a constraint only if it is there")
        if kind == "" and not self.mariadb and not self.since(8, 0, 19):
            raise self.cannot("drop a constraint without knowing its kind", "Say which kind it is.")
        word = "CONSTRAINT" if kind == "check" and self.mariadb else _DROPS[kind]
        exists = "IF EXISTS " if if_exists else ""
        if kind == "primary key":
            return self.alter(table, f"DROP {word}")
        return self.alter(table, f"DROP {word} {exists}{self.name(name)}")

    def rename_constraint(
        self, table: QualifiedName, name: str, new_name: str, kind: str, before: Lookup
    ) -> Statements:
        """A unique constraint is an index here and renamed as one; the primary key has no name."""
        found = None if kind else self.table_before(before, table).constraint(name)
        kind = kind or (kind_of(found) if found is not None else "")
        if kind == "unique":
            return self.rename_index(table, name, new_name)
        return () if kind == "primary key" else super().rename_constraint(table, name, new_name, kind, before)

    def create_index(
        self, table: QualifiedName, index: Index, *, if_not_exists: bool = False, concurrently: bool = False
    ) -> Statements:
        """Writers are not blocked in any case (online DDL), so there is no word for `concurrently`."""
        self._only_mariadb(if_not_exists, "create an index only if it is not there")
        if any(e.column is None or e.descending for e in index.elements) and "mysql_length" in dict(
            index.options
        ):
            return (Statement(self._index_with_lengths(table, index, if_not_exists)),)
        return super().create_index(table, index, if_not_exists=if_not_exists)

    def _index_with_lengths(self, table: QualifiedName, index: Index, if_not_exists: bool) -> str:
        """SQLAlchemy cannot say lengths beside DESC or an expression."""
        options = dict(index.options)
        lengths = dict(options["mysql_length"])
        parts = []
        for element in index.elements:
            what = element.sql.text if element.sql is not None else self.name(element.column or "")
            length = f"({lengths[element.column]})" if element.column in lengths else ""
            parts.append(f"{what}{length}{' DESC' if element.descending else ''}")
        unique = "UNIQUE " if index.unique else ""
        prefix = f"{options['mysql_prefix']} " if options.get("mysql_prefix") else ""
        exists = "IF NOT EXISTS " if if_not_exists else ""
        using = f" USING {options['mysql_using']}" if options.get("mysql_using") else ""
        name = self.name(index.name or "")
        return (
            f"CREATE {unique}{prefix}INDEX {exists}{name} ON {self.full(table)} ({', '.join(parts)}){using}"
        )

    def drop_index(
        self,
        table: QualifiedName | None,
        name: str,
        *,
        if_exists: bool = False,
        concurrently: bool = False,
        options: Options = (),
    ) -> Statements:
        self._only_mariadb(if_exists, "drop an index only if it is there")
        if table is None:
            raise self.cannot(f"drop the index {name} without its table", "Say on which table it is.")
        exists = "IF EXISTS " if if_exists else ""
        return (Statement(f"DROP INDEX {exists}{self.name(name)} ON {self.full(table)}"),)

    def rename_index(self, table: QualifiedName, name: str, new_name: str) -> Statements:
        if not self.since(*((10, 5, 2) if self.mariadb else (5, 7))):
            raise self.cannot("rename an index in this version", "Drop it and create it again.")
        return self.alter(table, f"RENAME INDEX {self.name(name)} TO {self.name(new_name)}")

    # -- comments
    def comment_on_table(self, table: QualifiedName, comment: str | None, before: Lookup) -> Statements:
        return self.alter(table, f"COMMENT {self.literal(comment or '')}")

    def comment_on_column(
        self, table: QualifiedName, column: str, comment: str | None, before: Lookup
    ) -> Statements:
        return self.modify_column(table, replace(self.whole(table, column, before), comment=comment))

    # -- objects
    @property
    def managed_objects(self) -> frozenset[str]:  # type: ignore[override]
        """MySQL has no sequences."""
        managed = frozenset({"schema", "view", "function", "trigger"})
        return managed | {"sequence"} if self.mariadb else managed

    def create_view(self, thing: View, exists: str) -> Statements:
        return (Statement(self._view("CREATE ", exists, thing)),)

    def replaced_view(self, thing: View) -> Statements:
        return (Statement(self._view("CREATE OR REPLACE ", "", thing)),)

    def _view(self, verb: str, exists: str, thing: View) -> str:
        if thing.materialized:
            raise self.cannot("have materialized views")
        head, tail = objects.view_head(thing), objects.view_tail(thing)
        return f"{verb}{head}VIEW {exists}{self.full(thing.key)} AS {thing.definition.as_written}{tail}"

    def same_object(self, have: Object, want: Object) -> bool:
        if isinstance(have, (View, Function, Trigger)):
            return objects.same(have, want, self.dialect.identifier_preparer.reserved_words)
        if isinstance(have, Sequence) and isinstance(want, Sequence):
            return same.sequence(have) == same.sequence(want)
        return super().same_object(have, want)

    def may_replace(self, have: Object, want: Object) -> bool:
        """MySQL replaces views only, MariaDB (since 10.1.4) all code."""
        if isinstance(have, Function) and isinstance(want, Function) and have.procedure != want.procedure:
            return False
        return isinstance(want, View) or (self.mariadb and isinstance(want, (Function, Trigger)))

    def reference(self, thing: Object) -> str:
        if isinstance(thing, Trigger):
            return self.full(QualifiedName(thing.table.schema, thing.name))
        if isinstance(thing, Function):
            return self.full(QualifiedName(thing.schema, thing.name))
        return super().reference(thing)

    def alter_sequence(self, have: Sequence, want: Sequence) -> Statements:
        """A lower bound above what comes next is refused: the sequence is moved up to it first (SETVAL never goes back)."""
        if turns(have.options, want.options):  # it begins anew in any case
            made = self.create_sequence(want, "")[0].text
            return (Statement(made.replace("CREATE", "CREATE OR REPLACE", 1)),)
        altered = super().alter_sequence(have, want)
        low = want.options.minvalue
        if not altered or low is None or low <= (have.options.minvalue or 1):
            return altered
        return (Statement(f"DO SETVAL({self.full(want.key)}, {low}, 0)"), *altered)

    def sequence_options(self, value: SequenceOptions) -> str:
        return super().sequence_options(value).replace("NO CYCLE", "NOCYCLE")

    def rename_object(self, kind: str, name: QualifiedName, new_name: str, before: Lookup) -> Statements:
        if kind not in ("view", "sequence"):
            raise self.cannot(f"rename a {kind}", "Drop it and create it again.")
        new = self.full(QualifiedName(name.schema, new_name))
        return (Statement(f"RENAME TABLE {self.full(name)} TO {new}"),)

    def object_comment(self, thing: Object, have: str | None, want: str | None) -> Statements:
        """Only schemas have comments here, on MariaDB since 10.5."""
        if have == want or not isinstance(thing, Schema) or not (self.mariadb and self.since(10, 5)):
            return ()
        return (Statement(f"ALTER SCHEMA {self.name(thing.name)} COMMENT {self.literal(want or '')}"),)

    def _only_mariadb(self, asked: bool, feature: str) -> None:
        if asked and not self.mariadb:
            raise self.cannot(feature, "Ask the database first in the revision.")

    # -- comparing
    names_primary_keys: ClassVar[bool] = False
    foreign_keys_hold_types: ClassVar[bool] = True
    numbering_needs_key: ClassVar[bool] = True
    indexes_foreign_keys: ClassVar[bool] = True
    fixed_options: ClassVar[frozenset[str]] = frozenset(partitions.OPTIONS)
    fixed_why: ClassVar[str] = (
        "changing that writes the whole table anew while nobody can write into it. Run ALTER TABLE ... PARTITION BY in a "
        "revision of your own"
    )

    def fixed(self, have: Options, want: Options) -> tuple[tuple[str, str, str], ...]:
        return partitions.differing(have, want)

    def fold_column(self, name: str) -> str:
        return name.lower()

    def fold_constraint(self, name: str) -> str:
        return name.lower()

    def gives_name(self, name: str, columns: tuple[str, ...] = ()) -> bool:
        """A unique key is called after its first column, with a number where that is taken."""
        after = columns[:1] and re.fullmatch(rf"{re.escape(columns[0])}(_\d+)?", name)
        return bool(after) or _GIVEN.search(name) is not None

    def canonical_type(self, spelling: str) -> str:
        return same.type_(spelling, mariadb=self.mariadb)

    def canonical_default(self, text: str, type_spelling: str) -> str:
        return same.default(text, type_spelling)

    def canonical_sql(self, text: str) -> str:
        return super().canonical_sql(text.replace("`", ""))

    def canonical_action(self, action: str | None) -> str:
        """InnoDB takes RESTRICT and NO ACTION for the same, and shows neither or either."""
        said = super().canonical_action(action)
        return "NO ACTION" if said == "RESTRICT" else said

    writes_using: ClassVar[bool] = False

    def doubt(self, column: str, have: TypeRef, want: TypeRef, labels: tuple[str, ...] = ()) -> Doubt | None:
        return doubts.doubt(self.name(column), *(self.canonical_type(t.spelling) for t in (have, want)))

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

        return locks.hazards(operation, before, facts, mariadb=self.mariadb)
