"""Values -> throw-away SQLAlchemy objects, just before its compiler spells them.

What a value says is taken from the value, always; what rode along (`engine`, `source`) adds what values do not know:
how a type spells itself and binds values, and `info` for users' own @compiles. SQL comes as `Spelled`: its text as it
stands, never read again for parameters. Thawed types create nothing on the server, and bring no CHECK of their own.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnElement

from limbeck.errors import NoValueOfBareType
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import ByDatabase, Computed, Default, Identity, SequenceDefault, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import Name, QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

from . import compat


class Spelled(ColumnElement[Any]):
    """SQL as it stands. `key` is what dialect options such as postgresql_ops call it by: its text."""

    inherit_cache = False
    type = sa.types.NULLTYPE

    def __init__(self, text: str) -> None:
        self.text = text
        self.key = text


@compiles(Spelled)
def _spelled(element: Any, compiler: Any, **_: Any) -> str:
    text: str = element.text
    return text.replace("%", "%%") if compiler.preparer._double_percents else text


class SpelledConstraint(sa.schema.Constraint):
    """A constraint of which only the text is known."""

    def __init__(self, text: str, name: Any = None) -> None:
        super().__init__(name=name)
        self.text = text


@compiles(SpelledConstraint)
def _spelled_constraint(element: Any, compiler: Any, **_: Any) -> str:
    text: str = element.text
    return text.replace("%", "%%") if compiler.preparer._double_percents else text


class _Bare:
    """A type of which only the text is known. It spells that, and refuses values by name."""

    spelling: str

    def bind_processor(self, dialect: Any) -> Any:
        raise NoValueOfBareType(spelling=self.spelling)

    def literal_processor(self, dialect: Any) -> Any:
        raise NoValueOfBareType(spelling=self.spelling)


class BareType(_Bare, sa.types.UserDefinedType[Any]):
    cache_ok = False

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling


class BareInteger(_Bare, sa.Integer):
    """Integers keep their family: SQLAlchemy asks for it before it writes SERIAL or AUTO_INCREMENT."""

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling


class BareBigInteger(BareInteger, sa.BigInteger):
    pass


class BareSmallInteger(BareInteger, sa.SmallInteger):
    pass


class BareNumeric(_Bare, sa.Numeric[Any]):
    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling


class BareTimestamp(_Bare, sa.TIMESTAMP):
    """MySQL's dialect writes NULL behind it."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling


@compiles(BareType)
@compiles(BareInteger)
@compiles(BareBigInteger)
@compiles(BareSmallInteger)
@compiles(BareNumeric)
@compiles(BareTimestamp)
def _bare(element: Any, compiler: Any, **_: Any) -> str:
    spelling: str = element.spelling
    return spelling


def type_(ref: TypeRef) -> Any:
    """SQLAlchemy's type: the one that rode along, else a raw type that spells `ref.spelling` and refuses values."""
    return bare_type(ref.spelling) if ref.engine is None else ref.engine


def bare_type(spelling: str) -> Any:
    word = spelling.upper().replace("(", " ").split()[0] if spelling.strip() else ""
    if word in ("BIGINT", "INT8", "BIGSERIAL"):
        return BareBigInteger(spelling)
    if word in ("SMALLINT", "INT2", "SMALLSERIAL"):
        return BareSmallInteger(spelling)
    if word in ("INTEGER", "INT", "TINYINT", "MEDIUMINT", "INT4", "SERIAL"):
        return BareInteger(spelling)
    if word in ("NUMERIC", "DECIMAL", "NUMBER"):
        return BareNumeric(spelling)
    if word == "TIMESTAMP":
        return BareTimestamp(spelling)
    return BareType(spelling)


def sql(value: SqlText) -> Any:
    return Spelled(value.as_written)


def name(text: str | None) -> Any:
    """A name for tables and columns; quoting its author forced stays forced."""
    return sa.sql.quoted_name(str(text), text.quote) if isinstance(text, Name) else text


def final(text: str | None) -> Any:
    """A name no convention and no truncation touches any more."""
    return None if text is None else compat.conv(name(text))


