"""`limbeck revision --autogenerate` and `limbeck check` in an Alembic project: the core's walk and its judge.

What `alembic revision --autogenerate` does is done by `autogenerate`; this is the other road. env.py's filters narrow the
two sides (`_sides`), the core compares them, its operations are put in Alembic's words (`_wording`), the comparators of
plug-ins add theirs, and then the project's hooks take over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from limbeck.backends import BACKENDS, backend_for
from limbeck.commands.autogenerate import Answers, Ask, Differences, Scope, Unused, compare
from limbeck.commands.git_view import replaced
from limbeck.commands.questions import Question, Taken
from limbeck.commands.renaming import See, no_hints
from limbeck.diff.rules import Rules
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot

from . import util
from ._filling import Filling
from ._rehearsal import of_template
from ._sides import Sides, as_it_stands, ask, functions, theirs
from ._sqlite_wording import SqliteWording
from ._wording import NOTE, Live, Wording, note_of, with_names, with_plain_enums
from .autogenerate import api
from .operations import ops
from .runtime.plugins import _make_re, _translate_legacy_name

Ours = Callable[[Any], bool]


def nobodys(thing: Any) -> bool:
    return False


def made_from_models(project: Any) -> Ours:
    """Whether a revision file of the project made an object from the models (`NOTE`); they are read when first asked."""
    notes: set[str] = set()
    pattern = re.compile(rf"^\s*{re.escape(NOTE)}(.*?)\s*$", re.MULTILINE)
    unread = [True]

    def check(thing: Any) -> bool:
        if unread:
            unread.clear()
            for path in map(Path, project.scripts.scripts):
                text = path.read_text(encoding="utf-8", errors="replace") if path.suffix == ".py" else ""
                notes.update(" ".join(said.split()) for said in pattern.findall(text))
        return note_of(thing) in notes

    return check


class CoreRevision(api.RevisionContext):
    """One `revision --autogenerate` of limbeck's: filled by the core where it knows the database, else by Alembic's walk."""

    def __init__(
        self, project: Any, typed: dict[str, Any], answers: Answers, ask: Ask | None, fill: bool
    ) -> None:
        super().__init__(project.config, project.directory, typed)
        self.project = project
        self.folder: Path = project.folder
        self.once_made = made_from_models(project)
        self.answers, self.ask, self.fill = answers, ask, fill
        self.notes: list[str] = []
        self.as_text: dict[str, str] = {}
        self.left: list[Question] = []
        self.taken: list[Taken] = []
        self.unused: list[Unused] = []
        """For each database, the answers that nothing asked for."""
        self.contexts: dict[str, Any] = {}
        """The AutogenContext of each database, by the tokens of its two bodies."""

    def _populate(self, context: Any, script: Any) -> None:
        options = context.migration_context.opts
        self.contexts[options["upgrade_token"]] = self.contexts[options["downgrade_token"]] = context
        if not knows(context.dialect):
            super()._populate(context, script)
            if self.fill:
                filling = Filling(context.connection, self.answers, self.ask)
                filling.over(script.upgrade_ops_list[-1])
                self.notes += filling.notes
            return
        imports = of_template(_template(self.config, self.script_directory))
        unused: Unused = {}
        found = fill_in(
            context,
            script.upgrade_ops_list[-1],
            script.downgrade_ops_list[-1],
            self.answers,
            self.ask,
            fill=self.fill,
            imports=imports,
            see=lambda: replaced(self.folder),
            unused=unused,
            ours=self.once_made,
        )
        self.unused.append(unused)
        self.left += found.left
        self.taken += found.taken
        self.notes += found.notes
        self.as_text.update({str(name): why for name, why in found.as_text.items()})


class GivenRevision(CoreRevision):
    """A revision of changes that somebody else found, for each database in turn, put in this project's words."""

    def __init__(
        self, project: Any, typed: dict[str, Any], changes: Sequence[tuple[Differences, Snapshot]]
    ) -> None:
        super().__init__(project, typed, Answers(), None, False)
        self.changes = iter(changes)

    def _populate(self, context: Any, script: Any) -> None:
        options = context.migration_context.opts
        self.contexts[options["upgrade_token"]] = self.contexts[options["downgrade_token"]] = context
        imports = of_template(_template(self.config, self.script_directory))
        up, down = script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]
        found, have = next(self.changes)
        Comparison(context, imports).put_down(found.upgrade, found.downgrade, up, down, have)

    def _refuse_to_compare(self, rev: Any) -> None:
        """Nothing is compared: the file goes behind the head, wherever the database stands."""


