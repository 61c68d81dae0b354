"""What was mended once, in the words of Alembic's files."""

from __future__ import annotations

from mending import there_and_back
from test_mended import a_wider_key
from test_mended_later import a_number_and_its_key

from conftest import on
from servers import Database

from converge_words import Words  # isort: skip  (mending has put its folder on the path)


@on("mariadb")
def test_a_wider_key_comes_and_takes_the_index_of_another(database: Database) -> None:
    there_and_back(database, *a_wider_key(), any_names=True, by=Words)


@on("mariadb")
def test_a_new_column_that_numbers_itself_brings_its_key(database: Database) -> None:
    there_and_back(database, *a_number_and_its_key(), by=Words)
