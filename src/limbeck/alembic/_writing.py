"""New revision files of an Alembic project, written for limbeck's commands, and read by Alembic as its own.

The core compares (`_comparing`), with env.py's filters, hooks and renderers; the file is laid out by the core with the
project's script.py.mako, so that nothing a person types runs as code; its post-write hooks run over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.commands.autogenerate import Answers, Ask, Differences
from limbeck.commands.questions import refuse_unused
from limbeck.commands.revision import Wish, Written, refuse_behind, write
from limbeck.errors import HookFailed

from ._comparing import CoreRevision, GivenRevision, Ours, made_from_models, narrowed
from .runtime.environment import EnvironmentContext
from .util import asbool
from .util.exc import CommandError

if TYPE_CHECKING:
    from limbeck.model.snapshot import Snapshot
    from limbeck.project import RunOptions

    from ._project import AlembicProject


class Change(NamedTuple):
    """One difference as a person reads it."""

    words: str

    def describe(self) -> str:
        return self.words


class Author:
    """Who writes and compares in an Alembic project; the contract is `limbeck.project.Author`."""

    def __init__(self, project: AlembicProject) -> None:
        self.project = project

    def variables(self) -> Mapping[str, Any]:
        """What script.py.mako may use beside the usual names."""
        config = self.project.config
        arguments: dict[str, Any] = {"config": config}
        if asbool(config.get_alembic_option("revision_environment")):
            self._in_environment(lambda rows, context: [], arguments)
        return arguments

    def finish(self, path: Path) -> None:
        """Runs the post-write hooks, those too that env.py has registered."""
        from .script import write_hooks

        for hook in self.project.directory.hooks:
            try:
                write_hooks._invoke(hook.get("type", ""), path, hook)
            except (CommandError, OSError) as error:
                raise HookFailed(hook=hook["_hook_name"], file=str(path), why=str(error)) from error

    # -- comparing

    def autogenerate(self, wish: Wish, answers: Answers, ask: Ask | None) -> Written:
        """A file for what differs, or the files that env.py's hooks make of it."""
        refuse_behind(self.project)
        return self._all(self._compared(wish, answers, ask), wish)

    def write(self, wish: Wish, changes: Sequence[tuple[Differences, Snapshot]]) -> Written:
        """A file for changes that were found elsewhere."""
        context = GivenRevision(self.project, _typed(wish), changes)
        return self._all(self._looked(context), wish)

    def narrow(self, options: RunOptions, have: Snapshot, want: Snapshot) -> tuple[Snapshot, Snapshot]:
        """Both sides of any comparison without what env.py's filters leave out."""
        context = options.changed.get("context")
        return (have, want) if context is None else narrowed(context, have, want)

    def once_made(self) -> Ours:
        return made_from_models(self.project)

    def _all(self, found: Found, wish: Wish) -> Written:
        wanted = [script for script in found.context.generated_revisions if not _is_empty(script)]
        told: dict[str, Any] = {
            "notes": tuple(found.context.notes),
            "as_text": found.context.as_text,
            "open": tuple(found.context.left),
            "answers": tuple(found.context.taken),
        }
        if not wanted:
            return Written("", "", empty=True, **told)
        written = [self._write(script, found, wish) for script in wanted]
        changes = tuple(word for script in wanted for word in _words(script))
        return written[-1]._replace(changes=changes, **told)

    def check(self) -> tuple[Differences, ...]:
        refuse_behind(self.project)
        found = self._compared(Wish(), Answers(), None, fill=False)
        changes = tuple(
            Change(word) for script in found.context.generated_revisions for word in _words(script)
        )
        return (Differences("", changes, (), {}, ()),)  # type: ignore[arg-type]

    def _compared(self, wish: Wish, answers: Answers, ask: Ask | None, *, fill: bool = True) -> Found:
        return self._looked(CoreRevision(self.project, _typed(wish), answers, ask, fill))

    def _looked(self, context: CoreRevision) -> Found:
        def look(rows: Any, migration_context: Any) -> list[Any]:
            if migration_context.dialect.name == "sqlite":
                migration_context.opts["render_as_batch"] = True  # it alters nothing by itself
            context.run_autogenerate(rows, migration_context)
            return []

        self._in_environment(look, context.template_args, revision_context=context)
        if context.unused:
            everywhere = set(context.unused[0]).intersection(*context.unused)
            refuse_unused({answer: context.unused[0][answer] for answer in everywhere})
        return Found(context)

    def _in_environment(self, look: Any, arguments: dict[str, Any], **more: Any) -> None:
        environment = ComparingEnvironment(
            self.project.config,
            self.project.directory,
            fn=look,
            as_sql=False,
            dont_mutate=True,
            template_args=arguments,
            **more,
        )
        self.project.environment.execute(environment)
        self.project.scripts.look_in(self.project.directory._version_locations)

    # -- writing

    def _write(self, script: Any, found: Found, wish: Wish) -> Written:
        from .autogenerate import render

        variables = dict(found.context.template_args)
        imported: set[str] = set(script.imports or ())
        for token, container in _bodies(script):
            context = found.context.contexts.get(token, found.context._last_autogen_context)
            context.imports = set()
            variables[token] = render._indent(render._render_cmd_body(container, context))
            imported |= context.imports
        variables["imports"] = "\n".join(sorted(imported))
        labels = _several(script.branch_label)
        upgrades, downgrades = (_block(str(variables.pop(token, ""))) for token in ("upgrades", "downgrades"))
        imports = tuple(str(variables.pop("imports", "")).splitlines())
        return write(
            self.project,
            wish._replace(
                message=script.message or "",
                head=script.head,
                splice=bool(script.splice),
                labels=labels,
                version_path=script.version_path,
                id=script.rev_id,
                depends_on=_several(script.depends_on),
            ),
            upgrades,
            downgrades,
            imports,
            variables=variables,
        )


