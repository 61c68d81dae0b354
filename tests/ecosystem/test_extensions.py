"""What plug-ins build on: operations, renderers, comparators, rewriters; and the objects scripts use by hand."""

from __future__ import annotations

import io

import sqlalchemy as sa

from .test_programs import ATTRIBUTES_ENV


def memory() -> sa.Connection:
    return sa.create_engine("sqlite://").connect()


def test_compare_metadata() -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer))
    with memory() as connection:
        connection.execute(sa.text("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, gone TEXT)"))
        connection.execute(sa.text("CREATE TABLE old (id INTEGER)"))
        diffs = compare_metadata(MigrationContext.configure(connection), metadata)
    kinds = sorted(diff[0] for diff in diffs)
    assert kinds == ["add_column", "remove_column", "remove_table"]
    [added] = [diff for diff in diffs if diff[0] == "add_column"]
    assert added[1:] == (None, "t", table.c.x) and added[3] is not None


def test_operations_by_hand() -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with memory() as connection:
        op = Operations(MigrationContext.configure(connection))
        made = op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20))
        )
        op.bulk_insert(made, [{"id": 1, "name": "Ada"}])
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("n", sa.Integer, server_default="7", nullable=False))
            batch.alter_column("name", new_column_name="who")
        assert connection.execute(sa.text("SELECT id, who, n FROM t")).all() == [(1, "Ada", 7)]


def test_an_operation_of_ones_own(project) -> None:  # type: ignore[no-untyped-def]
    """The recipe of the documentation: a sequence, with its reverse, its performance and its renderer."""
    from alembic import command
    from alembic.autogenerate import comparators, renderers
    from alembic.migration import MigrationContext
    from alembic.operations import MigrateOperation, Operations

    @Operations.register_operation("make_view")
    class MakeView(MigrateOperation):
        def __init__(self, name: str) -> None:
            self.name = name

        @classmethod
        def make_view(cls, operations, name):  # type: ignore[no-untyped-def]
            return operations.invoke(cls(name))

        def reverse(self):  # type: ignore[no-untyped-def]
            return DropView(self.name)

    @Operations.register_operation("drop_view")
    class DropView(MigrateOperation):
        def __init__(self, name: str) -> None:
            self.name = name

        @classmethod
        def drop_view(cls, operations, name):  # type: ignore[no-untyped-def]
            return operations.invoke(cls(name))

    @Operations.implementation_for(MakeView)
    def make(operations, operation):  # type: ignore[no-untyped-def]
        operations.execute(f"CREATE VIEW {operation.name} AS SELECT 1 AS one")

    @Operations.implementation_for(DropView)
    def drop(operations, operation):  # type: ignore[no-untyped-def]
        operations.execute(f"DROP VIEW {operation.name}")

    @renderers.dispatch_for(MakeView)
    def render_make(autogen_context, operation):  # type: ignore[no-untyped-def]
        autogen_context.imports.add("import datetime")
        return f"op.make_view({operation.name!r})"

    @renderers.dispatch_for(DropView)
    def render_drop(autogen_context, operation):  # type: ignore[no-untyped-def]
        return f"op.drop_view({operation.name!r})"

    @comparators.dispatch_for("schema")
    def compare(autogen_context, upgrade_ops, schemas):  # type: ignore[no-untyped-def]
        connection = autogen_context.connection
        ours = str(project.folder) in str(
            connection.engine.url
        )  # it stays registered for the tests that follow
        if ours and "v" not in sa.inspect(connection).get_view_names():
            upgrade_ops.ops.append(MakeView("v"))

    project.write("migrations/env.py", ATTRIBUTES_ENV)
    command.revision(project.config, "a view", autogenerate=True)
    text = project.newest()
    assert "op.make_view('v')" in text and "op.drop_view('v')" in text and "import datetime" in text
    command.upgrade(project.config, "head")
    engine = sa.create_engine(f"sqlite:///{project.folder}/app.db")
    assert sa.inspect(engine).get_view_names() == ["v"]
    command.check(project.config)
    command.downgrade(project.config, "base")
    assert sa.inspect(engine).get_view_names() == []
    with engine.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        operations.make_view("w")
        assert sa.inspect(connection).get_view_names() == ["w"]


REWRITING_ENV = """\
from alembic import context
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from sqlalchemy import create_engine
import shop_models

writer, second = Rewriter(), Rewriter()


@writer.rewrites(ops.CreateTableOp)
def say_so(context_, revision, op):
    return [op, ops.ExecuteSQLOp("SELECT 'made " + op.table_name + "'")]


@second.rewrites(ops.MigrationScript)
def rename(context_, revision, op):
    op.message = "renamed"
    return op


with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=shop_models.metadata,
        process_revision_directives=writer.chain(second),
        include_object=lambda object_, name, type_, reflected, compare_to: name != "left_out",
        render_item=lambda type_, object_, autogen_context: "sa.Text()" if str(object_) == "VARCHAR(50)" else False,
    )
    with context.begin_transaction():
        context.run_migrations()
"""


def test_a_rewriter_and_callbacks(project) -> None:  # type: ignore[no-untyped-def]
    from alembic import command

    project.write("migrations/env.py", REWRITING_ENV)
    models = (project.folder / "shop_models.py").read_text(encoding="utf-8")
    project.write("shop_models.py", models + 'Table("left_out", metadata, Column("id", Integer))\n')
    script = command.revision(project.config, "first", autogenerate=True)
    text = project.newest()
    assert "SELECT 'made users'" in text and '"""renamed' in text and "left_out" not in text
    assert "sa.Column('name', sa.Text(), nullable=False)" in text
    assert script.doc == "renamed"


def test_a_dialects_own_impl_and_constructs() -> None:
    """As third-party dialects do it: a subclass by __dialect__, and @compiles on the DDL constructs."""
    from alembic.ddl.base import RenameTable
    from alembic.ddl.impl import DefaultImpl
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy.engine.default import DefaultDialect
    from sqlalchemy.ext.compiler import compiles

    class ShopDialect(DefaultDialect):
        name = "shop"
        supports_statement_cache = False

    class ShopImpl(DefaultImpl):
        __dialect__ = "shop"
        transactional_ddl = True

        def add_column(self, table_name, column, *, schema=None, **kw):  # type: ignore[no-untyped-def]
            self.static_output(f"-- adding {column.name}")
            super().add_column(table_name, column, schema=schema, **kw)

    @compiles(RenameTable, "shop")
    def rename(element, compiler, **kw):  # type: ignore[no-untyped-def]
        return f"MOVE {element.table_name} TO {element.new_table_name}"

    out = io.StringIO()
    context = MigrationContext.configure(dialect=ShopDialect(), opts={"as_sql": True, "output_buffer": out})
    op = Operations(context)
    op.rename_table("a", "b")
    op.add_column("b", sa.Column("x", sa.Integer()))
    assert isinstance(context.impl, ShopImpl)
    assert out.getvalue() == "MOVE a TO b;\n\n-- adding x\n\nALTER TABLE b ADD COLUMN x INTEGER;\n\n"
