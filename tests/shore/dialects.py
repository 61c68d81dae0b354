"""The dialects of SQLAlchemy, not connected, and one sample and more of each of their types."""

from __future__ import annotations

import importlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.engine.default import DefaultDialect

NAMES = ("default", "sqlite", "postgresql", "psycopg", "mysql", "mariadb", "mssql", "oracle")


def dialect(name: str) -> Any:
    """A fresh one. `psycopg` doubles percent signs in what it compiles, the others by their default driver."""
    if name == "default":
        return DefaultDialect(supports_native_boolean=False)
    if name == "psycopg":
        return importlib.import_module("sqlalchemy.dialects.postgresql.psycopg").dialect()
    if name == "mariadb":
        made = mysql.dialect(is_mariadb=True)
        made.server_version_info = (10, 11, 6)
        return made
    return {
        "sqlite": sqlite,
        "postgresql": postgresql,
        "mysql": mysql,
        "mssql": mssql,
        "oracle": oracle,
    }[name].dialect()


class Point(sa.types.UserDefinedType[Any]):
    """A user's own type that looks at its column."""

    cache_ok = True

    def __init__(self, srid: int = 4326) -> None:
        self.srid = srid

    def get_col_spec(self, type_expression: Any = None, **_: Any) -> str:
        return f"POINT({self.srid})"


class Email(sa.types.TypeDecorator[str]):
    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(sa.Text() if dialect.name == "mysql" else self.impl_instance)


class Sized(sa.types.TypeDecorator[str]):
    """Its constructor does not keep what it is given: nobody can tell how to make another."""

    impl = sa.String
    cache_ok = True

    def __init__(self, half: int) -> None:
        super().__init__(half * 2)


GENERIC: list[Any] = [
    sa.Integer(), sa.BigInteger(), sa.SmallInteger(), sa.String(50), sa.String(20, collation="C"), sa.Text(),
    sa.Unicode(10), sa.UnicodeText(), sa.Boolean(), sa.Date(), sa.DateTime(), sa.DateTime(timezone=True), sa.Time(),
    sa.Interval(), sa.Interval(native=False), sa.Interval(second_precision=3, day_precision=2), sa.LargeBinary(),
    sa.LargeBinary(20), sa.Numeric(10, 2), sa.Numeric(asdecimal=False), sa.Float(), sa.Float(24), sa.Double(53),
    sa.JSON(), sa.JSON(none_as_null=True), sa.Uuid(), sa.Uuid(as_uuid=False), sa.Uuid(native_uuid=False),
    sa.PickleType(), sa.Enum("a", "b'c", "d%e", name="letters"), sa.Enum("a", "b", native_enum=False, length=9),
    sa.Enum("x", name="far", schema="other"), sa.Enum("x", name="Mixed"), sa.CHAR(3), sa.NCHAR(3), sa.VARCHAR(7),
    sa.NVARCHAR(9), sa.TEXT(), sa.CLOB(), sa.BLOB(), sa.BINARY(4), sa.VARBINARY(4), sa.DECIMAL(6, 3), sa.REAL(),
    sa.FLOAT(5), sa.DOUBLE(), sa.DOUBLE_PRECISION(), sa.TIMESTAMP(), sa.TIMESTAMP(timezone=True), sa.UUID(),
    sa.BOOLEAN(), sa.String(5).with_variant(sa.Text(), "mysql").with_variant(sa.CHAR(3), "postgresql", "sqlite"),
    sa.ARRAY(sa.Integer), sa.ARRAY(sa.String(3), dimensions=2), Point(), Point(3857), Email(30), Sized(4),
]  # fmt: skip

SQLITE: list[Any] = [
    sqlite.DATE(storage_format="%(year)04d/%(month)02d/%(day)02d"), sqlite.DATETIME(truncate_microseconds=True),
    sqlite.TIME(), sqlite.JSON(), *(getattr(sqlite, n)() for n in ("JSONB",) if hasattr(sqlite, n)),
]  # fmt: skip

POSTGRESQL: list[Any] = [
    postgresql.JSONB(), postgresql.JSONB(none_as_null=True), postgresql.JSONB(astext_type=sa.Text(collation="C")),
    postgresql.JSON(), postgresql.HSTORE(), postgresql.ARRAY(sa.Text()), postgresql.ARRAY(sa.Integer, dimensions=2),
    postgresql.ARRAY(postgresql.ENUM("a", "b", name="in_array")), postgresql.ENUM("x", "y", name="xy"),
    postgresql.ENUM("x", "y", name="xy", schema="other", create_type=False), postgresql.BIT(5),
    postgresql.BIT(5, varying=True), postgresql.BYTEA(), postgresql.CIDR(), postgresql.INET(), postgresql.MACADDR(),
    postgresql.MACADDR8(), postgresql.MONEY(), postgresql.OID(), postgresql.REGCLASS(), postgresql.REGCONFIG(),
    postgresql.TSVECTOR(), postgresql.TSQUERY(), postgresql.CITEXT(), postgresql.INTERVAL(),
    postgresql.INTERVAL(precision=3), postgresql.INTERVAL(fields="DAY TO SECOND", precision=2),
    postgresql.TIMESTAMP(precision=3), postgresql.TIMESTAMP(timezone=True, precision=0), postgresql.TIME(precision=2),
    postgresql.UUID(), postgresql.UUID(as_uuid=False), postgresql.INT4RANGE(), postgresql.INT8RANGE(),
    postgresql.NUMRANGE(), postgresql.DATERANGE(), postgresql.TSRANGE(), postgresql.TSTZRANGE(),
    postgresql.INT4MULTIRANGE(), postgresql.INT8MULTIRANGE(), postgresql.NUMMULTIRANGE(),
    postgresql.DATEMULTIRANGE(), postgresql.TSMULTIRANGE(), postgresql.TSTZMULTIRANGE(),
    postgresql.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True),
    sa.String(3).with_variant(postgresql.CITEXT(), "postgresql"), sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
]  # fmt: skip

