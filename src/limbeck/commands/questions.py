"""What only a person can say: the questions of one comparison, how they are answered, and what was left open.

Four kinds. `fill`: which value rows get that have none. `rename`: whether one thing is another's former self. `cast`:
how values become a new type that may refuse or lose some. `loss`: whether what holds values may go.
An answer comes ahead (options, a file), from the models, or from whoever is asked. Each question has a safe answer,
LEAVE: what it is about stays as it is, and is asked about again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from limbeck.errors import AnswerUnknown, OpenQuestions

LEAVE: Final = "leave"
YES: Final = "yes"
NO: Final = "no"
OPTIONS: Final = {"fill": "--default", "rename": "--rename", "cast": "--using", "loss": "--drop"}


class Choice(NamedTuple):
    """One of the answers. `option` is what to type to give it ahead, "" where there is nothing to type."""

    answer: str
    words: str
    option: str = ""


class Question(NamedTuple):
    """One thing that only a person can say. `table` and `column` name it ("" for a whole table); `suggestion` is the SQL
    that would do, "" where none does; `evidence` is what is known, in words without any value of a row. `database` is the
    name of one of several."""

    kind: str
    table: str
    column: str
    text: str
    suggestion: str
    evidence: tuple[str, ...] = ()
    ways: tuple[Choice, ...] = ()
    database: str = ""

    @property
    def key(self) -> str:
        """How the answers' file calls it, under its kind."""
        return f"{self.table}.{self.column}" if self.column else self.table

    @property
    def free(self) -> bool:
        """Whether any SQL expression is an answer."""
        return self.kind in ("fill", "cast")

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All that can be chosen; the last one is the safe one."""
        if self.ways:
            return self.ways
        left = Choice(LEAVE, "leave it for now: the column allows NULL, and it is asked again")
        return (*((self.offered(),) if self.suggestion else ()), left)

    @property
    def safe(self) -> Choice:
        return self.choices[-1]

    @property
    def option(self) -> str:
        """What to type to answer it ahead; where there are several ways, each."""
        typed = [choice.option for choice in self.choices if choice.option]
        return " or ".join(typed) or self.offered().option

    def offered(self) -> Choice:
        """The suggestion as a choice, with what to type to give it ahead."""
        value = self.suggestion or "..."
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        return Choice(value, value, f'{OPTIONS[self.kind]} {self.key}="{quoted}"')

    def document(self) -> dict[str, Any]:
        """As `--json` shows it; with `answer` filled in it is an entry of an answers' file."""
        return {
            "kind": self.kind,
            "key": self.key,
            "database": self.database,
            "text": self.text,
            "evidence": list(self.evidence),
            "choices": [choice._asdict() for choice in self.choices],
            "safe": self.safe.answer,
            "suggestion": self.suggestion,
            "free": self.free,
            "answer": None,
        }


class Answers(NamedTuple):
    """What was said ahead. `fills` and `casts` are SQL by "table.column" or "column"; `renames` as typed ("users.mail",
    "users.email"), with "" for the new name where it is no rename; `drops` by table or "table.column", False to keep it.
    `accept_loss` says yes to every loss, and to every cast that loses something but refuses nothing."""

    fills: Mapping[str, str] = {}
    renames: tuple[tuple[str, str], ...] = ()
    casts: Mapping[str, str] = {}
    drops: Mapping[str, bool] = {}
    accept_loss: bool = False

    def typed(self) -> set[tuple[str, str]]:
        """Every answer as (kind, name as typed)."""
        return {
            *(("fill", name) for name in self.fills),
            *(("rename", old) for old, _ in self.renames),
            *(("cast", name) for name in self.casts),
            *(("loss", name) for name in self.drops),
        }


Ask = Callable[[Question], "str | None"]
"""Gives one of the choices' answers, or SQL where the question is `free`; None where nobody answers any more."""


def take_safe(question: Question) -> str:
    """The safe answer to everything: an Ask for where nobody can be asked and something is to be written all the same."""
    return question.safe.answer


class Taken(NamedTuple):
    """An answer that was used; `by` is "ahead", "models" or "asked"."""

    kind: str
    key: str
    answer: str
    by: str


