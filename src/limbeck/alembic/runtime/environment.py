"""What env.py is run in: the project's configuration and scripts, what the command wants, and the migration context."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TextIO

from .. import util
from .migration import MigrationContext, _ProxyTransaction

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, MetaData

    from ..config import Config
    from ..script import ScriptDirectory

_RevNumber = str | tuple[str, ...] | None

# What callbacks are called with.
ProcessRevisionDirectiveFn = Callable[[MigrationContext, Any, list[Any]], None]
RenderItemFn = Callable[[str, Any, Any], str | Literal[False]]
NameFilterType = Literal[
    "schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"
]
NameFilterParentNames = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None
]
IncludeNameFn = Callable[[str | None, NameFilterType, NameFilterParentNames], bool]
IncludeObjectFn = Callable[[Any, str | None, NameFilterType, bool, Any], bool]
OnVersionApplyFn = Callable[[MigrationContext, Any, Collection[Any], Mapping[str, Any]], None]
CompareServerDefault = Callable[[MigrationContext, Any, Any, str | None, Any, str | None], bool | None]
CompareType = Callable[[MigrationContext, Any, Any, Any, Any], bool | None]


class EnvironmentContext(util.ModuleClsProxy):
    """While it is entered, the module `alembic.context` speaks to it."""

    _proxy_module = "alembic.context"
    _migration_context: MigrationContext | None = None
    config: Any = None
    """The Config of the run."""
    script: Any = None
    """The ScriptDirectory of the run."""

    def __init__(self, config: Config, script: ScriptDirectory, **kw: Any) -> None:
        self.config = config
        self.script = script
        self.context_opts = kw

    def __enter__(self) -> EnvironmentContext:
        self._install_proxy()
        return self

    def __exit__(self, *arg: Any, **kw: Any) -> None:
        self._remove_proxy()

    # -- questions

    def is_offline_mode(self) -> bool:
        """Whether a script is written and nothing is connected."""
        return self.context_opts.get("as_sql", False)  # type: ignore[no-any-return]

    def is_transactional_ddl(self) -> bool:
        """Whether this database's DDL is taken to be transactional."""
        return self.get_context().impl.transactional_ddl

    def requires_connection(self) -> bool:
        return not self.is_offline_mode()

    def get_head_revision(self) -> _RevNumber:
        return self.script.as_revision_number("head")  # type: ignore[no-any-return]

    def get_head_revisions(self) -> _RevNumber:
        return self.script.as_revision_number("heads")  # type: ignore[no-any-return]

    def get_starting_revision_argument(self) -> _RevNumber:
        """Where a script was said to start."""
        if self._migration_context is not None:
            start = self.get_context()._start_from_rev
        elif "starting_rev" in self.context_opts:
            start = self.context_opts["starting_rev"]
        else:
            raise util.CommandError("No starting revision argument is available.")
        return self.script.as_revision_number(start)  # type: ignore[no-any-return]

    def get_revision_argument(self) -> _RevNumber:
        """Where the command goes."""
        return self.script.as_revision_number(self.context_opts["destination_rev"])  # type: ignore[no-any-return]

    def get_tag_argument(self) -> str | None:
        """What was given to `--tag`."""
        return self.context_opts.get("tag", None)

    def get_x_argument(self, as_dictionary: bool = False) -> Any:
        """What was given to `-x`: the list, or as a dictionary `key=value` taken apart ("" where there is no value)."""
        given = (self.config.cmd_opts.x or []) if self.config.cmd_opts is not None else []
        if not as_dictionary:
            return given
        return {key: value for key, _, value in (argument.partition("=") for argument in given)}

    # -- configuring

    def configure(
        self,
        connection: Connection | None = None,
        url: str | URL | None = None,
        dialect_name: str | None = None,
        dialect_opts: dict[str, Any] | None = None,
        transactional_ddl: bool | None = None,
        transaction_per_migration: bool = False,
        output_buffer: TextIO | None = None,
        starting_rev: str | None = None,
        tag: str | None = None,
        template_args: dict[str, Any] | None = None,
        render_as_batch: bool = False,
        target_metadata: MetaData | Sequence[MetaData] | None = None,
        include_name: IncludeNameFn | None = None,
        include_object: IncludeObjectFn | None = None,
        include_schemas: bool = False,
        process_revision_directives: ProcessRevisionDirectiveFn | None = None,
        compare_type: bool | CompareType = True,
        compare_server_default: bool | CompareServerDefault = False,
        render_item: RenderItemFn | None = None,
        literal_binds: bool = False,
        upgrade_token: str = "upgrades",
        downgrade_token: str = "downgrades",
        alembic_module_prefix: str = "op.",
        sqlalchemy_module_prefix: str = "sa.",
        user_module_prefix: str | None = None,
        on_version_apply: OnVersionApplyFn | None = None,
        autogenerate_plugins: Sequence[str] | None = None,
        **kw: Any,
    ) -> None:
        """Make the migration context for a connection, or for a URL or a dialect's name where nothing is connected.

        May be called again for another database. Keywords that are not known are kept in the context's `opts`.
        """
        opts = self.context_opts
        if output_buffer is None:
            output_buffer = self.config.output_buffer
        where_given = {
            "transactional_ddl": transactional_ddl,
            "output_buffer": output_buffer,
            "starting_rev": starting_rev or None,
            "tag": tag or None,
            "autogenerate_plugins": autogenerate_plugins,
            "render_item": render_item,
            "compare_server_default": compare_server_default,
        }
        opts.update((name, value) for name, value in where_given.items() if value is not None)
        if template_args and "template_args" in opts:
            opts["template_args"].update(template_args)
        opts.update(
            script=self.script,
            target_metadata=target_metadata,
            compare_type=compare_type,
            include_schemas=include_schemas,
            include_object=include_object,
            include_name=include_name,
            on_version_apply=util.to_tuple(on_version_apply, default=()),
            process_revision_directives=process_revision_directives,
            transaction_per_migration=transaction_per_migration,
            literal_binds=literal_binds,
            render_as_batch=render_as_batch,
            downgrade_token=downgrade_token,
            upgrade_token=upgrade_token,
            user_module_prefix=user_module_prefix,
            alembic_module_prefix=alembic_module_prefix,
            sqlalchemy_module_prefix=sqlalchemy_module_prefix,
        )
        opts.update(kw)
        where: dict[str, Any] = {
            "connection": connection,
            "url": url,
            "dialect_name": dialect_name,
            "dialect_opts": dialect_opts,
        }
        self._migration_context = MigrationContext.configure(**where, environment_context=self, opts=opts)

    # -- running

    def run_migrations(self, **kw: Any) -> None:
        """Do what the command wants on the database that was configured last; keywords go to upgrade() and
        downgrade()."""
        from ..operations import Operations

        context = self._migration_context
        assert context is not None
        with Operations.context(context):
            context.run_migrations(**kw)

    def execute(self, sql: Any, execution_options: dict[str, Any] | None = None) -> None:
        self.get_context().execute(sql, execution_options=execution_options)

    def static_output(self, text: str) -> None:
        """Write a line of the person's own into the script."""
        self.get_context().impl.static_output(text)

    def begin_transaction(self) -> Any:
        """A context manager round `run_migrations`: a transaction, where there is to be one for the whole run."""
        return self.get_context().begin_transaction()

    def get_context(self) -> MigrationContext:
        if self._migration_context is None:
            raise Exception("No context has been configured yet.")
        return self._migration_context

    def get_bind(self) -> Any:
        return self.get_context().bind

    def get_impl(self) -> Any:
        return self.get_context().impl


__all__ = [
    "CompareServerDefault",
    "CompareType",
    "EnvironmentContext",
    "IncludeNameFn",
    "IncludeObjectFn",
    "MigrationContext",
    "NameFilterParentNames",
    "NameFilterType",
    "OnVersionApplyFn",
    "ProcessRevisionDirectiveFn",
    "RenderItemFn",
    "_ProxyTransaction",
]
