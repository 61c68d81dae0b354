"""The core's comparison in an Alembic project: env.py's filters, comparators and hooks hold, and what is written does
what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

import limbeck.alembic  # noqa: F401 (puts the name in force)
from conftest import on
from limbeck.alembic import _comparing
from limbeck.commands.autogenerate import Answers
from servers import Database

from alembic.autogenerate import api, render  # isort: skip
from alembic.autogenerate.compare import comparators  # isort: skip
from alembic.autogenerate.rewriter import Rewriter  # isort: skip
from alembic.migration import MigrationContext  # isort: skip
from alembic.operations import Operations, ops  # isort: skip
from alembic.util import DispatchPriority, PriorityDispatchResult  # isort: skip

PREFIXES = {"sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op.", "user_module_prefix": None}


class Bench:
    """A database built by one MetaData and compared with another, as an env.py with these options has it."""

    def __init__(self, database: Database, there: sa.MetaData, wanted: sa.MetaData) -> None:
        self.engine = database.engine()
        there.create_all(self.engine)
        self.wanted = wanted

    def compares(self, answers: Answers = Answers(), hook: Any = None, **options: Any) -> Any:
        """The MigrationScript; `self.code` is the file's two bodies."""
        with self.engine.connect() as connection:
            batch = connection.dialect.name == "sqlite"
            options = {
                **PREFIXES,
                "target_metadata": self.wanted,
                "render_as_batch": batch,
                "compare_server_default": True,
                **options,
            }
            migration = MigrationContext.configure(connection, opts=options)
            context = api.AutogenContext(migration)
            script = ops.MigrationScript("x", ops.UpgradeOps([]), ops.DowngradeOps([]))
            _comparing.fill_in(
                context, script.upgrade_ops, script.downgrade_ops, answers, answered, fill=True
            )
            if hook is not None:
                hook(migration, (), [script])
            self.code: dict[str, Any] = {}
            context.imports = set()
            render._render_python_into_templatevars(context, script, self.code)
            connection.rollback()
        return script

    def runs(self, which: str) -> None:
        lines = [*self.code["imports"].splitlines(), "def run():", f"    {self.code[which]}"]
        with self.engine.begin() as connection:
            context = MigrationContext.configure(connection)
            with Operations.context(context) as operations:
                space: dict[str, Any] = {"op": operations, "sa": sa}
                exec("\n".join(lines), space)
                space["run"]()


def answered(question: Any) -> str | None:
    """Nothing is renamed, all may be lost, values become a new type as was proposed."""
    known = {"rename": "no", "loss": "yes", "cast": question.suggestion or question.safe.answer}
    return known.get(question.kind)


def told(script: Any) -> list[str]:
    return [each.in_words for each in _all(script.upgrade_ops) if getattr(each, "in_words", "")]


def _all(container: Any) -> Iterator[Any]:
    for each in container.ops:
        if hasattr(each, "ops"):
            yield from _all(each)
        else:
            yield each


def tables(*names: str) -> sa.MetaData:
    metadata = sa.MetaData()
    for name in names:
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def table(*items: Any, name: str = "t") -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *items)
    return metadata


# -- filters ------------------------------------------------------------------------------------------------------


def test_names_are_asked_of_what_was_read(sqlite: Database) -> None:
    """A table whose name is refused is not dropped; nor is the version table."""
    bench = Bench(sqlite, tables("a", "b", "alembic_version"), tables("c"))
    asked: list[Any] = []

    def include_name(name: Any, kind: str, parents: Any) -> bool:
        asked.append((name, kind, dict(parents)))
        return bool(name != "a")

    assert told(bench.compares(include_name=include_name)) == ["drop table b", "create table c"]
    where = {"schema_name": None, "schema_qualified_table_name": "a"}
    assert ("a", "table", where) in asked and all(name != "c" for name, _, _ in asked)