def option(value: Any) -> Any:
    """An option's value as SQLAlchemy takes it: tuples of pairs are dicts, other tuples lists."""
    if isinstance(value, SqlText):
        return sql(value)
    if isinstance(value, tuple) and value and all(_is_pair(v) for v in value):
        return {k: option(v) for k, v in value}
    if isinstance(value, (tuple, list)):
        return [option(v) for v in value]
    return name(value) if isinstance(value, Name) else value


_fresh: tuple[Any, Any] = (None, None)


def keep(value: Any, made: Any) -> None:
    """Remembers which throw-away object the value was frozen from a moment ago; one at a time, the last one."""
    global _fresh
    _fresh = (value, made)


def kept(value: Any) -> Any:
    """The object that this very value was frozen from, where it was the last: by the law of the shore its DDL is what
    that of a thawed one would be. None where that is not so."""
    known, made = _fresh
    return made if known is value else None


def options(values: Options) -> dict[str, Any]:
    return {key: option(value) for key, value in values}


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)


def default(value: Default) -> Any:
    """What Column takes as server_default (a Computed and an Identity among them)."""
    if isinstance(value, TextDefault):
        return sql(value.sql)
    if isinstance(value, Computed):
        return sa.Computed(sql(value.sql), persisted=value.persisted)
    if isinstance(value, Identity):
        return compat.identity(value)
    if isinstance(value, SequenceDefault):
        sequence = sa.Sequence(name(value.sequence.name), schema=name(value.sequence.schema))
        return sequence.next_value()
    assert isinstance(value, ByDatabase)
    return sa.FetchedValue()


def column(value: Column) -> Any:
    """A Column without a table."""
    given = None if value.default is None else default(value.default)
    in_place = isinstance(value.default, (Computed, Identity))
    source = value.source
    return sa.Column(
        name(value.name),
        type_(value.type),
        *((given,) if in_place else ()),
        server_default=None if in_place else given,
        nullable=value.nullable,
        autoincrement="auto" if isinstance(value.default, Identity) else value.autoincrement,
        comment=value.comment,
        info=dict(source.info) if source is not None else None,
        system=bool(source.system) if source is not None else False,
        **options(value.options),
    )


def table(value: Table, metadata: Any = None) -> Any:
    """A Table in a fresh MetaData (or the given one), with constraints and indexes, stub tables for what it refers to.

    CREATE TABLE of it is SQLAlchemy's own text for the table that was frozen (the law of the shore)."""
    metadata = sa.MetaData() if metadata is None else metadata
    made = sa.Table(
        name(value.name),
        metadata,
        *(column(c) for c in value.columns),
        schema=name(value.schema),
        extend_existing=True,
        comment=value.comment,
        info=dict(value.source.info) if value.source is not None else None,
        **options(value.options),
    )
    made.comment = value.comment  # a stub that stands already ignores it
    if value.source is not None:
        compat.give_parts(made, value.source)
    compat.set_prefixes(made, value.prefixes)
    compat.without_additions(made)
    if value.primary_key is not None:
        attach(made, value.primary_key)
    for each in value.constraints:
        attach(made, each)
    for one in value.indexes:
        attach_index(made, one)
    return made


def stub(key: QualifiedName, columns: tuple[str, ...], metadata: Any = None) -> Any:
    """A table of which only the name and some columns matter."""
    return _stub_in(sa.MetaData() if metadata is None else metadata, key, columns)


def constraint(value: Constraint, table: QualifiedName) -> Any:
    """The constraint attached to a stub table of that name."""
    return attach(stub(table, _columns_of(value)), value)


def index(value: Index, table: QualifiedName) -> Any:
    """The index attached to a stub table of that name."""
    return attach_index(stub(table, _columns_of_index(value)), value)


def attach(made: Any, value: Constraint) -> Any:
    """The constraint on a Table that has its columns."""
    thawed = _constraint(made, value)
    if isinstance(value, Check) and value.in_column is not None and value.in_column in made.c:
        compat.into_column(thawed, made.c[value.in_column])
    else:
        made.append_constraint(thawed)
    return thawed


