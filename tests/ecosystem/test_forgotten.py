"""What is easily forgotten: small things of the published API, each tried as a program would use it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from .test_programs import ATTRIBUTES_ENV

REVISION = """\
from alembic import op
import sqlalchemy as sa

revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {needs!r}


def upgrade():
    {up}


def downgrade():
    {back}
"""


def revision(
    project: Any, id: str, down: Any = None, up: str = "pass", back: str = "pass", **more: Any
) -> None:
    text = REVISION.format(
        id=id, down=down, up=up, back=back, labels=more.get("labels"), needs=more.get("needs")
    )
    project.write(f"migrations/versions/{id}_.py", text)


@pytest.fixture
def ready(project: Any) -> Any:
    project.write("migrations/env.py", ATTRIBUTES_ENV)
    return project


def out_of(config: Any, call: Any) -> list[str]:
    config.stdout = io.StringIO()
    call(config)
    return [line.rstrip() for line in config.stdout.getvalue().splitlines()]


def offline(dialect: str, call: Any, **options: Any) -> str:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    out = io.StringIO()
    opts = {"as_sql": True, "output_buffer": out, **options}
    call(Operations(MigrationContext.configure(dialect_name=dialect, opts=opts)))
    return " ".join(out.getvalue().split())


# -- op


def test_op_run_async(ready: Any) -> None:
    pytest.importorskip("aiosqlite")
    from alembic import command

    from .test_programs import ASYNC_ENV

    ready.write("migrations/env.py", ASYNC_ENV)
    body = "async def work(connection, name):\n        await connection.execute(sa.text(f'CREATE TABLE {name} (i INTEGER)'))\n"
    revision(ready, "a1", up=f"{body}    op.run_async(work, 'made')")
    command.upgrade(ready.config, "head")
    assert "made" in sa.inspect(sa.create_engine(f"sqlite:///{ready.folder}/app.db")).get_table_names()


def test_op_inline_literal() -> None:
    table = sa.table("t", sa.column("x", sa.String), sa.column("n", sa.Integer))

    def change(op: Any) -> None:
        op.execute(
            table.update().where(table.c.n == op.inline_literal(5)).values(x=op.inline_literal("it's"))
        )

    assert offline("postgresql", change) == "UPDATE t SET x='it''s' WHERE t.n = 5;"


def test_identity_insert_round_rows_for_sql_server() -> None:
    table = sa.table("t", sa.column("id", sa.Integer))
    text = offline_on_mssql(lambda op: op.bulk_insert(table, [{"id": 1}]))
    assert (
        text == "SET IDENTITY_INSERT t ON; GO INSERT INTO t (id) VALUES (1); GO SET IDENTITY_INSERT t OFF; GO"
    )


def offline_on_mssql(call: Any) -> str:
    from alembic.operations import Operations

    from . import texts

    context, out = texts.context_for("mssql")
    call(Operations(context))
    return " ".join(out.getvalue().split())


def test_options_of_other_databases() -> None:
    def create(op: Any) -> None:
        op.create_table("t", sa.Column("x", sa.Integer), mysql_engine="InnoDB", mysql_charset="utf8mb4")
        op.create_index("i", "t", ["x"], mysql_length={"x": 5}, mysql_prefix="FULLTEXT", oracle_bitmap=True)

    from alembic.operations import Operations

    from . import texts

    def said(database: str) -> str:
        context, out = texts.context_for(database)
        create(Operations(context))
        return " ".join(out.getvalue().split())

    assert "ENGINE=InnoDB" in said("mysql") and "utf8mb4" in said("mysql")
    assert "CREATE FULLTEXT INDEX i ON t (x(5))" in said("mysql")
    assert "CREATE BITMAP INDEX i ON t (x)" in said("oracle")


def test_op_f_round_reflected_names() -> None:
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER, CONSTRAINT uq_there UNIQUE (x))")
        connection.exec_driver_sql("CREATE INDEX ix_there ON t (x)")
        wanted = sa.MetaData(naming_convention={"uq": "uq_%(column_0_name)s"})
        sa.Table("t", wanted, sa.Column("x", sa.Integer))
        context = MigrationContext.configure(connection)
        code = render_python_code(produce_migrations(context, wanted).upgrade_ops)
    assert "op.drop_index(op.f('ix_there'), table_name='t')" in code
    assert "op.drop_constraint(op.f('uq_there'), 't', type_='unique')" in code


def test_implementation_for_replace() -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import MigrateOperation, Operations

    @Operations.register_operation("shout_in_a_test")
    class Shout(MigrateOperation):
        @classmethod
        def shout_in_a_test(cls, operations: Any) -> Any:
            return operations.invoke(cls())

    Operations.implementation_for(Shout)(lambda operations, operation: "first")
    with pytest.raises(ValueError, match="replace=True"):
        Operations.implementation_for(Shout)(lambda operations, operation: "no")
    Operations.implementation_for(Shout, replace=True)(lambda operations, operation: "second")
    with sa.create_engine("sqlite://").connect() as connection:
        operations: Any = Operations(MigrationContext.configure(connection))
        assert operations.shout_in_a_test() == "second"


# -- config, command line


def test_commands_of_ones_own(ready: Any) -> None:
    from alembic.config import CommandLine

    seen = []

    def whisper(config: Any, revision: str, sql: bool = False) -> None:
        """say it again"""
        seen.append((revision, sql, config.get_alembic_option("script_location") is not None))

    line = CommandLine(prog="mine")
    line.register_command(whisper)  # positional arguments and options by the names that the commands use
    line.main(["whisper", "a1", "--sql"])
    assert seen == [("a1", True, True)]


def test_config_of_toml_with_attributes(ready: Any) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    ready.write(
        "pyproject.toml",
        "[tool.alembic]\nscript_location = '%(here)s/migrations'\nfile_template = '%%(year)d/%%(rev)s'\n"
        "version_locations = ['%(here)s/migrations/versions']\n",
    )
    config = Config(toml_file="pyproject.toml", attributes={"mine": 1})
    assert config.attributes["mine"] == 1
    assert Path(config.get_alembic_option("script_location")) == ready.folder / "migrations"
    assert config.get_alembic_option("no_such_thing", "else") == "else"
    assert config.get_alembic_option("file_template") == "%(year)d/%(rev)s"
    assert ScriptDirectory.from_config(config).get_heads() == []


def test_file_template_with_folders(ready: Any) -> None:
    from alembic import command

    config = ready.config
    config.set_main_option("file_template", "%%(year)d/%%(month).2d/%%(rev)s-%%(slug)s")
    config.set_main_option("recursive_version_locations", "true")
    made = command.revision(config, "A Message!", rev_id="a1")
    where = Path(made.path).relative_to(ready.versions)
    assert len(where.parts) == 3 and where.name == "a1-a_message.py"
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(config).get_heads() == ["a1"]


def test_current_check_heads(ready: Any) -> None:
    from alembic import command
    from alembic.util import CommandError

    revision(ready, "a1")
    revision(ready, "a2", "a1")
    command.upgrade(ready.config, "a1")
    with pytest.raises(CommandError, match="not on all head revisions"):
        command.current(ready.config, check_heads=True)


def test_merge_splice_and_dependencies(ready: Any) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    revision(ready, "a1")
    revision(ready, "b1", "a1")
    revision(ready, "c1", "a1")
    revision(ready, "d1", "b1")
    made = command.revision(ready.config, "spliced", head="b1", splice=True, rev_id="e1")
    assert made.down_revision == "b1"
    command.merge(ready.config, ["d1", "c1"], message="joined", rev_id="m1")
    script = ScriptDirectory.from_config(ready.config)
    assert sorted(script.get_heads()) == ["e1", "m1"]
    revision(ready, "f1", "e1", needs="m1")
    script = ScriptDirectory.from_config(ready.config)
    assert sorted(script.get_heads()) == ["f1", "m1"]
    assert script.get_heads(consider_depends_on=True) == ["f1"]
    told = out_of(ready.config, lambda c: command.heads(c))
    assert sorted(line.split()[0] for line in told) == ["f1", "m1"]
    assert out_of(ready.config, lambda c: command.heads(c, resolve_dependencies=True)) == ["f1 (head)"]


def test_history_says_where_the_database_is(ready: Any) -> None:
    from alembic import command

    revision(ready, "a1")
    revision(ready, "a2", "a1")
    command.upgrade(ready.config, "a1")
    told = out_of(ready.config, lambda c: command.history(c, indicate_current=True))
    assert told == ["a1 -> a2 (head),", "<base> -> a1 (current),"]


def test_alembic_config_and_python_m(ready: Any) -> None:
    revision(ready, "a1", labels=("mine",))
    (ready.folder / "alembic.ini").rename(ready.folder / "other.ini")
    code = "from alembic.config import main; main(['heads'])"
    if os.environ.get("LIMBECK_ALEMBIC") != "0":
        code = f"import limbeck.alembic; {code}"
    environ = {**os.environ, "ALEMBIC_CONFIG": "other.ini"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "a1 (mine) (head)"), done.stderr
    gone = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env={**environ, "ALEMBIC_CONFIG": "no.ini"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert gone.returncode == 255 and "No" in gone.stdout + gone.stderr


@pytest.mark.parametrize("kind", ["console_scripts", "exec", "module"])
def test_hooks(ready: Any, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command

    ready.write("marker.py", "import sys\nopen(sys.argv[-1], 'a').write('# seen ' + sys.argv[1] + '\\n')\n")
    config = ready.config
    config.set_section_option("post_write_hooks", "hooks", "one")
    config.set_section_option("post_write_hooks", "one.type", kind)
    if kind == "exec":
        config.set_section_option("post_write_hooks", "one.executable", sys.executable)
        config.set_section_option(
            "post_write_hooks", "one.options", "marker.py loudly REVISION_SCRIPT_FILENAME"
        )
    elif kind == "module":
        config.set_section_option("post_write_hooks", "one.module", "marker")
        config.set_section_option("post_write_hooks", "one.options", "loudly REVISION_SCRIPT_FILENAME")
        monkeypatch.setenv("PYTHONPATH", str(ready.folder), prepend=os.pathsep)
    else:
        config.set_section_option("post_write_hooks", "one.entrypoint", "no-such-script")
        from alembic.util import CommandError

        with pytest.raises(CommandError, match="no-such-script"):
            command.revision(config, "one", rev_id="a1")
        assert list(ready.versions.glob("a1_*.py")), "the file was written before"
        return
    command.revision(config, "one", rev_id="a1")
    assert ready.newest().endswith("# seen loudly\n")


# -- contexts


def test_the_environment_context(ready: Any) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = ready.config
    from argparse import Namespace

    config.cmd_opts = Namespace(x=["tenant=acme", "dry"])
    script = ScriptDirectory.from_config(config)
    out = io.StringIO()
    with EnvironmentContext(config, script, as_sql=True, tag="v7", output_buffer=out) as context:
        assert context.get_x_argument() == ["tenant=acme", "dry"]
        assert context.get_x_argument(as_dictionary=True) == {"tenant": "acme", "dry": ""}
        assert context.get_tag_argument() == "v7"
        assert context.requires_connection() is False
        context.configure(dialect_name="sqlite")
        context.static_output("-- a line of ours")
    assert out.getvalue() == "-- a line of ours\n\n"
    with EnvironmentContext(Config(), script) as context:
        assert context.requires_connection() is True


def test_stamping_by_a_migration_context(ready: Any) -> None:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    revision(ready, "a1")
    revision(ready, "a2", "a1")
    with sa.create_engine("sqlite://").begin() as connection:
        context = MigrationContext.configure(connection)
        context.stamp(ScriptDirectory.from_config(ready.config), "a2")
        assert context.get_current_revision() == "a2"


def test_the_version_tables_own_shape(ready: Any) -> None:
    from alembic.ddl.sqlite import SQLiteImpl
    from alembic.migration import MigrationContext
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

    class Wide(SQLiteImpl):
        __dialect__ = "wideversion"

        def version_table_impl(self, **kw: Any) -> Any:
            table = super().version_table_impl(**kw)
            table.append_column(sa.Column("note", sa.String(20), server_default="seen"))
            return table

    dialect = SQLiteDialect_pysqlite()
    dialect.name = "wideversion"
    context = MigrationContext.configure(
        dialect=dialect, opts={"version_table": "v", "version_table_pk": False}
    )
    assert [column.name for column in context._version.columns] == ["version_num", "note"]
    assert not context._version.primary_key.columns and context._version.name == "v"


# -- autogenerate


def test_check_tells_the_differences(ready: Any) -> None:
    from alembic import command
    from alembic.util import AutogenerateDiffsDetected

    revision(ready, "a1")
    command.upgrade(ready.config, "head")
    with pytest.raises(AutogenerateDiffsDetected) as told:
        command.check(ready.config)
    assert [diff[0] for diff in told.value.diffs] == ["add_table"]
    assert told.value.revision_context.generated_revisions[0].upgrade_ops.ops


CHECKED = "CREATE TABLE t (x INTEGER, CONSTRAINT there CHECK (x > 1))"


@pytest.mark.parametrize(
    ("plugins", "found"),
    [
        (["alembic.autogenerate.*"], {"add_index"}),
        (
            ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
            {"add_index", "remove_constraint"},
        ),
        (["alembic.autogenerate.*", "~alembic.autogenerate.constraints"], set()),
    ],
)
def test_plugins_are_chosen(plugins: list[str], found: set[str]) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("x", sa.Integer, index=True))
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql(CHECKED)
        context = MigrationContext.configure(connection, opts={"autogenerate_plugins": plugins})
        assert {diff[0] for diff in compare_metadata(context, metadata)} == found


def test_a_plugin_by_entry_point(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ready.write("shop_plugin.py", "def setup(plugin):\n    plugin.add_autogenerate_comparator(hear, 'schema')\n"
                "heard = []\ndef hear(context, ops, schemas):\n    heard.append(schemas)\n")  # fmt: skip
    info = ready.folder / "shop_plugin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-plugin\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[alembic.plugins]\nshop = shop_plugin\n", encoding="utf-8")
    code = (
        "import sqlalchemy as sa, shop_plugin\n"
        "from alembic.autogenerate import compare_metadata\nfrom alembic.migration import MigrationContext\n"
        "with sa.create_engine('sqlite://').connect() as c:\n"
        "    opts = {'autogenerate_plugins': ['alembic.autogenerate.*', 'shop']}\n"
        "    compare_metadata(MigrationContext.configure(c, opts=opts), sa.MetaData())\nprint(shop_plugin.heard)\n"
    )
    if os.environ.get("LIMBECK_ALEMBIC") != "0":
        code = f"import limbeck.alembic\n{code}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False, cwd=ready.folder,
        env={**os.environ, "PYTHONPATH": str(ready.folder)},
    )  # fmt: skip
    assert done.stdout.strip() == "[{None}]", done.stderr


def test_include_object_sees_a_table_that_is_only_there(ready: Any) -> None:
    """For a dropped table it hears of the reflected one, with its columns, and of each of its indexes."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    seen = []

    def include(thing: Any, name: str, kind: str, reflected: bool, other: Any) -> bool:
        seen.append((kind, name, reflected, other))
        return name != "kept"

    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (x INTEGER)")
        connection.exec_driver_sql("CREATE TABLE gone (x INTEGER)")
        context = MigrationContext.configure(connection, opts={"include_object": include})
        diffs = compare_metadata(context, sa.MetaData())
    assert [(diff[0], diff[1].name) for diff in diffs] == [("remove_table", "gone")]
    assert ("table", "kept", True, None) in seen


