"""What the generator of pairs may use on each kind of database: types with every argument, defaults in every spelling.

A family holds types whose values go over into each other without loss for the small values that rows get: the n-th row
holds n in every family (3, "3", 3.0, the third day), so keys, unique columns and casts hold on any of them.
"""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from typing import Any, NamedTuple


class Family(NamedTuple):
    types: tuple[str, ...]
    defaults: tuple[str, ...]
    value: Any = None
    """A function of the row's number; None: only NULL or the default."""
    fill: str = ""
    """The third row's value as SQL, to answer questions with."""
    key: bool = False
    """Whether it may stand in a key."""


DAY = datetime.date(2024, 1, 1)


def _day(n: int) -> datetime.date:
    return DAY.replace(day=n)


def _moment(n: int) -> datetime.datetime:
    return datetime.datetime(2024, 1, n)


_INT = Family(
    ("sa.Integer()", "sa.SmallInteger()", "sa.BigInteger()"),
    ("'0'", "sa.text('0')", "'-1'", "sa.text('-1')", "sa.text('7')", "'7'"),
    lambda n: n,
    "3",
    key=True,
)
_NUM = Family(
    ("sa.Numeric(10, 2)", "sa.Numeric(12, 4)", "sa.DECIMAL(8, 3)", "sa.Numeric(10)"),
    ("'0'", "sa.text('1.5')", "'1.50'", "sa.text('-2')", "'0.00'"),
    decimal.Decimal,
    "3",
)
_FLOAT = Family(
    ("sa.Float()", "sa.Float(24)", "sa.Float(53)", "sa.Double()", "sa.REAL()"),
    ("'0'", "sa.text('1.5')", "'1.5'", "sa.text('-2')", "'1e3'"),
    float,
    "3",
)
_TEXTS = (
    "'x'",
    "''",
    '"it\'s"',
    "'100%'",
    "'%s and %(x)s'",
    "'a:b'",
    "':b'",
    "sa.text(\"'x'\")",
    "sa.text(\"'it''s'\")",
    "sa.text(\"''\")",
    "'NULL'",
    "sa.text('NULL')",
    "'now()'",
    "'a \"b\" c'",
    "' x '",
    "'ñandú'",
    "'true'",
    "'0'",
    "'(x)'",
    "\"'x'\"",
)
_STR = Family(
    ("sa.String(50)", "sa.String(20)", "sa.String(255)", "sa.Unicode(30)", "sa.VARCHAR(40)"),
    _TEXTS,
    str,
    "'3'",
    key=True,
)
_TEXT = Family(("sa.Text()", "sa.UnicodeText()"), _TEXTS, str, "'3'")
_DATE = Family(("sa.Date()",), ("'2024-01-01'", "sa.text(\"'2024-01-01'\")"), _day, "'2024-01-03'", key=True)
_MOMENT = Family(
    ("sa.DateTime()",),
    ("sa.func.now()", "sa.text('CURRENT_TIMESTAMP')", "'2024-01-01 00:00:00'", "sa.func.current_timestamp()"),
    _moment,
    "'2024-01-03 00:00:00'",
)
_TIME = Family(("sa.Time()",), ("'12:00:00'",), lambda n: datetime.time(n), "'03:00:00'")
_BOOL = Family(
    ("sa.Boolean()",), ("sa.true()", "sa.false()", "sa.text('true')"), lambda n: n % 2 == 1, "true"
)
_BYTES = Family(("sa.LargeBinary()",), (), lambda n: str(n).encode(), "'3'")
_JSON = Family(
    ("sa.JSON()",), ("'{}'", "'[]'", '\'{"a": 1, "b": "x:y"}\'', "'null'"), lambda n: {"n": n}, "'{}'"
)
_UUID = Family(
    ("sa.Uuid()",),
    ("'00000000-0000-0000-0000-000000000001'",),
    lambda n: uuid.UUID(int=n),
    "'00000000-0000-0000-0000-000000000003'",
    key=True,
)
_ENUM = Family(("enum",), ("first label",), "label", "", key=False)
_CHECKED_ENUM = Family(
    (
        "sa.Enum('a', 'b', 'c', native_enum=False, create_constraint=True, name='abc')",
        "sa.Enum('a', 'b', 'c', native_enum=False, length=12)",
        "sa.Enum('a', \"b'c\", native_enum=False)",
    ),
    ("'a'",),
    lambda n: "a",
    "'a'",
)

