"""Before a build: the stubs are written of the facade as it stands (tools/stubs.py); an sdist brings them."""

import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
TOOL = HERE.parents[1] / "tools" / "stubs.py"


class Stubs(BuildHookInterface):
    def initialize(self, version, build_data):
        if TOOL.is_file():
            subprocess.run([sys.executable, str(TOOL), str(HERE / "alembic-stubs")], check=True)
