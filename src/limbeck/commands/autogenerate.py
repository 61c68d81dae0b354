"""What differs between models and database, as operations: have, want, judge, diff, questions.

have = backend.read(connection)      what stands, in the server's spelling
want = freeze(models)                what is declared
judge                                both in one spelling
diff                                 operations in an order that runs
fill                                 what a NOT NULL column needs for the rows that are there
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.backends import backend_for
from limbeck.diff.around_objects import bare_drops, left_broken, surround
from limbeck.diff.back import applied, way_back
from limbeck.diff.objects import UNCERTAIN, keys_of, not_ours
from limbeck.diff.rules import EVERYTHING, Rules
from limbeck.diff.same import plain_name
from limbeck.diff.steps import runnable
from limbeck.diff.walk import Renames, diff, table_changes, with_declared
from limbeck.errors import AnswerUnknown, LimbeckError, OpenQuestions
from limbeck.judge.objects import settle_objects
from limbeck.judge.settle import as_declared, settle
from limbeck.model.column import Column
from limbeck.model.defaults import ByDatabase
from limbeck.model.names import QualifiedName
from limbeck.model.objects import ON_TABLES, Function, Object, RowSecurity, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.object import CreateObject
from limbeck.ops.several import Several
from limbeck.ops.table import CreateTable
from limbeck.scripts.objects import Made, made_by
from limbeck.shore.freeze import Freezer

if TYPE_CHECKING:
    from limbeck.project import Project, RunOptions


class Question(NamedTuple):
    """What only a person can say. `kind` is "fill": a value for rows that have none in a column that forbids NULL.

    `suggestion` is SQL that suits the column's type, "" where none does.
    """

    kind: str
    table: str
    column: str
    text: str
    suggestion: str

    @property
    def option(self) -> str:
        """What to type to answer it ahead."""
        value = self.suggestion or "..."
        return f'--default {self.table}.{self.column}="{value}"'


class Answers(NamedTuple):
    """What was said ahead: `fills` by "table.column" or "column"; `renames` as typed ("users.mail", "users.email")."""

    fills: Mapping[str, str] = {}
    renames: tuple[tuple[str, str], ...] = ()


Ask = Callable[[Question], "str | None"]


class Differences(NamedTuple):
    """`upgrade` and `downgrade` are operations; a LimbeckError in the way back says that there is no honest one.

    `as_text` tells for which tables only text was compared, and why; `notes` are for the person.
    """

    database: str
    upgrade: tuple[Operation, ...]
    downgrade: tuple[Operation | LimbeckError, ...]
    as_text: Mapping[QualifiedName, str]
    notes: tuple[str, ...]


def differences(
    project: Project,
    answers: Answers = Answers(),
    ask: Ask | None = None,
    *,
    rules: Rules = EVERYTHING,
    fill: bool = True,
) -> tuple[Differences, ...]:
    """For each database of the project. Changes nothing anywhere.

    OpenQuestions where something must be answered and `ask` is None or gives None; with `fill` False nothing is asked
    and NOT NULL columns stay as they are declared.
    """
    found: list[Differences] = []

    def work(connection: Any, options: RunOptions) -> None:
        models = options.models if options.models is not None else project.models(options.database)
        schemas = tuple(getattr(project.settings, "schemas", ()))
        scope = Scope(left_alone(project, options), schemas, once_made(project))
        found.append(compare(connection, options.database, models, scope, answers, ask, rules, fill))

    project.environment.run(work)
    return tuple(found)


def once_made(project: Project) -> Callable[[Object], bool]:
    """Whether a revision of the project made an object. The files are read when this is first asked."""
    made: list[frozenset[Made]] = []

    def check(thing: Object) -> bool:
        if not made:
            made.append(made_by(script.path for script in project.scripts.scripts.values()))
        table = thing.table.name if isinstance(thing, ON_TABLES) else ""
        name = "" if isinstance(thing, RowSecurity) else thing.name
        return Made(thing.kind, thing.key.schema, table, name) in made[0]

    return check


class Scope(NamedTuple):
    """What is looked at. `leave` says of a table's name that it is none of autogenerate's business; `schemas` are read
    beside the default one and those the models name."""

    leave: Callable[[QualifiedName], bool]
    schemas: tuple[str | None, ...] = ()
    ours: Callable[[Object], bool] = lambda thing: False
    """Whether models once declared an object: then it is dropped when they no longer do, else it is left alone."""


def compare(
    connection: Any,
    database: str,
    models: Sequence[Any],
    scope: Scope,
    answers: Answers = Answers(),
    ask: Ask | None = None,
    rules: Rules = EVERYTHING,
    fill: bool = True,
) -> Differences:
    """One connected database against its models (MetaData objects). Changes nothing; see `differences`."""
    backend = backend_for(connection.dialect)
    want = only(Freezer(connection.dialect).snapshot(*models), scope.leave)
    stored = backend.read(connection, schemas=schemas_of(want, scope.schemas))
    have = only(stored, scope.leave)
    renames = with_declared(backend, have, want, asked_renames(answers, have, want))
    settled = settle(connection, backend, want, ambiguous(backend, have, want, rules))
    objects = settle_objects(connection, backend, have, settled.want)
    others = not_ours(backend, have, objects.want, scope.ours)
    leave = keys_of(backend, others)
    changes = diff(backend, have, objects.want, rules, renames, settled.as_text, leave)
    standing = replace(have, objects=stored.objects)
    around = surround(backend, changes, standing)
    found = around.operations
    operations = bare_drops(runnable(backend, as_declared(found, want, settled), standing, want))
    back: tuple[Operation | LimbeckError, ...] = way_back(backend, found, standing)
    back = bare_drops(surround(backend, back, applied(found, standing)).operations)
    as_text = {**settled.as_text, **objects.as_text}
    notes = [*around.notes, *left_broken(backend, found, standing)]
    notes += told_of_others(backend, others, objects.want)
    if not fill:
        return Differences(database, operations, back, as_text, tuple(notes))
    filling = Filling(connection, backend, have, answers, ask)
    upgrade = filling.all(operations)
    back = tuple(filling.back(back))
    return Differences(database, upgrade, back, as_text, (*notes, *filling.notes))


def left_alone(project: Project, options: RunOptions) -> Callable[[QualifiedName], bool]:
    """Whether a table is none of autogenerate's business: the version table, and what the settings exclude."""
    policy = project.policy(options)
    version = QualifiedName(policy.version_schema, policy.version_table)
    settings = project.settings
    excluded: tuple[str, ...] = tuple(getattr(settings, "exclude", ()))
    included: tuple[str, ...] = tuple(getattr(settings, "include", ()))

    def check(name: QualifiedName) -> bool:
        if name == version:
            return True
        if any(_matches(name, pattern) for pattern in excluded):
            return True
        return bool(included) and not any(_matches(name, pattern) for pattern in included)

    return check


