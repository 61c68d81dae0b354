"""What the ecosystem does with Alembic, in its own words: nothing in this folder says limbeck.

The facade answers to `import alembic`; with LIMBECK_ALEMBIC=0 the original does, and every test holds for it too
(`make ecosystem` runs both).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if os.environ.get("LIMBECK_ALEMBIC") != "0":
    import limbeck.alembic  # noqa: F401

INI = """\
[alembic]
script_location = %(here)s/migrations
path_separator = os
sqlalchemy.url = sqlite:///%(here)s/app.db
"""
MAKO = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''
MODELS = """\
from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()
users = Table("users", metadata, Column("id", Integer, primary_key=True), Column("name", String(50), nullable=False))
"""


class Project:
    """A folder with alembic.ini, env.py, a template and one model; `env` is the text of env.py."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.versions = folder / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        self.write("alembic.ini", INI)
        self.write("migrations/script.py.mako", MAKO)
        self.write("shop_models.py", MODELS)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    @property
    def config(self):  # type: ignore[no-untyped-def]
        from alembic.config import Config

        return Config(str(self.folder / "alembic.ini"))

    def newest(self) -> str:
        return max(self.versions.glob("*.py"), key=lambda path: path.stat().st_mtime_ns).read_text(
            encoding="utf-8"
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Project(tmp_path)
    sys.modules.pop("shop_models", None)
