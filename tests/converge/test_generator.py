"""The generator of pairs: what a seed means stays, so that a failure that was noted can be looked at again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest
from converge_further import FURTHER
from converge_generate import Generator
from converge_models import script
from converge_more import EXTENDED

SEEDS = (0, 1, 57, 119, 10_000, 10_007, EXTENDED - 1)


@pytest.mark.parametrize(
    ("kind", "digest"),
    [("postgresql", "4145b5b992212f3f"), ("mariadb", "f4c6ef18d9e56f55"), ("sqlite", "42636b9738aff8cc")],
)
def test_what_was_drawn_once_is_drawn_again(kind: str, digest: str) -> None:
    assert drawn(kind, SEEDS) == digest


@pytest.mark.parametrize(
    ("kind", "digest"),
    [("postgresql", "e6ec07e68940c832"), ("mariadb", "0abdaa123e6200f7"), ("sqlite", "4abf073baa1af9c3")],
)
def test_so_is_what_later_seeds_have_more(kind: str, digest: str) -> None:
    assert drawn(kind, [*range(EXTENDED, EXTENDED + 9), *range(FURTHER, FURTHER + 9)]) == digest


def drawn(kind: str, seeds: Iterable[int]) -> str:
    text = "".join(script(Generator(kind, seed).pair(), kind) for seed in seeds)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
