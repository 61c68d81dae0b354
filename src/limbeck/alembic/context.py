"""`from alembic import context`: the environment that env.py is run in, as a module.

Every function speaks to the EnvironmentContext that is entered at the moment; `config` and `script` are its attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TextIO, overload

from .util.langhelpers import proxy_missing

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, MetaData

    from .config import Config
    from .runtime.environment import (
        CompareServerDefault,
        CompareType,
        EnvironmentContext,
        IncludeNameFn,
        IncludeObjectFn,
        OnVersionApplyFn,
        ProcessRevisionDirectiveFn,
        RenderItemFn,
    )
    from .script import ScriptDirectory

    config: Config
    script: ScriptDirectory

P = ParamSpec("P")
_proxy: EnvironmentContext | None = None


def _ask(name: str) -> Any:
    proxy = globals().get("_proxy")
    if proxy is None:
        raise proxy_missing(name, "EnvironmentContext")
    return getattr(proxy, name)


def __getattr__(name: str) -> Any:
    if name == "EnvironmentContext":
        from .runtime.environment import EnvironmentContext

        return EnvironmentContext
    proxy = globals().get("_proxy")
    if proxy is not None and not name.startswith("_"):
        return getattr(proxy, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def begin_transaction() -> Any:
    """A context manager round `run_migrations`."""
    return _ask("begin_transaction")()


def _as_given(described: Callable[P, None]) -> Callable[P, None]:
    """Hands on what the caller gives and no more: a False that env.py says differs from one it leaves unsaid."""

    @wraps(described)
    def configure(*args: P.args, **kw: P.kwargs) -> None:
        _ask("configure")(*args, **kw)

    return configure


@_as_given
def configure(
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
    """Say which database this run is about and how it is to be compared; see `EnvironmentContext.configure`."""


def execute(sql: Any, execution_options: dict[str, Any] | None = None) -> None:
    """Execute a statement, or write it into the script."""
    _ask("execute")(sql, execution_options=execution_options)


def get_bind() -> Any:
    return _ask("get_bind")()


def get_context() -> Any:
    """The migration context that was configured last."""
    return _ask("get_context")()


def get_head_revision() -> Any:
    return _ask("get_head_revision")()


def get_head_revisions() -> Any:
    return _ask("get_head_revisions")()


def get_impl() -> Any:
    return _ask("get_impl")()


def get_revision_argument() -> Any:
    """Where the command goes."""
    return _ask("get_revision_argument")()


def get_starting_revision_argument() -> Any:
    return _ask("get_starting_revision_argument")()


def get_tag_argument() -> str | None:
    return _ask("get_tag_argument")()  # type: ignore[no-any-return]


@overload
def get_x_argument(as_dictionary: Literal[False] = ...) -> list[str]: ...


@overload
def get_x_argument(as_dictionary: Literal[True]) -> dict[str, str]: ...


@overload
def get_x_argument(as_dictionary: bool = ...) -> list[str] | dict[str, str]: ...


def get_x_argument(as_dictionary: bool = False) -> list[str] | dict[str, str]:
    """What was given to `-x`."""
    return _ask("get_x_argument")(as_dictionary=as_dictionary)  # type: ignore[no-any-return]


def is_offline_mode() -> bool:
    """Whether a script is written and nothing is connected."""
    return _ask("is_offline_mode")()  # type: ignore[no-any-return]


def is_transactional_ddl() -> bool:
    return _ask("is_transactional_ddl")()  # type: ignore[no-any-return]


def requires_connection() -> bool:
    return _ask("requires_connection")()  # type: ignore[no-any-return]


def run_migrations(**kw: Any) -> None:
    """Do what the command wants on the database that was configured last."""
    _ask("run_migrations")(**kw)


def static_output(text: str) -> None:
    """Write text of one's own into the script."""
    _ask("static_output")(text)