POSTGRESQL = {
    "int": _INT._replace(
        types=(*_INT.types, "sa.INTEGER()", "sa.BIGINT()"),
        defaults=(
            *_INT.defaults,
            "sa.text('1 + 2')",
            "sa.text(\"'5'::integer\")",
            "sa.text('abs(-3)')",
            "sa.text('(4)')",
        ),
    ),
    "num": _NUM._replace(
        types=(*_NUM.types, "sa.Numeric()", "sa.Numeric(10, 0)", "postgresql.NUMERIC(6)"),
        defaults=(*_NUM.defaults, "sa.text('round(1.5, 1)')"),
    ),
    "float": _FLOAT._replace(types=(*_FLOAT.types, "postgresql.DOUBLE_PRECISION()", "sa.Double(53)")),
    "str": _STR._replace(
        types=(
            *_STR.types,
            "sa.String()",
            "sa.String(30, collation='C')",
            "sa.CHAR(10)",
            "postgresql.VARCHAR()",
        ),
        defaults=(
            *_STR.defaults,
            "sa.text(\"'a' || 'b'\")",
            "sa.text(\"lower('X')\")",
            "sa.func.upper('x')",
            "sa.text(\"'x'::text\")",
            "sa.text('CURRENT_USER')",
            "'a\\\\b'",
            "sa.text(\"E'a\\\\\\\\b'\")",
        ),
    ),
    "text": _TEXT._replace(
        types=(*_TEXT.types, "sa.Text(collation='POSIX')"),
        defaults=(*_TEXT.defaults, "sa.text(\"'x'::character varying\")", "sa.text(\"concat('a', 'b')\")"),
    ),
    "date": _DATE._replace(defaults=(*_DATE.defaults, "sa.text('CURRENT_DATE')", "sa.func.current_date()")),
    "moment": _MOMENT._replace(
        types=(
            *_MOMENT.types,
            "sa.DateTime(timezone=True)",
            "postgresql.TIMESTAMP(precision=3)",
            "postgresql.TIMESTAMP(precision=0, timezone=True)",
        ),
        defaults=(
            *_MOMENT.defaults,
            "sa.text('now()')",
            "sa.text(\"timezone('utc', now())\")",
            "sa.text(\"(now() AT TIME ZONE 'utc')\")",
            "sa.text('LOCALTIMESTAMP')",
        ),
    ),
    "time": _TIME._replace(
        types=(*_TIME.types, "sa.Time(timezone=True)", "postgresql.TIME(precision=2)"),
        defaults=(*_TIME.defaults, "sa.text('CURRENT_TIME')"),
    ),
    "interval": Family(
        (
            "sa.Interval()",
            "postgresql.INTERVAL(precision=3)",
            "postgresql.INTERVAL(fields='DAY TO SECOND')",
            "sa.Interval(second_precision=2)",
        ),
        ("'1 day'", "sa.text(\"interval '2 hours'\")", "sa.text(\"'01:00:00'\")"),
        lambda n: datetime.timedelta(days=n),
        "'3 days'",
    ),
    "bool": _BOOL._replace(
        defaults=(*_BOOL.defaults, "'t'", "'false'", "sa.text('(1 = 1)')", "sa.text('(NOT true)')")
    ),
    "bytes": _BYTES._replace(
        types=("sa.LargeBinary()", "postgresql.BYTEA()"), defaults=("sa.text(\"'\\\\x00'::bytea\")", "'x'")
    ),
    "json": _JSON._replace(
        types=("sa.JSON()", "postgresql.JSON()"), defaults=(*_JSON.defaults, "sa.text(\"'{}'::json\")")
    ),
    "jsonb": _JSON._replace(
        types=("postgresql.JSONB()",),
        defaults=(*_JSON.defaults, "sa.text(\"'{}'::jsonb\")", "sa.text(\"jsonb_build_object('a', 1)\")"),
    ),
    "uuid": _UUID._replace(
        types=("sa.Uuid()", "postgresql.UUID()", "sa.UUID(as_uuid=True)"),
        defaults=(*_UUID.defaults, "sa.text('gen_random_uuid()')"),
    ),
    "array": Family(
        (
            "sa.ARRAY(sa.Integer())",
            "postgresql.ARRAY(sa.BigInteger())",
            "postgresql.ARRAY(sa.SmallInteger(), dimensions=1)",
        ),
        ("'{}'", "sa.text(\"'{}'::integer[]\")", "'{1,2}'", "sa.text('ARRAY[1, 2]')"),
        lambda n: [n],
        "'{3}'",
    ),
    "strings": Family(
        ("sa.ARRAY(sa.String(10))", "postgresql.ARRAY(sa.Text())", "postgresql.ARRAY(sa.String())"),
        ("'{}'", "sa.text(\"'{a,b}'\")", "sa.text(\"ARRAY['a', 'b']\")"),
        lambda n: [str(n)],
        "'{x}'",
    ),
    "enum": _ENUM,
    "checked": _CHECKED_ENUM,
    "inet": Family(
        ("postgresql.INET()",), ("'10.0.0.1'", "sa.text(\"'::1'\")"), lambda n: f"10.0.0.{n}", "'10.0.0.3'"
    ),
    "cidr": Family(("postgresql.CIDR()",), ("'10.0.0.0/8'",), lambda n: f"10.{n}.0.0/16", "'10.3.0.0/16'"),
    "mac": Family(
        ("postgresql.MACADDR()",),
        ("'08:00:2b:01:02:03'",),
        lambda n: f"08:00:2b:01:02:0{n}",
        "'08:00:2b:01:02:03'",
    ),
    "mac8": Family(("postgresql.MACADDR8()",), (), None, "'08:00:2b:01:02:03:04:05'"),
    "bit": Family(
        ("postgresql.BIT(3)",), ("sa.text(\"B'101'\")", "sa.text(\"'101'\")"), lambda n: f"{n:03b}", "B'011'"
    ),
    "varbit": Family(
        ("postgresql.BIT(varying=True)", "postgresql.BIT(5, varying=True)"),
        ("sa.text(\"B'1'\")",),
        lambda n: f"{n:b}",
        "B'11'",
    ),
    "money": Family(("postgresql.MONEY()",), ("sa.text('0')", "'1.50'"), None, "'3'"),
    "tsvector": Family(
        ("postgresql.TSVECTOR()",), ("''", "sa.text(\"to_tsvector('simple', 'a b')\")"), None, "'3'"
    ),
    "tsquery": Family(("postgresql.TSQUERY()",), (), None, "'a'"),
    "range": Family(("postgresql.INT4RANGE()",), ("'[1,2)'", "'empty'"), None, "'[3,4)'"),
    "ranges": Family(("postgresql.TSTZRANGE()",), (), None, "'[2024-01-01,2024-01-02)'"),
    "numrange": Family(("postgresql.NUMRANGE()",), ("'[1.0,2.5]'",), None, "'[3,4)'"),
    "multirange": Family(("postgresql.INT4MULTIRANGE()",), ("'{}'",), None, "'{[3,4)}'"),
    "oid": Family(("postgresql.OID()",), ("'0'",), None, "3"),
    "jsonpath": Family(("postgresql.JSONPATH()",), ("'$.a'",), None, "'$.a'"),
}