def attach_index(made: Any, value: Index) -> Any:
    given = options(value.options)
    return sa.Index(
        final(value.name),
        *(element(made, e) for e in value.elements),
        unique=value.unique,
        _table=made,
        **given,
    )


def element(made: Any, value: IndexElement) -> Any:
    """What is indexed, as an expression of the table."""
    expression = Spelled(value.sql.as_written) if value.sql is not None else made.c[str(value.column)]
    if value.collation is not None:
        expression = sa.collate(expression, value.collation)
    if value.descending:
        expression = _marked(expression, operators.desc_op)
    if value.nulls is not None:
        nulls = operators.nulls_first_op if value.nulls == "first" else operators.nulls_last_op
        expression = _marked(expression, nulls)
    return expression


def _marked(expression: Any, mark: Any) -> Any:
    """What `sa.desc` gives, without a look at the operators of the type: SQLAlchemy's DOMAIN has none and warns."""
    return sa.UnaryExpression(expression, modifier=mark)


def _constraint(made: Any, value: Constraint) -> Any:
    if isinstance(value, Other):
        return SpelledConstraint(value.text, final(value.name))
    shared: dict[str, Any] = {
        "name": final(value.name),
        "deferrable": value.deferrable,
        "initially": value.initially,
        "comment": value.comment,
        **options(value.options),
    }
    if isinstance(value, PrimaryKey):
        return sa.PrimaryKeyConstraint(*(made.c[str(c)] for c in value.columns), **shared)
    if isinstance(value, Unique):
        return sa.UniqueConstraint(*(made.c[str(c)] for c in value.columns), **shared)
    if isinstance(value, Check):
        return sa.CheckConstraint(sql(value.sql), **shared)
    if isinstance(value, Exclude):
        return _exclude(made, value, shared)
    assert isinstance(value, ForeignKey)
    itself = value.referred == (made.schema, made.name)
    if not itself:
        referred = _stub_in(made.metadata, value.referred, value.referred_columns)
    else:
        referred = _with_columns(made, value.referred_columns)
    return sa.ForeignKeyConstraint(
        [made.c[str(c)] for c in value.columns],
        [referred.c[str(c)] for c in value.referred_columns],
        onupdate=value.on_update,
        ondelete=value.on_delete,
        match=value.match,
        use_alter=value.use_alter,
        **shared,
    )


def _exclude(made: Any, value: Exclude, shared: dict[str, Any]) -> Any:
    from sqlalchemy.dialects.postgresql import ExcludeConstraint

    parts = [
        (made.c[str(e.column)] if e.sql is None else Spelled(e.sql.as_written), e.operator)
        for e in value.elements
    ]
    classes = {p.key: e.operator_class for (p, _), e in zip(parts, value.elements, strict=True)}
    return ExcludeConstraint(
        *parts,
        using=value.using,
        where=None if value.where is None else sql(value.where),
        ops={key: one for key, one in classes.items() if one is not None},
        **{key: one for key, one in shared.items() if one is not None},
    )


def _stub_in(metadata: Any, key: QualifiedName, columns: tuple[str, ...]) -> Any:
    """The table of that name in the MetaData, with at least these columns."""
    made = sa.Table(name(key.name), metadata, schema=name(key.schema), extend_existing=True)
    return _with_columns(made, columns)


def _with_columns(made: Any, columns: tuple[str, ...]) -> Any:
    for each in columns:
        if str(each) not in made.c:
            made.append_column(sa.Column(name(each), sa.types.NULLTYPE))
    return made


def _columns_of(value: Constraint) -> tuple[str, ...]:
    if isinstance(value, Check):
        return ()
    if isinstance(value, Exclude):
        return tuple(e.column for e in value.elements if e.column is not None)
    return tuple(dict.fromkeys((*value.columns, *_included(value.options))))


def _columns_of_index(value: Index) -> tuple[str, ...]:
    """Also the columns that options speak of (INCLUDE): SQLAlchemy looks them up in the table."""
    return tuple(dict.fromkeys((*value.columns, *_included(value.options))))


def _included(options: Options) -> tuple[str, ...]:
    return tuple(c for key, columns in options if key.endswith("_include") for c in columns or ())
