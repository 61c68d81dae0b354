"""Arguments -> commands; how it looks. `program` is what is installed as `limbeck`."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.errors import Exit, LimbeckError
from limbeck.process import short


def program() -> int:
    """The installed program `limbeck`: `main` in a process of its own."""
    with short():
        return main()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code (`limbeck.errors.Exit`). A person's mistake is shown without a
    traceback; a mistake of limbeck itself with one."""
    import sys

    from .arguments import joined, parse
    from .look import Look

    look = Look()
    try:
        arguments = parse(joined(list(sys.argv[1:] if argv is None else argv)))
        look = Look(
            color=arguments.color, quiet=arguments.quiet, verbose=arguments.verbose, as_json=arguments.json
        )
        if arguments.command is None:
            arguments.parser.print_help()
            return Exit.USAGE
        from .answers import ANSWERS

        code = ANSWERS[arguments.command](arguments, look)
        look.out.flush()  # a pipe that nobody reads any more is noticed here, not when Python ends
        return code
    except LimbeckError as error:
        look.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        look.err.write("\ninterrupted\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader of our pipe went away: nothing to say, nobody to say it to
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