def test_objects_are_live_on_both_sides(sqlite: Database) -> None:
    have = table(sa.Column("old", sa.Integer), sa.Column("both", sa.Integer, nullable=False))
    want = table(sa.Column("new", sa.Integer), sa.Column("both", sa.Integer))
    sa.Index("ix_new", want.tables["t"].c.both)
    sa.Index("ix_old", have.tables["t"].c.old)
    asked: dict[tuple[Any, str, bool], tuple[Any, Any]] = {}

    def include_object(thing: Any, name: Any, kind: str, reflected: bool, compare_to: Any) -> bool:
        asked[name, kind, reflected] = (thing, compare_to)
        return kind == "table"

    script = Bench(sqlite, have, want).compares(include_object=include_object)
    assert told(script) == [] and script.upgrade_ops.is_empty() and script.downgrade_ops.is_empty()
    models = want.tables["t"]
    assert asked["t", "table", False][0] is models
    assert isinstance(asked["t", "table", False][1], sa.Table)
    assert asked["new", "column", False] == (models.c.new, None)
    assert asked["both", "column", False][0] is models.c.both
    assert asked["both", "column", False][1].nullable is False
    reflected, nothing = asked["old", "column", True]
    assert isinstance(reflected, sa.Column) and reflected.table.name == "t" and nothing is None
    assert isinstance(asked["ix_new", "index", False][0], sa.Index)
    assert isinstance(asked["ix_old", "index", True][0], sa.Index)


