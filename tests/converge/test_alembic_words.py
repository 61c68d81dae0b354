"""Random pairs of schemas, there and back, in the words of Alembic's files."""

from __future__ import annotations

import pytest
from converge_laws import Trial
from converge_trial import kept_places, on_kinds, trial  # noqa: F401  (fixtures)
from converge_words import Words
from test_pairs import FILES, comes_out_right


@on_kinds("postgresql", "mariadb", "sqlite")
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pairs_come_out_right(trial: Trial) -> None:
    trial.tool = Words(trial.kind)
    assert sum(comes_out_right(trial, seed) for seed in range(2 * FILES)) > FILES
