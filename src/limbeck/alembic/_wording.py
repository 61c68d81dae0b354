"""The core's operations in Alembic's words, as a revision file will hold them.

A word is used where it is proven to do the same: its line, evaluated, sends the statements that the core spells
(`_rehearsal.Script`), and on SQLite leaves the same schema in memory (`_sqlite_wording`). What Alembic has no word for,
and what its renderer would lose, is written as those statements in `op.execute`. So the file runs under Alembic itself.

The caller's own Table and Column objects stand in the operations where there are any, for hooks and `render_item`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.errors import LimbeckError
from limbeck.model.constraint import PrimaryKey
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.several import flat
from limbeck.ops.table import CreateTable
from limbeck.shore import compat, named_types

from . import translate
from ._rehearsal import CannotBeTried, Script, Space, alike
from .autogenerate import render
from .operations import ops

PARTS = ("type", "default", "nullable", "comment", "autoincrement")


# -- operations that only files have ----------------------------------------------------------------------------


NOTE = "# made from the models: "
"""Before a statement that makes a view or the like: what was made so is dropped when the models no longer declare it, and
what somebody wrote by hand is left alone."""


def note_of(thing: Any) -> str:
    """One line for an object: its kind, its table where it stands on one, its name."""
    table = getattr(thing, "table", None)
    names = [thing.kind, *([str(table)] if table is not None else []), str(thing.key)]
    return " ".join(" ".join(names).split())


class SpelledSQL(ops.ExecuteSQLOp):
    """A statement that Alembic has no word for. Its text is the database's own: no `:name` in it is a parameter."""

    outside = False
    """Whether the database refuses it inside a transaction."""
    made = ""
    """What it makes that the models declare beside tables, as `note_of` says it."""


class FileEnum(postgresql.ENUM):
    """An enum that its own statements make. Written as what it is."""

    def __repr__(self) -> str:
        words = [*map(repr, self.enums), f"name={self.name!r}"]
        words += [f"schema={str(self.schema)!r}"] if self.schema else []
        return f"ENUM({', '.join(words)}, create_type=False)"

    def plain(self) -> Any:
        return sa.Enum(*self.enums, name=self.name, schema=self.schema)


FileEnum.__module__ = postgresql.ENUM.__module__


def with_plain_enums(container: Any) -> None:
    """For a plug-in that makes the types, and says so to the columns itself."""
    for each in container.ops:
        if isinstance(each, ops.OpContainer):
            with_plain_enums(each)
        columns = [*getattr(each, "columns", ()), getattr(each, "column", None)]
        for column in columns:
            if isinstance(column, sa.Column) and isinstance(column.type, FileEnum):
                column.type = column.type.plain()
        for word in ("existing_type", "modify_type"):
            if isinstance(getattr(each, word, None), FileEnum):
                setattr(each, word, getattr(each, word).plain())


class NoWayBack(ops.MigrateOperation):
    """Where a downgrade has no honest way: the line raises, and says why."""

    def __init__(self, why: str) -> None:
        self.why = why


@render.renderers.dispatch_for(SpelledSQL)
def _render_spelled(autogen_context: Any, op: SpelledSQL) -> list[str]:
    prefix = autogen_context.opts["alembic_module_prefix"] or ""  # also between batches
    line = f"{prefix}execute({laid_out(op.sqltext)})"
    note = [f"{NOTE}{op.made}"] if op.made else []
    if not op.outside:
        return [*note, line]
    return [*note, f"with {prefix}get_context().autocommit_block():", line, ""]


@render.renderers.dispatch_for(NoWayBack)
def _render_no_way_back(autogen_context: Any, op: NoWayBack) -> str:
    return f"raise NotImplementedError({op.why!r})"


def laid_out(text: str) -> str:
    """A literal; of a text with several lines, each on a line of its own."""
    lines = text.splitlines(keepends=True)
    if len(lines) == 1:
        return repr(text)
    return "\n" + "\n".join(f"    {line!r}" for line in lines) + "\n"


def as_text(statement: str) -> str:
    """What sa.text() makes this very statement of."""
    escaped = re.sub(r"\\(?=:)", r"\\\\", statement)
    return re.sub(r"(?<![:\w\\]):(?=\w+(?!:))", r"\\:", escaped)


def spelled_sql(statements: Iterable[Any]) -> list[ops.MigrateOperation]:
    made: list[ops.MigrateOperation] = []
    for statement in statements:
        each = SpelledSQL(as_text(getattr(statement, "text", statement)))
        each.outside = bool(getattr(statement, "outside_transaction", False))
        made.append(each)
    return made


