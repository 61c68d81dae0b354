"""Nothing is found where the database was made by hand, in odd spellings of what the models say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from converge_laws import Trial
from converge_trial import kept_places, on_kinds, trial  # noqa: F401  (fixtures)
from sqlalchemy.dialects import mysql, postgresql

POSTGRESQL = """
create table "Parents" (id serial4 not null constraint "Parents_pkey" primary key);
create table t (
    id bigserial primary key,
    a int4 not null default ('7')::int,
    b character varying ( 20 ) default 'it''s'::text,
    c decimal(10,2) default 1.50::numeric,
    d timestamptz default current_timestamp,
    e time(2) without time zone,
    f float8 default 1e3,
    g bool default 't',
    h bpchar(3) collate "C",
    i int [ ] default '{}',
    j text check (((j))<>'' and j is not null),
    k integer references "Parents" on delete no action on update restrict,
    l json default '{"a": 1}'::json,
    m bit varying(5),
    n double precision generated always as (((f)*2)) stored,
    constraint odd_check check ( NOT ( a in (3,2,1) ) OR (a) BETWEEN 10 and 20 ),
    unique (b,c)
);
create index on t using btree (lower(b) asc nulls last, a desc nulls first) where ((a > 0));
alter index t_lower_a_idx rename to odd_index;
comment on column t.a is E'it\\'s';
"""
MARIADB = """
create table parents (id int auto_increment, primary key (id)) engine innodb;
create table t (
    id integer(11) not null auto_increment primary key,
    a bool not null default true,
    b dec(10) default '1',
    c datetime(0) default now() on update current_timestamp(),
    d varchar(20) character set utf8mb4 default "it's",
    e int unsigned default +7,
    f real,
    g json,
    h char default 'x',
    i enum( 'a' , 'b' ) collate utf8mb4_general_ci,
    j int, index (j), foreign key (j) references parents (id) on delete restrict,
    k int as (e * 2) persistent,
    l text default null,
    m timestamp null,
    check (((e) > 0)),
    unique index odd using btree (d asc, b)
) default character set = utf8mb4;
"""
SQLITE = """
create table parents ("id" integer primary key);
CREATE TABLE [t] (
    `id` INTEGER NOT NULL PRIMARY KEY, -- the key
    "a" integer DEFAULT (7) , b varchar ( 20 ) default 'it''s' not null,
    c DECIMAL ( 10 , 2 ) default +1.5,
    d DATETIME DEFAULT current_timestamp,
    e TEXT COLLATE nocase CHECK ( e <> '' ),
    f INTEGER REFERENCES parents (id) ON UPDATE no action,
    g FLOAT constraint named not null default 1,
    UNIQUE ( a,b ), constraint odd check ( ( a > 0 ) )
);
create unique index if not exists "odd_index" on t (b desc, lower(e)) where (a is not null);
"""


def postgresql_models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("Parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
    f = sa.Column("f", sa.Double, server_default=sa.text("1000"))
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("a", sa.Integer, nullable=False, server_default="7", comment="it's"),
        sa.Column("b", sa.String(20), server_default="it's"),
        sa.Column("c", sa.Numeric(10, 2), server_default=sa.text("1.50")),
        sa.Column("d", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("e", postgresql.TIME(precision=2)),
        f,
        sa.Column("g", sa.Boolean, server_default=sa.true()),
        sa.Column("h", sa.CHAR(3, collation="C")),
        sa.Column("i", sa.ARRAY(sa.Integer), server_default="{}"),
        sa.Column("j", sa.Text),
        sa.Column("k", sa.Integer, sa.ForeignKey("Parents.id", onupdate="RESTRICT")),
        sa.Column("l", sa.JSON, server_default='{"a": 1}'),
        sa.Column("m", postgresql.BIT(5, varying=True)),
        sa.Column("n", sa.Double, sa.Computed("f * 2", persisted=True)),
        sa.CheckConstraint("j <> '' AND j IS NOT NULL"),
        sa.CheckConstraint("NOT (a IN (3, 2, 1)) OR a >= 10 AND a <= 20", name="odd_check"),
        sa.UniqueConstraint("b", "c"),
        sa.Index(
            "odd_index",
            sa.func.lower(sa.column("b")),
            sa.column("a").desc(),
            postgresql_where=sa.text("a > 0"),
        ),
    )
    return metadata


def mariadb_models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
    changed = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("b", sa.Numeric(10), server_default="1"),
        sa.Column("c", sa.DateTime, server_default=changed),
        sa.Column("d", sa.String(20), server_default="it's"),
        sa.Column("e", mysql.INTEGER(unsigned=True), server_default="7"),
        sa.Column("f", sa.Double),
        sa.Column("g", sa.JSON),
        sa.Column("h", sa.CHAR(1), server_default="x"),
        sa.Column("i", mysql.ENUM("a", "b")),
        sa.Column("j", sa.Integer, sa.ForeignKey("parents.id"), index=False),
        sa.Column("k", sa.Integer, sa.Computed("e * 2", persisted=True)),
        sa.Column("l", sa.Text),
        sa.Column("m", sa.TIMESTAMP),
        sa.CheckConstraint("e > 0"),
        sa.UniqueConstraint("d", "b", name="odd"),
    )
    return metadata


def sqlite_models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, server_default=sa.text("7")),
        sa.Column("b", sa.String(20), nullable=False, server_default="it's"),
        sa.Column("c", sa.DECIMAL(10, 2), server_default=sa.text("+1.5")),
        sa.Column("d", sa.DateTime, server_default=sa.func.current_timestamp()),
        sa.Column("e", sa.Text(collation="NOCASE")),
        sa.Column("f", sa.Integer, sa.ForeignKey("parents.id")),
        sa.Column("g", sa.Float, nullable=False, server_default=sa.text("1")),
        sa.CheckConstraint("e <> ''"),
        sa.UniqueConstraint("a", "b"),
        sa.CheckConstraint("a > 0", name="odd"),
        sa.Index(
            "odd_index",
            sa.column("b").desc(),
            sa.func.lower(sa.column("e")),
            unique=True,
            sqlite_where=sa.text("a IS NOT NULL"),
        ),
    )
    return metadata


WRITTEN = {
    "postgresql": (POSTGRESQL, postgresql_models),
    "mariadb": (MARIADB, mariadb_models),
    "sqlite": (SQLITE, sqlite_models),
}


@on_kinds("postgresql", "postgresql15", "mariadb", "sqlite")
def test_nothing_is_found_in_what_was_written_by_hand(trial: Trial) -> None:
    written, models = WRITTEN[trial.kind]
    trial.lived.empty()
    engine = trial.lived.engine()
    with engine.begin() as connection:
        for statement in filter(str.strip, written.split(";\n")):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    with engine.connect() as connection:
        found = trial.tool.lines(trial.tool.compare(connection, models(), (), None))
    assert "\n".join(found) == ""


@on_kinds("postgresql")
def test_an_invalid_index_is_made_again(trial: Trial) -> None:
    """What CREATE INDEX CONCURRENTLY left half built is there and serves nobody."""
    trial.lived.empty()
    engine = trial.lived.engine()
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("n", sa.Integer), sa.Index("half", "n", unique=True))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n integer)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1), (1)")
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(sa.exc.IntegrityError),
    ):
        connection.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY half ON t (n)")
    engine.dispose()
    engine = trial.lived.engine()
    with engine.connect() as connection:
        found = trial.tool.lines(trial.tool.compare(connection, metadata, (), None))
    assert found == ["drop index half on t", "create unique index half (n) on t"]
