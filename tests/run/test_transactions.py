"""The one state machine: what each mode begins and commits, on a connection and in a script."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck.errors import TransactionNotOurs
from limbeck.run.transactions import Keeper, ScriptKeeper, Transactions


@pytest.fixture
def connection() -> sa.Connection:
    return sa.create_engine("sqlite://").connect()


def live(connection: sa.Connection, *, ddl: bool = True, per_step: bool = False) -> Transactions:
    return Transactions(Keeper(connection), transactional_ddl=ddl, per_step=per_step)


@pytest.mark.parametrize(
    ("ddl", "per_step", "in_run", "in_step"),
    [
        (True, False, True, True),
        (True, True, False, True),
        (False, False, False, True),
        (False, True, False, True),
    ],
)
def test_where_a_transaction_is_open(
    connection: sa.Connection, ddl: bool, per_step: bool, in_run: bool, in_step: bool
) -> None:
    machine = live(connection, ddl=ddl, per_step=per_step)
    with machine.run():
        assert connection.in_transaction() is in_run
        with machine.step():
            assert connection.in_transaction() is in_step
        assert connection.in_transaction() is in_run
    assert not connection.in_transaction()


def test_a_transaction_that_a_read_began_is_gone_on_with(connection: sa.Connection) -> None:
    machine = live(connection)
    connection.exec_driver_sql("SELECT 1")
    with machine.run():
        pass
    assert not connection.in_transaction()


def test_external_is_left_alone(connection: sa.Connection) -> None:
    theirs = connection.begin()
    machine = live(connection)
    with machine.run(), machine.step():
        pass
    assert theirs.is_active
    with pytest.raises(ValueError), machine.run(), machine.step():
        raise ValueError
    assert theirs.is_active
    assert not machine.takes_back
    with pytest.raises(TransactionNotOurs), machine.autocommit():
        pass


def test_what_raises_is_rolled_back(connection: sa.Connection) -> None:
    machine = live(connection, per_step=True)
    with pytest.raises(ValueError), machine.run(), machine.step():
        raise ValueError
    assert not connection.in_transaction()
    assert machine.takes_back


@pytest.mark.parametrize("per_step", [True, False])
def test_an_autocommit_block_interrupts_and_resumes(connection: sa.Connection, per_step: bool) -> None:
    machine = live(connection, per_step=per_step)
    before = connection.get_isolation_level()
    with machine.run():
        with machine.step():
            with machine.autocommit():
                assert connection.get_execution_options()["isolation_level"] == "AUTOCOMMIT"
                with machine.autocommit():
                    assert machine.in_autocommit
            assert connection.in_transaction()
            assert connection.get_isolation_level() == before
            assert not machine.takes_back
        with machine.step():
            assert machine.takes_back
    assert not connection.in_transaction()


def script(*, ddl: bool = True, per_step: bool = False) -> tuple[Transactions, list[str]]:
    said: list[str] = []
    keeper = ScriptKeeper(lambda: said.append("BEGIN"), lambda: said.append("COMMIT"))
    return Transactions(keeper, transactional_ddl=ddl, per_step=per_step), said


@pytest.mark.parametrize(
    ("ddl", "per_step", "text"),
    [
        (True, False, "1 BEGIN 2 3 COMMIT 4 BEGIN 5 6 COMMIT 7"),
        (True, True, "1 2 BEGIN 3 COMMIT 4 BEGIN 5 COMMIT 6 7"),
        (False, False, "1 2 3 4 5 6 7"),
        (False, True, "1 2 3 4 5 6 7"),
    ],
)
def test_the_same_as_text(ddl: bool, per_step: bool, text: str) -> None:
    machine, said = script(ddl=ddl, per_step=per_step)
    said.append("1")
    with machine.run():
        said.append("2")
        with machine.step():
            said.append("3")
            with machine.autocommit():
                said.append("4")
            said.append("5")
        said.append("6")
    said.append("7")
    assert " ".join(said) == text
