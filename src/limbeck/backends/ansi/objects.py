"""CREATE, DROP and ALTER of what stands beside tables, as the standard says it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from limbeck.model.defaults import SequenceOptions
from limbeck.model.names import QualifiedName
from limbeck.model.objects import (
    ON_TABLES,
    Function,
    Object,
    Policy,
    Rule,
    Schema,
    Sequence,
    Trigger,
    View,
)
from limbeck.model.snapshot import Lookup
from limbeck.model.statement import Statement

from .spelling import Spelling

Statements = tuple[Statement, ...]


class WithObjects(Spelling):
    object_kinds: ClassVar[frozenset[str]] = frozenset({"schema", "sequence", "view", "function", "trigger"})
    """The kinds of objects this database has."""
    usual_cache: ClassVar[int] = 1
    """How many numbers of a sequence are taken at once where nobody says."""
    replace_view: ClassVar[str] = "CREATE OR REPLACE VIEW"

    # -- the three verbs
    def create_object(self, thing: Object, *, if_not_exists: bool = False) -> Statements:
        self._must_have(thing.kind)
        exists = "IF NOT EXISTS " if if_not_exists else ""
        if isinstance(thing, Schema):
            return self.create_schema(thing, exists)
        if isinstance(thing, Sequence):
            return self.create_sequence(thing, exists)
        if isinstance(thing, View):
            return (*self.create_view(thing, exists), *self.beside(thing))
        if isinstance(thing, (Function, Trigger, Policy, Rule)):
            made = Statement(thing.definition.as_written)
            return (made, *self.object_comment(thing, None, thing.comment), *self.beside(thing))
        raise self.cannot(f"create a {thing.kind}")

    def drop_object(self, thing: Object, *, if_exists: bool = False) -> Statements:
        self._must_have(thing.kind)
        exists = "IF EXISTS " if if_exists else ""
        return (Statement(f"DROP {self.word(thing)} {exists}{self.reference(thing)}"),)

    def alter_object(self, have: Object, want: Object) -> Statements:
        """What can be altered is altered; what cannot but holds no data is replaced."""
        self._must_have(want.kind)
        if isinstance(have, Sequence) and isinstance(want, Sequence):
            changed = self.alter_sequence(have, want)
        elif isinstance(have, View) and isinstance(want, View):
            changed = self.alter_view(have, want)
        elif isinstance(have, (Function, Trigger, Policy)) and type(have) is type(want):
            changed = self.alter_code(have, want)
        else:
            changed = self.alter_other(have, want)
        was = None if changed and isinstance(want, (Function, Trigger, Policy, Rule)) else _comment(have)
        return (*changed, *self.object_comment(want, was, _comment(want)))

    def replace_object(self, thing: Object) -> Statements:
        self._must_have(thing.kind)
        if isinstance(thing, View):
            return self.replaced_view(thing)
        if isinstance(thing, (Function, Trigger)):
            return (Statement(or_replace(thing.definition.as_written)),)
        raise self.cannot(f"replace the {thing.kind} {thing.key}", "Drop it and create it again.")

    def beside(self, thing: View | Function | Trigger | Policy | Rule) -> Statements:
        """What belongs to it and no field says, in the author's or the server's words."""
        return tuple(Statement(text) for text in getattr(thing, "also", ()))

    def rename_object(self, kind: str, name: QualifiedName, new_name: str, before: Lookup) -> Statements:
        self._must_have(kind)
        return (Statement(f"ALTER {kind.upper()} {self.full(name)} RENAME TO {self.name(new_name)}"),)

    # -- each kind
    def create_schema(self, thing: Schema, exists: str) -> Statements:
        made = Statement(f"CREATE SCHEMA {exists}{self.name(thing.name)}")
        return (made, *self.object_comment(thing, None, thing.comment))

    def create_sequence(self, thing: Sequence, exists: str) -> Statements:
        parts = [f"CREATE SEQUENCE {exists}{self.full(thing.key)}"]
        parts += [f"AS {thing.data_type}"] if thing.data_type else []
        parts += [options] if (options := self.sequence_options(thing.options)) else []
        return (Statement(" ".join(parts)), *self.object_comment(thing, None, thing.comment))

    def create_view(self, thing: View, exists: str) -> Statements:
        if thing.materialized:
            raise self.cannot("have materialized views")
        made = Statement(f"CREATE VIEW {exists}{self.full(thing.key)} AS {thing.definition.as_written}")
        return (made, *self.object_comment(thing, None, thing.comment))

    def replaced_view(self, thing: View) -> Statements:
        return (Statement(f"{self.replace_view} {self.full(thing.key)} AS {thing.definition.as_written}"),)

    def alter_sequence(self, have: Sequence, want: Sequence) -> Statements:
        if have.options == want.options and have.data_type == want.data_type:
            return ()
        options = self.sequence_options(said_again(have.options, want.options, self.usual_cache))
        again = " RESTART" if turns(have.options, want.options) else ""
        return (Statement(f"ALTER SEQUENCE {self.full(want.key)} {options}{again}"),)

    def alter_view(self, have: View, want: View) -> Statements:
        if (have.definition, have.options) == (want.definition, want.options):
            return ()
        return self.replaced_view(want)

    def alter_code(self, have: Object, want: Object) -> Statements:
        """Code is dropped and made again: it holds no data."""
        if with_comment(have, _comment(want)) == want:
            return ()
        return (*self.drop_object(have), *self.create_object(with_comment(want, None)))

    def alter_other(self, have: Object, want: Object) -> Statements:
        if with_comment(have, _comment(want)) == want:
            return ()
        raise self.cannot(f"alter the {want.kind} {want.key} so", "Drop it and create it again.")

    def object_comment(self, thing: Object, have: str | None, want: str | None) -> Statements:
        if have == want:
            return ()
        text = self.literal_or_null(want)
        return (Statement(f"COMMENT ON {self.word(thing)} {self.reference(thing)} IS {text}"),)

    # -- fragments
    def word(self, thing: Object) -> str:
        if isinstance(thing, View) and thing.materialized:
            return "MATERIALIZED VIEW"
        if isinstance(thing, Function) and thing.procedure:
            return "PROCEDURE"
        return thing.kind.upper()

    def reference(self, thing: Object) -> str:
        """How a statement names it; a trigger or policy with its table."""
        if isinstance(thing, Schema):
            return self.name(thing.name)
        if isinstance(thing, ON_TABLES):
            return f"{self.name(thing.name)} ON {self.full(thing.table)}"
        if isinstance(thing, Function):
            return f"{self.full(QualifiedName(thing.schema, thing.name))}({thing.signature})"
        return self.full(thing.key)

    def sequence_options(self, value: SequenceOptions) -> str:
        """`INCREMENT BY 2 START WITH 5 ...`, in SQLAlchemy's order."""
        numbers = (
            ("INCREMENT BY", value.increment),
            ("START WITH", value.start),
            ("MINVALUE", value.minvalue),
            ("MAXVALUE", value.maxvalue),
        )
        parts = [f"{word} {number}" for word, number in numbers if number is not None]
        parts += ["NO MINVALUE"] if value.nominvalue else []
        parts += ["NO MAXVALUE"] if value.nomaxvalue else []
        parts += [f"CACHE {value.cache}"] if value.cache is not None else []
        parts += ["CYCLE" if value.cycle else "NO CYCLE"] if value.cycle is not None else []
        return " ".join(parts)

    def _must_have(self, kind: str) -> None:
        if kind not in self.object_kinds:
            raise self.cannot(f"have a {kind}")