def test_what_is_refused_on_one_column_leaves_the_others(sqlite: Database) -> None:
    have = table(sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    want = table(sa.Column("a", sa.Integer, nullable=False), sa.Column("b", sa.Integer, nullable=False))
    script = Bench(sqlite, have, want).compares(include_object=lambda o, name, *_: name != "a")
    assert told(script) == ["alter column t.b: not null"]


@on("postgresql")
def test_schemas_take_part_where_they_are_let_in(database: Database) -> None:
    have, want = sa.MetaData(), sa.MetaData()
    for schema in ("one", "two"):
        sa.Table("left", have, sa.Column("id", sa.Integer), schema=schema)
    sa.Table("kept", want, sa.Column("id", sa.Integer), schema="one")
    with database.engine().begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA one")
        connection.exec_driver_sql("CREATE SCHEMA two")
    bench = Bench(database, have, want)
    assert told(bench.compares()) == ["create table one.kept"]
    script = bench.compares(
        include_schemas=True, include_name=lambda n, kind, _: kind != "schema" or n != "two"
    )
    assert told(script) == ["drop table one.left", "create table one.kept"]


@on("postgresql")
def test_the_type_of_a_table_that_is_not_looked_at_stays(database: Database) -> None:
    have = table(sa.Column("mood", sa.Enum("a", "b", name="mood")), name="theirs")
    script = Bench(database, have, tables()).compares(include_name=lambda name, *_: name != "theirs")
    assert told(script) == []


@on("postgresql")
def test_what_migrations_made_by_hand_stays(database: Database) -> None:
    """Alembic never saw a view, a sequence or a type by itself; a type whose last column goes is the models' own."""
    have = table(sa.Column("a", sa.Enum("x", name="kind")))
    bench = Bench(database, have, table())
    with bench.engine.begin() as connection:
        for statement in ("SEQUENCE s", "TYPE lone AS ENUM ('a')", "VIEW v AS SELECT id FROM t"):
            connection.exec_driver_sql(f"CREATE {statement}")
    assert told(bench.compares()) == ["drop column t.a", "drop enum kind"]


# -- comparators --------------------------------------------------------------------------------------------------


def test_types_and_defaults_by_the_projects_own_judgement(sqlite: Database) -> None:
    have = table(sa.Column("a", sa.String(5), server_default="x"), sa.Column("b", sa.String(5)))
    want = table(sa.Column("a", sa.String(9), server_default="y"), sa.Column("b", sa.String(5)))
    bench = Bench(sqlite, have, want)
    assert told(bench.compares()) == ["alter column t.a: type VARCHAR(9), default 'y'"]
    assert told(bench.compares(compare_type=False, compare_server_default=False)) == []
    heard: list[Any] = []

    def compare_type(context: Any, old: Any, new: Any, old_type: Any, new_type: Any) -> Any:
        heard.append((old.name, str(old_type), str(new_type), new is want.tables["t"].c[new.name]))
        return None if new.name == "id" else False

    def compare_default(context: Any, old: Any, new: Any, said: Any, given: Any, text: Any) -> Any:
        return False if new.name == "a" else None

    assert told(bench.compares(compare_type=compare_type, compare_server_default=compare_default)) == []
    assert ("a", "VARCHAR(5)", "VARCHAR(9)", True) in heard


def test_what_only_the_project_calls_different(sqlite: Database) -> None:
    same = [table(sa.Column("a", sa.String(5))) for _ in range(2)]
    script = Bench(sqlite, *same).compares(compare_type=lambda c, old, new, *_: new.name == "a")
    [modify] = script.upgrade_ops.ops
    [alter] = modify.ops
    assert alter.column_name == "a" and alter.modify_type is same[1].tables["t"].c.a.type
    assert script.downgrade_ops.ops[0].ops[0].column_name == "a"


@pytest.fixture
def plug_in() -> Iterator[Callable[..., Any]]:
    """`comparators.dispatch_for`, forgotten after the test."""
    kept = {key: list(functions) for key, functions in comparators._registry.items()}
    yield comparators.dispatch_for
    comparators._registry.clear()
    comparators._registry.update(kept)


def test_comparators_of_plug_ins_add_theirs(sqlite: Database, plug_in: Any) -> None:
    class Hello(ops.ExecuteSQLOp):
        def reverse(self) -> ops.MigrateOperation:
            return ops.ExecuteSQLOp("SELECT 'bye'")

    seen: list[Any] = []

    @plug_in("schema")
    def of_schemas(context: Any, upgrade_ops: Any, schemas: Any) -> None:
        seen.append((set(schemas), len(upgrade_ops.ops)))
        upgrade_ops.ops.append(Hello("SELECT 'hello'"))

    @plug_in("table")
    def of_tables(context: Any, modify: Any, schema: Any, name: Any, old: Any, new: Any) -> None:
        seen.append((schema, name, old is not None, new))

    want = tables("a", "c")
    script = Bench(sqlite, tables("a", "b"), want).compares()
    assert seen == [
        (None, "a", True, want.tables["a"]),
        (None, "c", False, want.tables["c"]),
        (None, "b", True, None),
        ({None}, 2),
    ]
    assert isinstance(script.upgrade_ops.ops[-1], Hello)
    assert script.downgrade_ops.ops[0].sqltext == "SELECT 'bye'"


def test_a_plug_in_judges_a_column(sqlite: Database, plug_in: Any) -> None:
    @plug_in("column", subgroup="types", priority=DispatchPriority.FIRST)
    def of_types(context: Any, alter: Any, schema: Any, tname: Any, cname: Any, old: Any, new: Any) -> Any:
        return PriorityDispatchResult.STOP if cname == "a" else PriorityDispatchResult.CONTINUE

    have = table(sa.Column("a", sa.String(5)), sa.Column("b", sa.String(5)))
    want = table(sa.Column("a", sa.String(9)), sa.Column("b", sa.String(9)))
    assert told(Bench(sqlite, have, want).compares()) == ["alter column t.b: type VARCHAR(9)"]


def test_plug_ins_by_name(sqlite: Database) -> None:
    have = table(sa.Column("a", sa.String(5)), sa.Column("b", sa.Integer))
    want = table(sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer, index=True, nullable=False))
    bench = Bench(sqlite, have, want)
    without = ["alembic.autogenerate.*", "~alembic.autogenerate.types"]
    assert told(bench.compares(autogenerate_plugins=without)) == [
        "alter column t.b: not null",
        "create index ix_t_b (b) on t",
    ]
    without = ["alembic.autogenerate.*", "~alembic.autogenerate.constraints"]
    assert told(bench.compares(autogenerate_plugins=without)) == ["alter column t.a: type VARCHAR(9)"]


# -- hooks --------------------------------------------------------------------------------------------------------


def test_a_rewriter_sees_alembics_operations(sqlite: Database) -> None:
    rewriter = Rewriter()

    @rewriter.rewrites(ops.AddColumnOp)
    def add(context: Any, revision: Any, op: Any) -> Any:
        assert isinstance(op.column, sa.Column)
        return [op, ops.CreateIndexOp(f"ix_{op.column.name}", op.table_name, [op.column.name])]

    bench = Bench(sqlite, table(), table(sa.Column("a", sa.Integer)))
    bench.compares(hook=rewriter)
    assert "batch_op.add_column(sa.Column('a', sa.Integer(), nullable=True))" in bench.code["upgrades"]
    assert "batch_op.create_index('ix_a', ['a'], unique=False)" in bench.code["upgrades"]