def test_a_default_of_several_lines_keeps_its_parentheses_through_every_copy_of_its_table() -> None:
    """As found in Prefect's tables: SQLite's catalog takes one pair away, and what is left may begin and end with another."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    said = {
        "one": "DEFAULT (\n  lower('A')\n  || '-'\n)",
        "two": "DEFAULT ((\n  lower('A')\n))",
        "sum": "DEFAULT ((1)\n + (2))",
        "text": "DEFAULT 'a\nb'",
    }
    kept = {
        "one": "(lower('A')\n  || '-')",
        "two": said["two"][8:],
        "sum": said["sum"][8:],
        "text": "('a\nb')",
    }
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t ({', '.join(f'{n} TEXT {d}' for n, d in said.items())})")
        op = Operations(MigrationContext.configure(connection))
        for number in range(3):
            with op.batch_alter_table("t", recreate="always") as batch:
                batch.add_column(sa.Column(f"c{number}", sa.Integer))
            text = connection.exec_driver_sql("SELECT sql FROM sqlite_master").scalar_one()
            for name, default in kept.items():
                assert f"{name} TEXT DEFAULT {default}, " in text
        connection.exec_driver_sql("INSERT INTO t DEFAULT VALUES")
        found = connection.exec_driver_sql("SELECT one, two, sum, text FROM t").one()
        assert tuple(found) == ("a-", "a", "3", "a\nb")
