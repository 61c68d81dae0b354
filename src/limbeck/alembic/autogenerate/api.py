"""What programs call: compare, produce, render; and the two objects that a run of autogenerate has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect

from .. import util
from ..operations import ops
from ..runtime.plugins import Plugin
from . import compare, render

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

_DEFAULT_PLUGINS = ["alembic.autogenerate.*"]


def compare_metadata(context: Any, metadata: MetaData) -> Any:
    """What differs between the context's database and the models, as a list of tuples."""
    found: Any = produce_migrations(context, metadata).upgrade_ops
    return found.as_diffs()


def produce_migrations(context: Any, metadata: MetaData) -> ops.MigrationScript:
    """The same, as operations for both directions."""
    script = ops.MigrationScript(None, ops.UpgradeOps([]), ops.DowngradeOps([]))
    compare._populate_migration_script(AutogenContext(context, metadata=metadata), script)
    return script


def render_python_code(
    up_or_down_op: Any,
    sqlalchemy_module_prefix: str = "sa.",
    alembic_module_prefix: str = "op.",
    render_as_batch: bool = False,
    imports: Sequence[str] = (),
    render_item: Any = None,
    migration_context: Any = None,
    user_module_prefix: str | None = None,
) -> str:
    """Operations as the body of upgrade() or downgrade()."""
    if migration_context is None:
        from sqlalchemy.engine.default import DefaultDialect

        from ..runtime.migration import MigrationContext

        migration_context = MigrationContext.configure(dialect=DefaultDialect())
    opts = {
        "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
        "alembic_module_prefix": alembic_module_prefix,
        "render_item": render_item,
        "render_as_batch": render_as_batch,
        "user_module_prefix": user_module_prefix,
    }
    context = AutogenContext(migration_context, opts=opts)
    context.imports = set(imports)
    return render._indent(render._render_cmd_body(up_or_down_op, context))


def _render_migration_diffs(context: Any, template_args: dict[Any, Any]) -> None:
    """Compare and put the rendered bodies into template arguments."""
    seen = AutogenContext(context)
    found = ops.UpgradeOps([])
    compare._produce_net_changes(seen, found)
    both = ops.MigrationScript(None, found, found.reverse())
    render._render_python_into_templatevars(seen, both, template_args)


class AutogenContext:
    """One comparison: models, connection, options, filters, and the imports that rendering asks for."""

    metadata: Any = None
    """The MetaData of the models, or several."""
    connection: Any = None
    dialect: Any
    imports: set[str] = None  # type: ignore[assignment]
    """Import lines for the file, gathered while rendering."""
    migration_context: Any
    comparators: util.PriorityDispatcher

    def __init__(
        self,
        migration_context: Any,
        metadata: Any = None,
        opts: dict[str, Any] | None = None,
        autogenerate: bool = True,
    ) -> None:
        opts = migration_context.opts if opts is None else opts
        self.metadata = opts.get("target_metadata", None) if metadata is None else metadata
        if autogenerate:
            self._prepare_to_compare(migration_context)
        include_object, include_name = opts.get("include_object", None), opts.get("include_name", None)
        self._object_filters = [include_object] if include_object else []
        self._name_filters = [include_name] if include_name else []
        self.migration_context = migration_context
        self.connection = migration_context.bind
        self.dialect = migration_context.dialect
        self.imports = set()
        self.opts = opts
        self._has_batch = False

    def _prepare_to_compare(self, migration_context: Any) -> None:
        if migration_context is not None and migration_context.as_sql:
            raise util.CommandError(
                "autogenerate can't use as_sql=True as it prevents querying the database for schema information"
            )
        self.comparators = compare.comparators.branch()
        Plugin.populate_autogenerate_priority_dispatch(
            self.comparators,
            include_plugins=migration_context.opts.get("autogenerate_plugins", _DEFAULT_PLUGINS),
        )
        if self.metadata is None and migration_context.script is not None:
            raise util.CommandError(
                "Can't proceed with --autogenerate option; environment "
                f"script {migration_context.script.env_py_location} does not provide "
                "a MetaData object or sequence of objects to the context."
            )

    @util.memoized_property
    def inspector(self) -> Any:
        if self.connection is None:
            raise TypeError("can't return inspector as this AutogenContext has no database connection")
        return inspect(self.connection)

    @contextmanager
    def _within_batch(self) -> Iterator[None]:
        self._has_batch = True
        yield
        self._has_batch = False

    def run_name_filters(self, name: str | None, type_: Any, parent_names: Any) -> bool:
        """Whether a reflected name takes part, as `include_name` says."""
        if "schema_name" in parent_names:
            table = name if type_ == "table" else parent_names.get("table_name", None)
            schema = parent_names["schema_name"]
            if table:
                parent_names["schema_qualified_table_name"] = f"{schema}.{table}" if schema else table
        return all(accepts(name, type_, parent_names) for accepts in self._name_filters)

    def run_object_filters(
        self, object_: Any, name: Any, type_: Any, reflected: bool, compare_to: Any
    ) -> bool:
        """Whether an object takes part, as `include_object` says."""
        return all(accepts(object_, name, type_, reflected, compare_to) for accepts in self._object_filters)

    run_filters = run_object_filters

    @util.memoized_property
    def sorted_tables(self) -> list[Table]:
        """The models' tables, referred ones first."""
        return [table for metadata in util.to_list(self.metadata) for table in metadata.sorted_tables]

    @util.memoized_property
    def table_key_to_table(self) -> dict[str, Table]:
        tables: dict[str, Table] = {}
        for metadata in util.to_list(self.metadata):
            twice = sorted(tables.keys() & metadata.tables.keys())
            if twice:
                names = ", ".join(f'"{key}"' for key in twice)
                raise ValueError(f"Duplicate table keys across multiple MetaData objects: {names}")
            tables.update(metadata.tables)
        return tables


