"""How the constructs of `base` are written: the core's backend for the database is asked.

Asked for every construct that no plug-in wrote a text for. A construct's fields are frozen into one operation and the
backend spells that; what the facade adds are Alembic's conventions: which constructs it has a word for on which
database, that a dotted schema is two names, what each statement leaves out. What the author said of the column as it
is (`existing_*`) is the lookup, which never reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any

from sqlalchemy import exc
from sqlalchemy.sql.elements import quoted_name

from limbeck import ops as core
from limbeck.backends import BACKENDS
from limbeck.errors import CannotSpell, NoLiteralForm, NotSupported, NoType
from limbeck.model.column import Column
from limbeck.model.constraint import PrimaryKey
from limbeck.model.defaults import Identity
from limbeck.model.marks import UNKNOWN
from limbeck.model.names import Name, QualifiedName
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.shore.freeze import Freezer
from limbeck.shore.names import model_name

from . import base
from ._spells import spell_of, spells

Statements = tuple[Statement, ...]
_COMMENTED = ("postgresql", "mssql", "oracle")
_TAKES_NO_OPTIONS = ("mssql", "oracle")
_REFUSED = {
    base.ComputedColumnDefault: (
        'Adding or removing a "computed" construct, e.g. GENERATED '
        "ALWAYS AS, to or from an existing column is not supported."
    ),
    base.IdentityColumnDefault: (
        'Adding, removing or modifying an "identity" construct, '
        "e.g. GENERATED AS IDENTITY, to or from an existing "
        "column is not supported in this dialect."
    ),
}


def text_of(element: Any, compiler: Any, dialect: str, **kw: Any) -> str:
    """The whole statement for this element, in the words of this dialect; of the standard where it is not known.

    Raises SQLAlchemy's own errors, as its compiler would."""
    word = "mysql" if dialect == "mariadb" else dialect
    spell, asked = spell_of(element, word), Asked(element, compiler, word)
    try:
        statements = spell(asked)
    except (CannotSpell, NoLiteralForm) as error:
        raise (error.__cause__ or exc.CompileError(str(error))) from None
    except (NotSupported, NoType) as error:
        raise exc.CompileError(str(error)) from error
    if len(statements) != 1:
        raise exc.CompileError(f"{type(element).__name__} cannot be said in one statement here.")
    text: str = statements[0].text
    if not compiler.preparer._double_percents:
        return text
    parts = text.split(asked.verbatim) if asked.verbatim else [text]
    return asked.verbatim.join(part.replace("%", "%%") for part in parts)


@dataclass
class Asked:
    """One construct in the core's values, for the backend that speaks for it."""

    element: Any
    compiler: Any
    word: str
    verbatim: str = ""
    """SQL of the author's that stands as it is, percent signs and all."""

    @cached_property
    def backend(self) -> Any:
        return self.as_spoken(self.word)

    def as_spoken(self, word: str, **more: Any) -> Any:
        """The backend of that word for the dialect that compiles; `more` is what its server is taken to be.

        SQLite has no words but for new names: what else it is sent all the same is the standard's."""
        if word == "sqlite" and not isinstance(self.element, (base.RenameTable, base.ColumnName)):
            word = "default"
        module, _, name = BACKENDS.get(word, BACKENDS["default"]).partition(":")
        backend = getattr(import_module(module), name)(self.compiler.dialect)
        if more:
            backend.id = replace(backend.id, **more)
        return backend

    @cached_property
    def freeze(self) -> Freezer:
        return Freezer(self.compiler.dialect)

    @cached_property
    def table(self) -> QualifiedName:
        schema = self.element.schema
        if schema and "." in schema and not isinstance(schema, quoted_name):
            schema = Name(
                str(base.quote_dotted(schema, self.freeze.spelling.identifier_preparer.quote)), False
            )
        return QualifiedName(model_name(schema) if schema else None, model_name(self.element.table_name))

    @property
    def column(self) -> str:
        return model_name(self.element.column_name)

    def type(self, type_: Any) -> TypeRef:
        return self.freeze.type(type_, self.table, self.column)

    def spell(self, kind: str, backend: Any = None, **fields: Any) -> Statements:
        operation: Any = core.operation(kind)
        spelled: Statements = operation(table=self.table, **fields).spell(backend or self.backend, Said())
        return spelled

    def alter(self, before: Said | None = None, backend: Any = None, **parts: Any) -> Statements:
        operation: Any = core.operation("alter_column")
        made = operation(table=self.table, column=self.column, **parts)
        spelled: Statements = made.spell(backend or self.backend, before or Said())
        return spelled

    def said(self, **parts: Any) -> Said:
        """A lookup that knows these parts of the column."""
        unknown = dict.fromkeys(("type", "nullable", "default", "autoincrement", "comment"), UNKNOWN)
        column = Column(name=self.column, **{**unknown, **parts})
        return Said(Table(name=self.table.name, schema=self.table.schema, columns=(column,)))