class Interview:
    """The questions of one comparison. Each is put once; afterwards its answer is known. `wanted` is what people call the
    side from which something is gone."""

    def __init__(
        self, answers: Answers, ask: Ask | None, database: str = "", wanted: str = "the models"
    ) -> None:
        self.answers = answers
        self.database = database
        self.wanted = wanted
        self._ask = ask
        self._heard: dict[tuple[str, str], str] = {}
        self._stopped = ask is None
        self._used: set[tuple[str, str]] = set()
        self._known: dict[str, set[str]] = {}
        self.taken: list[Taken] = []
        self.left: list[Question] = []
        self.unanswered: list[Question] = []

    def said(self, kind: str, names: Iterable[str]) -> Any:
        """What was said ahead of a thing of these names; None where nothing was. That it could be said is noted."""
        names = tuple(names)
        self.could(kind, names[0])
        given: Mapping[str, Any] = {
            "fill": self.answers.fills,
            "cast": self.answers.casts,
            "loss": self.answers.drops,
            "rename": dict(self.answers.renames),
        }[kind]
        for name in names:
            if name in given:
                self._used.add((kind, name))
                return given[name]
        return None

    def could(self, kind: str, name: str) -> None:
        """Notes that such an answer would have met a question."""
        self._known.setdefault(kind, set()).add(name)

    def no_rename(self, names: Iterable[str]) -> bool:
        """Whether it was said ahead that a thing of these names is no other one's former self."""
        for name in names:
            if (name, "") in self.answers.renames:
                self._used.add(("rename", name))
                return True
        return False

    def put(self, question: Question) -> str:
        """The answer. LEAVE too where nobody gives one: `close` then raises."""
        known = self._heard.get((question.kind, question.key))
        if known is not None:
            return known
        if self.database:
            question = question._replace(
                database=self.database, text=f"database {self.database}: {question.text}"
            )
        answer = self._ask(question) if self._ask is not None and not self._stopped else None
        if answer is None:
            self._stopped = True
            self.unanswered.append(question)
            answer = LEAVE
        elif answer == LEAVE:
            self.left.append(question)
        else:
            self.note(question.kind, question.key, answer, "asked")
        self._heard[question.kind, question.key] = answer
        return answer

    def answer(self, kind: str, key: str) -> str | None:
        """What was answered to a question that was put."""
        return self._heard.get((kind, key))

    def note(self, kind: str, key: str, answer: str, by: str) -> None:
        taken = Taken(kind, key, answer, by)
        if taken not in self.taken:
            self.taken.append(taken)

    def leave(self, question: Question) -> str:
        """Notes that the person said ahead to leave it."""
        if question.key not in [q.key for q in self.left if q.kind == question.kind]:
            self.left.append(question)
        return LEAVE

    def known(self, kind: str) -> tuple[str, ...]:
        return tuple(sorted(self._known.get(kind, ())))

    def unused(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The answers that met no question: (kind, name) -> what could be answered of that kind."""
        renames = dict(self.answers.renames)
        left = self.answers.typed() - self._used
        return {
            (kind, f"{name}={renames[name]}" if kind == "rename" else name): self.known(kind)
            for kind, name in left
        }

    def close(self) -> None:
        """Raises OpenQuestions where something was left without any answer."""
        if self.unanswered:
            raise OpenQuestions(
                questions=tuple(_told(q) for q in self.unanswered),
                options=tuple(q.option for q in self.unanswered),
                open=tuple(q.document() for q in self.unanswered),
            )


def _told(question: Question) -> str:
    return "\n    ".join((question.text, *question.evidence))


def refuse_unused(unused: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
    """Raises AnswerUnknown for the first answer that nothing asked for."""
    for (kind, name), known in sorted(unused.items()):
        option = f"{OPTIONS[kind]} {name}{'=...' if kind in ('fill', 'cast') else ''}"
        raise AnswerUnknown(option=option, known=known)


def names_of(table: Any, column: str = "", former: Any = None, former_column: str = "") -> tuple[str, ...]:
    """What a thing may be called in an answer: its whole name first, then without its schema, then under its former
    name."""
    found: list[str] = []
    for name, part in ((table, column), (former, former_column or column)):
        if name is not None:
            found += [f"{t}.{part}" if part else str(t) for t in (name, name.name)]
    return tuple(dict.fromkeys(found))
