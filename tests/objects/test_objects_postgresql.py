"""Views, functions, triggers, policies and domains on PostgreSQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from objects_room import compared, dumped, laws, run, text

from limbeck import schema
from servers import Database

USERS = "CREATE TABLE users (id integer PRIMARY KEY, name varchar(40) NOT NULL, age integer)"
TOUCH = """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.name := coalesce(NEW.name, 'it''s 50%');
  RETURN NEW;
END $$"""


def users(*things: Any, age: Any = sa.Integer, more: tuple[Any, ...] = ()) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "users",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(40), nullable=False),
        *(() if age is None else (sa.Column("age", age),)),
        *more,
    )
    schema.register(metadata, *things)
    return metadata


def test_views_come_in_their_order_and_go(postgresql: Database) -> None:
    metadata = users()
    table = metadata.tables["users"]
    schema.register(
        metadata,
        schema.View("a_last", "SELECT z.id FROM z_first z WHERE z.name LIKE 'x%'", comment="it's"),
        schema.View("z_first", sa.select(table.c.id, table.c.name).where(table.c.age.between(18, 120))),
    )
    found = laws(
        postgresql,
        metadata,
        [USERS],
        [
            USERS,
            "CREATE VIEW z_first AS SELECT u.id, u.name FROM users u WHERE ((age >= 18) and u.age <= 120)".replace(
                "u.", "users."
            ).replace(" u ", " "),
            "create view a_last as select id from z_first z where name ~~ 'x%'::text",
            "COMMENT ON VIEW a_last IS 'it''s'",
        ],
    )
    assert text(found.downgrade).split() == ['op.drop_view("a_last")', 'op.drop_view("z_first")']


def test_a_view_that_gets_a_column_is_replaced_and_one_that_loses_one_is_made_again(
    postgresql: Database,
) -> None:
    run(postgresql, ["CREATE ROLE objects_reader"] * (not _role(postgresql)))
    metadata = users(
        schema.View("more", "SELECT id, name, age FROM users"), schema.View("less", "SELECT name FROM users")
    )
    granted = ["GRANT SELECT ON less TO objects_reader", "GRANT SELECT ON more TO objects_reader"]
    found = laws(
        postgresql,
        metadata,
        [
            USERS,
            "CREATE VIEW more AS SELECT id, name FROM users",
            "CREATE VIEW less AS SELECT id, name FROM users",
            *granted,
        ],
        [
            USERS,
            "CREATE VIEW more AS SELECT id, name, age FROM users",
            "CREATE VIEW less AS SELECT name FROM users",
            *granted,
        ],
    )
    assert 'op.replace_view("more", "SELECT id, name, age FROM users")' in text(found.upgrade)
    assert 'op.drop_view("less")' in text(found.upgrade)


def _role(database: Database) -> bool:
    with database.engine().connect() as connection:
        return bool(
            connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = 'objects_reader'").scalar()
        )


def test_functions_triggers_and_checks_that_call_them(postgresql: Database) -> None:
    positive = "CREATE FUNCTION positive(n integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT n > 0'"
    metadata = users(
        schema.Trigger("touched", "CREATE TRIGGER touched BEFORE UPDATE OF name ON users FOR EACH ROW "
                       "WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION touch()", table="users"),
        schema.Function("touch", TOUCH),
        schema.Function("positive", positive, comment="c"),
        schema.Function("many", "CREATE FUNCTION many() RETURNS SETOF users STABLE LANGUAGE sql AS $$ SELECT * FROM users $$"),
        more=(sa.CheckConstraint("positive(id)", name="ck"),),
    )  # fmt: skip
    found = laws(
        postgresql,
        metadata,
        [],
        [
            positive,
            "COMMENT ON FUNCTION positive(integer) IS 'c'",
            USERS.replace(")", ", CONSTRAINT ck CHECK (positive(id)))").replace(
                "(40, CONSTRAINT ck CHECK (positive(id)))", "(40)"
            ),
            "create or replace function public.many() returns setof users language sql stable as $$ SELECT * FROM users $$",
            TOUCH,
            """CREATE TRIGGER touched BEFORE UPDATE OF name ON public.users FOR EACH ROW
               WHEN (((OLD.name)::text <> (NEW.name)::text)) EXECUTE PROCEDURE touch()""",
        ],
    )
    kinds = [o.kind + " " + getattr(getattr(o, "thing", None), "name", "") for o in found.upgrade]
    assert (
        kinds.index("create_object positive")
        < kinds.index("create_table ")
        < kinds.index("create_object many")
    )


def test_a_function_changes_in_place_or_with_what_stands_on_it(postgresql: Database) -> None:
    def function(result: str, factor: int) -> str:
        head = f"CREATE FUNCTION times(n integer) RETURNS {result} IMMUTABLE LANGUAGE sql"
        return f"{head} AS $$ SELECT (n * {factor})::{result} $$"

    view = schema.View("doubled", "SELECT id, times(age) AS twice FROM users")
    made = "CREATE VIEW doubled AS SELECT id, times(age) AS twice FROM users"
    hand = "CREATE VIEW hand AS SELECT twice FROM doubled"
    before = [USERS, function("integer", 1), made, hand, "COMMENT ON VIEW hand IS 'by hand'"]
    by_hand = lambda thing: thing.name != "hand"  # noqa: E731
    found = laws(
        postgresql,
        users(view, schema.Function("times", function("integer", 2))),
        before,
        [USERS, function("integer", 2), made, hand, "COMMENT ON VIEW hand IS 'by hand'"],
        ours=by_hand,
    )
    assert [o.kind for o in found.upgrade] == ["replace_object"]
    postgresql.empty()
    found = laws(
        postgresql,
        users(view, schema.Function("times", function("bigint", 2))),
        before,
        [USERS, function("bigint", 2), made, hand, "COMMENT ON VIEW hand IS 'by hand'"],
        ours=by_hand,
    )
    assert any("hand" in note for note in found.notes)


def test_policies_switch_row_level_security_on(postgresql: Database) -> None:
    policy = "CREATE POLICY mine ON users FOR SELECT TO public USING (name = current_user)"
    found = laws(
        postgresql,
        users(schema.Policy("mine", policy, table="users", comment="only mine")),
        [USERS],
        [
            USERS,
            "CREATE POLICY mine ON public.users AS PERMISSIVE FOR SELECT USING ((name)::text = CURRENT_USER)",
            "COMMENT ON POLICY mine ON users IS 'only mine'",
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
        ],
    )
    assert 'op.enable_row_security("users")' in text(found.upgrade)


def test_domains_before_tables(postgresql: Database) -> None:
    metadata = users(
        schema.Domain(
            "email", sa.Text(), checks=["VALUE LIKE '%@%'", ("short", "length(VALUE) < 200")], not_null=True
        )
    )
    laws(
        postgresql,
        metadata,
        [USERS],
        [
            USERS,
            "CREATE DOMAIN email AS text NOT NULL CHECK (VALUE ~~ '%@%') CONSTRAINT short CHECK ((length(VALUE) < 200))",
        ],
    )


def test_a_domain_over_another_type(postgresql: Database) -> None:
    """Its columns go over, with a view of a hand's that reads one."""
    metadata = users(schema.Domain("years", sa.BigInteger(), checks=[("c", "VALUE < 200")]), age=None)
    domain = sa.dialects.postgresql.DOMAIN("years", sa.BigInteger(), check="VALUE < 200", constraint_name="c")
    metadata.tables["users"].append_column(sa.Column("age", domain))
    table, view = USERS.replace("age integer", "age years"), "CREATE VIEW hand AS SELECT age FROM users"
    made = "CREATE DOMAIN years AS {} CONSTRAINT c CHECK (VALUE < 200)"
    row = "INSERT INTO users VALUES (1, 'x', 7)"
    laws(
        postgresql,
        metadata,
        [made.format("integer"), table, row, view],
        [made.format("bigint"), table, row, view],
        ours=lambda thing: False,
    )


