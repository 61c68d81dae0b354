"""Pairwise judgements: is this the same as that? Each takes (backend, have, want, rules) and knows nothing of tables
around them.

`have` is in the server's spelling. Where `want` is too (the judge brought it there) equality is exact; where it is as
declared, the backend's canonical spelling of both is compared.
"""

from __future__ import annotations

from typing import Any

from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import ByDatabase, Computed, Default, Identity, SequenceOptions, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.alter_table import TABLESPACE, USUAL_TABLESPACE
from limbeck.ops.constraint import NOT_VALID
from limbeck.ops.contract import Backend, Change
from limbeck.ops.index import CONCURRENTLY

from .rules import EVERYTHING, Rules

SAME = Change()
MAKING = (NOT_VALID, CONCURRENTLY)


def same_type(backend: Backend, have: TypeRef, want: TypeRef, rules: Rules = EVERYTHING) -> bool:
    if not rules.types or have.spelling == want.spelling:
        return True
    return backend.canonical_type(have.spelling) == backend.canonical_type(want.spelling)


def same_sql(backend: Backend, have: SqlText | None, want: SqlText | None, rules: Rules = EVERYTHING) -> bool:
    if have is None or want is None:
        return have is want
    spell = backend.exact_sql if rules.exact else backend.canonical_sql
    return have.text == want.text or spell(have.text) == spell(want.text)


def same_default(backend: Backend, have: Column, want: Column, rules: Rules = EVERYTHING) -> bool:
    """The defaults of two columns; a default given by the database itself is never compared."""
    old, new = have.default, want.default
    if old is new or (old == new and have.type.spelling == want.type.spelling):
        return True
    if isinstance(old, ByDatabase) or isinstance(new, ByDatabase):
        return True
    if isinstance(old, Computed) or isinstance(new, Computed):
        return not rules.computed or _same_computed(backend, old, new, rules)
    if isinstance(old, Identity) or isinstance(new, Identity):
        return not rules.identity or _same_identity(backend, old, new)
    if not rules.defaults:
        return True
    if isinstance(old, TextDefault) and isinstance(new, TextDefault):
        words, others = (
            backend.canonical_default(d.sql.text, c.type.spelling) for d, c in ((old, have), (new, want))
        )
        return words == others or (not rules.exact and same_sql(backend, old.sql, new.sql, rules))
    if (old is None) != (new is None):
        return _means_no_default(backend, old, have) and _means_no_default(backend, new, want)
    return old == new


def _means_no_default(backend: Backend, default: Default | None, column: Column) -> bool:
    """DEFAULT NULL is what every column without a default has."""
    if default is None:
        return True
    text = default.sql.text if isinstance(default, TextDefault) else "?"
    return backend.canonical_default(text, column.type.spelling).upper() == "NULL"


def _same_computed(backend: Backend, have: Default | None, want: Default | None, rules: Rules) -> bool:
    if not (isinstance(have, Computed) and isinstance(want, Computed)):
        return False
    stored = {bool(backend.computed_persisted if c.persisted is None else c.persisted) for c in (have, want)}
    return len(stored) == 1 and same_sql(backend, have.sql, want.sql, rules)


def _same_identity(backend: Backend, have: Default | None, want: Default | None) -> bool:
    if not (isinstance(have, Identity) and isinstance(want, Identity)):
        return False
    if bool(have.always) != bool(want.always) or bool(have.on_null) != bool(want.on_null):
        return False
    return same_sequence_options(backend, have.options, want.options)


def same_sequence_options(backend: Backend, have: SequenceOptions, want: SequenceOptions) -> bool:
    """What is not given is the database's default."""

    def filled(options: SequenceOptions) -> tuple[Any, ...]:
        down = (options.increment or 1) < 0
        low = options.minvalue if options.minvalue is not None else (None if down else 1)
        high = options.maxvalue
        start = options.start if options.start is not None else (high if down else low)
        return (options.increment or 1, start, low, bool(options.cycle), options.cache or 1)

    a, b = filled(have), filled(want)
    highs = (have.maxvalue, want.maxvalue)
    return a == b and (highs[0] == highs[1] or None in highs)


def column_change(backend: Backend, have: Column, want: Column, rules: Rules = EVERYTHING) -> Change:
    """What must change so that the one column becomes the other; SAME where nothing must. Computed columns that differ
    cannot be altered: see `must_be_made_again`."""
    type_changed = not same_type(backend, have.type, want.type, rules)
    default_changed = not same_default(backend, have, want, rules)
    return Change(
        type=want.type if type_changed else UNCHANGED,
        nullable=want.nullable if have.nullable != want.nullable else UNCHANGED,
        default=want.default if default_changed else UNCHANGED,
        comment=want.comment
        if rules.comments and backend.has_comments and (have.comment or None) != (want.comment or None)
        else UNCHANGED,
        autoincrement=UNCHANGED
        if backend.numbering_follows or have.autoincrement == want.autoincrement
        else want.autoincrement,
    )


