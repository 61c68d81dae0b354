"""The fixture `trial`: two databases of the kind the test is on, kept for all tests of this process."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
from converge_laws import Trial
from converge_limbeck import Limbeck
from converge_places import Place, on_server, places

import conftest
from servers import NoServer, Run


@pytest.fixture(scope="session")
def kept_places(request: pytest.FixtureRequest) -> Iterator[dict[str, tuple[Place, Place]]]:
    """Those in use, by kind. Their sessions end with the tests of this process."""
    with contextlib.ExitStack() as stack:
        found: dict[str, tuple[Place, Place]] = {}
        found_of = _Found(stack, found, request.config.stash[conftest.RUN])
        request.session.stash[FOUND] = found_of
        yield found


class _Found:
    def __init__(self, stack: contextlib.ExitStack, found: dict[str, tuple[Place, Place]], run: Run) -> None:
        self.stack, self.found, self.run = stack, found, run

    def of(self, kind: str) -> tuple[Place, Place]:
        if kind not in self.found:
            worker = self.run.worker
            names = (f"lived_{worker}", f"fresh_{worker}")
            opened = places("sqlite") if kind == "sqlite" else on_server(self.run.where(kind), names)
            self.found[kind] = self.stack.enter_context(opened)
        return self.found[kind]


FOUND = pytest.StashKey[_Found]()


@pytest.fixture
def trial(request: pytest.FixtureRequest, kept_places: object) -> Trial:
    """A trial of limbeck on the kind of database that the test is on (`on_kinds`)."""
    kind: str = request.param
    try:
        lived, fresh = request.session.stash[FOUND].of(kind)
    except NoServer as error:
        if os.environ.get("CI") and kind not in conftest.MAY_BE_ABSENT:
            pytest.fail(f"{kind}: {error}", pytrace=False)
        pytest.skip(f"{kind}: {error}")
    family = kind.removesuffix("15")
    return Trial(Limbeck(family), family, lived, fresh)


def on_kinds(*kinds: str) -> pytest.MarkDecorator:
    """The test once on each of these kinds of database."""
    return pytest.mark.parametrize("trial", kinds, indirect=True)
