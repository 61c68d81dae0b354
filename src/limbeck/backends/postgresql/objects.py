"""PostgreSQL's objects: enums, domains, extensions, materialized views, and more of the others than elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from limbeck.backends.ansi.backend import AnsiBackend
from limbeck.backends.ansi.objects import turns, with_comment
from limbeck.model.names import QualifiedName
from limbeck.model.objects import (
    Domain,
    Enum,
    Extension,
    Function,
    Object,
    Policy,
    RowSecurity,
    Sequence,
    Trigger,
    View,
)
from limbeck.model.snapshot import Lookup
from limbeck.model.statement import Statement

from .naming import joined

Statements = tuple[Statement, ...]


class WithPostgresqlObjects(AnsiBackend):
    object_kinds: ClassVar[frozenset[str]] = frozenset(
        [
            "schema",
            "extension",
            "enum",
            "domain",
            "sequence",
            "view",
            "function",
            "trigger",
            "policy",
            "rule",
            "row_security",
        ]
    )

    def create_object(self, thing: Object, *, if_not_exists: bool = False) -> Statements:
        if isinstance(thing, Enum):
            labels = ", ".join(map(self.literal, thing.labels))
            made = Statement(f"CREATE TYPE {self.full(thing.key)} AS ENUM ({labels})")
            return (made, *self.object_comment(thing, None, thing.comment))
        if isinstance(thing, Domain):
            made = Statement(f"CREATE DOMAIN {self.full(thing.key)} AS {self._domain(thing)}")
            return (made, *self.object_comment(thing, None, thing.comment))
        if isinstance(thing, Extension):
            exists = "IF NOT EXISTS " if if_not_exists else ""
            schema = f" WITH SCHEMA {self.name(thing.schema)}" if thing.schema else ""
            version = f" VERSION {self.literal(thing.version)}" if thing.version else ""
            return (Statement(f"CREATE EXTENSION {exists}{self.name(thing.name)}{schema}{version}"),)
        if isinstance(thing, RowSecurity):
            return self._row_security(thing, None)
        made_by_parent = super().create_object(thing, if_not_exists=if_not_exists)
        if isinstance(thing, Trigger) and thing.enabled != "O":
            return (*made_by_parent, *self._enable(thing))
        return made_by_parent

    def drop_object(self, thing: Object, *, if_exists: bool = False) -> Statements:
        if isinstance(thing, RowSecurity):
            forced = self.alter(thing.table, "NO FORCE ROW LEVEL SECURITY") if thing.forced else ()
            return (*forced, *self.alter(thing.table, "DISABLE ROW LEVEL SECURITY"))
        return super().drop_object(thing, if_exists=if_exists)

    def _row_security(self, want: RowSecurity, have: RowSecurity | None) -> Statements:
        enabled = self.alter(want.table, "ENABLE ROW LEVEL SECURITY") if have is None else ()
        if want.forced == (have is not None and have.forced):
            return enabled
        force = "FORCE" if want.forced else "NO FORCE"
        return (*enabled, *self.alter(want.table, f"{force} ROW LEVEL SECURITY"))

    def create_view(self, thing: View, exists: str) -> Statements:
        word = "MATERIALIZED VIEW" if thing.materialized else "VIEW"
        if not thing.materialized and exists:
            raise self.cannot("create a view only if it is not there", "Leave if_not_exists out.")
        options, check = self._view_options(thing)
        text = (
            f"CREATE {word} {exists}{self.full(thing.key)}{options} AS {thing.definition.as_written}{check}"
        )
        return (Statement(text), *self.object_comment(thing, None, thing.comment))

    def alter_view(self, have: View, want: View) -> Statements:
        """OR REPLACE keeps what depends on the view but can only add columns; a materialized one is made again."""
        if (have.definition, have.options) == (want.definition, want.options):
            return ()
        if have.materialized or want.materialized:
            return (*self.drop_object(have), *self.create_object(want))
        return self.replaced_view(want)

    def replaced_view(self, thing: View) -> Statements:
        """Options that are not said again are gone, so all are said."""
        options, check = self._view_options(thing)
        text = (
            f"CREATE OR REPLACE VIEW {self.full(thing.key)}{options} AS {thing.definition.as_written}{check}"
        )
        return (Statement(text),)

    # -- comparing, both in the server's wording
    def same_object(self, have: Object, want: Object) -> bool:
        if isinstance(have, View) and isinstance(want, View):
            return (have.materialized, have.definition, _plain_options(have), have.comment) == (
                want.materialized,
                want.definition,
                _plain_options(want),
                want.comment,
            )
        if isinstance(have, (Function, Policy)) and isinstance(want, (Function, Policy)):
            return (have.definition, have.comment) == (want.definition, want.comment)
        if isinstance(have, Trigger) and isinstance(want, Trigger):
            return (have.definition, have.enabled, have.comment) == (
                want.definition,
                want.enabled,
                want.comment,
            )
        return super().same_object(have, want)

    def may_replace(self, have: Object, want: Object) -> bool:
        """A view can get further columns behind those it has; a function must keep arguments and result."""
        if isinstance(have, View) and isinstance(want, View):
            plain = not (have.materialized or want.materialized) and bool(have.columns)
            return plain and want.columns[: len(have.columns)] == have.columns
        if isinstance(have, Function) and isinstance(want, Function):
            return have.procedure == want.procedure and _head(have) == _head(want)
        return False

    def alter_sequence(self, have: Sequence, want: Sequence) -> Statements:
        name = self.full(want.key)
        changed: list[Statement] = []
        if have.data_type != want.data_type:
            changed.append(Statement(f"ALTER SEQUENCE {name} AS {want.data_type or 'bigint'}"))
        if have.options != want.options:
            changed += self._moved_up(have, want)
            changed += super().alter_sequence(have, replace(want, data_type=have.data_type))
        if have.owned_by != want.owned_by:
            changed.append(Statement(f"ALTER SEQUENCE {name} OWNED BY {self._owner(want)}"))
        return tuple(changed)

    def _moved_up(self, have: Sequence, want: Sequence) -> Statements:
        """A lower bound above where it stands is refused: then it is moved up first. One that turns starts again anyway, and
        may not be moved to where it was not allowed."""
        low, name = want.options.minvalue, self.full(want.key)
        if low is None or turns(have.options, want.options) or low <= (have.options.minvalue or 1):
            return ()
        move = f"SELECT setval({self.literal(name)}, {low}, false) FROM {name} WHERE last_value < {low}"
        return (Statement(move),)

    def create_sequence(self, thing: Sequence, exists: str) -> Statements:
        made = super().create_sequence(thing, exists)
        if thing.owned_by is None:
            return made
        owner = Statement(f"ALTER SEQUENCE {self.full(thing.key)} OWNED BY {self._owner(thing)}")
        return (made[0], owner, *made[1:])

    def alter_other(self, have: Object, want: Object) -> Statements:
        if isinstance(have, Enum) and isinstance(want, Enum):
            return self._alter_enum(have, want)
        if isinstance(have, Domain) and isinstance(want, Domain):
            return self._alter_domain(have, want)
        if isinstance(have, Extension) and isinstance(want, Extension):
            return self._alter_extension(have, want)
        if isinstance(have, RowSecurity) and isinstance(want, RowSecurity):
            return self._row_security(want, have)
        return super().alter_other(have, want)

    def alter_code(self, have: Object, want: Object) -> Statements:
        if isinstance(have, Trigger) and isinstance(want, Trigger) and have.definition == want.definition:
            return () if have.enabled == want.enabled else self._enable(want)
        return super().alter_code(have, want)

    def rename_object(self, kind: str, name: QualifiedName, new_name: str, before: Lookup) -> Statements:
        if kind in ("trigger", "policy"):
            table, _, thing = name.name.rpartition(".")
            place = f"{self.name(thing)} ON {self.full(QualifiedName(name.schema, table))}"
            return (Statement(f"ALTER {kind.upper()} {place} RENAME TO {self.name(new_name)}"),)
        if kind == "function":
            bare, _, signature = name.name.partition("(")
            place = f"{self.full(QualifiedName(name.schema, bare))}({signature}"
            return (Statement(f"ALTER ROUTINE {place} RENAME TO {self.name(new_name)}"),)
        if kind == "view":
            found = before.object(View, name)
            word = "MATERIALIZED VIEW" if found is not None and found.materialized else "VIEW"
            return (Statement(f"ALTER {word} {self.full(name)} RENAME TO {self.name(new_name)}"),)
        if kind == "enum":
            return (Statement(f"ALTER TYPE {self.full(name)} RENAME TO {self.name(new_name)}"),)
        return super().rename_object(kind, name, new_name, before)

    # -- values of enums
    def add_enum_value(
        self,
        enum: QualifiedName,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        if_not_exists: bool = False,
    ) -> Statements:
        """Before version 12 not inside a transaction; since then there, but not used before it is committed."""
        place = ""
        if before is not None:
            place = f" BEFORE {self.literal(before)}"
        elif after is not None:
            place = f" AFTER {self.literal(after)}"
        exists = "IF NOT EXISTS " if if_not_exists else ""
        text = f"ALTER TYPE {self.full(enum)} ADD VALUE {exists}{self.literal(value)}{place}"
        return (Statement(text, outside_transaction=not self.since(12)),)

    def rename_enum_value(self, enum: QualifiedName, value: str, new_value: str) -> Statements:
        text = f"ALTER TYPE {self.full(enum)} RENAME VALUE {self.literal(value)} TO {self.literal(new_value)}"
        return (Statement(text),)

    # -- fragments
    def word(self, thing: Object) -> str:
        return "TYPE" if isinstance(thing, Enum) else super().word(thing)

    def reference(self, thing: Object) -> str:
        return self.name(thing.name) if isinstance(thing, Extension) else super().reference(thing)

    def _owner(self, thing: Sequence) -> str:
        if thing.owned_by is None:
            return "NONE"
        table, column = thing.owned_by
        return f"{self.full(table)}.{self.name(column)}"

    def _view_options(self, thing: View) -> tuple[str, str]:
        """` WITH (security_barrier=true)` before AS, ` WITH LOCAL CHECK OPTION` behind the query."""
        given = {name: value for name, value in thing.options if name not in ("check_option", "with_data")}
        before = ", ".join(f"{name}={_plain(value)}" for name, value in given.items())
        options = dict(thing.options)
        behind = (
            f" WITH {options['check_option'].upper()} CHECK OPTION" if options.get("check_option") else ""
        )
        if thing.materialized and options.get("with_data") is False:
            behind += " WITH NO DATA"
        return (f" WITH ({before})" if before else ""), behind

    def _domain(self, thing: Domain) -> str:
        parts = [thing.type.spelling]
        parts += [f"DEFAULT {thing.default.as_written}"] if thing.default is not None else []
        parts += ["NOT NULL"] if thing.not_null else []
        parts += [
            f"{'' if name is None else f'CONSTRAINT {self.name(name)} '}CHECK ({check.as_written})"
            for name, check in thing.checks
        ]
        return " ".join(parts)

    def _alter_enum(self, have: Enum, want: Enum) -> Statements:
        """Values are added in their places; one that goes, or another order, needs a new type."""
        if tuple(label for label in want.labels if label in have.labels) != have.labels:
            return self._replace_enum(have, want)
        added: list[Statement] = []
        there = list(have.labels)
        for position, label in enumerate(want.labels):
            if position < len(there) and there[position] == label:
                continue
            last = position == len(there)
            before = None if last else there[position]
            added += self.add_enum_value(want.key, label, before=before)
            there.insert(position, label)
        return tuple(added)

    def _replace_enum(self, have: Enum, want: Enum) -> Statements:
        """A new type in the old one's place, and every column of it altered: the server finds them, arrays too.

        A row that holds a value which goes makes it fail."""
        old = QualifiedName(have.schema, f"{have.name}__old")
        made = self.create_object(with_comment(want, None))
        names = {"old": self.literal(self.full(old)), "new": self.full(want.key)}
        kept = () if want.comment is None else self.object_comment(want, None, want.comment)
        return (
            Statement(f"ALTER TYPE {self.full(have.key)} RENAME TO {self.name(old.name)}"),
            *made,
            Statement(_COLUMNS_TO_NEW_TYPE.format(**names)),
            Statement(f"DROP TYPE {self.full(old)}"),
            *kept,
        )

    def _alter_domain(self, have: Domain, want: Domain) -> Statements:
        if have.type != want.type:
            raise self.cannot(
                f"change the type of the domain {want.key}", "Make a new domain and alter the columns to it."
            )
        changes = []
        if have.default != want.default:
            changes.append(
                "DROP DEFAULT" if want.default is None else f"SET DEFAULT {want.default.as_written}"
            )
        if have.not_null != want.not_null:
            changes.append(f"{'SET' if want.not_null else 'DROP'} NOT NULL")
        changes += self._alter_checks(have, want)
        return tuple(Statement(f"ALTER DOMAIN {self.full(want.key)} {change}") for change in changes)

    def _alter_checks(self, have: Domain, want: Domain) -> Iterator[str]:
        """What says the same stays, and gets the name that it is said to have."""
        stand = list(zip(_given_names(have), (check for _, check in have.checks), strict=True))
        renames, adds = [], []
        for name, check in want.checks:
            same = next((s for s in stand if s == (name, check)), None)
            same = same or next((s for s in stand if s[1] == check and s not in want.checks), None)
            if same is None:
                named = "" if name is None else f"CONSTRAINT {self.name(name)} "
                adds.append(f"ADD {named}CHECK ({check.as_written})")
                continue
            stand.remove(same)
            if name not in (None, same[0]):
                renames.append(f"RENAME CONSTRAINT {self.name(same[0])} TO {self.name(str(name))}")
        yield from (f"DROP CONSTRAINT {self.name(name)}" for name, _ in stand)
        yield from (*renames, *adds)

    def _alter_extension(self, have: Extension, want: Extension) -> Statements:
        changes = []
        if want.version != have.version:
            to = "" if want.version is None else f" TO {self.literal(want.version)}"
            changes.append(f"UPDATE{to}")
        if want.schema is not None and want.schema != have.schema:
            changes.append(f"SET SCHEMA {self.name(want.schema)}")
        return tuple(Statement(f"ALTER EXTENSION {self.name(want.name)} {change}") for change in changes)

    def _enable(self, thing: Trigger) -> Statements:
        words = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
        return self.alter(thing.table, f"{words[thing.enabled]} TRIGGER {self.name(thing.name)}")


_COLUMNS_TO_NEW_TYPE = """\
DO $limbeck$
DECLARE
    c record;
    was text := {old}::regtype::text;
