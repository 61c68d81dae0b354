"""Brings declared views, functions, triggers, policies and domains into the server's own wording.

They are built beside copies of the tables they name (columns alone, as the models want them) in a scratch place, and read
back by the same reader; what names another schema is sent to a scratch schema of its own and comes back under its name.
Bodies of functions are not looked into (check_function_bodies), materialized views are made without rows, and nothing of
the user's is locked but for reading. What cannot be built is compared as text, and said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from limbeck.digraph import sort_part
from limbeck.errors import LimbeckError
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Domain, Enum, Function, Object, Policy, Schema, Trigger, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Backend
from limbeck.ops.identifiers import in_schemas, names_in
from limbeck.shore.channel import LiveChannel
from limbeck.shore.compat import DatabaseError

from .scratch import PostgresqlScratch, ScratchDatabase, first_line, open_scratch, scratch_database

NOT_ASKED = "there was no database to ask how it stores this"
JUDGED = (View, Function, Trigger, Policy, Domain)
Key = tuple[str, QualifiedName]


class SettledObjects(NamedTuple):
    """`want` with its objects in the server's wording; `as_text` names those that stayed as declared, with the reason."""

    want: Snapshot
    as_text: Mapping[QualifiedName, str]


def settle_objects(connection: Any, backend: Backend, have: Snapshot, want: Snapshot) -> SettledObjects:
    """The connection's data and transaction are as before afterwards; None is nobody to ask. What stands in `have` under
    the same name in the same words, or in words that mean the same here, is not built."""
    things = [t for t in want.objects.values() if isinstance(t, JUDGED) and t.kind in backend.managed_objects]
    if backend.id.name == "sqlite":  # what was written is what is stored
        for thing in things:
            want = want.with_object(_with_names(thing, want))
        return SettledObjects(want, {})
    for thing in things:
        stands = have.object(type(thing), thing.key)
        if stands is not None and backend.same_object(stands, thing):
            want = want.with_object(merged(thing, stands))
    things = [t for t in things if want.objects[_key(t)] is t]
    if not things:
        return SettledObjects(want, {})
    built = _built(connection, backend, have, want, things)
    refused: dict[QualifiedName, str] = {}
    for thing in things:
        settled = built.found.get(_key(thing))
        if settled is None and _namesake(have, thing) is None:
            continue  # it is new: there is nothing to compare it with
        if settled is None:
            refused[thing.key] = built.refused.get(_key(thing), "it was not found again")
            settled = as_text(have, thing)
        want = want.without_object(type(thing), thing.key).with_object(settled)
    return SettledObjects(want, refused)


def _built(
    connection: Any, backend: Backend, have: Snapshot, want: Snapshot, things: Sequence[Object]
) -> Built:
    if connection is None:
        return Built({}, dict.fromkeys((_key(t) for t in things), NOT_ASKED))
    if backend.id.name in ("mysql", "mariadb"):
        with scratch_database(connection) as room:
            if room is not None:
                return InDatabase(room, backend, have, want, things).all()
    else:
        with open_scratch(connection, backend) as scratch:
            if isinstance(scratch, PostgresqlScratch):
                return InSchemas(scratch, want, things).all()
    return Built({}, dict.fromkeys((_key(t) for t in things), "nothing may be created on this database"))


def _with_names(thing: Any, want: Snapshot) -> Object:
    """The thing with what its text names as its needs."""
    named = {name for text in texts(thing) for name in names_in(text)}
    views = (view.key for view in want.objects_of(View))
    found = [key for key in (*want.tables, *views) if key.name in named and key != thing.key]
    made: Object = replace(thing, needs=tuple(dict.fromkeys((*thing.needs, *found))))
    return made


def _key(thing: Object) -> Key:
    return thing.kind, thing.key


class Built(NamedTuple):
    """The things in the server's wording by the keys they were declared under, and why the others are not there."""

    found: dict[Key, Object]
    refused: dict[Key, str]


