"""Times for reading 1,000 and 10,000 revision files, and for building their history.

python bench/scan.py [count ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from limbeck.revisions.graph import RevisionGraph
from limbeck.scripts.folder import ScriptFolder

TEXT = '''"""change number {number} of the schema

Revision ID: {name}
Revises: {parent}
Create Date: 2024-01-01 00:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '{name}'
down_revision: Union[str, Sequence[str], None] = {parent!r}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
{body}

def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("account", "name{number}")
'''
BODY = '    op.add_column("account", sa.Column("name{0}", sa.String(length=40), nullable=True))\n' * 12


def fill(folder: Path, count: int) -> None:
    for number in range(count):
        name = f"{number * 7919:012x}"
        parent = f"{(number - 1) * 7919:012x}" if number else None
        text = TEXT.format(number=number, name=name, parent=parent, body=BODY.format(number))
        (folder / f"{name}_change_number.py").write_text(text, encoding="utf-8")


def main(counts: list[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), count)
            best: tuple[float, float] = (1e9, 1e9)
            for _ in range(5):
                started = time.perf_counter()
                scripts = ScriptFolder([folder]).scripts.values()
                read = time.perf_counter()
                graph = RevisionGraph([each.revision for each in scripts if each.revision], lenient=True)
                assert len(graph.heads) == 1
                best = min(best, (read - started, time.perf_counter() - read))
            print(f"{count:6} files: read {best[0] * 1000:6.1f} ms, history {best[1] * 1000:5.1f} ms")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [1000, 10000])
