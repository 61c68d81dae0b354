"""What was mended once, in the words of Alembic's files."""

from __future__ import annotations

from test_mended import a_wider_key, there_and_back

from conftest import on
from servers import Database

from converge_words import Words  # isort: skip  (test_mended has put its folder on the path)


@on("mariadb")
def test_a_wider_key_comes_and_takes_the_index_of_another(database: Database) -> None:
    there_and_back(database, *a_wider_key(), any_names=True, by=Words)