class Building:
    """One go: what is needed is made in a scratch place, in rounds until nothing more succeeds, and read back.

    What is named must be there before what names it: else the name would be taken for the user's own thing."""

    backend: Backend
    things: Sequence[Object]
    items: list[Table | Object]
    places: dict[str | None, str | None]
    """The schema of the scratch place that stands for a schema."""
    moves: dict[tuple[str, str], str]
    """For (schema, name) as texts may say it the schema to write."""

    def rounds(self) -> dict[int, str]:
        """Tries what is not there yet until a round brings nothing new; then why what is left could not be made."""
        waiting, refused = list(self.items), dict[int, str]()
        while waiting:
            refused = {id(item): why for item in waiting if (why := self._try(item))}
            if len(refused) == len(waiting):
                break
            waiting = [item for item in waiting if id(item) in refused]
        return refused

    def matched(self, stored: Sequence[Object], refused: Mapping[int, str]) -> Built:
        found: dict[Key, Object] = {}
        for thing in self.things:
            same = [s for s in stored if _is_of(s, thing)]
            if len(same) > 1:
                same = [s for s in same if s.key == thing.key]
            if same and id(thing) not in refused:
                found[_key(thing)] = merged(thing, same[0])
        return Built(found, {_key(t): refused[id(t)] for t in self.things if id(t) in refused})

    def _try(self, item: Table | Object) -> str:
        try:
            if isinstance(item, Table):
                statements = self.backend.create_table(self._table(item))
            else:
                statements = self.backend.create_object(self._object(item))
        except LimbeckError as error:
            return first_line(error)
        return self.attempt(statements)

    def attempt(self, statements: Sequence[Statement]) -> str:
        """Runs them; why not where the database refuses, and then there is no trace of them."""
        raise NotImplementedError

    def _table(self, table: Table) -> Table:
        columns = tuple(
            replace(
                column,
                type=TypeRef(in_schemas(column.type.spelling, self.moves)),
                default=None,
                autoincrement=False,
                comment=None,
                source=None,
                options=(),
            )
            for column in table.columns
        )
        key = None if table.primary_key is None else replace(table.primary_key, options=(), source=None)
        return Table(name=table.name, schema=self.places[table.schema], columns=columns, primary_key=key)

    def _object(self, thing: Object) -> Object:
        if isinstance(thing, (Enum, Domain)):
            return _moved_domain(replace(thing, schema=self.places[thing.schema]), self._sql)
        if isinstance(thing, View):
            options = (*thing.options, ("with_data", False)) if thing.materialized else thing.options
            return replace(
                thing,
                schema=self.places[thing.schema],
                definition=self._sql(thing.definition),
                options=options,
                comment=None,
                also=(),
            )
        assert isinstance(thing, (Function, Trigger, Policy))
        moved = replace(thing, definition=self._sql(thing.definition), comment=None)
        if isinstance(moved, Function):
            return replace(moved, schema=self.places[thing.key.schema], also=())
        return replace(moved, table=QualifiedName(self.places[moved.table.schema], moved.table.name))

    def _sql(self, sql: SqlText) -> SqlText:
        return SqlText(in_schemas(sql.as_written, self.moves))


class InSchemas(Building):
    """PostgreSQL: a scratch schema for each schema, in a transaction that is rolled back."""

    def __init__(self, scratch: PostgresqlScratch, want: Snapshot, things: Sequence[Object]) -> None:
        self.scratch = scratch
        self.backend = scratch.backend
        self.attempt = scratch.attempt  # type: ignore[method-assign]
        self.things = things
        tables, types = needed(want, things)
        self.items = in_order([*types, *tables, *things])
        self.default: str = scratch.default
        schemas = sorted({s for item in self.items if (s := _schema(item)) is not None})
        self.places = {None: scratch.schema}
        self.places |= {schema: f"{scratch.schema}_{n}" for n, schema in enumerate(schemas)}
        self.moves = {}
        for item in self.items:
            schema, name = _schema(item), str(item.name)
            self.moves[schema or self.default, name] = str(self.places[schema])

    def all(self) -> Built:
        with self.scratch.connection.begin_nested() as round_:
            try:
                return self._built()
            finally:
                round_.rollback()

    def _built(self) -> Built:
        run = self.scratch.connection.exec_driver_sql
        for schema, place in self.places.items():
            if schema is not None:
                run(f"CREATE SCHEMA {place}")
        run("SET LOCAL check_function_bodies = off")
        refused = self.rounds()
        read = self.backend.read(self.scratch.connection, schemas=tuple(self.places.values()))
        back = Back(self.backend, self.places, self.default)
        stored = [back.object(thing) for thing in read.objects.values() if isinstance(thing, JUDGED)]
        return self.matched(stored, refused)


