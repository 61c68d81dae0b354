"""From arguments to a project, and options of the form NAME=VALUE to pairs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from limbeck.errors import BadOption

if TYPE_CHECKING:
    from limbeck.project import Options, Project


def project_of(arguments: Namespace, *, offline: bool = False) -> Project:
    """The project the options name, or the one around the current folder."""
    from limbeck.project import find

    return find(options=options_of(arguments, offline=offline))


def options_of(arguments: Namespace, *, offline: bool = False) -> Options:
    """What the command line says beside the command."""
    from limbeck.project import Options

    return Options(
        config=Path(arguments.config) if arguments.config else None,
        database=arguments.name,
        arguments=tuple(arguments.x or ()),
        offline=offline,
        tag=getattr(arguments, "tag", None),
        typed=vars(arguments),
    )


def pairs(texts: Iterable[str], option: str) -> tuple[tuple[str, str], ...]:
    """`name=value` texts, split at the first =."""
    result = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise BadOption(option=option, given=text, form="NAME=VALUE")
        result.append((name.strip(), value))
    return tuple(result)
