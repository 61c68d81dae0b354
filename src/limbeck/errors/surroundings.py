"""Drivers, servers, file systems, models, env.py: LB4xx."""

from __future__ import annotations

from .base import Exit, LimbeckError, mask_url


class EnvironmentFault(LimbeckError):
    code = "LB400"
    exit_code = Exit.ENVIRONMENT


# LB451-459: the private PostgreSQL


class NoPostgres(EnvironmentFault):
    """No PostgreSQL programs, or none of the version asked for."""

    code = "LB451"
    version: int | None
    found: tuple[str, ...] = ()

    def what(self) -> str:
        wanted = "PostgreSQL" if self.version is None else f"PostgreSQL {self.version}"
        others = f" (there is {', '.join(self.found)})" if self.found else ""
        return f"{wanted} is not installed here{others}."

    def next_step(self) -> str:
        return "Type: pip install 'limbeck[embedded]'; or set PG_BIN to the folder of an installed initdb."


class PostgresDidNotStart(EnvironmentFault):
    """initdb or the server itself failed; `said` is the end of its own output."""

    code = "LB452"
    step: str
    programs: str
    said: str

    def what(self) -> str:
        said = self.said.splitlines()
        telling = (
            [line for line in said if "FATAL" in line or "error:" in line] or said[-1:] or ["it said nothing"]
        )
        return (
            f"A private PostgreSQL did not start: {self.step} in {self.programs} failed: {telling[0].strip()}"
        )

    def next_step(self) -> str:
        return "Set PG_BIN to the folder of another installed initdb, or use SQLite."


class NoOrdinaryAccount(EnvironmentFault):
    """PostgreSQL refuses to run as root, and no other account was found."""

    code = "LB453"
    tried: tuple[str, ...]

    def what(self) -> str:
        return (
            f"PostgreSQL refuses to run as root, and none of the users {', '.join(self.tried)} exists here."
        )

    def next_step(self) -> str:
        return "Run the command as an ordinary user."


class NoPlaceForServer(EnvironmentFault):
    """No folder for temporary files that can be used and whose path is short enough for a unix socket."""

    code = "LB454"
    tried: tuple[str, ...]

    def what(self) -> str:
        return f"No folder for a private PostgreSQL: {', '.join(self.tried)} cannot be used, or is too long."

    def next_step(self) -> str:
        return "Set TMPDIR to a folder with a short path that everybody may enter."


class BadUrl(EnvironmentFault):
    """A database URL that cannot be read."""

    code = "LB401"
    url: str
    why: str = ""

    def what(self) -> str:
        return f"The database URL {mask_url(self.url)!r} cannot be read{': ' + self.why if self.why else ''}."

    def next_step(self) -> str:
        return "It looks like postgresql://user:password@host:5432/name or sqlite:///file.db."


class UnknownDialect(EnvironmentFault):
    """No installed package knows the database, or the driver of it, that the URL names."""

    code = "LB402"
    name: str
    driver: str = ""

    def what(self) -> str:
        if self.driver:
            return f"No installed package knows a driver called {self.driver!r} for {self.name}."
        return f"No installed package knows databases called {self.name!r}."

    def next_step(self) -> str:
        if self.driver:
            return f"Leave the driver out of the URL ({self.name}://...): an installed one is used then."
        return (
            "SQLAlchemy brings sqlite, postgresql, mysql, mariadb, oracle and mssql; others come with a package of"
            " their own."
        )


class DriverMissing(EnvironmentFault):
    """No driver for the database is installed, or not the one the URL names. `install` is a whole command."""

    code = "LB403"
    database: str
    driver: str
    install: str

    def what(self) -> str:
        return (
            f"The driver {self.driver} for {self.database} is not installed."
            if self.driver
            else f"No driver for {self.database} is installed."
        )

    def next_step(self) -> str:
        return self.install


class ConnectError(EnvironmentFault):
    """The connection could not be made. `url` is masked, `said` is what driver or server said, masked."""

    code = "LB404"
    url: str
    said: str = ""

    def what(self) -> str:
        return f"Cannot connect to {self.url}{': ' + self.said if self.said else ''}"

    def next_step(self) -> str:
        return "Check the URL, and that the server runs and lets you in."


class DatabaseMissing(ConnectError):
    code = "LB405"
    name: str

    def what(self) -> str:
        return f"The database {self.name!r} does not exist ({self.url})."

    def next_step(self) -> str:
        return f"Create it (CREATE DATABASE {self.name}), or correct the URL."


class ConnectionRefused(ConnectError):
    code = "LB406"
    place: str

    def what(self) -> str:
        return f"Nothing listens at {self.place}: the connection was refused ({self.url})."

    def next_step(self) -> str:
        return "Start the server, or correct host and port in the URL."


class HostUnknown(ConnectError):
    code = "LB407"
    host: str

    def what(self) -> str:
        return f"The host {self.host!r} is not known ({self.url})."

    def next_step(self) -> str:
        return "Correct the host in the URL, or the name resolution of this machine."


class LoginRefused(ConnectError):
    code = "LB408"
    user: str

    def what(self) -> str:
        return f"The server refused the login of {self.user or 'the user'} ({self.url})."

    def next_step(self) -> str:
        return "Check user and password in the URL, and whether the server lets this user in from here."


class ConnectTimedOut(ConnectError):
    code = "LB409"
    place: str
    seconds: float

    def what(self) -> str:
        return f"{self.place} gave no answer within {self.seconds:g} s ({self.url})."

    def next_step(self) -> str:
        return "Check host, port and firewall; the setting connect_timeout (in seconds) waits longer."