class ComparingEnvironment(EnvironmentContext):
    """Where env.py does not say whether defaults are compared, they are: the database itself judges them."""

    def configure(self, *args: Any, **kw: Any) -> None:
        super().configure(*args, **kw)
        if kw.get("compare_server_default") is None:
            self.get_context()._user_compare_server_default = True


class Found(NamedTuple):
    context: CoreRevision


def _typed(wish: Wish) -> dict[str, Any]:
    return {
        "message": wish.message or None,
        "autogenerate": True,
        "sql": False,
        "head": wish.head,
        "splice": wish.splice,
        "branch_label": wish.labels or None,
        "version_path": wish.version_path,
        "rev_id": wish.id,
        "depends_on": wish.depends_on or None,
    }


def _several(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _block(rendered: str) -> str:
    """A rendered body, whose first line has lost its indentation."""
    return f"    {rendered}" if rendered else ""


def _bodies(script: Any) -> list[tuple[str, Any]]:
    """The containers of all databases, by the names that the template has for their bodies."""
    ups, downs = script.upgrade_ops_list, script.downgrade_ops_list
    return [(each.upgrade_token, each) for each in ups] + [(each.downgrade_token, each) for each in downs]


def _is_empty(script: Any) -> bool:
    return all(each.is_empty() for each in (*script.upgrade_ops_list, *script.downgrade_ops_list))


# -- differences in words ---------------------------------------------------------------------------------------

VERBS = {"add": "add", "remove": "drop", "modify": "alter"}


def _words(script: Any) -> list[str]:
    return [word for each in script.upgrade_ops_list for operation in each.ops for word in _said(operation)]


def _said(operation: Any) -> list[str]:
    if hasattr(operation, "in_words"):  # the core's own, which may be several operations here
        return [operation.in_words] if operation.in_words else []
    if hasattr(operation, "ops"):
        return [word for part in operation.ops for word in _said(part)]
    if hasattr(operation, "sqltext") or not hasattr(operation, "to_diff_tuple"):
        return [_plain(operation)]
    try:
        diff = operation.to_diff_tuple()
    except (NotImplementedError, AttributeError):
        return [_plain(operation)]
    return [_in_words(each) for each in (diff if isinstance(diff, list) else [diff])]


def _plain(operation: Any) -> str:
    sql = getattr(operation, "sqltext", None)
    return f"execute {sql}" if sql is not None else type(operation).__name__


def _in_words(diff: Sequence[Any]) -> str:
    kind, *parts = diff
    verb, _, what = str(kind).partition("_")
    word = VERBS.get(verb, verb)
    if verb == "modify" and len(parts) >= 3 and isinstance(parts[1], str):
        schema, table, column, *_, new = parts
        return f"alter column {_dotted(schema, table, column)}: {what} {new}"
    if what == "column" and len(parts) == 3:
        return f"{'add' if verb == 'add' else 'drop'} column {_dotted(parts[0], parts[1], parts[2].name)}"
    name = getattr(parts[0], "name", None) if parts else None
    table = getattr(getattr(parts[0], "table", None), "name", None) if parts else None
    create = "create" if what in ("table", "index") and verb == "add" else word
    where = f" on {table}" if table else ""
    return f"{create} {what.replace('_', ' ').replace('fk', 'foreign key')} {name or ''}".rstrip() + where


def _dotted(*parts: Any) -> str:
    return ".".join(str(part) for part in parts if part)