@dataclass(frozen=True)
class Said:
    """A Lookup of what the author of the operation said. It never reads."""

    there: Table | None = None

    def table(self, name: QualifiedName) -> Table | None:
        return self.there

    def object(self, kind: type[Any], name: QualifiedName) -> Any:
        return None


@spells(base.RenameTable)
def _rename_table(asked: Asked) -> Statements:
    return asked.spell("rename_table", new_name=model_name(asked.element.new_table_name))


@spells(base.AddColumn)
def _add_column(asked: Asked) -> Statements:
    """The column with what is said in its clause. Its comment, where that is a statement, follows by itself."""
    element = asked.element
    if element.column.table is None:
        column = asked.freeze.column(element.column, asked.table)[0]
    else:
        column = asked.freeze.standing(element.column)
    if asked.word in _TAKES_NO_OPTIONS:
        return asked.spell("add_column", column=column)[:1]
    return asked.spell(
        "add_column",
        _with_existence(asked),
        column=column,
        inline=_inline(asked, column.name),
        if_not_exists=bool(element.if_not_exists),
    )[:1]


def _inline(asked: Asked, name: str) -> tuple[Any, ...]:
    """Key, reference and checks, as far as they are wanted in the clause."""
    element = asked.element
    found: list[Any] = []
    if element.inline_primary_key and element.column.primary_key:
        found.append(PrimaryKey(columns=(name,)))
    keys = [each.constraint for each in element.column.foreign_keys] if element.inline_references else []
    if len(keys) == 1 and keys[0] is not None and len(keys[0].columns) == 1:
        found.append(replace(asked.freeze.constraint(keys[0], asked.table), name=None))
    return (*found, *(asked.freeze.constraint(each, asked.table) for each in element.column.constraints))


def _with_existence(asked: Asked) -> Any:
    """IF [NOT] EXISTS of a column: MariaDB knows it, and offline no one can tell which of the two a mysql:// means."""
    return asked.as_spoken("mysql", variant="mariadb") if asked.word == "mysql" else asked.backend


@spells(base.DropColumn)
def _drop_column(asked: Asked) -> Statements:
    element = asked.element
    name = model_name(element.column.name)
    return asked.spell("drop_column", _with_existence(asked), column=name, if_exists=bool(element.if_exists))


@spells(base.ColumnNullable)
def _column_nullable(asked: Asked) -> Statements:
    return asked.alter(nullable=bool(asked.element.nullable))


@spells(base.ColumnType)
def _column_type(asked: Asked) -> Statements:
    return asked.alter(type=asked.type(asked.element.type_))


@spells(base.ColumnName)
def _column_name(asked: Asked) -> Statements:
    return asked.spell("rename_column", column=asked.column, new_name=model_name(asked.element.newname))


@spells(base.ColumnDefault)
def _column_default(asked: Asked) -> Statements:
    return asked.alter(default=asked.freeze.default(asked.element.default))


@spells(base.ColumnComment, *_COMMENTED)
def _column_comment(asked: Asked) -> Statements:
    was = asked.said(comment=asked.element.existing_comment)
    return asked.alter(was, comment=asked.element.comment)


@spells(base.IdentityColumnDefault, "postgresql", "oracle")
def _identity(asked: Asked) -> Statements:
    """From one identity to another, or to or from none. An option that the new one does not say stays as it is."""
    now = asked.freeze.default(asked.element.default)
    was = asked.freeze.default(asked.element.existing_server_default or None)
    if isinstance(now, Identity) and isinstance(was, Identity):
        said = now.options
        names = (each for each in said.__dataclass_fields__ if getattr(said, each) is None)
        unsaid: dict[str, Any] = {name: None for name in names if not getattr(said, f"no{name}", None)}
        if (
            said.start is None and asked.word != "oracle"
        ):  # nor is it to follow from the bounds; Oracle says all again
            unsaid["start"] = 1
            now = replace(now, options=replace(said, start=1))
        was = replace(was, options=replace(was.options, **unsaid))
    return asked.alter(asked.said(default=was), default=now)


@spells(base.ComputedColumnDefault)
@spells(base.IdentityColumnDefault)
def _refused(asked: Asked) -> Statements:
    raise exc.CompileError(_REFUSED[type(asked.element)])


@spells(base.AlterTable)
@spells(base.ColumnComment)
def _unknown(asked: Asked) -> Statements:
    kind = type(asked.element)
    why = f"{kind} construct has no default compilation handler."
    raise exc.UnsupportedCompilationError(asked.compiler, kind, why)