def test_what_a_column_change_is_in_the_way_of_is_put_back_as_it_was(postgresql: Database) -> None:
    """Also what the models do not declare, with owner, grants, comments and indexes."""
    run(postgresql, ["CREATE ROLE objects_reader"] * (not _role(postgresql)))
    around = [
        "CREATE VIEW v1 WITH (security_barrier=true) AS SELECT id, age FROM users WHERE age > 1",
        "CREATE VIEW v2 AS SELECT age + 1 AS next FROM v1",
        "COMMENT ON VIEW v1 IS 'one'",
        "COMMENT ON COLUMN v1.age IS 'in years'",
        "ALTER VIEW v1 ALTER COLUMN age SET DEFAULT 7",
        "GRANT SELECT, INSERT ON v1 TO objects_reader WITH GRANT OPTION",
        "GRANT SELECT (next) ON v2 TO PUBLIC",
        "REVOKE DELETE ON v2 FROM CURRENT_USER",
        "CREATE MATERIALIZED VIEW m WITH (fillfactor=70) AS SELECT age, count(*) AS n FROM users GROUP BY age",
        "CREATE UNIQUE INDEX m_age ON m (age DESC)",
        "COMMENT ON INDEX m_age IS 'unique'",
        "ALTER MATERIALIZED VIEW m OWNER TO objects_reader",
        "CREATE POLICY p ON users USING (age > 0)",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        TOUCH,
        "CREATE TRIGGER touched BEFORE UPDATE OF age ON users FOR EACH ROW WHEN (NEW.age > 1) EXECUTE FUNCTION touch()",
        "ALTER TABLE users DISABLE TRIGGER touched",
        "COMMENT ON TRIGGER touched ON users IS 't'",
        "CREATE RULE renamed AS ON UPDATE TO users WHERE NEW.age > 200 DO INSTEAD NOTHING",
        "COMMENT ON RULE renamed ON users IS 'old age'",
        "CREATE RULE into_v1 AS ON INSERT TO v1 DO INSTEAD INSERT INTO users (id, name) VALUES (NEW.id, 'x')",
        "CREATE VIEW apart AS SELECT name FROM users",
    ]
    found = laws(
        postgresql,
        users(age=sa.BigInteger),
        [USERS, *around],
        [USERS.replace("age integer", "age bigint"), *around],
        ours=lambda thing: False,
    )
    told = text(found.upgrade)
    assert "apart" not in told
    assert told.index('op.drop_view("v2")') < told.index('op.drop_view("v1")') < told.index("op.alter_column")


