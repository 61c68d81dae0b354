"""Random pairs of schemas, there and back: the laws of converge_laws, on the first seeds. More by `make converge`.

Then some of them by the words of Alembic's files, as in an Alembic project."""

from __future__ import annotations

import pytest
from converge_generate import Generator
from converge_laws import Invalid, Trial
from converge_models import script
from converge_trial import trial  # noqa: F401  (a fixture)
from converge_words import Words

from conftest import on

PAIRS = 20
AT_ONCE = 10


@on("postgresql", "mariadb", "sqlite")
@pytest.mark.parametrize("first", range(0, PAIRS, AT_ONCE))
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pairs_come_out_right(trial: Trial, first: int) -> None:
    run = 0
    for seed in range(first, first + AT_ONCE):
        pair = Generator(trial.kind, seed).pair()
        try:
            failure = trial.run(pair)
        except Invalid:  # the database does not take one of the two
            continue
        run += 1
        assert failure is None, f"seed {seed}: {failure.law}\n{failure.text}\n\n{script(pair, trial.kind)}"
    assert run > AT_ONCE / 2, "the generator makes what no database takes"


@on("postgresql", "mariadb", "sqlite")
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pairs_come_out_right_in_alembics_words(trial: Trial) -> None:
    trial.tool = Words(trial.kind)
    for seed in range(AT_ONCE):
        pair = Generator(trial.kind, seed).pair()
        try:
            failure = trial.run(pair)
        except Invalid:
            continue
        assert failure is None, f"seed {seed}: {failure.law}\n{failure.text}\n\n{script(pair, trial.kind)}"