class InDatabase(Building):
    """MySQL and MariaDB: a scratch database, which a connection of its own has made and uses.

    What the models do not declare and a definition names stands there as a view of the real thing."""

    def __init__(
        self,
        room: ScratchDatabase,
        backend: Backend,
        have: Snapshot,
        want: Snapshot,
        things: Sequence[Object],
    ) -> None:
        self.room = room
        self.backend = backend
        self.things = things
        own = [thing for thing in things if thing.key.schema is None]
        tables, _ = needed(want, own)
        named = {name for thing in own for text in texts(thing) for name in names_in(text)}
        known = {item.name for item in (*tables, *own)}
        views = (view.key for view in (*want.objects_of(View), *have.objects_of(View)))
        there = [name for name in (*have.tables, *views) if name.name in named and name.name not in known]
        proxies = [self._proxy(name) for name in dict.fromkeys(there) if name.schema is None]
        self.proxied = {proxy.definition.text for proxy in proxies}
        self.items = [*proxies, *in_order([*(t for t in tables if t.schema is None), *own])]
        self.places = {None: None}
        self.moves = {(room.real, str(item.name)): room.name for item in self.items}

    def _proxy(self, name: QualifiedName) -> View:
        place = ".".join(_quoted(self.backend, part) for part in (self.room.real, name.name))
        return View(name=name.name, definition=SqlText(f"SELECT * FROM {place}"))

    def all(self) -> Built:
        refused = self.rounds()
        read = self.backend.read(self.room.connection)
        refused |= {id(t): "it is in another database" for t in self.things if t.key.schema is not None}
        return self.matched(list(read.objects.values()), refused)

    def attempt(self, statements: Sequence[Statement]) -> str:
        channel = LiveChannel(self.room.connection)
        try:
            for statement in statements:
                channel.run(statement)
        except DatabaseError as error:
            return first_line(error)
        return ""

    def _sql(self, sql: SqlText) -> SqlText:
        """Proxies name the real database and stay as they are."""
        return sql if sql.text in self.proxied else super()._sql(sql)


class Back:
    """From the names of the scratch schemas to those they stand for."""

    def __init__(self, backend: Backend, places: Mapping[str | None, str | None], default: str) -> None:
        self.schemas = {str(place): schema for schema, place in places.items()}
        quoted = {place: _quoted(backend, schema or default) for place, schema in self.schemas.items()}
        self.texts = sorted(quoted.items(), key=lambda pair: -len(pair[0]))

    def object(self, thing: Any) -> Object:
        changed: dict[str, Any] = {}
        for name in ("definition", "default"):
            if isinstance(value := getattr(thing, name, None), SqlText):
                changed[name] = SqlText(self.text(value.text))
        for name in ("schema", "table"):
            value = getattr(thing, name, None)
            if isinstance(value, QualifiedName):
                changed[name] = self.name(value)
            elif value is not None:
                changed[name] = self.schemas.get(value, value)
        if isinstance(thing, Domain):
            changed["type"] = TypeRef(self.text(thing.type.spelling))
            changed["checks"] = tuple((n, SqlText(self.text(c.text))) for n, c in thing.checks)
        if isinstance(thing, Function):
            changed["signature"] = self.text(thing.signature)
        if isinstance(thing, View):
            changed["columns"] = tuple((n, self.text(t)) for n, t in thing.columns)
        changed["needs"] = tuple(self.name(n) for n in thing.needs)
        if not isinstance(thing, Domain):
            changed["reads"] = tuple((self.name(n), column) for n, column in thing.reads)
        made: Object = replace(thing, **changed)
        return made

    def name(self, name: QualifiedName) -> QualifiedName:
        schema = self.schemas.get(name.schema or "", name.schema)
        return QualifiedName(schema, self.text(name.name))

    def text(self, text: str) -> str:
        for place, schema in self.texts:
            text = text.replace(place, schema)
        return text


def _quoted(backend: Backend, name: str) -> str:
    from limbeck.shore import ddl

    return ddl.quote(backend.dialect, name)


def needed(want: Snapshot, things: Iterable[Object]) -> tuple[list[Table], list[Object]]:
    """The wanted tables that the things name, and the types that these tables have or the things name."""
    named: set[str] = set()
    for thing in things:
        named |= {name for text in texts(thing) for name in names_in(text)}
        if isinstance(thing, (Trigger, Policy)):
            named.add(thing.table.name)
    tables = [t for t in want.tables.values() if t.name in named]
    used = {name for t in tables for c in t.columns for name in c.type.needs}
    listed = {id(thing) for thing in things}
    types = [
        o
        for o in want.objects.values()
        if isinstance(o, (Enum, Domain)) and id(o) not in listed and (o.key in used or o.name in named)
    ]
    return tables, list(types)


def texts(thing: Table | Object) -> Iterator[str]:
    """What it says in SQL."""
    if isinstance(thing, Table):
        yield from (column.type.spelling for column in thing.columns)
    elif isinstance(thing, Domain):
        yield thing.type.spelling
        yield from (check.as_written for _, check in thing.checks)
    elif isinstance(thing, (View, Function, Trigger, Policy)):
        yield thing.definition.as_written