def _matches(name: QualifiedName, pattern: str) -> bool:
    return fnmatch.fnmatchcase(str(name), pattern) or fnmatch.fnmatchcase(name.name, pattern)


def only(snapshot: Snapshot, leave: Callable[[QualifiedName], bool]) -> Snapshot:
    return Snapshot.of(
        snapshot.backend,
        (t for t in snapshot.tables.values() if not leave(t.key)),
        (o for o in snapshot.objects.values() if not _left(o, leave)),
        stored=snapshot.stored,
        partial=snapshot.partial,
    )


def _left(thing: Object, leave: Callable[[QualifiedName], bool]) -> bool:
    """A view or function by its own name, what stands on a table by the table's."""
    if isinstance(thing, ON_TABLES):
        return leave(thing.table)
    return isinstance(thing, (View, Function)) and leave(QualifiedName(thing.schema, thing.name))


def told_of_others(backend: Backend, others: Iterable[Object], want: Snapshot) -> Iterator[str]:
    """What is left alone, of kinds that the models declare: where they declare none, nobody expects them to be looked at.
    And what is declared that this database has no word for."""
    for thing in want.objects.values():
        if thing.kind in UNCERTAIN and thing.kind not in backend.managed_objects:
            told = CreateObject(thing=thing).describe().removeprefix("create ")
            yield f"{told} is declared and passed over: autogenerate knows no {thing.kind} on {backend.id.name}."
    declared = {(thing.kind, thing.key.schema) for thing in want.objects.values()}
    for thing in others:
        if (thing.kind, thing.key.schema) in declared:
            told = CreateObject(thing=thing).describe().removeprefix("create ")
            yield f"{told} stands in the database and is not declared: it is left alone."


