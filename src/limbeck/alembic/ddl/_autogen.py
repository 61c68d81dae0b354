"""What autogenerate compares of constraints and indexes: a signature for each, and the answer of a comparison."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple

from .. import util
from ..util import sqla_compat


class ComparisonResult(NamedTuple):
    """Equal, different and why, or not comparable and why."""

    status: Literal["equal", "different", "skip"]
    message: str

    @property
    def is_equal(self) -> bool:
        return self.status == "equal"

    @property
    def is_different(self) -> bool:
        return self.status == "different"

    @property
    def is_skip(self) -> bool:
        return self.status == "skip"

    @classmethod
    def Equal(cls) -> ComparisonResult:
        return cls("equal", "The two constraints are equal")

    @classmethod
    def Different(cls, reason: Any) -> ComparisonResult:
        return cls("different", ", ".join(util.to_list(reason)))

    @classmethod
    def Skip(cls, reason: Any) -> ComparisonResult:
        return cls("skip", ", ".join(util.to_list(reason)))


class _constraint_sig:
    """One constraint or index seen as comparable parts. `const` is the object itself."""

    const: Any
    name: Any
    impl: Any
    _sig: tuple[Any, ...]
    _is_metadata: bool
    _is_index: ClassVar[bool] = False
    _is_fk: ClassVar[bool] = False
    _is_uq: ClassVar[bool] = False
    _is_ck: ClassVar[bool] = False

    def __init__(self, is_metadata: bool, impl: Any, const: Any) -> None:
        self._is_metadata = is_metadata
        self.impl = impl
        self.const = const
        self.name = sqla_compat.constraint_name_or_none(const.name)
        self._sig = self._parts()

    def _parts(self) -> tuple[Any, ...]:
        raise NotImplementedError

    @classmethod
    def from_constraint(cls, is_metadata: bool, impl: Any, constraint: Any) -> _constraint_sig:
        return _BY_VISIT_NAME[constraint.__visit_name__](is_metadata, impl, constraint)

    def compare_to_reflected(self, other: _constraint_sig) -> ComparisonResult:
        assert self.impl is other.impl
        assert self._is_metadata and not other._is_metadata
        return self._compare_to_reflected(other)

    def _compare_to_reflected(self, other: _constraint_sig) -> ComparisonResult:
        raise NotImplementedError

    def md_name_to_sql_name(self, context: Any) -> str | None:
        return sqla_compat._get_constraint_final_name(self.const, context.dialect)

    @util.memoized_property
    def is_named(self) -> bool:
        return sqla_compat._constraint_is_named(self.const, self.impl.dialect)

    @util.memoized_property
    def unnamed(self) -> tuple[Any, ...]:
        return self._sig

    @util.memoized_property
    def unnamed_no_options(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _full_sig(self) -> tuple[Any, ...]:
        return (self.name, *self.unnamed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _constraint_sig) and self._full_sig() == other._full_sig()

    def __hash__(self) -> int:
        return hash(self._full_sig())


class _uq_constraint_sig(_constraint_sig):
    _is_uq = True
    is_unique = True

    def _parts(self) -> tuple[Any, ...]:
        return tuple(sorted(self.column_names))

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.const.columns)

    def _compare_to_reflected(self, other: _constraint_sig) -> ComparisonResult:
        assert is_uq_sig(other)
        return self.impl.compare_unique_constraint(self.const, other.const)  # type: ignore[no-any-return]


class _ix_constraint_sig(_constraint_sig):
    _is_index = True

    def __init__(self, is_metadata: bool, impl: Any, const: Any) -> None:
        super().__init__(is_metadata, impl, const)
        self.name = const.name

    def _parts(self) -> tuple[Any, ...]:
        return ()

    @property
    def is_unique(self) -> bool:
        return bool(self.const.unique)

    @util.memoized_property
    def has_expressions(self) -> bool:
        return sqla_compat.is_expression_index(self.const)

    @util.memoized_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.const.columns)

    @util.memoized_property
    def column_names_optional(self) -> tuple[str | None, ...]:
        return tuple(getattr(expr, "name", None) for expr in self.const.expressions)

    @util.memoized_property
    def is_named(self) -> bool:
        return True

    @util.memoized_property
    def unnamed(self) -> tuple[Any, ...]:
        return (self.is_unique, *self.column_names_optional)

    def _compare_to_reflected(self, other: _constraint_sig) -> ComparisonResult:
        assert is_index_sig(other)
        return self.impl.compare_indexes(self.const, other.const)  # type: ignore[no-any-return]


class _fk_constraint_sig(_constraint_sig):
    _is_fk = True

    def _parts(self) -> tuple[Any, ...]:
        (
            self.source_schema,
            self.source_table,
            self.source_columns,
            self.target_schema,
            self.target_table,
            self.target_columns,
            onupdate,
            ondelete,
            deferrable,
            initially,
        ) = sqla_compat._fk_spec(self.const)
        if initially and initially.lower() == "deferred":
            when = "initially_deferrable"
        else:
            when = "deferrable" if deferrable else "not deferrable"
        return (*self.unnamed_no_options, _deed(onupdate), _deed(ondelete), when)

    @util.memoized_property
    def unnamed_no_options(self) -> tuple[Any, ...]:
        here = (self.source_schema, self.source_table, tuple(self.source_columns))
        return (*here, self.target_schema, self.target_table, tuple(self.target_columns))


def _deed(words: str | None) -> str | None:
    """What happens on update or delete; NO ACTION is what happens where nothing is said."""
    words = words.lower() if words else None
    return None if words == "no action" else words


class _ck_constraint_sig(_constraint_sig):
    _is_ck = True

    def _parts(self) -> tuple[Any, ...]:
        return (self.name,)

    def _compare_to_reflected(self, other: _constraint_sig) -> ComparisonResult:
        assert is_ck_sig(other)
        return self.impl.compare_check_constraint(self.const, other.const)  # type: ignore[no-any-return]


_BY_VISIT_NAME: dict[str, type[_constraint_sig]] = {
    "unique_constraint": _uq_constraint_sig,
    "index": _ix_constraint_sig,
    "foreign_key_constraint": _fk_constraint_sig,
    "check_constraint": _ck_constraint_sig,
    "table_or_column_check_constraint": _ck_constraint_sig,
    "column_check_constraint": _ck_constraint_sig,
}


def is_index_sig(sig: _constraint_sig) -> bool:
    return sig._is_index


def is_uq_sig(sig: _constraint_sig) -> bool:
    return sig._is_uq


def is_ck_sig(sig: _constraint_sig) -> bool:
    return sig._is_ck


def is_fk_sig(sig: _constraint_sig) -> bool:
    return sig._is_fk
