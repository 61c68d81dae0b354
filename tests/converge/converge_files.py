"""limbeck as its users meet it: a revision file written into a project, and `limbeck upgrade` in a process of its own,
which has never seen the models."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent
from typing import Any

from converge_limbeck import Limbeck


class Files(Limbeck):
    """Compares in this process; what is written runs in another one, by the command line. Needs a database that another
    process can reach (no SQLite in memory)."""

    name = "limbeck, by its files"

    def upgrade(self, engine: Any, found: Any) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="converge-project-")
        project = Path(self.folder.name)
        (project / "migrations" / "versions").mkdir(parents=True)
        url = engine.url.render_as_string(hide_password=False)
        (project / "limbeck.toml").write_text(f"url = {url!r}\n", encoding="utf-8")
        (project / "migrations" / "versions" / "0001_pair.py").write_text(written(found), encoding="utf-8")
        self._limbeck(engine, "upgrade", "head")

    def downgrade(self, engine: Any, found: Any) -> None:
        try:
            self._limbeck(engine, "downgrade", "base")
        finally:
            self.folder.cleanup()

    def _limbeck(self, engine: Any, *words: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            [sys.executable, "-m", "limbeck", "-c", f"{self.folder.name}/limbeck.toml", *words],
            cwd=self.folder.name,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise AssertionError(
                f"limbeck {' '.join(words)} gave {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        engine.dispose()  # another process changed what this session remembers


def written(found: Any) -> str:
    """The revision file, as the writer lays it out."""
    from limbeck.scripts.layout import NewRevision, text_of
    from limbeck.source.body import body

    there, back = body(found.upgrade), body(found.downgrade)
    made = NewRevision(
        id="0001",
        message="A pair",
        imports=tuple(dict.fromkeys((*there.imports, *back.imports))),
        upgrades=dedent("\n".join(there.lines)),
        downgrades=dedent("\n".join(back.lines)),
    )
    return text_of(made)
