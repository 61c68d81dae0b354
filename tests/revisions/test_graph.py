"""How revisions hang together, and every mistake that can be in them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from limbeck import errors
from limbeck.revisions import Revision, RevisionGraph, downgrade, upgrade


def rev(name: str, *parents: str, needs: str = "", label: str = "") -> Revision:
    return Revision(name, parents, tuple(needs.split()), tuple(label.split()), origin=f"versions/{name}.py")


WEB = RevisionGraph(
    [
        rev("a1", label="core"),
        rev("b1", "a1"),
        rev("c1", "b1"),
        rev("a2", label="web"),
        rev("b2", "a2", needs="b1"),
        rev("c2", "b2", needs="core b1"),
    ]
)


def test_heads_and_bases_look_at_parents_alone() -> None:
    assert WEB.heads == ("c1", "c2")
    assert WEB.bases == ("a1", "a2")


def test_real_heads_look_at_dependencies_too() -> None:
    graph = RevisionGraph([rev("a"), rev("b", "a"), rev("x", needs="b")])
    assert graph.heads == ("b", "x")
    assert graph.real_heads == ("x",)
    assert graph.bases == ("a", "x")
    assert graph.real_bases == ("a",)


def test_branch_points_and_merge_points() -> None:
    graph = RevisionGraph([rev("a"), rev("b1", "a"), rev("b2", "a"), rev("c", "b1", "b2")])
    assert graph.branch_points == ("a",)
    assert graph.merge_points == ("c",)


def test_down_leaves_out_a_dependency_that_an_ancestor_names_already() -> None:
    assert WEB.down("b2") == ("a2", "b1")
    assert WEB.dependencies("c2") == ("a1", "b1")
    assert WEB.down("c2") == ("b2", "a1")


def test_a_dependency_may_be_an_id_a_prefix_or_a_label() -> None:
    graph = RevisionGraph([rev("abcdef", label="lib"), rev("x", needs="abcd"), rev("y", needs="lib")])
    assert graph.dependencies("x") == graph.dependencies("y") == ("abcdef",)


def test_standing_is_what_current_shows() -> None:
    assert WEB.standing(["c2"]) == ("b1", "c2")  # b1 is no row, c2 implies it; still its line ends there
    assert WEB.tips(WEB.applied(["c2"])) == ("c2",)


def labels(*revisions: Revision) -> dict[str, str]:
    graph = RevisionGraph(revisions)
    return {name: " ".join(graph.labels(name)) for name in graph}


def test_a_label_reaches_up_to_the_heads_and_down_to_the_fork() -> None:
    assert labels(
        rev("a"), rev("b", "a"), rev("c1", "b"), rev("d1", "c1", label="one"), rev("e1", "d1"), rev("c2", "b")
    ) == {"a": "", "b": "", "c1": "one", "d1": "one", "e1": "one", "c2": ""}


def test_a_label_under_a_fork_does_not_reach_down() -> None:
    assert labels(rev("a"), rev("b", "a", label="lib"), rev("c1", "b"), rev("c2", "b", label="two")) == {
        "a": "",
        "b": "lib",
        "c1": "lib",
        "c2": "two lib",
    }


# -- mistakes


def mistake(*revisions: Revision) -> errors.RevisionError:
    with pytest.raises(errors.RevisionError) as caught:
        RevisionGraph(revisions)
    return caught.value


def test_missing_parent() -> None:
    assert str(mistake(rev("abc1"), rev("b", "abc2"))) == (
        "Revision b (versions/b.py) has down_revision 'abc2', which is not there.\nDid you mean abc1?"
    )


def test_missing_dependency() -> None:
    assert str(mistake(rev("a", needs="zzz"))) == (
        "Revision a (versions/a.py) has depends_on 'zzz', which is neither a revision nor a branch label.\n"
        "Bring that file back from version control, or correct depends_on."
    )


def test_duplicate_id_names_both_files() -> None:
    copy = rev("a")._replace(origin="versions/copy.py")
    assert str(mistake(rev("a"), copy)) == (
        "Revision a is present 2 times: versions/a.py, versions/copy.py.\n"
        "Give one of them another id (and mend the down_revision that should name it), or delete the copy."
    )


def test_loop() -> None:
    assert str(mistake(rev("a", "a"))).startswith("Revision a (versions/a.py) names itself in down_revision.")
    assert str(mistake(rev("a", needs="lib", label="lib"))).startswith(
        "Revision a (versions/a.py) names itself in depends_on."
    )


def test_cycle_is_shown_as_the_way_it_takes() -> None:
    error = mistake(rev("a", "c"), rev("b", "a"), rev("c", "b"), rev("d", "c"), rev("fine"))
    assert str(error) == (
        "Revisions form a circle through down_revision: a -> c -> b -> a.\n"
        "Correct the down_revision of one of versions/a.py, versions/c.py, versions/b.py."
    )


def test_cycle_through_dependencies() -> None:
    error = mistake(rev("a", needs="c"), rev("b", "a"), rev("c", "b"))
    assert isinstance(error, errors.RevisionCycle) and error.through_dependencies
    assert error.cycle == ("a", "c", "b")


def test_duplicate_label_and_label_that_is_an_id() -> None:
    assert str(mistake(rev("a", label="x"), rev("b", label="x"))).startswith(
        "The branch label 'x' is given by several revisions: a (versions/a.py), b (versions/b.py)."
    )
    assert str(mistake(rev("a", label="b"), rev("b"))).startswith(
        "The branch label 'b' of revision a (versions/a.py) is also a revision id."
    )


@pytest.mark.parametrize("name", ["a-b", "a@b", "a:b", "a+b", "head", "base", "", "a b", "a\nb"])
def test_names_that_could_never_be_typed(name: str) -> None:
    assert isinstance(mistake(rev(name)), errors.BadRevisionName)


@pytest.mark.parametrize("name", ["ae10", "1", "1.2.3", "add_users", "ünï"])
def test_names_that_can(name: str) -> None:
    assert RevisionGraph([rev(name)]).heads == (name,)


def test_labels_may_have_a_dash() -> None:
    assert RevisionGraph([rev("a", label="my-app-2")]).label_owners == {"my-app-2": "a"}


def test_all_mistakes_are_told_at_once() -> None:
    error = mistake(rev("a", "gone"), rev("b", "b"), rev("c", label="a"))
    assert isinstance(error, errors.HistoryBroken)
    assert {type(each) for each in error.mistakes} == {
        errors.MissingParent,
        errors.RevisionLoop,
        errors.LabelIsRevision,
    }
    assert str(error).startswith("The history has 3 mistakes:\n- ")


def test_a_lenient_graph_stops_only_what_runs_over_a_mistake() -> None:
    graph = RevisionGraph([rev("a"), rev("b", "a"), rev("x", "gone"), rev("y", "x")], lenient=True)
    assert [type(each) for each in graph.mistakes] == [errors.MissingParent]
    assert upgrade(graph, (), "b").rows_after == ("b",)
    assert upgrade(graph, ("x",), "y").rows_after == ("y",)  # x is applied, its parent is not asked for
    with pytest.raises(errors.MissingParent):
        upgrade(graph, (), "heads")
    with pytest.raises(errors.MissingParent):
        downgrade(graph, ("y",), "base")


def test_a_lenient_graph_runs_neither_of_two_revisions_with_one_id() -> None:
    graph = RevisionGraph([rev("a"), rev("b", "a"), rev("b", "a"), rev("x")], lenient=True)
    assert upgrade(graph, (), "x").rows_after == ("x",)
    with pytest.raises(errors.DuplicateRevision):
        upgrade(graph, (), "b")


def test_a_lenient_graph_does_not_choose_between_two_owners_of_a_label() -> None:
    graph = RevisionGraph([rev("a", label="lib"), rev("b", label="lib")], lenient=True)
    with pytest.raises(errors.DuplicateLabel):
        upgrade(graph, (), "lib@head")


def test_a_lenient_graph_bears_a_cycle() -> None:
    graph = RevisionGraph(
        [rev("a"), rev("x", "z"), rev("y", "x"), rev("z", "y"), rev("top", "z")], lenient=True
    )
    assert upgrade(graph, (), "a").rows_after == ("a",)
    with pytest.raises(errors.RevisionCycle):
        upgrade(graph, (), "top")


def test_importing_the_room_brings_in_no_sqlalchemy() -> None:
    code = "import sys, limbeck.revisions; print('sqlalchemy' in sys.modules, 'dataclasses' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