def schemas_of(want: Snapshot, more: Iterable[str | None]) -> tuple[str | None, ...]:
    """The default schema, those the models name, and these."""
    named = [table.schema for table in want.tables.values()]
    named += [key.schema for kind, key in want.objects if kind != "extension"]
    return tuple(dict.fromkeys([None, *named, *more]))


def ambiguous(backend: Backend, have: Snapshot, want: Snapshot, rules: Rules) -> Iterator[QualifiedName]:
    """The tables of both sides whose declared form does not read like the stored one: the judge decides on them."""
    stands = {plain_name(backend, name): table for name, table in have.tables.items()}
    for name, table in want.tables.items():
        old = stands.get(plain_name(backend, name)) or stands.get(_former(table.schema, table.renamed_from))
        if old is not None and table_changes(backend, old, table, rules):
            yield name


def _former(schema: str | None, name: str | None) -> QualifiedName:
    return QualifiedName(schema, name or "")


def asked_renames(answers: Answers, have: Snapshot, want: Snapshot) -> Renames:
    """The typed renames as tables and columns: "old=new" is a table, "table.old=table.new" a column."""
    tables: dict[QualifiedName, str] = {}
    columns: dict[tuple[QualifiedName, str], str] = {}
    by_text = {str(name): name for name in have.tables}
    for old, new in answers.renames:
        table, _, column = old.rpartition(".")
        if old in by_text:
            tables[by_text[old]] = new.rpartition(".")[2]
        elif table in by_text and by_text[table].name:
            columns[(by_text[table], column)] = new.rpartition(".")[2]
        else:
            raise AnswerUnknown(option=f"--rename {old}={new}", known=tuple(sorted(by_text)))
    return Renames(tables=tables, columns=columns)


