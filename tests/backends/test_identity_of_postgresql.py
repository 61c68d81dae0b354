"""What an identity becomes on a real server."""

from __future__ import annotations

from conftest import on
from limbeck.backends import backend_for
from limbeck.model.defaults import Identity, SequenceOptions
from limbeck.model.names import QualifiedName
from limbeck.ops.contract import Change
from servers import Database


@on("postgresql")
def test_a_lower_bound_of_nought_is_one(database: Database) -> None:
    table = QualifiedName(None, "t")
    with database.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER GENERATED ALWAYS AS IDENTITY)")
        backend = backend_for(connection.dialect)
        before = backend.read(connection)
        change = Change(default=Identity(always=True, options=SequenceOptions(minvalue=0)))
        for statement in backend.alter_column(table, "id", change, before):
            connection.exec_driver_sql(statement.text)
        asked = "SELECT seqmin, seqstart FROM pg_sequence"
        assert connection.exec_driver_sql(asked).one() == (0, 0)