MARIADB = {
    "int": _INT._replace(
        types=(
            *_INT.types,
            "mysql.TINYINT()",
            "mysql.MEDIUMINT()",
            "mysql.INTEGER(unsigned=True)",
            "mysql.BIGINT(unsigned=True)",
            "mysql.INTEGER(display_width=5)",
            "mysql.SMALLINT(display_width=4, unsigned=True)",
        ),
        defaults=("'0'", "sa.text('0')", "sa.text('7')", "'7'", "sa.text('(1 + 2)')", "sa.text('7')"),
    ),
    "num": _NUM._replace(types=(*_NUM.types, "sa.Numeric()", "mysql.DECIMAL(10, 2, unsigned=True)")),
    "float": _FLOAT._replace(
        types=(*_FLOAT.types, "mysql.DOUBLE()", "mysql.FLOAT(10, 2)", "mysql.DOUBLE(10, 2)")
    ),
    "str": _STR._replace(
        types=(
            *_STR.types,
            "mysql.VARCHAR(50, charset='utf8mb4', collation='utf8mb4_bin')",
            "sa.String(30, collation='utf8mb4_bin')",
            "sa.CHAR(10)",
            "mysql.NVARCHAR(20)",
            "sa.NCHAR(8)",
            "mysql.VARCHAR(50, charset='latin1')",
        ),
        defaults=(
            *(t for t in _STR.defaults if "ñ" not in t),
            "sa.text(\"(concat('a', 'b'))\")",
            "sa.text('(uuid())')",
            "'a\\\\b'",
        ),
    ),
    "text": _TEXT._replace(
        types=(
            *_TEXT.types,
            "mysql.TINYTEXT()",
            "mysql.MEDIUMTEXT()",
            "mysql.LONGTEXT()",
            "sa.Text(collation='utf8mb4_bin')",
            "mysql.TEXT(100)",
        ),
        defaults=("'x'", "sa.text(\"('x')\")", "sa.text(\"(concat('a', 'b'))\")"),
    ),
    "date": _DATE._replace(defaults=(*_DATE.defaults, "sa.text('(curdate())')")),
    "moment": _MOMENT._replace(
        types=(*_MOMENT.types, "sa.TIMESTAMP()"),
        defaults=(
            *_MOMENT.defaults,
            "sa.text('now()')",
            "sa.text('CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP')",
        ),
    ),
    "moment3": _MOMENT._replace(
        types=("mysql.DATETIME(fsp=3)", "mysql.TIMESTAMP(fsp=3)"),
        defaults=("sa.text('CURRENT_TIMESTAMP(3)')", "sa.text('now(3)')", "'2024-01-01 00:00:00'"),
    ),
    "time": _TIME._replace(types=(*_TIME.types, "mysql.TIME(fsp=2)")),
    "bool": _BOOL._replace(defaults=(*_BOOL.defaults, "'1'", "sa.text('0')", "sa.text('FALSE')")),
    "bytes": _BYTES._replace(
        types=(
            *_BYTES.types,
            "mysql.LONGBLOB()",
            "mysql.VARBINARY(20)",
            "sa.VARBINARY(10)",
            "mysql.TINYBLOB()",
        )
    ),
    "binary": Family(("sa.BINARY(5)",), ("'abc'",), None, "'3'"),
    "json": _JSON._replace(
        types=("sa.JSON()", "mysql.JSON()"),
        defaults=("sa.text(\"'{}'\")", "sa.text(\"('[]')\")", "sa.text('(json_array())')"),
    ),
    "uuid": _UUID._replace(defaults=(), fill="'00000000000000000000000000000003'"),
    "enum": _ENUM,
    "myenum": Family(
        ("mysql.ENUM('x', 'y')", "mysql.ENUM('x', 'y', \"z'z\")", "mysql.ENUM('w', 'x', 'y')"),
        ("'x'",),
        lambda n: "x",
        "'x'",
    ),
    "set": Family(
        ("mysql.SET('x', 'y')", "mysql.SET('x', 'y', 'z')"), ("'x'", "'x,y'"), lambda n: {"x"}, "'x'"
    ),
    "year": Family(("mysql.YEAR()",), ("sa.text('2024')",), lambda n: 2000 + n, "2003"),
    "bit": Family(("mysql.BIT(3)", "mysql.BIT()"), ("sa.text(\"b'1'\")",), lambda n: n % 2, "b'1'"),
    "checked": _CHECKED_ENUM,
    "checkedbool": _BOOL._replace(
        types=("sa.Boolean(create_constraint=True, name='is_bool')",), defaults=("sa.true()",)
    ),
    "interval": Family(("sa.Interval()",), (), None, "'2024-01-03 00:00:00'"),
}

