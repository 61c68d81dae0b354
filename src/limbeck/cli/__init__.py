"""Arguments -> commands; how it looks. `program` is what is installed as `limbeck`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from limbeck import interruption
from limbeck.process import short

if TYPE_CHECKING:
    from limbeck.errors import LimbeckError


def program() -> int:
    """The installed program `limbeck`: `main` in a process of its own."""
    with short():
        return main()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code (`limbeck.errors.Exit`). A person's mistake is shown without a
    traceback; a mistake of limbeck itself with one."""
    with interruption.listening(to_the_end=argv is None):
        return _answered(argv)


def _answered(argv: Sequence[str] | None) -> int:
    import sys

    from limbeck.errors import Exit, LimbeckError

    from .look import Look

    look, begun = Look(), ""
    try:
        with interruption.possible():
            from .arguments import joined, parse

            arguments = parse(joined(list(sys.argv[1:] if argv is None else argv)))
            command = arguments.command
            look = Look(
                color=arguments.color,
                quiet=arguments.quiet,
                verbose=arguments.verbose,
                as_json=arguments.json,
            )
            if command is None:
                arguments.parser.print_help()
                return Exit.USAGE
            from .answers import ANSWERS, MOVING
        if command in MOVING:  # it says itself where it may be interrupted
            begun = command if arguments.sql else ""
            code = ANSWERS[command](arguments, look)
        else:
            begun = command
            with interruption.possible():
                code = ANSWERS[command](arguments, look)
        look.out.flush()  # a pipe that nobody reads any more is noticed here, not when Python ends
        return code
    except LimbeckError as error:
        look.error(error)
        return _code(error)
    except KeyboardInterrupt:
        from limbeck.errors import CommandInterrupted

        stopped = CommandInterrupted(command=begun, signal=interruption.name())
        look.error(stopped)
        return _code(stopped)
    except BrokenPipeError:  # the reader of our pipe went away: nothing to say, nobody to say it to
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK


def _code(error: LimbeckError) -> int:
    """Its exit code; what a signal ended has the one that shells give to that signal."""
    from limbeck.errors import Exit

    if error.exit_code == Exit.INTERRUPTED and interruption.name() == "SIGTERM":
        return Exit.TERMINATED
    return error.exit_code