def noted(operation: Any, made: list[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    if operation.kind == "create_object" and made:
        made[0].made = note_of(operation.thing)  # type: ignore[attr-defined]
    return made


# -- the words --------------------------------------------------------------------------------------------------


class Live:
    """The models' own objects, by the names they have in the database."""

    def __init__(self, metadatas: Iterable[Any], dialect: Any) -> None:
        default = getattr(dialect, "default_schema_name", None)
        self.default = default
        self.tables: dict[QualifiedName, Any] = {}
        for metadata in metadatas:
            for table in metadata.tables.values():
                self.tables[self._key(table.schema, table.name)] = table

    def _key(self, schema: str | None, name: str) -> QualifiedName:
        return QualifiedName(None if schema == self.default else schema, str(name))

    def table(self, key: QualifiedName) -> Any:
        return self.tables.get(self._key(key.schema, key.name))

    def column(self, key: QualifiedName, name: str) -> Any:
        table = self.table(key)
        return None if table is None else next((c for c in table.c if c.name == name), None)


class Wording:
    """For one comparison. `context` is its AutogenContext, `imports` what the project's template imports."""

    def __init__(self, context: Any, backend: Any, live: Live, imports: Sequence[str]) -> None:
        self.context = context
        self.backend = backend
        self.live = live
        self.space = Space(context.opts, imports)
        self._script: Script | None = None

    @property
    def script(self) -> Script:
        if self._script is None:
            self._script = Script(self.context.migration_context, self.space)
        return self._script

    def all(self, operations: Iterable[Any], before: Any) -> tuple[list[ops.MigrateOperation], Any]:
        """Mutable operations, those of one table in a row together; and the snapshot after them."""
        made: list[ops.MigrateOperation] = []
        state, whole = before, True
        for operation in flat_with_errors(operations):
            if isinstance(operation, Exception):
                whole = False
                made.append(NoWayBack(str(operation).splitlines()[0]))
                continue
            plain = operation.operation if isinstance(operation, Unnamed) else operation
            made += self.one(plain, state) if whole else self.unproven(plain, state)
            state = applied(operation, state, self.backend)
        return together(made), state

    def unproven(self, operation: Any, state: Any) -> list[ops.MigrateOperation]:
        """Behind a line that raises, where the state is not known: for whoever writes that line anew."""
        try:
            return self.one(operation, state)
        except LimbeckError:
            made: list[Any] = self.plain(operation, state) if has_word(operation) else []
            return said(operation, made or [NoWayBack(operation.describe())])

    def one(self, operation: Any, state: Any) -> list[ops.MigrateOperation]:
        """What is written for it, seen from the state before; empty where this database has nothing to do."""
        meant = self._statements(operation, state)
        if not meant:
            return []
        free = isinstance(operation, CreateTable)
        outside = any(statement.outside_transaction for statement in meant)
        for made in () if outside else self._candidates(operation, state):
            if self._says(made, [s.text for s in meant], free):
                return said(operation, made)
        return said(operation, noted(operation, spelled_sql(meant)))

    def _statements(self, operation: Any, state: Any) -> list[Any]:
        found: list[Any] = []
        for part in self.backend.rewrite(operation, state):
            found += part.spell(self.backend, state)
        return found

    def _candidates(self, operation: Any, state: Any) -> Iterator[list[ops.MigrateOperation]]:
        """Ways to say it, the best one first."""
        if not has_word(operation):
            return
        live = self.with_live_objects(operation, state)
        if live is not None:
            yield live
        yield self.plain(operation, state)
        if isinstance(operation, AlterColumn):
            for order in (PARTS, ("nullable", "default", "type", "comment", "autoincrement")):
                parts = [p for p in order if getattr(operation, p) is not UNCHANGED]
                if len(parts) > 1:
                    yield [o for p in parts for o in self.plain(_only(operation, p), state)]

    def _says(self, made: list[ops.MigrateOperation], meant: list[str], in_any_order: bool) -> bool:
        try:
            lines, imports = self.lines(made)
        except Exception:  # its renderer, or the project's own, has no words for it
            return False
        if any("limbeck." in line for line in lines):
            return False
        try:
            sent = self.script.of_lines(lines, imports)
        except CannotBeTried:  # a name that only the person knows: judge by the operation itself
            try:
                sent = self.script.of_operations(made)
            except Exception:
                return False
        except Exception:
            return False
        return alike(sent, meant, in_any_order=in_any_order)

    def lines(self, made: list[ops.MigrateOperation]) -> tuple[list[str], set[str]]:
        """As the file will have them, and the imports they ask for."""
        kept, self.context.imports = self.context.imports, set()
        try:
            lines = [line for each in together(made) for line in render.render_op(self.context, each)]
            return closed(lines), self.context.imports
        finally:
            self.context.imports = kept

    # -- from values to mutable operations

    def plain(self, operation: Any, state: Any) -> list[ops.MigrateOperation]:
        made = translate.from_core(operation, self.backend, state)
        for each in made:
            self._without_own_types(each)
        return made

    def _without_own_types(self, made: Any) -> None:
        """Types of the database's own (PostgreSQL's enums) are made by statements of their own."""
        for column in getattr(made, "columns", ()):
            if isinstance(column, sa.Column):
                column.type = self.file_type(column.type)
        if isinstance(made, ops.AddColumnOp):
            if made.column.autoincrement is False and not made.column.primary_key:
                made.column.autoincrement = "auto"  # which is what everybody leaves out
            made.column.type = self.file_type(made.column.type)
        for word in ("existing_type", "modify_type"):
            if getattr(made, word, None) is not None:
                setattr(made, word, self.file_type(getattr(made, word)))

    def file_type(self, type_: Any) -> Any:
        dialect = self.context.dialect
        try:
            if not any(named_types.named(type_, dialect)):
                return type_
        except Exception:
            return type_
        if isinstance(type_, sa.ARRAY):
            kind: Any = type(type_)
            inner = self.file_type(type_.item_type)
            return kind(inner, dimensions=type_.dimensions, as_tuple=type_.as_tuple)
        if type(type_) in (sa.Enum, postgresql.ENUM):
            enum: Any = compat.unwrapped(type_, dialect)
            schema = enum.schema or None
            return FileEnum(*enum.enums, name=str(enum.name), schema=schema, create_type=False)
        return type_

    def with_live_objects(self, operation: Any, state: Any) -> list[ops.MigrateOperation] | None:
        """The same with the models' own objects in it; None where they have none."""
        if isinstance(operation, CreateTable):
            table = self.live.table(operation.table.key)
            if table is None:
                return None
            create = ops.CreateTableOp.from_table(table)
            indexes = sorted(table.indexes, key=lambda index: str(index.name))
            return [create, *(ops.CreateIndexOp.from_index(index) for index in indexes)]
        if isinstance(operation, AddColumn):
            column = self.live.column(operation.table, operation.column.name)
            return None if column is None else self._live_column(operation, column)
        if isinstance(operation, AlterColumn):
            column = self.live.column(operation.table, operation.column)
            return None if column is None else self._live_change(operation, column, state)
        return None

    def _live_column(self, operation: AddColumn, column: Any) -> list[ops.MigrateOperation] | None:
        if operation.inline and not all(isinstance(c, PrimaryKey) for c in operation.inline):
            return None
        copied = bare(column)
        copied.nullable = operation.column.nullable
        copied.type = self.file_type(copied.type)
        made = ops.AddColumnOp(operation.table.name, copied, schema=operation.table.schema)
        if operation.inline:
            copied.primary_key = made.inline_primary_key = True
        return [made]

    def _live_change(
        self, operation: AlterColumn, column: Any, state: Any
    ) -> list[ops.MigrateOperation] | None:
        made: Any = self.plain(operation, state)[0]
        if made.modify_type is not None:
            made.modify_type = self.file_type(column.type)
        given = made.modify_server_default
        if given is not False and given is not None and column.server_default is not None:
            made.modify_server_default = column.server_default
        return [made]


def has_word(operation: Any) -> bool:
    return operation.kind in translate.WORDS


def _only(operation: AlterColumn, part: str) -> AlterColumn:
    fields: dict[str, Any] = {p: UNCHANGED for p in PARTS if p != part}
    if part != "type":
        fields["using"] = None
    return replace(operation, **fields)


def bare(column: Any) -> Any:
    """A copy of a column without what hangs on it: that comes by operations of its own."""
    copied = column._copy()
    copied.foreign_keys = set()
    copied.constraints = set()
    copied.index = copied.unique = None
    return copied


def said(operation: Any, made: list[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    """The first of them remembers what the operation is in words for people, and the others that they belong to it."""
    for place, each in enumerate(made):
        each.in_words = "" if place else operation.describe()  # type: ignore[attr-defined]
    return made


class Unnamed(NamedTuple):
    """A constraint that is added without a name, and the one that the server will give it."""

    operation: AddConstraint
    name: str

    def after(self, state: Any, backend: Any) -> Any:
        state = backend.after(self.operation, state)
        table, constraint = state.tables[self.operation.table], self.operation.constraint
        named = replace(constraint, name=self.name, source=None)
        kept = tuple(named if c is constraint else c for c in table.constraints)
        return state.with_table(replace(table, constraints=kept, source=None))


def applied(operation: Any, state: Any, backend: Any) -> Any:
    try:
        if isinstance(operation, Unnamed):
            return operation.after(state, backend)
        return backend.after(operation, state)
    except LimbeckError:  # behind a way back that is none
        return state


def flat_with_errors(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, (Exception, Unnamed)):
            yield operation
        else:
            yield from flat((operation,))


# -- in which container -----------------------------------------------------------------------------------------

_OF_A_TABLE: Mapping[type, str] = {
    ops.CreateForeignKeyOp: "source_table",
    **dict.fromkeys(
        (
            ops.AddColumnOp,
            ops.DropColumnOp,
            ops.AlterColumnOp,
            ops.CreateIndexOp,
            ops.DropIndexOp,
            ops.AddConstraintOp,
            ops.DropConstraintOp,
            ops.CreateTableCommentOp,
            ops.DropTableCommentOp,
        ),
        "table_name",
    ),
}


def table_of(made: Any) -> tuple[str | None, str] | None:
    """(schema, table) of what is done to a part of one table; None for all else."""
    word = next((word for kind, word in _OF_A_TABLE.items() if isinstance(made, kind)), None)
    name = None if word is None else getattr(made, word, None)
    if name is None:
        return None
    kw = getattr(made, "kw", {})
    schema = kw.get("source_schema") if word == "source_table" else made.schema
    return (None if schema is None else str(schema), str(name))


def together(made: Iterable[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    """Parts of one table that follow each other, in one ModifyTableOps."""
    result: list[ops.MigrateOperation] = []
    for each in made:
        place = table_of(each)
        last = result[-1] if result else None
        if place is None:
            result.append(each)
        elif isinstance(last, ops.ModifyTableOps) and (last.schema, last.table_name) == place:
            last.ops.append(each)
        else:
            result.append(ops.ModifyTableOps(place[1], [each], schema=place[0]))
    return result


def closed(lines: Iterable[str]) -> list[str]:
    """As Mako's printer lays them out: behind a colon deeper, until an empty line."""
    result: list[str] = []
    depth = 0
    for line in lines:
        if not line:
            depth = max(0, depth - 1)
            continue
        result += [f"{'    ' * depth}{each}" for each in line.split("\n")] if depth else line.split("\n")
        if line.rstrip().endswith(":") and line.lstrip().startswith(("with ", "if ", "for ")):
            depth += 1
    return result


# -- names for what has none ------------------------------------------------------------------------------------


def with_names(
    up: Sequence[Any], down: Sequence[Any], before: Any, backend: Any
) -> tuple[list[Any], list[Any]]:
    """A constraint that the models leave unnamed gets the name in the file that the server would give it, so that the way
    back can drop it. The nth that is added and the nth from the end that is dropped are the same one.

    A foreign key that makes an index for itself stays unnamed where it is added: the index would take its name."""
    up, down = list(flat_with_errors(up)), list(flat_with_errors(down))
    names: dict[str, list[str | None]] = {}
    state = before
    for place, operation in enumerate(up):
        if isinstance(operation, AddConstraint) and operation.constraint.name is None:
            kind = operation.constraint.kind
            name = backend.given_name(state, operation.table, operation.constraint)
            names.setdefault(kind, []).append(name)
            if name is not None and kind == "foreign key" and backend.indexes_foreign_keys:
                up[place] = Unnamed(operation, name)
            elif name is not None:
                named = replace(operation.constraint, name=name, source=None)
                up[place] = replace(operation, constraint=named)
        state = applied(up[place], state, backend)
    for kind, given in names.items():
        dropped = [
            place
            for place, operation in enumerate(down)
            if isinstance(operation, DropConstraint)
            and operation.name is None
            and operation.constraint_kind == kind
        ]
        if len(dropped) == len(given):
            for place, name in zip(reversed(dropped), given, strict=True):
                if name is not None:
                    down[place] = replace(down[place], name=name, constraint=None)
    return up, down