BEGIN
    FOR c IN
        SELECT a.attrelid::regclass AS place, quote_ident(a.attname) AS name, t.typcategory = 'A' AS many,
               pg_get_expr(d.adbin, d.adrelid) AS filled
          FROM pg_attribute a
          JOIN pg_type t ON t.oid = a.atttypid AND {old}::regtype IN (t.oid, t.typelem)
          JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p') AND NOT r.relispartition
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE NOT a.attisdropped
    LOOP
        IF c.filled IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT', c.place, c.name);
        END IF;
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %s TYPE {new}%s USING %s::text%s::{new}%s', c.place, c.name,
                       CASE WHEN c.many THEN '[]' END, c.name, CASE WHEN c.many THEN '[]' END,
                       CASE WHEN c.many THEN '[]' END);
        IF c.filled IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s', c.place, c.name,
                           replace(replace(c.filled, '::' || was || '[]', ''), '::' || was, ''));
        END IF;
    END LOOP;
END $limbeck$"""


def _given_names(domain: Domain) -> list[str]:
    """What the server calls its checks: by their names, and those without by the domain's and a number."""
    taken = {name for name, _ in domain.checks}
    found: list[str] = []
    for name, _ in domain.checks:
        number = 0
        while name is None:
            given = joined(domain.name, "", f"check{number or ''}")
            name = None if given in (*taken, *found) else given
            number += 1
        found.append(name)
    return found


def _plain_options(view: View) -> dict[str, str]:
    """As the server stores them: texts; with_data is no state that lasts."""
    return {name: _plain(value).lower() for name, value in view.options if name != "with_data"}


def _head(function: Function) -> str:
    """What stands before LANGUAGE in the server's wording: name, arguments, result."""
    return function.definition.text.partition("\n LANGUAGE ")[0]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