class RevisionContext:
    """One `revision`: from what was typed to the files. `generated_revisions` may be changed by the hooks."""

    def __init__(
        self,
        config: Any,
        script_directory: Any,
        command_args: dict[str, Any],
        process_revision_directives: Any = None,
    ) -> None:
        self.config = config
        self.script_directory = script_directory
        self.command_args = command_args
        self.process_revision_directives = process_revision_directives
        self.template_args: dict[str, Any] = {"config": config}
        self.generated_revisions: list[Any] = [self._default_revision()]

    def _default_revision(self) -> ops.MigrationScript:
        """What the command asked for, with nothing in it yet."""
        words = ("message", "head", "splice", "branch_label", "version_path", "depends_on")
        wanted = {word: self.command_args[word] for word in words}
        rev_id = self.command_args["rev_id"] or util.rev_id()
        return ops.MigrationScript(rev_id, ops.UpgradeOps([]), ops.DowngradeOps([]), **wanted)

    def run_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Called in env.py's run: compare this database."""
        self._run_environment(rev, migration_context, True)

    def run_no_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Called in env.py's run: only the hooks."""
        self._run_environment(rev, migration_context, False)

    def _run_environment(self, rev: Any, migration_context: Any, autogenerate: bool) -> None:
        if autogenerate:
            self.script_directory._run_every_file()
            self._refuse_to_compare(rev)
        script = self.generated_revisions[-1]
        upgrade_token = migration_context.opts["upgrade_token"]
        downgrade_token = migration_context.opts["downgrade_token"]
        if getattr(script, "_needs_render", False):  # a further database of the same run
            script._upgrade_ops.append(ops.UpgradeOps([], upgrade_token=upgrade_token))
            script._downgrade_ops.append(ops.DowngradeOps([], downgrade_token=downgrade_token))
        else:
            script.upgrade_ops_list[-1].upgrade_token = upgrade_token
            script.downgrade_ops_list[-1].downgrade_token = downgrade_token
            script._needs_render = True
        self._last_autogen_context = context = AutogenContext(migration_context, autogenerate=autogenerate)
        if autogenerate:
            self._populate(context, script)
        for hook in (self.process_revision_directives, migration_context.opts["process_revision_directives"]):
            if hook:
                hook(migration_context, rev, self.generated_revisions)
        for script in self.generated_revisions:
            script._needs_render = True

    def _populate(self, context: Any, script: Any) -> None:
        compare._populate_migration_script(context, script)

    def _refuse_to_compare(self, rev: Any) -> None:
        if self.command_args["sql"]:
            raise util.CommandError("Using --sql with --autogenerate does not make any sense")
        find = self.script_directory.get_revisions
        if set(find(rev)) != set(find("heads")):
            raise util.CommandError("Target database is not up to date.")

    def generate_scripts(self) -> Iterator[Any]:
        """Write the files; yields each Script."""
        for script in self.generated_revisions:
            yield self._to_script(script)

    def _to_script(self, script: ops.MigrationScript) -> Any:
        template_args = dict(self.template_args)
        if getattr(script, "_needs_render", False):
            context = self._last_autogen_context
            context.imports = set(script.imports or ())
            render._render_python_into_templatevars(context, script, template_args)
        assert script.rev_id is not None
        said = {word: getattr(script, word) for word in ("head", "splice", "version_path", "depends_on")}
        return self.script_directory.generate_revision(
            script.rev_id,
            script.message,
            branch_labels=script.branch_label,
            refresh=True,
            **said,
            **template_args,
        )