def test_render_item_gets_the_models_own_objects(sqlite: Database) -> None:
    got: list[Any] = []

    def render_item(kind: str, thing: Any, context: Any) -> Any:
        if kind == "type" and isinstance(thing, sa.Date):
            got.append(thing)
            context.imports.add("import datetime")
            return "sa.types.DATE()"
        return False

    want = table(sa.Column("a", sa.Date))
    bench = Bench(sqlite, table(), want)
    bench.compares(render_item=render_item)
    assert "sa.Column('a', sa.types.DATE(), nullable=True)" in bench.code["upgrades"]
    assert bench.code["imports"] == "import datetime"
    assert got[-1] is want.tables["t"].c.a.type


class Money(sa.types.TypeDecorator[Any]):
    impl = sa.Numeric(9, 2)
    cache_ok = True


@on("sqlite", "postgresql")
def test_types_that_only_the_file_can_name(database: Database) -> None:
    """Nobody imports the module here; the template of the project does, or the person will. The word is Alembic's."""
    want = table(sa.Column("a", Money))
    for there in (table(), sa.MetaData()):
        bench = Bench(database, there, want)
        bench.compares()
        assert f"sa.Column('a', {__name__}.Money" in bench.code["upgrades"]
        assert "op.execute" not in bench.code["upgrades"]
        database.empty()


def test_what_the_template_imports_is_known() -> None:
    from limbeck.alembic._rehearsal import of_template

    text = "from alembic import op\nimport sqlalchemy as sa\nimport sqlmodel\n${imports if imports else ''}\nfrom a import b\n"
    assert of_template(text) == ("import sqlalchemy as sa", "import sqlmodel", "from a import b")


# -- answers ------------------------------------------------------------------------------------------------------


@on("sqlite", "postgresql", "mariadb")
def test_renames_and_values_are_heard(database: Database) -> None:
    have = table(sa.Column("mail", sa.String(20), nullable=False))
    want = table(
        sa.Column("email", sa.String(20), nullable=False), sa.Column("n", sa.Integer, nullable=False)
    )
    bench = Bench(database, have, want)
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (id, mail) VALUES (1, 'a@b')")
    script = bench.compares(Answers({"n": "7"}, (("t.mail", "t.email"),)))
    assert told(script) == [
        "rename column t.mail to email",
        "add column t.n (INTEGER)",
        "fill t.n where it is NULL",
        "alter column t.n: not null",
    ]
    bench.runs("upgrades")
    with bench.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT email, n FROM t")).all() == [("a@b", 7)]
    bench.runs("downgrades")
    with bench.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT mail FROM t")).all() == [("a@b",)]


# -- words --------------------------------------------------------------------------------------------------------


def test_a_batch_that_would_lose_something_is_not_written(sqlite: Database) -> None:
    """Alembic's batch knows nothing of the index's DESC: the core's statements are written, and the DESC stays."""
    have, want = (
        table(sa.Column("a", sa.Integer, nullable=n), sa.Column("b", sa.Integer)) for n in (True, False)
    )
    for metadata in (have, want):
        sa.Index("ix", metadata.tables["t"].c.b.desc())
    bench = Bench(sqlite, have, want)
    bench.compares()
    assert "batch_alter_table" not in bench.code["upgrades"]
    bench.runs("upgrades")
    with bench.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name IN ('t', 'ix') ORDER BY 1"
        )
        index, made = found.scalars()
    assert "b DESC" in index and "a INTEGER NOT NULL" in made


def test_what_needs_no_copy_is_said_in_words_beside_one_that_is_not(sqlite: Database) -> None:
    """One change that batch would spoil (the index's DESC) does not take the others with it."""
    a, b = sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)
    have = table(a, b)
    want = table(
        sa.Column("a", sa.Integer, nullable=False), sa.Column("b", sa.Integer), sa.Column("c", sa.String(9))
    )
    for metadata in (have, want):
        sa.Index("ix", metadata.tables["t"].c.b.desc())
    sa.Index("new", want.tables["t"].c.c)
    bench = Bench(sqlite, have, want)
    bench.compares()
    code = bench.code["upgrades"]
    assert "batch_op.add_column(sa.Column('c', sa.String(length=9)" in code
    assert "batch_op.create_index(batch_op.f('new'), ['c']" in code
    assert code.count("INSERT INTO") == 1 and "alter_column" not in code
    for which in ("upgrades", "downgrades", "upgrades"):
        bench.runs(which)
    assert told(bench.compares()) == []
    with bench.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'index' ORDER BY 1")
        assert found.scalars().all() == ["CREATE INDEX ix ON t (b DESC)", "CREATE INDEX new ON t (c)"]


