"""What people type, and what it means."""

from __future__ import annotations

import pytest

from limbeck import errors
from limbeck.revisions import Revision, RevisionGraph, between, parse, parse_range, resolve, resolve_one


@pytest.mark.parametrize(
    ("text", "branch", "symbol", "offset"),
    [
        ("head", None, "head", None),
        ("ae10", None, "ae10", None),
        ("ae10+2", None, "ae10", 2),
        ("head-1", None, "head", -1),
        ("+2", None, None, 2),
        ("-1", None, None, -1),
        ("web@head", "web", "head", None),
        ("web@+1", "web", None, 1),
        ("web@ae10-1", "web", "ae10", -1),
        ("1.2.3+1", None, "1.2.3", 1),
        (" head ", None, "head", None),
        ("my-app@head", "my-app", "head", None),
    ],
)
def test_parse(text: str, branch: str | None, symbol: str | None, offset: int | None) -> None:
    address = parse(text)
    assert (address.branch, address.symbol, address.offset) == (branch, symbol, offset)


@pytest.mark.parametrize("text", ["", "  ", "web@", "a:b"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(errors.BadAddress):
        parse(text)


def test_parse_range() -> None:
    span = parse_range("-3:current")
    assert span.start == parse("-3") and span.stop == parse("current")
    assert parse_range("ae10:").stop is None
    assert parse_range(":ae10").start is None
    with pytest.raises(errors.BadAddress):
        parse_range("ae10")


#       a1aaaa - b1bbbb - c1cccc (one) - d1dddd
#                      \- c2cccc (two) - d2dddd
FORK = RevisionGraph(
    [
        Revision("a1aaaa"),
        Revision("b1bbbb", ("a1aaaa",)),
        Revision("c1cccc", ("b1bbbb",), labels=("one",)),
        Revision("d1dddd", ("c1cccc",)),
        Revision("c2cccc", ("b1bbbb",), labels=("two", "two-2")),
        Revision("d2dddd", ("c2cccc",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("heads", "d1dddd d2dddd"),
        ("base", ""),
        ("one@base", ""),
        ("one@head", "d1dddd"),
        ("two@heads", "d2dddd"),
        ("c1cccc@head", "d1dddd"),
        ("one", "c1cccc"),
        ("two-2", "c2cccc"),  # a label, although it could be read as two steps below the label "two"
        ("two-1", "b1bbbb"),
        ("two-2@head", "d2dddd"),
        ("a1", "a1aaaa"),
        ("two@d2dddd", "d2dddd"),
        ("two@b1bbbb", "b1bbbb"),
        ("a1aaaa+1", "b1bbbb"),
        ("one@base+3", "c1cccc"),
        ("d1dddd-2", "b1bbbb"),
        ("one@head-1", "c1cccc"),
        ("base+2", "b1bbbb"),
        ("-1", "c1cccc c2cccc"),
        ("two@-1", "c2cccc"),
        ("current", "c1cccc"),
        ("current-1", "b1bbbb"),
        ("+1", "d1dddd"),
        ("two@+1", "c2cccc"),
    ],
)
def test_resolve_with_the_database_at_c1(text: str, meant: str) -> None:
    assert resolve(FORK, text, ["c1cccc"]) == tuple(meant.split())


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("head", errors.MultipleHeads, "'head' means one revision, and there are 2: d1dddd, d2dddd."),
        ("zzz", errors.NoSuchRevision, "There is no revision or branch label 'zzz'."),
        ("c1ccc0", errors.NoSuchRevision, "Did you mean c1cccc?"),
        ("haed", errors.NoSuchRevision, "Did you mean head"),
        ("thre@head", errors.NoSuchBranch, "There is no branch 'thre'."),
        ("ones@head", errors.NoSuchBranch, "Did you mean one?"),
        ("one@c2cccc", errors.NotOnBranch, "Revision c2cccc is not on the branch 'one'."),
        ("b1bbbb+1", errors.AmbiguousWalk, "'b1bbbb+1' comes to a fork at b1bbbb: c1cccc, c2cccc."),
        ("d1dddd+1", errors.WalkTooFar, "asks for 1 revision above d1dddd, and there is none."),
        ("d1dddd-9", errors.WalkTooFar, "asks for 9 revisions below d1dddd, and there are 4."),
    ],
)
def test_what_cannot_be_resolved(text: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        resolve(FORK, text)
    assert says in str(caught.value)


def test_a_prefix_must_be_of_one_revision() -> None:
    graph = RevisionGraph([Revision("ae1027a6"), Revision("ae10bbbb", ("ae1027a6",))])
    assert resolve_one(graph, "ae102") == "ae1027a6"
    with pytest.raises(
        errors.AmbiguousRevision, match="'ae10' is the beginning of 2 revisions: ae1027a6, ae10bbbb"
    ):
        resolve(graph, "ae10")


def test_a_prefix_may_be_made_unique_by_a_branch() -> None:
    graph = RevisionGraph([Revision("ae1027a6", labels=("x",)), Revision("ae10bbbb", labels=("y",))])
    assert resolve_one(graph, "y@ae10") == "ae10bbbb"


def test_the_head_of_an_empty_history_is_the_base() -> None:
    assert resolve_one(RevisionGraph([]), "head") is None


LINE = RevisionGraph([Revision(n, (p,) if p else ()) for p, n in zip(("", *"abcd"), "abcde", strict=True)])


@pytest.mark.parametrize(
    ("span", "listed"),
    [
        (":", "edcba"),
        ("b:d", "dcb"),
        ("c:", "edc"),
        (":c", "cba"),
        ("-2:", "edc"),
        ("-9:", "edcba"),
        ("-2:d", "dcb"),
        ("b:+1", "cb"),
        ("b:+9", "edcb"),
        # The database is at c; the reference counts -1 from the heads and fails.
        ("-1:current", "cb"),
        ("current:", "edc"),
        ("current:+1", "dc"),
        ("current-1:current", "cb"),
        ("base:head-3", "ba"),
    ],
)
def test_history_ranges_with_the_database_at_c(span: str, listed: str) -> None:
    assert "".join(between(LINE, span, ["c"])) == listed


def test_a_range_goes_upward() -> None:
    with pytest.raises(errors.NotAnAncestor, match="d is not an ancestor of b"):
        between(LINE, "d:b")


def test_the_history_of_one_branch() -> None:
    assert between(FORK, "two@base:") == ("d2dddd", "c2cccc", "b1bbbb", "a1aaaa")
    assert between(FORK, ":one@head") == ("d1dddd", "c1cccc", "b1bbbb", "a1aaaa")
