"""What stands and what is wanted, the operations from one to the other and back, and what a person says to them.

What is left open makes another `want`, in which it is as it stands; so the operations are found anew until nothing that
they do is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from limbeck.diff.around_objects import Around, bare_drops, left_broken, surround
from limbeck.diff.back import applied as done
from limbeck.diff.back import way_back
from limbeck.diff.fixed import told_of_fixed
from limbeck.diff.left import Left
from limbeck.diff.objects import Key
from limbeck.diff.renamed import Renames, renamings
from limbeck.diff.rules import Rules
from limbeck.diff.steps import runnable
from limbeck.diff.together import together
from limbeck.diff.walk import diff
from limbeck.errors import LimbeckError
from limbeck.judge.settle import Settled, as_declared
from limbeck.model.snapshot import Snapshot
from limbeck.ops.contract import Backend, Operation

from .filling import Filling, filled_back
from .losing import Losing
from .questions import Interview
from .rows import Rows

ROUNDS = 20


class Differing(NamedTuple):
    """What stands and what is wanted, and what leads from the one to the other."""

    backend: Backend
    have: Snapshot
    want: Snapshot
    rules: Rules
    renames: Renames
    settled: Settled
    leave: frozenset[Key]
    """Objects that are nobody's business; `have` holds them all, for they may stand in the way."""

    def found(self) -> Around:
        want, as_text = self.settled.want, self.settled.as_text
        found = diff(self.backend, self.have, want, self.rules, self.renames, as_text, self.leave)
        return surround(self.backend, found, self.have)

    def back(self, found: tuple[Operation, ...]) -> tuple[Operation | LimbeckError, ...]:
        back: tuple[Operation | LimbeckError, ...] = way_back(self.backend, found, self.have)
        return surround(self.backend, back, done(found, self.have)).operations

    def notes(self, found: Around) -> tuple[str, ...]:
        """What no statement changes, what stands in the way and cannot be put back, and what will not work any more."""
        stands = done(renamings(self.renames, self.have), self.have)
        fixed = told_of_fixed(self.backend, stands, self.settled.want)
        return (*fixed, *found.notes, *left_broken(self.backend, found.operations, self.have))

    def runnable(self, found: tuple[Operation, ...]) -> tuple[Operation, ...]:
        declared = as_declared(found, self.want, self.settled)
        return runnable(self.backend, declared, self.have, self.want)

    def without(self, left: Iterable[Left]) -> Differing:
        """The same, but for what was left open."""
        left = tuple(left)
        settled = self.settled._replace(want=after(self.settled.want, left))
        return self._replace(want=after(self.want, left), settled=settled)


def after(want: Snapshot, left: Iterable[Left]) -> Snapshot:
    for change in left:
        want = change(want)
    return want


class Asked(NamedTuple):
    """What is to be done, with what was said in it. `broken` tells what will not work any more, `unfilled` which columns
    get no value since no row lacks one."""

    upgrade: tuple[Operation, ...]
    back: tuple[Operation | LimbeckError, ...]
    broken: tuple[str, ...]
    unfilled: tuple[str, ...]


def ask_about(interview: Interview, rows: Rows, differing: Differing, moved: Snapshot) -> Asked:
    """Puts the questions that rows give cause for; the interview is not closed yet. `moved` is what stands, under its new
    names."""
    backend = differing.backend
    losing = Losing(interview, rows, backend, moved)
    filling = Filling(interview, rows, backend, moved)
    for _ in range(ROUNDS):
        found = differing.found()
        operations = differing.runnable(found.operations)
        want = differing.settled.want
        left = (*losing.ask(operations, want), *filling.ask(operations, want))
        if not left:
            break
        differing = differing.without(left)
    else:
        raise AssertionError(f"left open, and still to do: {[o.describe() for o in operations]}")
    written = together(backend, bare_drops(tuple(filling.write(losing.write(operations)))), moved)
    upgrade = tuple(operation for operation in written if isinstance(operation, Operation))
    filled = tuple(filled_back(differing.back(found.operations), differing.have))
    back = together(backend, bare_drops(filled), want)
    return Asked(upgrade, back, differing.notes(found), tuple(filling.notes))