def in_order(items: Sequence[Table | Object]) -> list[Table | Object]:
    """Each behind what it names; circles in the given order."""
    at = {id(item): item for item in items}
    named: dict[str, list[int]] = {}
    for item in items:
        named.setdefault(item.name, []).append(id(item))

    def names(one: int) -> Iterator[int]:
        item = at[one]
        for text in texts(item):
            for name in names_in(text):
                yield from (other for other in named.get(name, ()) if other != one)
        if isinstance(item, (Trigger, Policy)):
            yield from named.get(item.table.name, ())

    order, left = sort_part(list(at), names)
    return [at[one] for one in (*order, *left)]


def _schema(item: Table | Object) -> str | None:
    table = getattr(item, "table", None)
    found: str | None = table.schema if isinstance(table, QualifiedName) else getattr(item, "schema", None)
    return None if isinstance(item, Schema) else found


def _is_of(stored: Object, declared: Object) -> bool:
    if type(stored) is not type(declared):
        return False
    if isinstance(stored, Function) and isinstance(declared, Function):
        return (stored.schema, stored.name) == (declared.schema, declared.name)
    return stored.key == declared.key


def _moved_domain(thing: Enum | Domain, sql: Any) -> Object:
    if isinstance(thing, Enum):
        return replace(thing, comment=None)
    return replace(
        thing,
        type=TypeRef(sql(SqlText(thing.type.spelling)).text),
        default=None if thing.default is None else sql(thing.default),
        checks=tuple((name, sql(check)) for name, check in thing.checks),
        comment=None,
    )


def merged(declared: Object, stored: Object) -> Object:
    """The server's wording, with how its author put it, and what only the author knows."""
    if isinstance(declared, Domain) and isinstance(stored, Domain):
        return replace(
            declared,
            type=replace(declared.type, spelling=stored.type.spelling),
            default=None if stored.default is None else _written(stored.default, declared.default),
            checks=_checks(declared, stored),
            needs=(*declared.needs, *stored.needs),
        )
    assert isinstance(declared, (View, Function, Trigger, Policy))
    assert isinstance(stored, type(declared))
    more: dict[str, Any] = {
        "definition": _written(stored.definition, declared.definition),
        "needs": tuple(dict.fromkeys((*declared.needs, *stored.needs))),
        "reads": stored.reads,
    }
    if isinstance(stored, View):
        more |= {"columns": stored.columns, "options": stored.options}
    elif isinstance(stored, Function):
        more |= {"signature": stored.signature, "procedure": stored.procedure}
    return replace(declared, **more)


def _checks(declared: Domain, stored: Domain) -> tuple[tuple[str | None, SqlText], ...]:
    """Named ones by their names; those without by the order in which the server numbers them."""
    named = {name for name, _ in declared.checks if name is not None}
    by_name = dict(stored.checks)
    rest = iter([check for name, check in stored.checks if name not in named])
    return tuple(
        (name, _written(by_name[name] if name in by_name else next(rest, check), check))
        for name, check in declared.checks
    )


def _written(stored: SqlText, declared: SqlText | None) -> SqlText:
    return stored if declared is None else SqlText(stored.text, written=declared.as_written)


# -- where nothing can be built -----------------------------------------------------------------------------


def as_text(have: Snapshot, thing: Object) -> Object:
    """The thing in the words of the one that stands there, where the two differ in nothing but casts, parentheses, blanks
    and qualifiers; else as declared."""
    stands = _namesake(have, thing)
    if stands is None or [loose(t) for t in texts(stands)] != [loose(t) for t in texts(thing)]:
        return thing
    return merged(thing, stands)


def _namesake(have: Snapshot, thing: Object) -> Object | None:
    """What stands under its name; the one function of that name where no arguments were said."""
    stands: Object | None = have.object(type(thing), thing.key)
    if isinstance(thing, Function) and stands is None and not thing.signature:
        named = [f for f in have.objects_of(Function) if (f.schema, f.name) == (thing.schema, thing.name)]
        stands = named[0] if len(named) == 1 else None
    return stands


def loose(text: str) -> tuple[str, ...]:
    """What is left of SQL when it is compared as text."""
    import re

    text = re.sub(r"::[a-z ]+(\(\d+\))?(\[\])?", "", text.replace("\r", ""))
    text = re.sub(r"(?i)^\s*create\s+(or\s+replace\s+)?(definer\s*=\s*\S+\s+)?", "create ", text)
    text = re.sub(r"""["`\[\]]""", "", text)
    words = re.findall(r"'(?:[^']|'')*'|[\w$]+(?:\.[\w$]+)*|[^\s\w]", text)
    return tuple(w if w.startswith("'") else w.lower().rpartition(".")[2] for w in words if w not in "();")
