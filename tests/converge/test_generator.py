"""The generator of pairs: what a seed means stays, so that a failure that was noted can be looked at again."""

from __future__ import annotations

import hashlib

import pytest
from converge_generate import Generator
from converge_models import script
from converge_more import EXTENDED

SEEDS = (0, 1, 57, 119, 10_000, 10_007, EXTENDED - 1)


@pytest.mark.parametrize(
    ("kind", "digest"),
    [("postgresql", "4145b5b992212f3f"), ("mariadb", "f4c6ef18d9e56f55"), ("sqlite", "42636b9738aff8cc")],
)
def test_what_was_drawn_once_is_drawn_again(kind: str, digest: str) -> None:
    text = "".join(script(Generator(kind, seed).pair(), kind) for seed in SEEDS)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == digest