class Filling:
    """Puts a value under every column that becomes NOT NULL over rows that have none; asks where nobody said one."""

    def __init__(
        self, connection: Any, backend: Backend, have: Snapshot, answers: Answers, ask: Ask | None
    ) -> None:
        self.connection = connection
        self.backend = backend
        self.have = have
        self.answers = answers
        self.ask = ask
        self.used: set[str] = set()
        self.notes: list[str] = []
        self.open: list[Question] = []

    def all(self, operations: Iterable[Operation]) -> tuple[Operation, ...]:
        result: list[Operation] = []
        made = {o.table.key for o in operations if isinstance(o, CreateTable)}
        for operation in operations:
            if isinstance(operation, AddColumn) and operation.table not in made:
                result += self._added(operation)
            elif isinstance(operation, AlterColumn) and operation.nullable is False:
                result += self._constrained(operation)
            else:
                result.append(operation)
        for text in self.answers.fills.keys() - self.used:
            raise AnswerUnknown(
                option=f"--default {text}=...", known=tuple(sorted(self._fillable(operations)))
            )
        if self.open:
            raise OpenQuestions(
                questions=tuple(q.text for q in self.open), options=tuple(q.option for q in self.open)
            )
        return tuple(result)

    def back(self, operations: Iterable[Operation | LimbeckError]) -> Iterator[Operation | LimbeckError]:
        """The way back: a column that comes again forbids NULL, and its values are lost. Nobody is asked; it gets what
        suits its type, where the table has rows now."""
        for operation in operations:
            if isinstance(operation, Several):
                yield from self.back(operation.operations)
            elif isinstance(operation, AddColumn) and _needs_values(operation.column):
                value = suggestion(operation.column)
                yield from self._filled(operation, value) if value else (operation,)
            else:
                yield operation

    def _filled(self, operation: AddColumn, value: str) -> list[Operation]:
        table, column = operation.table, operation.column
        return [
            replace(operation, column=replace(column, nullable=True, source=None)),
            FillColumn(table=table, column=column.name, value=SqlText(value)),
            AlterColumn(table=table, column=column.name, nullable=False),
        ]

    def _added(self, operation: AddColumn) -> list[Operation]:
        column, table = operation.column, operation.table
        if not _needs_values(column):
            return [operation]
        rows = self._any_row(table)
        value = self._said(table, column.name)
        if value is None and not rows:
            self.notes.append(
                f"{table} has no rows here. Where it has some, adding {column.name} (NOT NULL, no default) fails; "
                f'say --default {table}.{column.name}="..." and the file fills it first.'
            )
            return [operation]
        if value is None:
            value = self._asked(
                table, column, "is new, NOT NULL and without a default, and the table has rows"
            )
        if value is None:
            return [operation]
        return self._filled(operation, value)

    def _constrained(self, operation: AlterColumn) -> list[Operation]:
        table, name = operation.table, operation.column
        value = self._said(table, name)
        if value is None and not self._any_null(table, name):
            return [operation]
        column = self._column(table, name)
        if value is None and column is not None:
            value = self._asked(table, column, "becomes NOT NULL, and some rows are NULL there")
        if value is None:
            return [operation]
        return [FillColumn(table=table, column=name, value=SqlText(value)), operation]

    def _said(self, table: QualifiedName, column: str) -> str | None:
        for key in (f"{table}.{column}", f"{table.name}.{column}", column):
            if key in self.answers.fills:
                self.used.add(key)
                return self.answers.fills[key]
        return None

    def _asked(self, table: QualifiedName, column: Column, why: str) -> str | None:
        question = Question(
            "fill",
            str(table),
            column.name,
            f"{table}.{column.name} {why}: which value do they get?",
            suggestion(column),
        )
        value = self.ask(question) if self.ask is not None else None
        if value is None:
            self.open.append(question)
        return value

    def _fillable(self, operations: Iterable[Operation]) -> Iterator[str]:
        for operation in operations:
            if isinstance(operation, AddColumn):
                yield f"{operation.table}.{operation.column.name}"
            elif isinstance(operation, AlterColumn):
                yield f"{operation.table}.{operation.column}"

    def _column(self, table: QualifiedName, name: str) -> Column | None:
        found = self.have.tables.get(table)
        return found.column(name) if found is not None else None

    def _any_row(self, table: QualifiedName) -> bool:
        return table in self.have.tables and self._exists(table, "")

    def _any_null(self, table: QualifiedName, column: str) -> bool:
        if self._column(table, column) is None:
            return False
        from limbeck.shore import ddl

        quoted = ddl.quote(self.backend.dialect, column)
        return self._exists(table, f" WHERE {quoted} IS NULL")

    def _exists(self, table: QualifiedName, where: str) -> bool:
        from limbeck.shore import ddl

        name = ddl.table_name(self.backend.dialect, table)
        found = self.connection.exec_driver_sql(
            f"SELECT CASE WHEN EXISTS (SELECT 1 FROM {name}{where}) THEN 1 ELSE 0 END",
            execution_options={"no_parameters": True},
        )
        return bool(found.scalar())


def _needs_values(column: Column) -> bool:
    return not (column.nullable or column.default is not None or column.autoincrement)


def suggestion(column: Column) -> str:
    """SQL that suits the type and says little: '' for texts, 0 for numbers; "" where nothing is harmless."""
    spelled = column.type.spelling.upper()
    if isinstance(column.default, ByDatabase):
        return ""
    if spelled.endswith("[]"):
        return "'{}'"
    return next((value for words, value in HARMLESS if any(w in spelled for w in words)), "")


HARMLESS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("MULTIRANGE",), "'{}'"),
    (("RANGE",), "'empty'"),
    (("CHAR", "TEXT", "CLOB", "STRING", "TSVECTOR", "TSQUERY", "BLOB", "BYTEA", "BINARY"), "''"),
    (("BOOL",), "false"),
    (("JSONPATH",), "'$'"),
    (("JSON",), "'{}'"),
    (("INTERVAL",), "'0'"),
    (("INET", "CIDR"), "'0.0.0.0'"),
    (("MACADDR8",), "'00:00:00:00:00:00:00:00'"),
    (("MACADDR",), "'00:00:00:00:00:00'"),
    (("INT", "NUMERIC", "DECIMAL", "FLOAT", "REAL", "DOUBLE", "MONEY", "OID"), "0"),
    (("BIT VARYING", "VARBIT"), "B'0'"),
    (("UUID",), "'00000000-0000-0000-0000-000000000000'"),
    (("TIMESTAMP", "DATETIME"), "CURRENT_TIMESTAMP"),
    (("DATE",), "CURRENT_DATE"),
    (("TIME",), "'00:00:00'"),
    (("YEAR",), "2000"),
)
"""By the words in a type's spelling, the first that fits."""