def test_a_batch_that_does_the_same_is(sqlite: Database) -> None:
    have, want = (table(sa.Column("a", sa.Integer, nullable=n)) for n in (True, False))
    bench = Bench(sqlite, have, want)
    bench.compares()
    assert "batch_op.alter_column('a'" in bench.code["upgrades"]
    assert "op.execute" not in bench.code["upgrades"]


def test_a_batch_that_casts_values_away_is_not(sqlite: Database) -> None:
    have, want = table(sa.Column("a", sa.String(20))), table(sa.Column("a", sa.Integer))
    bench = Bench(sqlite, have, want)
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 'forty')")
    bench.compares()
    bench.runs("upgrades")
    with bench.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT a FROM t").scalar() == "forty"


@on("postgresql")
def test_what_stands_in_no_word_of_alembics_is_its_statement(database: Database) -> None:
    have = table(
        sa.Column("a", sa.Enum("x", "y", name="kind"), server_default="x"), sa.Column("b", sa.String(20))
    )
    want = table(
        sa.Column("a", sa.Enum("x", "y", ":z", name="kind"), server_default="x"),
        sa.Column("b", sa.String(20), server_default="a:b 100% \\:c"),
    )
    bench = Bench(database, have, want)
    assert len(told(bench.compares())) == 2
    assert "op.execute(\"ALTER TYPE kind ADD VALUE '\\\\:z'\")" in bench.code["upgrades"]
    bench.runs("upgrades")
    with bench.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT enum_range(NULL::kind)::text").scalar() == "{x,y,:z}"
        connection.exec_driver_sql("INSERT INTO t (id) VALUES (1)")
        assert connection.exec_driver_sql("SELECT b FROM t").scalar() == "a:b 100% \\:c"
        connection.rollback()
    bench.runs("downgrades")
    assert told(Bench(database, sa.MetaData(), have).compares()) == []


@on("postgresql", "mariadb")
def test_a_constraint_without_a_name_can_be_dropped_again(database: Database) -> None:
    have, want = tables("t", "u"), tables("t", "u")
    for metadata in (have, want):
        metadata.tables["t"].append_column(sa.Column("a", sa.Integer))
    t = want.tables["t"]
    t.append_constraint(sa.UniqueConstraint("a"))
    t.append_constraint(sa.CheckConstraint("a > 0"))
    t.append_constraint(sa.ForeignKeyConstraint(["a"], ["u.id"]))
    bench = Bench(database, have, want)
    bench.compares()
    bench.runs("upgrades")
    assert told(Bench(database, sa.MetaData(), want).compares()) == []
    bench.runs("downgrades")
    assert told(Bench(database, sa.MetaData(), have).compares()) == []


@on("postgresql")
def test_no_way_back_is_a_line_that_says_why(database: Database) -> None:
    from limbeck.alembic._wording import NoWayBack

    bench = Bench(database, table(), table())
    script = bench.compares()
    script.downgrade_ops.ops.append(NoWayBack("it's gone"))
    with bench.engine.connect() as connection:
        context = api.AutogenContext(
            MigrationContext.configure(connection, opts={**PREFIXES, "target_metadata": sa.MetaData()})
        )
        assert render.render_op(context, script.downgrade_ops.ops[-1]) == [
            'raise NotImplementedError("it\'s gone")'
        ]


def test_a_trigger_that_nobody_spoke_of_stays(sqlite: Database) -> None:
    """A table made anew by statements keeps what was made on it by hand."""
    have, want = (
        table(sa.Column("a", sa.Integer, nullable=n), sa.Column("b", sa.Integer)) for n in (True, False)
    )
    for metadata in (have, want):
        sa.Index("ix", metadata.tables["t"].c.b.desc())
    bench = Bench(sqlite, have, want)
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER by_hand AFTER UPDATE ON t BEGIN SELECT 1; END")
    bench.compares()
    assert "batch_alter_table" not in bench.code["upgrades"]
    for which in ("upgrades", "downgrades"):
        bench.runs(which)
        with bench.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            assert found.scalars().all() == ["by_hand"]