class FolderMissing(ConnectError):
    """The folder of an SQLite file."""

    code = "LB410"
    folder: str

    def what(self) -> str:
        return f"The folder {self.folder} does not exist, so SQLite cannot make a file in it ({self.url})."

    def next_step(self) -> str:
        return (
            "Make the folder, or correct the path; an absolute path has four slashes: sqlite:////var/app.db."
        )


class NotWritable(ConnectError):
    """The database, or an SQLite file, may only be read."""

    code = "LB411"
    place: str

    def what(self) -> str:
        return f"{self.place} can be read but not written ({self.url})."

    def next_step(self) -> str:
        return "Give this user the right to write (an SQLite file and its folder), or use another database."


class FileLocked(ConnectError):
    """Another program holds an SQLite file for itself alone."""

    code = "LB414"
    place: str

    def what(self) -> str:
        return f"{self.place} is locked by another program ({self.url})."

    def next_step(self) -> str:
        return "Wait until that program is done, or end it, and run the same command again."


class NotADatabase(ConnectError):
    code = "LB412"
    place: str

    def what(self) -> str:
        return f"{self.place} is no SQLite database ({self.url})."

    def next_step(self) -> str:
        return "Correct the path in the URL."


class TooManyConnections(ConnectError):
    code = "LB413"

    def what(self) -> str:
        return f"The server has no connection left ({self.url})."

    def next_step(self) -> str:
        return "Close some, or wait and run the same command again."


class ProjectMissing(EnvironmentFault):
    """No project where one was looked for."""

    code = "LB420"
    place: str

    def what(self) -> str:
        return f"There is no limbeck project in {self.place} or above it."

    def next_step(self) -> str:
        return "Make one: limbeck init"


class ConfigMissing(EnvironmentFault):
    """The file given with -c is not there."""

    code = "LB421"
    path: str

    def what(self) -> str:
        return f"There is no file {self.path}."

    def next_step(self) -> str:
        return "Correct what stands behind -c, or leave it out in the project's folder."


class UrlNotSet(EnvironmentFault):
    """A command needs a database and the settings name none."""

    code = "LB422"
    file: str
    database: str = ""

    def what(self) -> str:
        whose = f" for the database {self.database}" if self.database else ""
        return f"{self.file} sets no url{whose}, so there is no database to go to."

    def next_step(self) -> str:
        return 'Write: url = "postgresql://user@localhost/name", or url = "${DATABASE_URL}"'


class ModelsNotSet(EnvironmentFault):
    """Models are needed and no setting names them. `looked` is where limbeck looked by itself."""

    code = "LB423"
    settings: str
    looked: tuple[str, ...] = ()

    def what(self) -> str:
        looked = f" (looked in {', '.join(self.looked)})" if self.looked else ""
        return f"No models to compare the database with: {self.settings} has no setting models{looked}."

    def next_step(self) -> str:
        return 'Write models = "app.models:Base" there: a module, a colon, and a declarative base or MetaData in it.'


class ModelsNotFound(EnvironmentFault):
    """The setting names a module or an attribute that is not there."""

    code = "LB424"
    wanted: str
    missing: str
    settings: str
    looked: tuple[str, ...] = ()

    def what(self) -> str:
        looked = f" (looked in {', '.join(self.looked)})" if self.looked else ""
        return f"models = {self.wanted!r} in {self.settings}: {self.missing}{looked}."

    def next_step(self) -> str:
        return 'Correct it: models = "module:name", where name is a declarative base, a MetaData, or a list of them.'


class ModelsFailed(EnvironmentFault):
    """The module of the models raised when it was imported. `place` is file:line of the last line of theirs."""

    code = "LB425"
    wanted: str
    place: str
    said: str

    def what(self) -> str:
        return f"Importing the models ({self.wanted}) failed at {self.place}: {mask_url(self.said)}"

    def next_step(self) -> str:
        return "Repair that line; limbeck does nothing but import the module."


class EnvScriptFailed(EnvironmentFault):
    """The project's env.py raised. `place` is file:line of the last line of theirs."""

    code = "LB426"
    place: str
    said: str

    def what(self) -> str:
        return f"env.py failed at {self.place}: {mask_url(self.said)}"


class EnvScriptDidNothing(EnvironmentFault):
    """env.py ended without context.run_migrations()."""

    code = "LB427"
    path: str

    def what(self) -> str:
        return f"{self.path} ended without calling context.run_migrations(), so nothing was done."

    def next_step(self) -> str:
        return "Call context.configure(connection) and context.run_migrations() in it, or context.skip() if it is meant."


class FileNotWritten(EnvironmentFault):
    """A file that was asked for on the command line and could not be written."""

    code = "LB480"
    file: str
    why: str

    def what(self) -> str:
        return f"{self.file} could not be written: {self.why}."


class NoEnvironment(EnvironmentFault):
    """`limbeck.context` was used where no env.py is being run."""

    code = "LB428"
    name: str

    def what(self) -> str:
        return f"context.{self.name} is only there while limbeck runs a project's env.py."

    def next_step(self) -> str:
        return "Run a command such as: limbeck upgrade head"


class NotConfigured(EnvironmentFault):
    """context.run_migrations() without a connection."""

    code = "LB429"
    path: str

    def what(self) -> str:
        return f"{self.path} called context.run_migrations() without a connection."

    def next_step(self) -> str:
        return "Call context.configure(connection) before it."