def or_replace(text: str) -> str:
    """A CREATE statement that takes the place of what is there."""
    return _CREATE.sub("CREATE OR REPLACE ", text, count=1)


_CREATE = re.compile(r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?", re.IGNORECASE)


def _comment(thing: Object) -> str | None:
    comment: str | None = getattr(thing, "comment", None)
    return comment


def with_comment(thing: Any, comment: str | None) -> Any:
    return replace(thing, comment=comment) if hasattr(thing, "comment") else thing


def said_again(have: SequenceOptions, want: SequenceOptions, cache: int = 1) -> SequenceOptions:
    """Only what changes; what is no longer said goes back to the database's default. One that counts the other way has
    other bounds and another start, if nobody says them."""
    turned = turns(have, want)
    changed: dict[str, Any] = {}
    for name in SequenceOptions.__dataclass_fields__:
        old, new = getattr(have, name), getattr(want, name)
        if old != new and any(each is not None and each is not False for each in (old, new)):  # 0 is a bound
            changed[name] = {**_USUAL, "cache": cache}.get(name) if new is None else new
    for bound in ("minvalue", "maxvalue"):
        if getattr(want, bound) is None and (turned or getattr(have, bound) is not None):
            changed[f"no{bound}"] = True
    if _start(have) != _start(want) or turned:
        changed["start"] = _start(want)
    return SequenceOptions(**changed)


def _step(options: SequenceOptions) -> int:
    return 1 if options.increment is None else options.increment


def _start(options: SequenceOptions) -> int:
    """Where it begins: at its lower bound, or where it counts down at the upper."""
    if options.start is not None:
        return options.start
    if _step(options) > 0:
        return 1 if options.minvalue is None else options.minvalue
    return -1 if options.maxvalue is None else options.maxvalue


def turns(have: SequenceOptions, want: SequenceOptions) -> bool:
    """Whether it counts the other way: then it must begin anew."""
    return (_step(have) < 0) != (_step(want) < 0)


_USUAL: dict[str, Any] = {"increment": 1, "cycle": False}
