"""Puts limbeck's facade first among those who answer to `import alembic`. Read by Python at every start.

Nothing is imported here that Python has not imported anyway, and nothing of limbeck before something says
`import alembic`. Where limbeck is not there, or LIMBECK_ALEMBIC=0 is set, whoever else is installed answers.
"""

import os
import sys


class Finder:
    """Finds `alembic` where limbeck is installed; knows nothing else."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        if fullname != "alembic":
            return None
        from importlib.util import find_spec, spec_from_file_location

        limbeck = find_spec("limbeck")
        for folder in (limbeck.submodule_search_locations or ()) if limbeck else ():
            place = os.path.join(folder, "alembic")
            file = os.path.join(place, "__init__.py")
            if os.path.isfile(file):
                return spec_from_file_location("alembic", file, submodule_search_locations=[place])
        return None


def is_on():
    return os.environ.get("LIMBECK_ALEMBIC", "").strip().lower() not in ("0", "no", "off", "false")


def main():
    """The console script `alembic`."""
    try:
        from alembic.config import main as run
    except ModuleNotFoundError as error:
        if error.name not in ("alembic", "limbeck"):
            raise
        why = (
            "limbeck is not installed"
            if is_on()
            else "LIMBECK_ALEMBIC=0 switches limbeck off, and Alembic is not here"
        )
        sys.exit(f"alembic: {why}")
    try:
        from limbeck.process import short
    except ModuleNotFoundError:  # LIMBECK_ALEMBIC=0, and only Alembic is here
        return run()
    with short():
        return run()


if is_on() and not any(type(each).__module__ == __name__ for each in sys.meta_path):
    sys.meta_path.insert(0, Finder())
