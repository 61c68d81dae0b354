"""Which drivers there are for a database, which of them is installed, and the names SQLAlchemy is to accept.

A driver counts as installed when it can be imported: psycopg without libpq is there but cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from limbeck.errors import DriverMissing, UnknownDialect


@dataclass(frozen=True, slots=True)
class Driver:
    """`name` is SQLAlchemy's word behind the `+`, `module` what Python imports, `package` what pip installs.

    `timeout` is the argument that bounds connecting; `asynchronous` drivers need SQLAlchemy's greenlet bridge.
    """

    name: str
    module: str
    package: str
    timeout: str = ""
    asynchronous: bool = False


POSTGRESQL: Final = (
    Driver("psycopg", "psycopg", "psycopg[binary]", "connect_timeout"),
    Driver("psycopg2", "psycopg2", "psycopg2-binary", "connect_timeout"),
    Driver("pg8000", "pg8000", "pg8000", "timeout"),
    Driver("asyncpg", "asyncpg", "asyncpg", "timeout", asynchronous=True),
)
MYSQL: Final = (
    Driver("mysqldb", "MySQLdb", "mysqlclient", "connect_timeout"),
    Driver("pymysql", "pymysql", "PyMySQL", "connect_timeout"),
    Driver("mysqlconnector", "mysql.connector", "mysql-connector-python", "connection_timeout"),
    Driver("mariadbconnector", "mariadb", "mariadb", "connect_timeout"),
    Driver("asyncmy", "asyncmy", "asyncmy", "connect_timeout", asynchronous=True),
    Driver("aiomysql", "aiomysql", "aiomysql", "connect_timeout", asynchronous=True),
)
DRIVERS: Final[dict[str, tuple[Driver, ...]]] = {
    "postgresql": POSTGRESQL,
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "sqlite": (
        Driver("pysqlite", "sqlite3", "sqlite3"),
        Driver("aiosqlite", "aiosqlite", "aiosqlite", asynchronous=True),
        Driver("pysqlcipher", "sqlcipher3", "sqlcipher3"),
    ),
    "oracle": (
        Driver("oracledb", "oracledb", "oracledb", "tcp_connect_timeout"),
        Driver("cx_oracle", "cx_Oracle", "cx_Oracle"),
    ),
    "mssql": (
        Driver("pyodbc", "pyodbc", "pyodbc", "timeout"),
        Driver("pymssql", "pymssql", "pymssql", "login_timeout"),
        Driver("aioodbc", "aioodbc", "aioodbc", "timeout", asynchronous=True),
    ),
}
"""The drivers of each database in the order in which an installed one is chosen."""

OLD_NAMES: Final = {"postgres": "postgresql"}
EXTRAS: Final = {
    "postgresql": ("postgresql", "psycopg"),
    "mysql": ("mysql", "pymysql"),
    "mariadb": ("mysql", "pymysql"),
}
"""The extra of limbeck that brings a driver, and which."""
PEOPLE_SAY: Final = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "mssql": "SQL Server",
    "oracle": "Oracle",
    "sqlite": "SQLite",
}


def is_installed(driver: Driver) -> bool:
    try:
        import_module(driver.module)
    except ImportError:
        return False
    return True


def has_greenlet() -> bool:
    try:
        import_module("greenlet")
    except ImportError:
        return False
    return True


def named(database: str, driver: str) -> Driver | None:
    """The driver of that name, None for one that is not in the table (a third party's)."""
    wanted = "psycopg" if driver == "psycopg_async" else driver
    return next((d for d in DRIVERS.get(database, ()) if d.name == wanted), None)


def choose(database: str, *, synchronous: bool = False) -> Driver | None:
    """The first installed driver of a database; None for databases that are not in the table.

    An asynchronous one only where nothing else is installed. Raises DriverMissing.
    """
    known = DRIVERS.get(database, ())
    for driver in known:
        if is_installed(driver) and not (driver.asynchronous and (synchronous or not has_greenlet())):
            return driver
    if known:
        raise missing(database)
    return None


def missing(database: str, driver: Driver | None = None) -> DriverMissing:
    return DriverMissing(
        database=PEOPLE_SAY.get(database, database),
        driver=driver.module if driver else "",
        install=_install(database, driver),
    )


def _install(database: str, driver: Driver | None) -> str:
    extra, brings = EXTRAS.get(database, ("", ""))
    if extra and (driver is None or driver.name == brings):
        return f'pip install "limbeck[{extra}]"'
    package = (driver or DRIVERS[database][0]).package
    return f'pip install "{package}"' if "[" in package else f"pip install {package}"


def missing_module(name: str) -> DriverMissing | None:
    """What the failed import of a module means, where it is a driver's."""
    for database, known in DRIVERS.items():
        for driver in known:
            if name == driver.module or name == driver.module.split(".")[0]:
                return missing(database, driver)
    return None


def dialect_class(name: str) -> Any:
    """SQLAlchemy's dialect class for "postgresql" or "postgresql.psycopg". Raises UnknownDialect."""
    from sqlalchemy.dialects import registry
    from sqlalchemy.exc import NoSuchModuleError

    try:
        found = registry.load(name)
    except NoSuchModuleError as error:
        database, _, driver = name.partition(".")
        raise UnknownDialect(name=database, driver=driver if database in DRIVERS else "") from error
    inner = getattr(found, "dialect", None)  # old third-party dialects register a module
    return inner if isinstance(inner, type) else found


# -- names that SQLAlchemy does not know or reads differently ---------------------------------------------------


def register_names() -> None:
    """SQLAlchemy accepts `postgres://` and chooses an installed driver where a URL names none, in this process.

    SQLAlchemy 1.4 dropped the name; its own registry of dialects takes aliases, so nothing of it is replaced.
    """
    from sqlalchemy.dialects import registry

    for old, new in OLD_NAMES.items():
        registry.register(old, __name__, f"chosen_{new}")
        for driver in (*(d.name for d in DRIVERS[new]), "psycopg_async"):
            registry.register(f"{old}.{driver}", __name__, f"named_{new}_{driver}")
    for database in ("postgresql", "mysql", "mariadb"):
        registry.register(database, __name__, f"chosen_{database}")


def _sqlalchemys_own(database: str) -> Driver | None:
    """The driver SQLAlchemy itself takes where a URL names none, if it is installed: programs may count on it."""
    from importlib import import_module

    if database == "mariadb":
        database = "mysql"
    default = getattr(import_module(f"sqlalchemy.dialects.{database}"), "dialect", None)
    driver = named(database, getattr(default, "driver", ""))
    return driver if driver is not None and is_installed(driver) else None


def __getattr__(name: str) -> Any:
    # What register_names() gave to SQLAlchemy's registry: looked up when a URL is used, not before.
    verb, _, rest = name.partition("_")
    if verb == "named":
        database, _, driver = rest.partition("_")
        return dialect_class(f"{database}.{driver}")
    if verb == "chosen" and rest in DRIVERS:
        try:
            chosen = _sqlalchemys_own(rest) or choose(rest)
        except DriverMissing:
            chosen = (
                None  # a dialect without a driver can still spell scripts; connecting says what is missing
            )
        return dialect_class(f"{rest}.{(chosen or DRIVERS[rest][0]).name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