SQLITE = {
    "int": _INT._replace(
        defaults=(*_INT.defaults, "sa.text('(1 + 2)')", "sa.text('(abs(-3))')", "sa.text('+7')")
    ),
    "num": _NUM._replace(types=(*_NUM.types, "sa.Numeric()")),
    "float": _FLOAT,
    "str": _STR._replace(
        types=(
            *_STR.types,
            "sa.String()",
            "sa.String(30, collation='NOCASE')",
            "sa.CHAR(10)",
            "sa.NVARCHAR(20)",
        ),
        defaults=(
            *_STR.defaults,
            "sa.text(\"('a' || 'b')\")",
            "sa.text(\"(lower('X'))\")",
            "'a\\\\b'",
            "sa.func.lower('X')",
        ),
    ),
    "text": _TEXT._replace(types=(*_TEXT.types, "sa.Text(collation='BINARY')", "sa.CLOB()")),
    "date": _DATE._replace(
        defaults=(*_DATE.defaults, "sa.text('CURRENT_DATE')", "sa.text(\"(date('now'))\")")
    ),
    "moment": _MOMENT._replace(
        types=(*_MOMENT.types, "sa.TIMESTAMP()"),
        defaults=(*_MOMENT.defaults, "sa.text(\"(datetime('now'))\")"),
        fill="'2024-01-03 00:00:00.000000'",
    ),
    "time": _TIME._replace(fill="'03:00:00.000000'"),
    "bool": _BOOL._replace(defaults=("sa.true()", "sa.false()", "'1'", "sa.text('0')")),
    "checkedbool": _BOOL._replace(
        types=("sa.Boolean(create_constraint=True, name='is_bool')",), defaults=("sa.true()",)
    ),
    "bytes": _BYTES._replace(
        types=(*_BYTES.types, "sa.BINARY(5)", "sa.VARBINARY(20)"), defaults=("sa.text(\"x'00ff'\")",)
    ),
    "json": _JSON._replace(types=("sa.JSON()", "sqlite.JSON()")),
    "uuid": _UUID._replace(defaults=(), fill="'00000000000000000000000000000003'"),
    "checked": _CHECKED_ENUM,
    "interval": Family(("sa.Interval()",), (), None, "'1970-01-04 00:00:00.000000'"),
}

