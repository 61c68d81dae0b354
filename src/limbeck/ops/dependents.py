"""What else changes in a snapshot when a table, a column or an object is renamed or goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import Computed, SequenceDefault, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.objects import ON_TABLES, Domain, Enum, Object, Schema, Sequence, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

from .identifiers import mentions, renamed
from .schemas import with_schema_renamed

# MySQL and MariaDB take a dropped column out of an index that is not unique and keep the rest; the others drop it.
_INDEX_SHRINKS = frozenset({"mysql", "mariadb"})
_CALLED_AFTER_TABLE: dict[str, dict[str, str]] = {
    "mysql": {"foreign key": "_ibfk_", "check": "_chk_"},
    "mariadb": {"foreign key": "_ibfk_"},
}
"""MySQL renames a constraint with its table where its name is the table's and this, whoever gave it (the manual, RENAME
TABLE)."""
_LISTS_OF_COLUMNS = ("include", "length", "ops")


def without_table(before: Snapshot, name: QualifiedName) -> Snapshot:
    """Without the table and what belongs to it alone."""
    after = before.without_table(name)
    for thing in before.objects.values():
        on_it = isinstance(thing, ON_TABLES) and thing.table == name
        owned = isinstance(thing, Sequence) and thing.owned_by is not None and thing.owned_by[0] == name
        if on_it or owned:
            after = after.without_object(type(thing), thing.key)
    return after


def with_table_renamed(before: Snapshot, old: QualifiedName, new: Table) -> Snapshot:
    """`new` stands where `old` stood; foreign keys, triggers, policies and sequences point at it."""
    names = _CALLED_AFTER_TABLE.get(before.backend.name, {})
    own = tuple(_called_after(c, names.get(c.kind), old.name, new.name) for c in new.constraints)
    after = before.without_table(old).with_table(replace(new, constraints=own))
    after = _each_table(after, lambda t: _each_foreign_key(t, lambda f: _retargeted(f, old, new.key)))
    return _each_object(after, lambda thing: _moved(thing, old, new.key))


def with_column_renamed(before: Snapshot, table: Table, old: str, new: str) -> Snapshot:
    """The column with its new name, everywhere it is named: here, and in foreign keys of other tables."""
    changed = replace(
        table,
        columns=tuple(_column_renamed(c, old, new) for c in table.columns),
        primary_key=None if table.primary_key is None else _key_renamed(table.primary_key, old, new),
        constraints=tuple(_constraint_renamed(c, old, new) for c in table.constraints),
        indexes=tuple(_index_renamed(i, old, new) for i in table.indexes),
        source=None,
    )
    after = _each_table(
        before.with_table(changed),
        lambda t: _each_foreign_key(t, lambda f: _referred_renamed(f, table.key, old, new)),
    )
    return _each_object(after, lambda thing: _owner_renamed(thing, table.key, old, new))


def without_column(before: Snapshot, table: Table, name: str) -> Snapshot:
    """The table without the column and without what falls with it."""
    shrinks = before.backend.name in _INDEX_SHRINKS
    key = table.primary_key
    changed = replace(
        table,
        columns=tuple(c for c in table.columns if c.name != name),
        primary_key=None if key is None or name in key.columns else key,
        constraints=tuple(
            kept for c in table.constraints if (kept := _constraint_without(c, name)) is not None
        ),
        indexes=tuple(left for i in table.indexes if (left := _index_without(i, name, shrinks)) is not None),
        source=None,
    )
    after = before.with_table(changed)
    for thing in before.objects_of(Sequence):
        if thing.owned_by == (table.key, name):
            after = after.without_object(Sequence, thing.key)
    return after


def over_column(table: Table, name: str) -> tuple[tuple[Constraint, ...], tuple[Index, ...]]:
    """The constraints (its primary key among them) and the indexes of the table that are over the column."""
    everything = (*((table.primary_key,) if table.primary_key else ()), *table.constraints)
    constraints = tuple(c for c in everything if _constraint_without(c, name) is None)
    return constraints, tuple(i for i in table.indexes if _index_without(i, name, False) is None)


def with_object_renamed(before: Snapshot, old: Object, new: Object) -> Snapshot:
    """`new` stands where `old` stood; columns of a renamed type or sequence follow, and all that is in a schema."""
    after = before.without_object(type(old), old.key).with_object(new)
    if isinstance(old, Schema):
        return with_schema_renamed(after, old.name, new.name)
    if isinstance(old, Sequence):
        return _each_table(after, lambda t: _each_column(t, lambda c: _from_sequence(c, old.key, new.key)))
    if isinstance(old, (Domain, Enum)):
        return _each_table(after, lambda t: _each_column(t, lambda c: _of_type(c, old.key, new.key)))
    return after


def with_value_renamed(before: Snapshot, enum: Enum, old: str, new: str) -> Snapshot:
    """Defaults, checks and indexes that say the value in the server's wording (`'old'::mood`) say the new one: the server
    keeps the value itself, not its name."""
    was, becomes = (
        tuple(f"{_literal(label)}::{name}" for name in dict.fromkeys((enum.name, str(enum.key))))
        for label in (old, new)
    )

    def text(sql: SqlText) -> SqlText:
        said = sql.text
        for one, other in zip(was, becomes, strict=True):
            said = said.replace(one, other)
        return sql if said == sql.text else SqlText(said)

    return _each_table(before, lambda table: _texts_changed(table, text))


# -- walking ------------------------------------------------------------------------------------------------


def _each_table(snapshot: Snapshot, change: Callable[[Table], Table]) -> Snapshot:
    for table in tuple(snapshot.tables.values()):
        changed = change(table)
        if changed is not table:
            snapshot = snapshot.with_table(changed)
    return snapshot


def _each_object(snapshot: Snapshot, change: Callable[[Object], Object]) -> Snapshot:
    for thing in tuple(snapshot.objects.values()):
        changed = change(thing)
        if changed is not thing:
            snapshot = snapshot.without_object(type(thing), thing.key).with_object(changed)
    return snapshot


def _each_foreign_key(table: Table, change: Callable[[ForeignKey], ForeignKey]) -> Table:
    constraints = tuple(change(c) if isinstance(c, ForeignKey) else c for c in table.constraints)
    if all(a is b for a, b in zip(constraints, table.constraints, strict=True)):
        return table
    return replace(table, constraints=constraints, source=None)


def _each_column(table: Table, change: Callable[[Column], Column]) -> Table:
    columns = tuple(change(c) for c in table.columns)
    if all(a is b for a, b in zip(columns, table.columns, strict=True)):
        return table
    return replace(table, columns=columns, source=None)


def _texts_changed(table: Table, change: Callable[[SqlText], SqlText]) -> Table:
    def default(column: Column) -> Column:
        if not isinstance(column.default, (TextDefault, Computed)):
            return column
        text = change(column.default.sql)
        if text is column.default.sql:
            return column
        return replace(column, default=replace(column.default, sql=text), source=None)

    def options(given: Options) -> Options:
        return tuple((k, change(v) if isinstance(v, SqlText) else v) for k, v in given)

    def element(given: IndexElement) -> IndexElement:
        return given if given.sql is None else replace(given, sql=change(given.sql))

    changed = replace(
        _each_column(table, default),
        constraints=tuple(
            replace(c, sql=change(c.sql)) if isinstance(c, Check) else c for c in table.constraints
        ),
        indexes=tuple(
            replace(i, elements=tuple(map(element, i.elements)), options=options(i.options))
            for i in table.indexes
        ),
    )
    return table if changed == table else replace(changed, source=None)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# -- a table renamed ----------------------------------------------------------------------------------------


def _retargeted(key: ForeignKey, old: QualifiedName, new: QualifiedName) -> ForeignKey:
    return replace(key, referred=new, source=None) if key.referred == old else key


def _called_after(value: Constraint, middle: str | None, old: str, new: str) -> Constraint:
    if middle is None or value.name is None or not value.name.startswith(old + middle):
        return value
    return replace(value, name=new + value.name.removeprefix(old), source=None)


def _moved(thing: Object, old: QualifiedName, new: QualifiedName) -> Object:
    if isinstance(thing, ON_TABLES) and thing.table == old:
        return replace(thing, table=new)
    if isinstance(thing, Sequence) and thing.owned_by is not None and thing.owned_by[0] == old:
        return replace(thing, owned_by=(new, thing.owned_by[1]))
    if isinstance(thing, View) and old in thing.needs:
        return replace(thing, needs=tuple(new if n == old else n for n in thing.needs))
    return thing


# -- a column renamed ---------------------------------------------------------------------------------------


def _names(columns: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if c == old else c for c in columns)


def _sql(sql: SqlText, old: str, new: str) -> SqlText:
    text = renamed(sql.text, old, new)
    return sql if text == sql.text else SqlText(text)


def _column_renamed(column: Column, old: str, new: str) -> Column:
    if column.name == old:
        return replace(column, name=new, source=None)
    if isinstance(column.default, Computed) and mentions(column.default.sql.text, old):
        default = replace(column.default, sql=_sql(column.default.sql, old, new))
        return replace(column, default=default, source=None)
    return column


def _key_renamed(key: PrimaryKey, old: str, new: str) -> PrimaryKey:
    options = _options_renamed(key.options, old, new)
    return replace(key, columns=_names(key.columns, old, new), options=options, source=None)


def _constraint_renamed(value: Constraint, old: str, new: str) -> Constraint:
    options = _options_renamed(value.options, old, new)
    if isinstance(value, (PrimaryKey, Unique, ForeignKey)):
        return replace(value, columns=_names(value.columns, old, new), options=options, source=None)
    if isinstance(value, Check):
        return replace(value, sql=_sql(value.sql, old, new), options=options, source=None)
    if isinstance(value, Other):
        columns = _names(value.columns, old, new)
        return replace(value, text=renamed(value.text, old, new), columns=columns, source=None)
    elements = tuple(
        replace(
            e,
            column=new if e.column == old else e.column,
            sql=None if e.sql is None else _sql(e.sql, old, new),
        )
        for e in value.elements
    )
    where = None if value.where is None else _sql(value.where, old, new)
    return replace(value, elements=elements, where=where, options=options, source=None)


def _index_renamed(index: Index, old: str, new: str) -> Index:
    elements = tuple(_element_renamed(e, old, new) for e in index.elements)
    options = _options_renamed(index.options, old, new)
    if elements == index.elements and options == index.options:
        return index
    return replace(index, elements=elements, options=options, source=None)


def _element_renamed(element: IndexElement, old: str, new: str) -> IndexElement:
    if element.column == old:
        return replace(element, column=new)
    return element if element.sql is None else replace(element, sql=_sql(element.sql, old, new))


def _options_renamed(options: Options, old: str, new: str) -> Options:
    return tuple((name, _option_renamed(name, value, old, new)) for name, value in options)


def _option_renamed(name: str, value: Any, old: str, new: str) -> Any:
    if isinstance(value, SqlText):
        return _sql(value, old, new)
    if name.rpartition("_")[2] not in _LISTS_OF_COLUMNS or not isinstance(value, tuple):
        return value
    return tuple((new, v[1]) if _is_pair(v, old) else new if v == old else v for v in value)


def _is_pair(value: Any, name: str) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and value[0] == name


def _referred_renamed(key: ForeignKey, table: QualifiedName, old: str, new: str) -> ForeignKey:
    if key.referred != table or old not in key.referred_columns:
        return key
    return replace(key, referred_columns=_names(key.referred_columns, old, new), source=None)


def _owner_renamed(thing: Object, table: QualifiedName, old: str, new: str) -> Object:
    if isinstance(thing, Sequence) and thing.owned_by == (table, old):
        return replace(thing, owned_by=(table, new))
    return thing


# -- a column dropped ---------------------------------------------------------------------------------------


def _constraint_without(value: Constraint, name: str) -> Constraint | None:
    if isinstance(value, (PrimaryKey, Unique, ForeignKey)):
        return None if name in value.columns else value
    if isinstance(value, Check):
        return None if mentions(value.sql.text, name) else value
    if isinstance(value, Other):
        return None if name in value.columns or mentions(value.text, name) else value
    return None if _excludes(value, name) else value


def _excludes(value: Exclude, name: str) -> bool:
    texts = [e.sql.text for e in value.elements if e.sql is not None]
    texts += [] if value.where is None else [value.where.text]
    return any(e.column == name for e in value.elements) or any(mentions(t, name) for t in texts)


def _index_without(index: Index, name: str, shrinks: bool) -> Index | None:
    left = tuple(e for e in index.elements if not _element_mentions(e, name))
    if len(left) == len(index.elements):
        return None if _options_mention(index.options, name) else index
    if not shrinks or index.unique or not left:
        return None
    return replace(index, elements=left, source=None)


def _element_mentions(element: IndexElement, name: str) -> bool:
    if element.column is not None:
        return element.column == name
    return element.sql is not None and mentions(element.sql.text, name)


def _options_mention(options: Options, name: str) -> bool:
    """PostgreSQL drops an index also where the column stands in its WHERE or INCLUDE."""
    for option, value in options:
        if isinstance(value, SqlText) and mentions(value.text, name):
            return True
        if option.endswith("_include") and isinstance(value, tuple) and name in value:
            return True
    return False


# -- an object renamed --------------------------------------------------------------------------------------


def _from_sequence(column: Column, old: QualifiedName, new: QualifiedName) -> Column:
    if column.default != SequenceDefault(old):
        return column
    return replace(column, default=SequenceDefault(new), source=None)


def _of_type(column: Column, old: QualifiedName, new: QualifiedName) -> Column:
    if old not in column.type.needs:
        return column
    spelling = renamed(column.type.spelling, old.name, new.name)
    needs = tuple(new if n == old else n for n in column.type.needs)
    return replace(column, type=TypeRef(spelling, needs=needs), source=None)