def knows(dialect: Any) -> bool:
    """Whether the core has a backend of its own for it; for others their own impl is asked."""
    from importlib.metadata import entry_points

    return dialect.name in BACKENDS or any(
        point.name == dialect.name for point in entry_points(group="limbeck.backends")
    )


def _template(config: Any, directory: Any) -> str:
    try:
        return (Path(directory.dir) / "script.py.mako").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def fill_in(
    context: Any,
    upgrade: ops.UpgradeOps,
    downgrade: ops.DowngradeOps,
    answers: Answers,
    ask: Ask | None,
    *,
    fill: bool,
    imports: Sequence[str] = (),
    see: See = no_hints,
    unused: Unused | None = None,
    strangers: bool = False,
    ours: Ours = nobodys,
) -> Differences:
    """Both containers filled with what the core finds for this AutogenContext, and what plug-ins add. `see` and `unused`
    are those of `compare`, `strangers` that of Sides, `ours` that of Scope."""
    comparison = Comparison(context, imports)
    comparison.sides.strangers, comparison.ours = strangers, ours
    found = comparison.compare(answers, ask, fill, see, unused)
    comparison.word(found, upgrade, downgrade)
    return found


class Comparison:
    def __init__(self, context: Any, imports: Sequence[str]) -> None:
        self.context = context
        self.connection = context.connection
        self.backend = backend_for(context.dialect)
        self.metadatas = util.to_list(context.metadata)
        context.table_key_to_table  # a table in two MetaData: its own error  # noqa: B018
        self.live = Live(self.metadatas, context.dialect)
        self.sides = Sides(context, self.backend, self.live)
        kind = SqliteWording if context.dialect.name == "sqlite" else Wording
        self.wording = kind(context, self.backend, self.live, imports)
        self.parts = selected(context.opts.get("autogenerate_plugins"))
        self.ours: Ours = nobodys
        self.have: Snapshot | None = None
        self.want: Snapshot | None = None

    def compare(
        self, answers: Answers, ask: Ask | None, fill: bool, see: See, unused: Unused | None
    ) -> Differences:
        migration = self.context.migration_context
        version = QualifiedName(migration.version_table_schema, migration.version_table)
        scope = Scope(lambda name: name == version, tuple(self._schemas()), self._narrow, self.ours)
        if not {"schemas", "tables"} <= self.parts:
            return Differences("", (), (), {}, ())
        rules, models = self._rules(), self.metadatas
        return compare(self.connection, "", models, scope, answers, ask, rules, fill, see=see, unused=unused)

    def _narrow(self, have: Snapshot, want: Snapshot) -> tuple[Snapshot, Snapshot]:
        self.have, want = self.sides.narrow(have, want)
        if "constraints" not in self.parts:
            for key, table in want.tables.items():
                if key in self.have.tables:
                    want = want.with_table(as_it_stands(self.have.tables[key], table))
        self.want = want
        return self.have, want

    def _schemas(self) -> Iterable[str]:
        if not self.context.opts.get("include_schemas"):
            return ()
        default = self.connection.dialect.default_schema_name
        found = self.context.inspector.get_schema_names()
        return [s for s in found if s not in ("information_schema", default) and self.sides._reads_schema(s)]

    def _rules(self) -> Rules:
        migration = self.context.migration_context
        defaults = migration._user_compare_server_default is not False and "defaults" in self.parts
        return Rules(
            types=migration._user_compare_type is not False and "types" in self.parts,
            defaults=defaults,
            computed=defaults,
            identity=defaults,
            comments="comments" in self.parts,
        )

    # -- in words

    def word(self, found: Differences, upgrade: ops.UpgradeOps, downgrade: ops.DowngradeOps) -> None:
        if self.have is not None:
            self.put_down(found.upgrade, found.downgrade, upgrade, downgrade, self.have)
        self._insisted(upgrade, downgrade)
        self._plug_ins(upgrade, downgrade)

    def put_down(
        self,
        forward: Sequence[Any],
        back: Sequence[Any],
        upgrade: ops.UpgradeOps,
        downgrade: ops.DowngradeOps,
        have: Snapshot,
    ) -> None:
        """Operations from whatever `have` is; they may be tried on SQLite where it is what stands."""
        up, down = list(forward), list(back)
        if not up:
            return
        wording = self.wording
        if not isinstance(wording, SqliteWording):  # where what has no name is found without one
            up, down = with_names(up, down, have, self.backend)
        if isinstance(wording, SqliteWording):
            wording.begin(self.connection, None if self.want is not None else have)
        try:
            upgrade.ops[:], after = wording.all(up, have)
            downgrade.ops[:], _ = wording.all(down, after)
        finally:
            if isinstance(wording, SqliteWording):
                wording.end()

    def _insisted(self, upgrade: ops.UpgradeOps, downgrade: ops.DowngradeOps) -> None:
        """What only the project's own comparison calls different, behind all else; and first on the way back."""
        for key, name, alter in self.sides.insisted:
            found = _alter_of(upgrade, key, name)
            if found is not None:
                for word, unchanged in (("type", None), ("server_default", False), ("comment", False)):
                    if getattr(found, f"modify_{word}") is unchanged:
                        setattr(found, f"modify_{word}", getattr(alter, f"modify_{word}"))
                continue
            self.sides.changes.append(alter)
        for alter in self.sides.changes:
            upgrade.ops.append(ops.ModifyTableOps(alter.table_name, [alter], schema=alter.schema))
            back = ops.ModifyTableOps(alter.table_name, [alter.reverse()], schema=alter.schema)
            downgrade.ops.insert(0, back)

    # -- plug-ins

    def _plug_ins(self, upgrade: ops.UpgradeOps, downgrade: ops.DowngradeOps) -> None:
        comparators = theirs(self.context.comparators)
        if "enum" in self.sides.left:
            with_plain_enums(upgrade)
            with_plain_enums(downgrade)
        ours = list(upgrade.ops)
        dialect = self.context.dialect.name
        if any(True for _ in functions(comparators, "table")):
            self._of_tables(comparators, upgrade)
        if any(True for _ in functions(comparators, "schema")):
            schemas = {None, *self._schemas()}
            wanted = {schema for schema in schemas if self.sides._reads_schema(schema)}
            ask(comparators, "schema", dialect, self.context, upgrade, wanted)
        if any(True for _ in functions(comparators, "autogenerate")):
            ask(comparators, "autogenerate", dialect, self.context, upgrade)
        known = {id(each) for each in ours}
        if known - {id(each) for each in upgrade.ops}:
            upgrade.reverse_into(downgrade)  # a plug-in has exchanged some of ours
            return
        first = next((n for n, each in enumerate(upgrade.ops) if id(each) in known), 0)
        before, behind = upgrade.ops[:first], upgrade.ops[first:]
        downgrade.ops[:0] = [each.reverse() for each in reversed(behind) if id(each) not in known]
        downgrade.ops += [each.reverse() for each in reversed(before)]

    def _of_tables(self, comparators: Any, upgrade: ops.UpgradeOps) -> None:
        have = {} if self.have is None else self.have.tables
        want = {} if self.want is None else self.want.tables
        for key in dict.fromkeys((*want, *have)):
            schema = None if key.schema == self.live.default else key.schema
            inside = ops.ModifyTableOps(key.name, [], schema=schema)
            old = self.sides.thawed(have[key]) if key in have else None
            new = self.live.table(key) if key in want else None
            ask(
                comparators,
                "table",
                self.context.dialect.name,
                self.context,
                inside,
                schema,
                key.name,
                old,
                new,
            )
            if not inside.is_empty():
                upgrade.ops.append(inside)