KINDS = {"postgresql": POSTGRESQL, "mariadb": MARIADB, "sqlite": SQLITE}

WIDER = {
    "postgresql": {"int": ("num", "float", "str", "text"), "str": ("text",), "text": ("str",), "date": ("moment",),
                   "num": ("float", "text", "int"), "bool": ("int", "str"), "json": ("jsonb",), "jsonb": ("json",),
                   "inet": ("text",), "uuid": ("text",), "array": ("text",)},
    "mariadb": {"int": ("num", "str"), "str": ("text",), "text": ("str",), "date": ("moment",), "num": ("float",),
                "bool": ("int",), "moment": ("moment3",), "moment3": ("moment",)},
    "sqlite": {"int": ("num", "str"), "str": ("text",), "text": ("str",), "num": ("float",), "bool": ("int",)},
}  # fmt: skip
"""Families that a column may go over into by a change of type; their rows are looked at as texts then."""

WIDE = {"'%s and %(x)s'": 12, "sa.text('(uuid())')": 36}
"""Defaults with more letters than some types hold, by their length."""


def too_wide(type_: str, default: str | None) -> bool:
    """Whether no row of a column of that type can get the default."""
    limit = re.search(r"(?:CHAR|String|Unicode)\((\d+)", type_)
    return limit is not None and WIDE.get(default or "", 0) > int(limit[1])
