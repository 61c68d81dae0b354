"""What may be lost or refused: drops over values that are there, and changes of type that not every value survives.

Only what the rows give cause for is asked; a table without rows, a column without values and a type that holds all the
old one's values are no question. What is left open stays as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from limbeck.diff import left
from limbeck.diff.steps import bare_type, domain_of
from limbeck.model.column import Column
from limbeck.model.defaults import Computed
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn
from limbeck.ops.contract import Backend, Doubt, Operation
from limbeck.ops.identifiers import renamed
from limbeck.ops.raw import ExecuteSql
from limbeck.ops.table import DropTable
from limbeck.shore import ddl

from .questions import LEAVE, NO, YES, Choice, Interview, Question, names_of
from .rows import Look, Rows

Place = tuple[QualifiedName, str]


class Losing:
    """Asks about operations, and afterwards writes what was said into them. `have` is what stands, under its new names."""

    def __init__(self, interview: Interview, rows: Rows, backend: Backend, have: Snapshot) -> None:
        self.interview = interview
        self.rows = rows
        self.backend = backend
        self.have = have
        self.using: dict[Place, str] = {}

    def ask(self, operations: Sequence[Operation], want: Snapshot) -> tuple[left.Left, ...]:
        """What to do to `want` for all that was left open."""
        found: list[left.Left] = []
        anew = {(o.table, o.column.name): o.column for o in operations if isinstance(o, AddColumn)}
        for operation in operations:
            if isinstance(operation, DropTable):
                found += self._table(operation.table)
            elif isinstance(operation, DropColumn):
                again = anew.get((operation.table, operation.column))
                found += self._column(operation.table, operation.column, again)
            elif isinstance(operation, AlterColumn) and isinstance(operation.type, TypeRef):
                found += self._type(operation, operation.type, want)
        return tuple(found)

    def write(self, operations: Sequence[Operation]) -> Iterator[Operation]:
        """The operations with the expressions that were said."""
        for operation in operations:
            if not isinstance(operation, AlterColumn) or not isinstance(operation.type, TypeRef):
                yield operation
                continue
            using = self.using.get((operation.table, operation.column))
            if using is None:
                yield operation
            elif self.backend.writes_using:
                yield replace(operation, using=SqlText(using))
            else:
                quoted = ddl.quote(self.backend.dialect, operation.column)
                table = ddl.table_name(self.backend.dialect, operation.table)
                if using != quoted:
                    sql = SqlText(
                        f"UPDATE {table} SET {', '.join((f'{quoted} = {using}', *self._kept(operation)))}"
                    )
                    yield ExecuteSql(sql=sql, changes=(operation.table,))
                yield operation

    def _kept(self, operation: AlterColumn) -> Iterator[str]:
        """What the database would change by itself in the same rows."""
        stands = self.have.tables.get(operation.table)
        for name in () if stands is None else self.backend.changed_by_update(stands):
            if name != operation.column:
                quoted = ddl.quote(self.backend.dialect, name)
                yield f"{quoted} = {quoted}"

    @property
    def has(self) -> str:
        return "has" if self.rows.certain else "may have"

    # -- drops

    def _table(self, table: QualifiedName) -> Iterator[left.Left]:
        if table not in self.have.tables:
            return
        names = names_of(table)
        said = self.interview.said("loss", names)
        if said is not False and not self.rows.any(table):
            return
        question = Question(
            "loss",
            str(table),
            "",
            f"{table} is gone from {self.interview.wanted} and {self.has} rows: is the table to be dropped with them?",
            "",
            ways=(
                Choice(YES, f"yes, drop {table} with its rows", f"--drop {table}"),
                Choice(LEAVE, "leave it for now: the table stays, and it is asked again"),
            ),
        )
        if self._agreed(question, said) == LEAVE:
            yield left.table_kept(self.backend, self.have, table)

    def _column(self, table: QualifiedName, name: str, again: Column | None) -> Iterator[left.Left]:
        stands = self.have.tables.get(table)
        column = None if stands is None else stands.column(name)
        if column is None:
            return
        former, was = self.rows.former(table, name)
        said = self.interview.said("loss", names_of(table, name, former, was))
        loses = not isinstance(column.default, Computed) and self.rows.any_value(table, name)
        if said is not False and not loses:
            return
        key = f"{table}.{name}"
        text = self._drop_text(key, again)
        question = Question("loss", str(table), name, text, "", ways=_drop_ways(key, again))
        if self._agreed(question, said) == LEAVE:
            yield left.column_kept(self.backend, self.have, table, name)

    def _drop_text(self, key: str, again: Column | None) -> str:
        has, wanted = self.has, self.interview.wanted
        if again is None:
            return f"{key} is gone from {wanted} and {has} values: is the column to be dropped with them?"
        if isinstance(again.default, Computed):
            return f"{key} becomes computed and {has} values: are they to be replaced by what is computed?"
        return f"{key} cannot be changed as it stands, only be dropped and added anew, and {has} values: are they to go?"

    def _agreed(self, question: Question, said: bool | None) -> str:
        if said is False:
            return self.interview.leave(question)
        if said or self.interview.answers.accept_loss:
            self.interview.note("loss", question.key, YES, "ahead")
            return YES
        if (
            self.interview.answer("rename", question.key) == NO
        ):  # "no: drop it with its values" was the answer
            return YES
        answer = self.interview.put(question)
        return LEAVE if answer == NO else answer

    # -- types

    def _type(self, operation: AlterColumn, type_: TypeRef, want: Snapshot) -> Iterator[left.Left]:
        table, name = operation.table, operation.column
        stands = self.have.tables.get(table)
        column = None if stands is None else stands.column(name)
        if column is None or isinstance(column.default, Computed):
            return
        former, was = self.rows.former(table, name)
        labels = _labels(type_, want)
        said = self.interview.said("cast", (*names_of(table, name, former, was), name))
        if said is not None:
            self.interview.note("cast", f"{table}.{name}", said, "ahead")
            self.using[table, name] = said
            return
        before = self._doubt(was, column.type, type_, want, (*labels, *self._former(type_, labels)))
        doubt = self._doubt(name, column.type, type_, want, labels)
        if before is None or doubt is None:
            return
        look = self.rows.look(table, name, before)
        if look.rows == 0 or look.harmless:
            return
        question = _cast_question(table, name, column.type, type_, doubt, look)
        refused = bool(look.refused) or look.fails or not look.certain
        if self.interview.answers.accept_loss and not refused:
            self.interview.note("cast", question.key, doubt.plain, "ahead")
            return
        answer = self.interview.put(question)
        if answer == LEAVE:
            yield from self._type_left(table, name, type_)
        elif answer != doubt.plain:
            self.using[table, name] = answer

    def _doubt(
        self, name: str, old: TypeRef, new: TypeRef, want: Snapshot, labels: tuple[str, ...]
    ) -> Doubt | None:
        """Of a domain by what it is over, since a new one is not there to be asked; its checks may refuse more."""
        domain = domain_of(new, want)
        doubt = self.backend.doubt(name, bare_type(old, self.have), bare_type(new, want), labels)
        if doubt is not None or domain is None or not domain.checks:
            return doubt
        quoted = ddl.quote(self.backend.dialect, name)
        fits = " AND ".join(f"({renamed(check.text, 'value', name)})" for _, check in domain.checks)
        return Doubt(quoted, refused=f"NOT ({fits})", offer=f"CASE WHEN {fits} THEN {quoted} END")

    def _former(self, type_: TypeRef, labels: tuple[str, ...]) -> Iterator[str]:
        """What rows have now for values that are renamed."""
        for (enum, old), new in self.rows.renames.values.items():
            if enum in type_.needs and new in labels:
                yield old

    def _type_left(self, table: QualifiedName, name: str, type_: TypeRef) -> Iterator[left.Left]:
        yield left.type_kept(self.backend, self.have, table, name)
        for needed in type_.needs:
            if self.have.object(Enum, needed) is not None:
                yield left.enum_kept(self.have, needed)


def _labels(type_: TypeRef, want: Snapshot) -> tuple[str, ...]:
    found = (want.object(Enum, name) for name in type_.needs)
    return next((enum.labels for enum in found if enum is not None), ())


def _drop_ways(key: str, again: Column | None) -> tuple[Choice, ...]:
    yes = f"yes, drop {key} with its values" if again is None else "yes, its values go"
    return (
        Choice(YES, yes, f"--drop {key}"),
        Choice(LEAVE, "leave it for now: the column stays as it is, and it is asked again"),
    )


def _cast_question(
    table: QualifiedName, name: str, old: TypeRef, new: TypeRef, doubt: Doubt, look: Look
) -> Question:
    key, was, becomes = f"{table}.{name}", old.spelling, new.spelling
    if was == becomes:
        text = f"{key}: {becomes} gets other values, and not every row has one of them: what do these become?"
    else:
        text = f"{key} becomes {becomes} and is {was}: how do its values become that?"
    refused = bool(look.refused) or look.fails
    suggestion = doubt.offer if refused else doubt.plain
    evidence = tuple(_evidence(look))
    leave = Choice(LEAVE, f"leave it for now: the column stays {was}, and it is asked again")
    question = Question("cast", str(table), name, text, suggestion, evidence, (leave,))
    if not suggestion:
        return question
    how = "makes them fit; what does not is lost" if refused else "as the database does it"
    offered = question.offered()._replace(words=f"{suggestion}  ({how})")
    return question._replace(ways=(offered, leave))


def _evidence(look: Look) -> Iterator[str]:
    if look.rows is None:
        yield "its values cannot be looked at from here"
        return
    where = f"all {look.rows}" if look.every else f"the first {look.rows}"
    seen = f"looked at {where} rows that have a value"
    if look.fails:
        yield f"{seen}: some value cannot become that type"
    elif not look.certain:
        yield f"{look.rows} or more rows have a value; what becomes of them could not be found out"
    if look.refused:
        yield f"{seen}: {look.refused} would be refused"
    if look.lost:
        yield f"{seen}: {look.lost} would lose something"
    if look.certain and not (look.refused or look.lost or look.fails):
        yield f"{seen}: these all go over; the others were not looked at"
