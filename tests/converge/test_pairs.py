"""Random pairs of schemas, there and back: the laws of converge_laws, on the first seeds, and on the first of those that
have more (renames, rules, several MetaData, domains, partitions) and more still (beginnings of texts, extensions).

By the text of a revision file, as users run it; some by a project and its command line (in the words of Alembic's files:
test_alembic_words.py). More by `make converge`."""

from __future__ import annotations

import pytest
from converge_files import Files
from converge_further import FURTHER
from converge_generate import Generator
from converge_laws import Invalid, Trial
from converge_limbeck import Written
from converge_models import script
from converge_more import EXTENDED
from converge_places import places
from converge_trial import kept_places, on_kinds, trial  # noqa: F401  (fixtures)

PAIRS = 160
AT_ONCE = 40
FILES = 4


@on_kinds("postgresql", "mariadb", "sqlite")
@pytest.mark.parametrize(
    "first", [*range(0, PAIRS, AT_ONCE), pytest.param(EXTENDED, marks=pytest.mark.sqlalchemy20), FURTHER]
)
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pairs_come_out_right(trial: Trial, first: int) -> None:
    trial.tool = Written(trial.kind)
    run = sum(comes_out_right(trial, seed) for seed in range(first, first + AT_ONCE))
    assert run > AT_ONCE / 2, "the generator makes what no database takes"


@pytest.mark.parametrize("db", ["postgresql", "mariadb", "sqlite"])
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pairs_come_out_right_in_another_process(db: str) -> None:
    with places(db, reachable=True) as (lived, fresh):
        trial = Trial(Files(db), db, lived, fresh)
        assert sum(comes_out_right(trial, 10_000 + seed) for seed in range(FILES)) > FILES / 2


def comes_out_right(trial: Trial, seed: int) -> int:
    """1; or 0 where the database does not take one of the two schemas."""
    pair = Generator(trial.kind, seed, trial.version).pair()
    try:
        failure = trial.run(pair)
    except Invalid:
        return 0
    assert failure is None, f"seed {seed}: {failure.law}\n{failure.text}\n\n{script(pair, trial.kind)}"
    return 1
