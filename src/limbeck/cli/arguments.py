"""What may be typed. Each command's arguments stand together; `parse` gives a plain namespace.

Options that hold for every command may stand before or behind its name.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from limbeck.errors import Exit, NoSuchCommand
from limbeck.version import VERSION

PLACES = """\
places in the history:
  head, heads, base, current     the end, all ends, before the first, where the database stands
  ae10, ae1027a6                 a revision, by id or by any unique beginning of it
  +2, -1, ae10+2, head-1         so many steps from where the database stands, or from there
  web, web@head, web@+1          by the label of a branch
  ae10:head, -r-3:current        ranges, for history and --sql
"""


class Parser(argparse.ArgumentParser):
    """argparse with limbeck's exit code and manner: the mistake, then where help is."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"error: {message}\n  {self.prog} --help says what may be typed.\n")
        raise SystemExit(Exit.USAGE)


class Page(argparse.RawDescriptionHelpFormatter):
    """A help page as wide as the terminal. argparse makes one for every option that is added, and would import shutil
    (with bz2 and lzma) to ask how wide that is."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **{**more, "width": more.get("width") or _width() - 2})


def _width() -> int:
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError):
        return 80


def joined(argv: list[str]) -> list[str]:
    """Options whose value may begin with a minus, joined with it: `-r -3:current` is `-r-3:current`."""
    result: list[str] = []
    rest = iter(argv)
    for word in rest:
        if word == "--":
            return [*result, word, *rest]
        if word in ("-r", "--rev-range"):
            value = next(rest, None)
            if value is not None:
                word = f"{word}{value}" if word == "-r" else f"{word}={value}"
        result.append(word)
    return result


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    words = sys.argv[1:] if argv is None else argv
    if words and words[0] not in COMMANDS and not words[0].startswith("-"):
        raise NoSuchCommand(command=words[0], close=_close(words[0]))
    return build(words[0] if words and words[0] in COMMANDS else None).parse_args(words)


def _close(word: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, COMMANDS, 1)), "")


def build(only: str | None = None) -> Parser:
    """The parser of all commands, or of one alone: building all of them takes longer than most commands."""
    top = Parser(
        prog="limbeck",
        description="Database schema migrations with Python files.",
        epilog=PLACES,
        formatter_class=Page,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"limbeck {VERSION}")
    _everywhere(top, default=None)
    commands = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="limbeck")
    for name in COMMANDS if only is None else (only,):
        COMMANDS[name](commands)
    top.set_defaults(parser=top)
    return top


def _everywhere(parser: argparse.ArgumentParser, default: Any = argparse.SUPPRESS) -> None:
    group = parser.add_argument_group("everywhere")
    suppressed = default is argparse.SUPPRESS
    group.add_argument("-c", "--config", metavar="FILE", default=default, help="the project's settings file")
    group.add_argument(
        "-n", "--name", metavar="NAME", default=default, help="one database of several, by its name"
    )
    group.add_argument(
        "-x",
        action="append",
        dest="x",
        metavar="KEY=VALUE",
        default=default,
        help="an argument for env.py; repeatable",
    )
    off = default if suppressed else False
    group.add_argument("-q", "--quiet", action="store_true", default=off, help="say only what was asked for")
    group.add_argument(
        "-v", "--verbose", action="store_true", default=off, help="say more: the SQL, long listings"
    )
    group.add_argument(
        "--json", action="store_true", default=off, help="print the answer as one JSON document"
    )
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default=default if suppressed else "auto",
        help="when to use colours (NO_COLOR is honoured)",
    )


def _command(commands: Any, name: str, help_: str, **more: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_,
        description=help_[0].upper() + help_[1:] + ".",
        formatter_class=Page,
        allow_abbrev=False,
        **more,
    )
    _everywhere(parser)
    return parser


def _init(commands: Any) -> None:
    p = _command(commands, "init", "make a new project here: settings and a folder for migrations")
    p.add_argument(
        "folder", nargs="?", default="migrations", help="the folder for migrations (default: %(default)s)"
    )
    p.add_argument(
        "--pyproject", action="store_true", help="write [tool.limbeck] in pyproject.toml, no limbeck.toml"
    )
    p.add_argument("--url", help="the database's URL, or ${VARIABLE}")
    p.add_argument("--models", metavar="MODULE:NAME", help='where the models are, "app.models:Base"')
    p.add_argument(
        "--template",
        choices=("plain", "env", "async", "multidb"),
        default="plain",
        help="plain: no env.py; the others bring one (default: %(default)s)",
    )


def _revision(commands: Any) -> None:
    p = _command(commands, "revision", "write a new revision file")
    p.add_argument("-m", "--message", default="", help="what it does, for people")
    kind = p.add_mutually_exclusive_group()
    kind.add_argument(
        "-a", "--autogenerate", action="store_true", help="fill it with what differs from the models"
    )
    kind.add_argument("--empty", action="store_true", help="an empty file (the default)")
    p.add_argument("--head", default="head", help="the revision it follows (default: %(default)s)")
    p.add_argument("--splice", action="store_true", help="allow --head to name a revision that has followers")
    p.add_argument(
        "--branch-label", action="append", metavar="LABEL", default=[], help="a label for its branch"
    )
    p.add_argument("--version-path", metavar="FOLDER", help="the version location to write it in")
    p.add_argument("--rev-id", metavar="ID", help="its id, instead of a random one")
    p.add_argument(
        "--depends-on", action="append", metavar="REV", default=[], help="a revision it needs first"
    )
    _questions(p)


def _questions(
    parser: argparse.ArgumentParser, title: str = "autogenerate's questions, answered ahead"
) -> None:
    group = parser.add_argument_group(title)
    group.add_argument(
        "--default",
        action="append",
        metavar="COLUMN=SQL",
        default=[],
        help="the value of a new NOT NULL column for rows that are there: email=\"''\"",
    )
    group.add_argument(
        "--rename", action="append", metavar="OLD=NEW", default=[], help="a rename: users.mail=users.email"
    )
    group.add_argument(
        "--using",
        action="append",
        metavar="COLUMN=SQL",
        default=[],
        help='how values become a new type: users.age="age::integer"',
    )
    group.add_argument(
        "--drop",
        action="append",
        metavar="NAME",
        default=[],
        help="a table or column that may go with what it holds: users.mail; it is no rename then",
    )
    group.add_argument(
        "--accept-loss",
        action="store_true",
        help="let everything go that would be lost, as if each were named",
    )
    group.add_argument(
        "--answers", metavar="FILE", help="answers to autogenerate's questions, as TOML or JSON"
    )
    group.add_argument(
        "--no-input",
        action="store_true",
        help="never ask: take what is safe; exit code 6 where questions stay open",
    )


def _upgrade(commands: Any) -> None:
    p = _command(commands, "upgrade", "bring the database forward", epilog=PLACES)
    p.add_argument("revision", nargs="*", default=["head"], help="where to (default: head)")
    _script(p)


def _downgrade(commands: Any) -> None:
    p = _command(commands, "downgrade", "take the database back", epilog=PLACES)
    p.add_argument("revision", help="where to: -1, base, a revision")
    _script(p)


def _script(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sql", action="store_true", help="print the SQL, touch no database")
    parser.add_argument("--tag", help="a word for env.py to read")


def _current(commands: Any) -> None:
    p = _command(commands, "current", "tell where the database stands")
    p.add_argument(
        "--check-heads", action="store_true", help="exit code 1 where it does not stand at the heads"
    )


def _history(commands: Any) -> None:
    p = _command(commands, "history", "list the revisions, newest first", epilog=PLACES)
    p.add_argument("-r", "--rev-range", metavar="FROM:TO", help="only from there to there")
    p.add_argument("-i", "--indicate-current", action="store_true", help="mark where the database stands")


def _heads(commands: Any) -> None:
    p = _command(commands, "heads", "list the revisions nothing follows")
    p.add_argument("--resolve-dependencies", action="store_true", help="a depended-on revision is no head")


def _branches(commands: Any) -> None:
    _command(commands, "branches", "list the revisions where the history divides")


def _show(commands: Any) -> None:
    p = _command(commands, "show", "show a revision")
    p.add_argument("revision", nargs="*", default=["head"], help="which (default: head)")


def _merge(commands: Any) -> None:
    p = _command(commands, "merge", "write a revision that joins several heads")
    p.add_argument("revisions", nargs="*", default=["heads"], help="what to join (default: heads)")
    p.add_argument("-m", "--message", default="", help="what it does, for people")
    p.add_argument(
        "--branch-label", action="append", metavar="LABEL", default=[], help="a label for its branch"
    )
    p.add_argument("--rev-id", metavar="ID", help="its id, instead of a random one")
    p.add_argument("--splice", action="store_true", help="allow revisions that have followers")


def _stamp(commands: Any) -> None:
    p = _command(commands, "stamp", "write a revision into the version table without running anything")
    p.add_argument("revisions", nargs="+", help="where the database is to be said to stand")
    p.add_argument("--purge", action="store_true", help="empty the version table first, whatever it holds")
    _script(p)


def _edit(commands: Any) -> None:
    p = _command(commands, "edit", "open a revision file in $EDITOR")
    p.add_argument("revision", nargs="?", default="head", help="which (default: head)")


def _check(commands: Any) -> None:
    _command(commands, "check", "tell whether models and database differ: exit code 1 where they do")


SIDES = """\
sides:
  models                      the project's models
  database, db                the project's database
  schema.json, ./schema       the file of a snapshot (file:NAME for another name)
  postgresql://...            another database, by its URL
  head, base, ae10, web@head  a revision: the history up to there is replayed (rev:NAME where the name means
                              something else)
