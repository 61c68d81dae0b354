"""Random tables with everything a dialect takes: names that need quotes, schemas, keys, checks, indexes, options."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

NAMES = st.sampled_from(
    ["a", "b", "order", "Mixed", "with space", 'qu"ote', "per%cent", "co:lon", "dot.ted", "ünïcode", "x" * 30]
)
TEXTS = st.sampled_from(["", "plain", "it's", "100%", ":bind", "two\nlines", 'quo"te', "back\\slash"])
CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def maybe(what: Any) -> Any:
    return st.none() | what


@st.composite
def types(draw: Any, dialect: str) -> Any:
    choices: list[Any] = [
        st.just(sa.Integer()),
        st.just(sa.BigInteger()),
        st.builds(sa.String, st.integers(1, 99)),
        st.just(sa.DateTime()),
        st.builds(sa.Numeric, st.just(10), st.integers(0, 4)),
        st.builds(lambda n: sa.Boolean(create_constraint=True, name=n), NAMES),
        st.just(sa.Boolean()),
        st.builds(lambda n, c: sa.Enum("x", "y%z", name=n, create_constraint=c), NAMES, st.booleans()),
        st.builds(lambda n: sa.Enum("x", "y", native_enum=False, create_constraint=True, name=n), NAMES),
        st.builds(
            lambda: sa.String(9).with_variant(sa.CHAR(4), "postgresql").with_variant(sa.CHAR(5), "mysql")
        ),
    ]
    if dialect in ("postgresql", "psycopg"):
        choices.append(st.builds(lambda n: postgresql.ENUM("p", "q", name=n), NAMES))
        choices.append(st.builds(lambda n: postgresql.ARRAY(sa.Enum("p", name=n)), NAMES))
    return draw(st.one_of(choices))


def quoted(name: str, quote: bool | None) -> Any:
    return sa.quoted_name(name, quote)


@st.composite
def defaults(draw: Any, columns: list[str], dialect: str) -> Any:
    """(server_default, positional item)"""
    kind = draw(
        st.sampled_from(["none", "none", "text", "sql", "computed", "identity", "fetched", "sequence"])
    )
    if kind == "text":
        return draw(TEXTS), None
    if kind == "sql":
        return draw(
            st.sampled_from([sa.text("(1 + 2) % 3"), sa.func.now(), sa.literal("x%y"), sa.text("'a\\:b'")])
        ), None
    if kind == "computed" and columns:
        persisted = {"postgresql": True, "psycopg": True, "oracle": None}.get(
            dialect, draw(maybe(st.booleans()))
        )
        quoted_column = sa.column(columns[0])
        return None, sa.Computed(quoted_column + 1, persisted=persisted)
    if kind == "identity" and dialect not in ("mssql",):
        return None, sa.Identity(
            always=draw(st.booleans()), start=draw(maybe(st.integers(1, 9))), cycle=draw(maybe(st.booleans()))
        )
    if kind == "fetched":
        return sa.FetchedValue(), None
    if kind == "sequence" and dialect in ("postgresql", "psycopg", "mariadb", "oracle"):
        return sa.Sequence(draw(NAMES), schema=draw(maybe(st.just("other")))).next_value(), None
    return None, None


COLUMN_OPTIONS = {
    "sqlite": {
        "sqlite_on_conflict_not_null": "FAIL",
        "sqlite_on_conflict_unique": "IGNORE",
    },
}
TABLE_OPTIONS: dict[str, list[dict[str, Any]]] = {
    "sqlite": [{"sqlite_autoincrement": True}, {"sqlite_with_rowid": False}, {"sqlite_strict": True}],
    "postgresql": [
        {"postgresql_partition_by": "LIST (a)"},
        {"postgresql_with_oids": True},
        {"postgresql_tablespace": "space", "postgresql_on_commit": "PRESERVE ROWS"},
        {"postgresql_inherits": ("parent", "Other")},
        {"postgresql_using": "heap"},
    ],
    "mysql": [
        {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"},
        {"mysql_auto_increment": "10", "mysql_collate": "utf8mb4_bin", "mysql_row_format": "DYNAMIC"},
    ],
    "oracle": [{"oracle_compress": True}, {"oracle_compress": 6, "oracle_on_commit": "DROP"}],
}
TABLE_OPTIONS["psycopg"] = TABLE_OPTIONS["postgresql"]
TABLE_OPTIONS["mariadb"] = [{"mariadb_engine": "InnoDB"}, *TABLE_OPTIONS["mysql"]]


@st.composite
def tables(draw: Any, dialect: str) -> Any:
    metadata = sa.MetaData(
        naming_convention=draw(st.sampled_from([None, CONVENTION])),
        schema=draw(maybe(st.just("Main schema"))),
    )
    target = sa.Table(
        draw(NAMES.filter(lambda n: "." not in n)),  # a convention of SQLAlchemy 2.0 cuts names at dots
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, key="key_of_id"),
        sa.Column("Second", sa.String(5)),
        schema=draw(maybe(st.just("other"))),
    )
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.lower))
    items: list[Any] = []
    plain: list[str] = []
    for position, name in enumerate(names):
        items.append(draw(columns(name, position, plain, target, dialect)))
        plain.append(name)
    options = draw(st.sampled_from([{}, *TABLE_OPTIONS.get(dialect, [])]))
    table = sa.Table(
        quoted(
            draw(st.sampled_from(["t", "The Table", "select"])), draw(st.sampled_from([None, None, True]))
        ),
        metadata,
        *items,
        *draw(constraints(names, target, dialect)),
        schema=draw(maybe(st.sampled_from(["s", "Sch ema"]))),
        prefixes=draw(st.sampled_from([[], [], ["TEMPORARY"]])),
        comment=draw(maybe(TEXTS)),
        **options,
    )
    draw(indexes(table, dialect))
    return table


@st.composite
def columns(draw: Any, name: str, position: int, plain: list[str], target: Any, dialect: str) -> Any:
    given, item = draw(defaults(plain, dialect))
    key = position == 0 and draw(st.booleans())
    if key and not isinstance(item, sa.Identity):
        given, item = None, None
    type_ = draw(types(dialect)) if item is None and not key else sa.Integer()
    items = [item] if item is not None else []
    if draw(st.integers(0, 4)) == 0 and not isinstance(item, sa.Computed):
        items.append(
            sa.ForeignKey(draw(st.sampled_from([target.c.key_of_id, target.c.Second])), ondelete="CASCADE")
        )
    if draw(st.integers(0, 4)) == 0:
        items.append(sa.CheckConstraint("7 % 5 > 1 AND 'a' <> 'b'", name=draw(NAMES)))
    options = COLUMN_OPTIONS.get(dialect, {}) if draw(st.integers(0, 3)) == 0 else {}
    return sa.Column(
        quoted(name, draw(st.sampled_from([None, None, True]))),
        type_,
        *items,
        primary_key=key,
        nullable=draw(st.booleans()) and not key and item is None,
        server_default=given,
        comment=draw(maybe(TEXTS)),
        autoincrement="auto"
        if isinstance(item, sa.Identity)
        else draw(st.sampled_from(["auto", "auto", False])),
        **options,
    )


@st.composite
def constraints(draw: Any, names: list[str], target: Any, dialect: str) -> list[Any]:
    found: list[Any] = []
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    shared = {
        "name": draw(maybe(NAMES)),
        "deferrable": draw(maybe(st.booleans())),
        "initially": draw(maybe(st.sampled_from(["DEFERRED", "IMMEDIATE"]))),
    }
    if draw(st.booleans()):
        own: dict[str, Any] = {}
        if dialect in ("postgresql", "psycopg"):
            own = draw(
                st.sampled_from(
                    [{}, {"postgresql_include": [names[0]]}, {"postgresql_nulls_not_distinct": True}]
                )
            )
        if dialect == "sqlite":
            own = draw(st.sampled_from([{}, {"sqlite_on_conflict": "ROLLBACK"}]))
        if dialect == "mssql":
            own = draw(st.sampled_from([{}, {"mssql_clustered": True}]))
        found.append(sa.UniqueConstraint(*draw(some), **shared, **own))
    if draw(st.booleans()):
        sql = draw(st.sampled_from([sa.text("1 % 2 = 1"), sa.literal("x%").in_(["x%", "it's"]), "'a' <> ''"]))
        found.append(sa.CheckConstraint(sql, name=draw(NAMES)))
    if draw(st.booleans()):
        found.append(
            sa.ForeignKeyConstraint(
                [names[0]],
                [target.c.key_of_id],
                name=draw(maybe(NAMES)),
                onupdate=draw(maybe(st.just("SET NULL"))),
                match=draw(maybe(st.just("FULL"))) if dialect not in ("mysql", "mariadb") else None,
                use_alter=draw(st.booleans()),
            )
        )
    if draw(st.booleans()):
        found.append(
            sa.ForeignKeyConstraint([names[-1]], [f"away.{names[-1]}"])
            if "." not in names[-1]
            else sa.CheckConstraint("1 = 1", name="one")
        )
        if isinstance(found[-1], sa.ForeignKeyConstraint):
            sa.Table("away", target.metadata, sa.Column(names[-1], sa.Integer))
    if dialect in ("postgresql", "psycopg") and draw(st.integers(0, 2)) == 0:
        found.append(
            postgresql.ExcludeConstraint(
                (names[0], "="),
                (sa.func.int4range(1, 2), "&&"),
                name=draw(maybe(NAMES)),
                where=draw(maybe(st.just(sa.text("1 % 1 = 0")))),
                ops={names[0]: "int4_ops"},
            )
        )
    return found


@st.composite
def indexes(draw: Any, table: Any, dialect: str) -> None:
    for number in range(draw(st.integers(0, 2))):
        first, *rest = table.c
        own: dict[str, Any] = {}
        expressions: list[Any] = [
            draw(st.sampled_from([first, sa.desc(first), sa.text("1 + 2"), sa.func.lower(first)]))
        ]
        if rest:
            expressions.append(
                draw(st.sampled_from([rest[0], sa.desc(rest[0]), sa.func.coalesce(rest[0], "a%")]))
            )
        if dialect in ("postgresql", "psycopg"):
            expressions.append(
                draw(
                    st.sampled_from(
                        [
                            first.desc().nulls_last(),
                            sa.collate(sa.func.lower(first), "C").desc(),
                            (sa.func.length(first) + 5).label("lab"),
                        ]
                    )
                )
            )
            own = draw(
                st.sampled_from(
                    [
                        {},
                        {"postgresql_where": first > 5, "postgresql_using": "gin"},
                        {"postgresql_include": [first.key], "postgresql_with": {"fillfactor": 50}},
                        {"postgresql_ops": {first.key: "int4_ops", "lab": "text_ops"}},
                        {"postgresql_concurrently": True, "postgresql_tablespace": "sp"},
                        {"postgresql_where": "a % 2 = 1", "postgresql_nulls_not_distinct": True},
                    ]
                )
            )
        if dialect in ("mysql", "mariadb"):
            expressions = [first]
            own = draw(
                st.sampled_from(
                    [
                        {},
                        {"mysql_length": 5},
                        {"mysql_length": {first.name: 7}, "mysql_using": "hash"},
                        {"mysql_prefix": "FULLTEXT"},
                    ]
                )
            )
        if dialect == "mssql":
            own = draw(
                st.sampled_from(
                    [{}, {"mssql_clustered": True}, {"mssql_include": [first.key], "mssql_where": first > 3}]
                )
            )
        if dialect == "sqlite":
            own = draw(st.sampled_from([{}, {"sqlite_where": first.in_(["x%y"])}]))
        sa.Index(f"ix {number}" + draw(NAMES), *expressions, unique=draw(st.booleans()), **own)