MYSQL: list[Any] = [
    mysql.INTEGER(11), mysql.INTEGER(unsigned=True), mysql.INTEGER(8, zerofill=True), mysql.BIGINT(20, unsigned=True),
    mysql.SMALLINT(5), mysql.TINYINT(1), mysql.MEDIUMINT(), mysql.BIT(4), mysql.YEAR(4), mysql.YEAR(),
    mysql.VARCHAR(10, charset="utf8mb4", collation="utf8mb4_bin"), mysql.VARCHAR(5, national=True), mysql.CHAR(4),
    mysql.CHAR(4, binary=True), mysql.TEXT(), mysql.TEXT(400), mysql.TINYTEXT(), mysql.MEDIUMTEXT(charset="latin1"),
    mysql.LONGTEXT(), mysql.TINYBLOB(), mysql.MEDIUMBLOB(), mysql.LONGBLOB(), mysql.NVARCHAR(4), mysql.NCHAR(4),
    mysql.ENUM("a", "b'c"), mysql.ENUM("a", charset="latin1"), mysql.SET("x", "y"), mysql.SET("x", "y", charset="latin1"),
    mysql.SET("a", "", retrieve_as_bitwise=True), mysql.NUMERIC(10, 2), mysql.DECIMAL(10, 2, unsigned=True),
    mysql.DECIMAL(8, 3, zerofill=True), mysql.FLOAT(10, 2), mysql.DOUBLE(10, 2), mysql.REAL(10, 2),
    mysql.DATETIME(fsp=6), mysql.TIMESTAMP(fsp=3), mysql.TIME(fsp=2), mysql.JSON(),
]  # fmt: skip

MSSQL: list[Any] = [
    mssql.DATETIME2(), mssql.DATETIME2(7), mssql.DATETIMEOFFSET(), mssql.DATETIMEOFFSET(3), mssql.SMALLDATETIME(),
    mssql.TIME(4), mssql.MONEY(), mssql.SMALLMONEY(), mssql.UNIQUEIDENTIFIER(), mssql.UNIQUEIDENTIFIER(as_uuid=False),
    mssql.SQL_VARIANT(), mssql.NTEXT(), mssql.IMAGE(), mssql.BIT(), mssql.TINYINT(), mssql.VARBINARY("max"),
    mssql.VARBINARY("max", filestream=True), mssql.ROWVERSION(), mssql.TIMESTAMP(), mssql.XML(), mssql.JSON(),
    mssql.REAL(), mssql.DOUBLE_PRECISION(), mssql.NVARCHAR(), mssql.VARCHAR(10, collation="Latin1_General_CI_AS"),
]  # fmt: skip

ORACLE: list[Any] = [
    oracle.NUMBER(), oracle.NUMBER(10), oracle.NUMBER(10, 2), oracle.VARCHAR2(20), oracle.NVARCHAR2(20),
    oracle.FLOAT(binary_precision=5), oracle.BINARY_DOUBLE(), oracle.BINARY_FLOAT(), oracle.BFILE(), oracle.LONG(),
    oracle.RAW(16), oracle.NCLOB(), oracle.ROWID(), oracle.DATE(), oracle.TIMESTAMP(local_timezone=True),
    oracle.INTERVAL(day_precision=3, second_precision=2),
]  # fmt: skip
if hasattr(oracle, "VECTOR"):
    ORACLE.append(oracle.VECTOR(dim=3, storage_format=oracle.VectorStorageFormat.INT8))

OWN: dict[str, list[Any]] = {
    "default": [], "sqlite": SQLITE, "postgresql": POSTGRESQL, "psycopg": POSTGRESQL, "mysql": MYSQL,
    "mariadb": [*MYSQL, *(getattr(mysql, n)() for n in ("INET4", "INET6") if hasattr(mysql, n))],
    "mssql": MSSQL, "oracle": ORACLE,
}  # fmt: skip

ABSTRACT = "TypeDecorator NullType TupleType NumericCommon AbstractRange AbstractSingleRange AbstractMultiRange NamedType"


def public_types(name: str) -> set[type]:
    """Of sa and of the dialect's own module, by the words they are imported by."""
    folder = {"default": "", "psycopg": "postgresql", "mariadb": "mysql"}.get(name, name)
    own = importlib.import_module(f"sqlalchemy.dialects.{folder}") if folder else sa
    return {
        thing
        for module in (own, sa)
        for word, thing in vars(module).items()
        if isinstance(thing, type) and issubclass(thing, sa.types.TypeEngine) and word not in ABSTRACT.split()
    }


def rest(name: str) -> list[Any]:
    """The public types that have no sample yet, as they are without arguments."""
    sampled = {type(type_) for type_ in (*GENERIC, *OWN[name])}
    return [cls() for cls in sorted(public_types(name) - sampled, key=repr)]


EVERY = [(name, type_) for name in NAMES for type_ in (*GENERIC, *OWN[name], *rest(name))]