"""


def _diff(commands: Any) -> None:
    p = _command(
        commands, "diff", "show what differs between two sides, as changes from A to B", epilog=SIDES
    )
    p.add_argument("have", nargs="?", metavar="A", default="database", help="from (default: %(default)s)")
    p.add_argument("want", nargs="?", metavar="B", default="models", help="to (default: %(default)s)")
    shape = p.add_mutually_exclusive_group()
    shape.add_argument("--sql", action="store_true", help="as the SQL that does it")
    shape.add_argument("--revision", action="store_true", help="as a new revision file behind the head")
    p.add_argument("-m", "--message", default="", help="with --revision: what it does, for people")
    p.add_argument("--rev-id", metavar="ID", help="with --revision: its id, instead of a random one")
    p.add_argument("--exit-code", action="store_true", help="exit code 1 where something differs")
    _questions(p, "with --revision: its questions, answered ahead")


def _snapshot(commands: Any) -> None:
    p = _command(commands, "snapshot", "write what a side looks like as a JSON file", epilog=SIDES)
    p.add_argument(
        "place", nargs="?", metavar="SIDE", default="database", help="of what (default: %(default)s)"
    )
    p.add_argument("-o", "--output", metavar="FILE", help="the file (default: standard output)")


def _ensure_version(commands: Any) -> None:
    p = _command(commands, "ensure-version", "make the version table where there is none")
    p.add_argument("--sql", action="store_true", help="print the SQL, touch no database")


def _run(commands: Any) -> None:
    p = _command(commands, "run", "run another program, with the names that mean limbeck in it")
    p.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="-- PROGRAM ...", help="the program and its arguments"
    )


def _doctor(commands: Any) -> None:
    _command(commands, "doctor", "tell what is so here: versions, drivers, project, databases")


def _tutorial(commands: Any) -> None:
    p = _command(commands, "tutorial", "tell the story of a first project, for real, on databases of its own")
    p.add_argument(
        "--on",
        choices=("postgresql", "sqlite"),
        action="append",
        help="only there (default: PostgreSQL where it can be started, and SQLite)",
    )
    p.add_argument("--keep", metavar="FOLDER", help="leave the project's files there")


COMMANDS: dict[str, Callable[[Any], None]] = {
    "init": _init,
    "revision": _revision,
    "upgrade": _upgrade,
    "downgrade": _downgrade,
    "current": _current,
    "history": _history,
    "heads": _heads,
    "branches": _branches,
    "show": _show,
    "merge": _merge,
    "stamp": _stamp,
    "edit": _edit,
    "check": _check,
    "diff": _diff,
    "snapshot": _snapshot,
    "ensure-version": _ensure_version,
    "tutorial": _tutorial,
    "run": _run,
    "doctor": _doctor,
}