def must_be_made_again(backend: Backend, have: Column, want: Column, rules: Rules = EVERYTHING) -> bool:
    """Whether the one can only become the other by dropping and adding (a generated column's expression)."""
    computed = isinstance(have.default, Computed) or isinstance(want.default, Computed)
    return computed and not same_default(backend, have, want, rules)


def same_constraint(backend: Backend, have: Constraint, want: Constraint, rules: Rules = EVERYTHING) -> bool:
    """Whether two constraints demand the same, whatever their names and comments."""
    if have == want:
        return True
    if type(have) is not type(want):
        return False
    if bool(have.deferrable) != bool(want.deferrable):
        return False
    if (have.initially or "IMMEDIATE").upper() != (want.initially or "IMMEDIATE").upper():
        return False
    if rules.options and _options(backend, have.options, rules) != _options(backend, want.options, rules):
        return False
    if isinstance(have, PrimaryKey) and isinstance(want, PrimaryKey):
        return have.columns == want.columns
    if isinstance(have, Unique) and isinstance(want, Unique):
        return have.columns == want.columns
    if isinstance(have, ForeignKey) and isinstance(want, ForeignKey):
        return _same_foreign_key(backend, have, want)
    if isinstance(have, Check) and isinstance(want, Check):
        return not rules.checks or same_sql(backend, have.sql, want.sql, rules)
    if isinstance(have, Other) and isinstance(want, Other):
        return have.text == want.text
    assert isinstance(have, Exclude) and isinstance(want, Exclude)
    return (
        have.using.lower() == want.using.lower()
        and same_sql(backend, have.where, want.where, rules)
        and have.elements == want.elements
    )


def _same_foreign_key(backend: Backend, have: ForeignKey, want: ForeignKey) -> bool:
    def action(text: str | None) -> str:
        return backend.canonical_action(text)

    return (
        sorted(zip(have.columns, have.referred_columns, strict=True))
        == sorted(zip(want.columns, want.referred_columns, strict=True))
        and plain_name(backend, have.referred) == plain_name(backend, want.referred)
        and action(have.on_delete) == action(want.on_delete)
        and action(have.on_update) == action(want.on_update)
        and (have.match or "SIMPLE").upper() == (want.match or "SIMPLE").upper()
    )


def same_index(backend: Backend, have: Index, want: Index, rules: Rules = EVERYTHING) -> bool:
    """Whether two indexes are the same but for name and comment."""
    if have == want:
        return True
    if have.unique != want.unique or len(have.elements) != len(want.elements):
        return False
    for old, new in zip(have.elements, want.elements, strict=True):
        if _but_for_sql(old) != _but_for_sql(new) or not same_sql(backend, old.sql, new.sql, rules):
            return False
    if not rules.options:
        return True
    stands, said = (_options(backend, index.options, rules) for index in (have, want))
    if TABLESPACE not in said:  # whoever runs the server may have put it anywhere
        stands.pop(TABLESPACE, None)
    return stands == {
        name: value for name, value in said.items() if (name, value) != (TABLESPACE, USUAL_TABLESPACE)
    }


def _but_for_sql(element: IndexElement) -> tuple[Any, ...]:
    return (element.column, element.descending, element.nulls, element.collation)


def plain_name(backend: Backend, name: QualifiedName) -> QualifiedName:
    """The name with the connection's default schema left out."""
    if name.schema is not None and name.schema == getattr(backend.dialect, "default_schema_name", None):
        return QualifiedName(None, name.name)
    return name


def _options(backend: Backend, options: Options, rules: Rules) -> dict[str, Any]:
    """The options that are this backend's own, in one spelling, without those that say the default, and without those that
    say how a thing is made (NOT VALID: see `walk`; CONCURRENTLY)."""
    if not options:
        return {}
    prefix = f"{backend.id.name}_"
    own = {
        k: _plain_option(backend, v, rules) for k, v in options if k.startswith(prefix) and k not in MAKING
    }
    return {k: v for k, v in own.items() if v not in (None, False, (), {}, "")}


def _plain_option(backend: Backend, value: Any, rules: Rules) -> Any:
    if isinstance(value, SqlText):
        return backend.exact_sql(value.text) if rules.exact else backend.canonical_sql(value.text)
    if isinstance(value, (tuple, list)):
        return tuple(_plain_option(backend, v, rules) for v in value)
    return value.lower() if isinstance(value, str) else value