def test_a_view_of_a_column_that_goes(postgresql: Database) -> None:
    """One that the models change is changed around it; one of a hand is told, and the database refuses."""
    metadata = users(schema.View("v", "SELECT id, name FROM users"), age=None)
    without = USERS.replace(", age integer", "")
    laws(
        postgresql,
        metadata,
        [USERS, "CREATE VIEW v AS SELECT id, name, age FROM users"],
        [without, "CREATE VIEW v AS SELECT id, name FROM users"],
    )
    postgresql.empty()
    run(postgresql, [USERS, "CREATE VIEW hand AS SELECT age FROM users"])
    found = compared(postgresql, metadata, lambda thing: False)
    assert 'drop_view("hand")' not in text(found.upgrade)
    assert any("view hand looks at what goes" in note for note in found.notes)


def test_what_nobody_declared_is_left_alone(postgresql: Database) -> None:
    run(postgresql, [USERS, "CREATE VIEW hand AS SELECT 1 AS x", TOUCH, "CREATE DOMAIN d AS text"])
    before = dumped(postgresql)
    found = compared(postgresql, users(), lambda thing: False)
    assert (found.upgrade, found.notes) == ((), ())
    found = compared(postgresql, users(schema.View("v", "SELECT 2 AS y")), lambda thing: False)
    assert [o.describe() for o in found.upgrade] == ["create view v"]
    assert found.notes == ("view hand stands in the database and is not declared: it is left alone.",)
    assert dumped(postgresql) == before


def test_other_schemas_and_renames(postgresql: Database) -> None:
    metadata = sa.MetaData()
    sa.Table("people", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
             sa.Column("mail", sa.Text), schema="s", info={"renamed_from": "users"})  # fmt: skip
    schema.register(
        metadata,
        schema.View("mails", "SELECT p.mail FROM s.people AS p JOIN plain ON plain.id = p.id", schema="s"),
        schema.View("plain", 'SELECT 1 AS id, x.mail AS "The Mail" FROM s.people x'),
        schema.Function(
            "f", "CREATE FUNCTION s.f(p s.people) RETURNS text LANGUAGE sql AS 'SELECT p.mail'", schema="s"
        ),
    )
    table = "CREATE TABLE s.{} (id integer PRIMARY KEY, mail text)"
    laws(
        postgresql,
        metadata,
        ["CREATE SCHEMA s", table.format("users"), "CREATE VIEW s.mails AS SELECT mail FROM s.users"],
        [
            "CREATE SCHEMA s",
            table.format("users"),
            "ALTER TABLE s.users RENAME TO people",
            'CREATE VIEW plain AS SELECT 1 AS id, mail AS "The Mail" FROM s.people x',
            "CREATE VIEW s.mails AS SELECT p.mail FROM s.people p JOIN public.plain ON plain.id = p.id",
            "CREATE FUNCTION s.f(p s.people) RETURNS text LANGUAGE sql AS 'SELECT p.mail'",
        ],
    )


def test_what_cannot_be_built_is_compared_as_text(postgresql: Database) -> None:
    made = "CREATE VIEW v AS SELECT gone.id FROM gone WHERE gone.a > 1"
    run(
        postgresql,
        [USERS, "CREATE TABLE gone (id integer, a integer)", made, "ALTER TABLE gone RENAME TO there"],
    )
    found = compared(
        postgresql, users(schema.View("v", "SELECT id FROM gone WHERE (a > 1)")), lambda thing: False
    )
    assert [("gone" in why) for why in found.as_text.values()] == [True]


def test_sqlalchemys_own_views(postgresql: Database) -> None:
    metadata = users()
    table = metadata.tables["users"]
    if not hasattr(sa.schema, "CreateView"):  # SQLAlchemy 2.0 has none
        return
    select = sa.select(table.c.id).where(table.c.name == "it's")
    sa.schema.CreateView(select, "v", metadata=metadata)
    sa.schema.CreateView(select, "m", metadata=metadata, materialized=True)
    body = "AS SELECT id FROM users WHERE name = 'it''s'"
    laws(
        postgresql, metadata, [USERS], [USERS, f"CREATE VIEW v {body}", f"CREATE MATERIALIZED VIEW m {body}"]
    )


def test_a_generated_column_over_a_column_that_changes(postgresql: Database) -> None:
    metadata = users(
        age=sa.BigInteger, more=(sa.Column("twice", sa.BigInteger, sa.Computed("age * 2", persisted=True)),)
    )
    table = USERS.replace("age integer", "age {0}, twice bigint GENERATED ALWAYS AS (age * 2) STORED")
    view = "CREATE VIEW hand AS SELECT twice FROM users"
    before, after = table.format("integer"), table.format("bigint")
    laws(postgresql, metadata, [before, view], [after, view], ours=lambda thing: False)