def narrowed(migration: Any, have: Snapshot, want: Snapshot) -> tuple[Snapshot, Snapshot]:
    """What stands and what is declared, either way round, as env.py's filters leave them, also where nothing is connected;
    other sides as they are."""
    if have.stored == want.stored:
        return have, want
    context = api.AutogenContext(migration, autogenerate=not migration.as_sql)
    if migration.as_sql:
        context.comparators = util.PriorityDispatcher()
    live = Live(util.to_list(context.metadata, []), migration.dialect)
    sides = Sides(context, backend_for(migration.dialect), live)
    if have.stored:
        return sides.narrow(have, want)
    want, have = sides.narrow(want, have)
    return have, want


def _alter_of(upgrade: ops.UpgradeOps, key: QualifiedName, name: str) -> Any:
    for each in upgrade.ops:
        if isinstance(each, ops.ModifyTableOps) and each.table_name == key.name:
            for inner in each.ops:
                if isinstance(inner, ops.AlterColumnOp) and inner.column_name == name:
                    return inner
    return None


def selected(expressions: Sequence[str] | None) -> set[str]:
    """Which of Alembic's own comparisons `autogenerate_plugins` lets take part: tables, types, defaults ..."""
    names = ("schemas", "tables", "types", "constraints", "defaults", "comments")
    if expressions is None:
        return set(names)
    found = set()
    for name in names:
        full = f"alembic.autogenerate.{name}"
        said = [e for e in expressions if _make_re(_translate_legacy_name(e.lstrip("~"))).match(full)]
        if said and not any(e.startswith("~") for e in said):
            found.add(name)
    return found
