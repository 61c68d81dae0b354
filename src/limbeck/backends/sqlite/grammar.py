"""A stored CREATE TABLE or CREATE INDEX -> its parts. Every part knows its own text, so that nothing need be lost.

The text is what stands in `sqlite_master.sql`: SQLite has accepted it, so this reads it and does not judge it. Names
come out unquoted, expressions as they are written. The grammar is that of sqlite.org/lang_createtable and of SQLite's
own `parse.y`, with its liberties: commas between table constraints may be missing, a name may be 'a string', NULL is a
constraint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .tokens import NUMBER, STRING, WORD, Token, quote, tokenize

_STARTS = frozenset(
    [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
        "DEFERRABLE",
        "ON",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPart:
    """One element of a key or an index: a name, or else an expression."""

    name: str | None = None
    expression: str | None = None
    collation: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One constraint, of a column or of the table. `kind` is one of: primary key, unique, check, foreign key, not null,
    null, default, collate, generated, name (a CONSTRAINT clause with nothing behind it)."""

    kind: str
    name: str | None = None
    conflict: str | None = None
    keys: tuple[KeyPart, ...] = ()
    autoincrement: bool = False
    text: str = ""
    """The expression of check, default and generated; the name behind collate."""
    stored: bool | None = None
    table: str = ""
    referred: tuple[str, ...] = ()
    on_delete: str | None = None
    on_update: str | None = None
    match: str | None = None
    deferrable: bool | None = None
    initially: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDef:
    name: str
    type: str
    parts: tuple[Part, ...]
    words: Words

    def part(self, kind: str) -> Part | None:
        return next((p for p in self.parts if p.kind == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a definition is written: its text, the comments in lines before it, the comment behind its comma."""

    body: str
    above: str = ""
    behind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintDef:
    part: Part
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDef:
    name: str
    columns: tuple[ColumnDef, ...] = ()
    constraints: tuple[ConstraintDef, ...] = ()
    strict: bool = False
    without_rowid: bool = False
    virtual: bool = False
    closing: str = ""
    """A comment in lines of its own before the closing parenthesis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDef:
    name: str
    table: str
    unique: bool
    keys: tuple[KeyPart, ...]
    where: str | None = None


class NotUnderstood(ValueError):
    """The text is not what this grammar knows. Never seen on a text that SQLite stored; better loud than wrong."""


@dataclass(slots=True)
class _Reader:
    sql: str
    tokens: list[Token]
    at: int = 0
    ends: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, sql: str) -> _Reader:
        return cls(sql, list(tokenize(sql)))

    @property
    def now(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def ahead(self, *words: str) -> bool:
        """Whether exactly these words follow."""
        some = self.tokens[self.at : self.at + len(words)]
        return len(some) == len(words) and all(t.is_word(w) for t, w in zip(some, words, strict=True))

    def sign(self, sign: str) -> bool:
        return self.now is not None and self.now.is_sign(sign)

    def take(self, *words: str) -> bool:
        if not self.ahead(*words):
            return False
        self.at += len(words)
        return True

    def take_sign(self, sign: str) -> bool:
        if not self.sign(sign):
            return False
        self.at += 1
        return True

    def need_sign(self, sign: str) -> None:
        if not self.take_sign(sign):
            self.refuse(f"{sign!r}")

    def refuse(self, wanted: str) -> None:
        place = self.now.start if self.now else len(self.sql)
        raise NotUnderstood(f"expected {wanted} at character {place} of: {self.sql}")

    def name(self) -> str:
        token = self.now
        if token is None or not token.is_name:
            self.refuse("a name")
        assert token is not None
        self.at += 1
        return token.name

    def names(self) -> tuple[str, ...]:
        """`(a, b)`"""
        self.need_sign("(")
        found = [self.name()]
        while self.take_sign(","):
            found.append(self.name())
        self.need_sign(")")
        return tuple(found)

    def inside(self) -> str:
        """The text between a parenthesis, which is next, and its partner."""
        start = self.tokens[self.at].end
        self.skip_group()
        return self.sql[start : self.tokens[self.at - 1].start].strip()

    def skip_group(self) -> None:
        if not self.sign("("):
            self.refuse("'('")
        depth = 0
        while self.now is not None:
            depth += self.now.is_sign("(") - self.now.is_sign(")")
            self.at += 1
            if depth == 0:
                return
        self.refuse("')'")

    def since(self, first: int) -> str:
        return self.sql[self.tokens[first].start : self.tokens[self.at - 1].end]


def parse_table(sql: str) -> TableDef:
    """Raises NotUnderstood. A virtual table comes back with its name and `virtual` alone."""
    read = _Reader.of(sql)
    read.take("CREATE")
    if read.take("VIRTUAL", "TABLE"):
        read.take("IF", "NOT", "EXISTS")
        return TableDef(name=_qualified(read), virtual=True)
    read.take("TEMP") or read.take("TEMPORARY")
    if not read.take("TABLE"):
        read.refuse("CREATE TABLE")
    read.take("IF", "NOT", "EXISTS")
    name = _qualified(read)
    read.need_sign("(")
    columns, constraints, last = _body(read)
    gap = sql[last : read.tokens[read.at].start]
    read.need_sign(")")
    options = {t.text.upper() for t in read.tokens[read.at :] if t.kind == WORD}
    return TableDef(
        name=name,
        columns=columns,
        constraints=constraints,
        strict="STRICT" in options,
        without_rowid="ROWID" in options,
        closing=gap.strip(),
    )


def _qualified(read: _Reader) -> str:
    name = read.name()
    return read.name() if read.take_sign(".") else name


def _body(read: _Reader) -> tuple[tuple[ColumnDef, ...], tuple[ConstraintDef, ...], int]:
    columns: list[ColumnDef] = []
    constraints: list[ConstraintDef] = []
    last = read.tokens[read.at - 1].end
    while True:
        first = read.at
        above = read.sql[last : read.tokens[first].start].strip()
        definition: ColumnDef | ConstraintDef
        if not constraints and not _starts_constraint(read):
            definition = _column(read)
        else:
            parts = _table_constraint(read)
            definition = ConstraintDef(part=parts, words=Words(body=""))
        body = read.since(first)
        last = read.tokens[read.at - 1].end
        behind = ""
        if read.take_sign(","):
            comma = read.tokens[read.at - 1].end
            between = read.sql[last : comma - 1].strip()
            body += " " + between if between else ""
            behind, last = _rest_of_line(read, comma)
        elif read.sign(")"):
            behind, last = _rest_of_line(read, last)
        words = Words(body=body, above=above, behind=behind)
        if isinstance(definition, ColumnDef):
            columns.append(replace(definition, words=words))
        else:
            constraints.append(replace(definition, words=words))
        if read.sign(")"):
            return tuple(columns), tuple(constraints), last


def _rest_of_line(read: _Reader, start: int) -> tuple[str, int]:
    """A comment that ends its line belongs to the definition before it, not to the next one."""
    gap = read.sql[start : read.tokens[read.at].start]
    line, newline, _ = gap.partition("\n")
    if newline and line.strip() and ("/*" not in line or line.count("/*") == line.count("*/")):
        return line.strip(), start + len(line)
    return "", start


def _starts_constraint(read: _Reader) -> bool:
    token = read.now
    return token is not None and token.is_word("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


def _column(read: _Reader) -> ColumnDef:
    name = read.name()
    type_ = _type(read)
    parts = tuple(_column_parts(read))
    return ColumnDef(name=name, type=type_, parts=parts, words=Words(body=""))


def _type(read: _Reader) -> str:
    first = read.at
    while read.now is not None and read.now.is_name and not _ends_type(read):
        read.at += 1
    if read.at == first:
        return ""
    if read.sign("("):
        read.skip_group()
    return " ".join(read.since(first).split())


def _ends_type(read: _Reader) -> bool:
    token = read.now
    assert token is not None
    if token.is_word("GENERATED"):
        return read.ahead("GENERATED", "ALWAYS")
    return token.kind == WORD and token.text.upper() in _STARTS


def _column_parts(read: _Reader) -> Iterator[Part]:
    """A DEFERRABLE that stands apart from its REFERENCES still means it."""
    held: Part | None = None
    for part in _column_parts_as_written(read):
        if part.kind == "deferrable":
            if held is not None:
                held = replace(held, deferrable=part.deferrable, initially=part.initially)
            continue
        if part.kind == "foreign key":
            if held is not None:
                yield held
            held = part
            continue
        yield part
    if held is not None:
        yield held


def _column_parts_as_written(read: _Reader) -> Iterator[Part]:
    name: str | None = None
    while read.now is not None and not read.sign(",") and not read.sign(")"):
        if read.take("CONSTRAINT"):
            name = read.name()
            continue
        part = _column_part(read, name)
        yield part
        name = None
    if name is not None:
        yield Part(kind="name", name=name)


def _column_part(read: _Reader, name: str | None) -> Part:
    if read.take("PRIMARY", "KEY"):
        descending = _order(read)
        conflict = _conflict(read)
        auto = read.take("AUTOINCREMENT")
        key = KeyPart(descending=descending)
        return Part(kind="primary key", name=name, conflict=conflict, autoincrement=auto, keys=(key,))
    if read.take("NOT", "NULL"):
        return Part(kind="not null", name=name, conflict=_conflict(read))
    if read.take("NULL"):
        return Part(kind="null", name=name, conflict=_conflict(read))
    if read.take("UNIQUE"):
        return Part(kind="unique", name=name, conflict=_conflict(read))
    if read.take("CHECK"):
        return Part(kind="check", name=name, text=read.inside(), conflict=_conflict(read))
    if read.take("DEFAULT"):
        return Part(kind="default", name=name, text=_default(read))
    if read.take("COLLATE"):
        return Part(kind="collate", name=name, text=read.name())
    if read.take("GENERATED", "ALWAYS", "AS") or read.take("AS"):
        return _generated(read, name)
    if read.ahead("REFERENCES"):
        return _references(read, name)
    deferrable, initially = _deferrable(read)
    if deferrable is not None:
        return Part(kind="deferrable", deferrable=deferrable, initially=initially)
    raise NotUnderstood(f"column constraint at character {read.tokens[read.at].start} of: {read.sql}")


def _generated(read: _Reader, name: str | None) -> Part:
    text = read.inside()
    stored = True if read.take("STORED") else False if read.take("VIRTUAL") else None
    return Part(kind="generated", name=name, text=text, stored=stored)


def _default(read: _Reader) -> str:
    first = read.at
    if read.sign("("):
        read.skip_group()
        return read.since(first)
    if read.sign("+") or read.sign("-"):
        read.at += 1
    read.at += 1
    return read.since(first)


def _order(read: _Reader) -> bool:
    if read.take("DESC"):
        return True
    read.take("ASC")
    return False


def _conflict(read: _Reader) -> str | None:
    if not read.take("ON", "CONFLICT"):
        return None
    return read.name().upper()


def _table_constraint(read: _Reader) -> Part:
    name: str | None = None
    while read.take("CONSTRAINT"):
        name = read.name()
    if read.take("PRIMARY", "KEY"):
        keys, auto = _keys(read)
        return Part(kind="primary key", name=name, keys=keys, autoincrement=auto, conflict=_conflict(read))
    if read.take("UNIQUE"):
        keys, _ = _keys(read)
        return Part(kind="unique", name=name, keys=keys, conflict=_conflict(read))
    if read.take("CHECK"):
        return Part(kind="check", name=name, text=read.inside(), conflict=_conflict(read))
    if read.take("FOREIGN", "KEY"):
        columns = read.names()
        part = _references(read, name)
        return replace(part, keys=tuple(KeyPart(name=c) for c in columns))
    if name is not None:
        return Part(kind="name", name=name)
    raise NotUnderstood(f"table constraint at character {read.tokens[read.at].start} of: {read.sql}")


def _references(read: _Reader, name: str | None) -> Part:
    read.take("REFERENCES")
    table = read.name()
    referred = read.names() if read.sign("(") else ()
    actions: dict[str, str] = {}
    match: str | None = None
    while True:
        if read.take("MATCH"):
            match = read.name()
        elif read.ahead("ON", "DELETE") or read.ahead("ON", "UPDATE") or read.ahead("ON", "INSERT"):
            event = read.tokens[read.at + 1].text.upper()
            read.at += 2
            actions[event] = _action(read)
        else:
            break
    deferrable, initially = _deferrable(read)
    return Part(
        kind="foreign key",
        name=name,
        table=table,
        referred=referred,
        on_delete=actions.get("DELETE"),
        on_update=actions.get("UPDATE"),
        match=match,
        deferrable=deferrable,
        initially=initially,
    )


def _deferrable(read: _Reader) -> tuple[bool | None, str | None]:
    if not (read.ahead("NOT", "DEFERRABLE") or read.ahead("DEFERRABLE")):
        return None, None
    deferrable = not read.take("NOT")
    read.take("DEFERRABLE")
    initially = read.name().upper() if read.take("INITIALLY") else None
    return deferrable, initially


def _action(read: _Reader) -> str:
    for words in (("SET", "NULL"), ("SET", "DEFAULT"), ("CASCADE",), ("RESTRICT",), ("NO", "ACTION")):
        if read.take(*words):
            return " ".join(words)
    raise NotUnderstood(f"foreign key action at character {read.tokens[read.at].start} of: {read.sql}")


def _keys(read: _Reader) -> tuple[tuple[KeyPart, ...], bool]:
    """`(a COLLATE nocase DESC, lower(b))`, and whether AUTOINCREMENT stands in it."""
    read.need_sign("(")
    found: list[KeyPart] = []
    auto = False
    while True:
        found.append(_key(read))
        auto = read.take("AUTOINCREMENT") or auto
        if not read.take_sign(","):
            break
    read.need_sign(")")
    return tuple(found), auto


def _key(read: _Reader) -> KeyPart:
    """Everything up to the comma; COLLATE name and ASC/DESC (NULLS ...) at its end are taken off."""
    first, depth = read.at, 0
    while read.now is not None:
        if depth == 0 and (read.sign(",") or read.sign(")") or read.ahead("AUTOINCREMENT")):
            break
        depth += read.now.is_sign("(") - read.now.is_sign(")")
        read.at += 1
    tokens = read.tokens[first : read.at]
    descending = False
    if len(tokens) > 2 and tokens[-2].is_word("NULLS"):
        tokens = tokens[:-2]
    if len(tokens) > 1 and tokens[-1].is_word("ASC", "DESC"):
        descending = tokens[-1].is_word("DESC")
        tokens = tokens[:-1]
    collation: str | None = None
    if len(tokens) == 3 and tokens[1].is_word("COLLATE"):
        collation = tokens[2].name
        tokens = tokens[:1]
    if len(tokens) == 1 and tokens[0].is_name:
        return KeyPart(name=tokens[0].name, collation=collation, descending=descending)
    text = read.sql[tokens[0].start : tokens[-1].end]
    return KeyPart(expression=text, collation=collation, descending=descending)


def parse_index(sql: str) -> IndexDef:
    read = _Reader.of(sql)
    read.take("CREATE")
    unique = read.take("UNIQUE")
    if not read.take("INDEX"):
        read.refuse("CREATE INDEX")
    read.take("IF", "NOT", "EXISTS")
    name = _qualified(read)
    if not read.take("ON"):
        read.refuse("ON")
    table = read.name()
    keys, _ = _keys(read)
    where: str | None = None
    if read.take("WHERE") and read.now is not None:
        where = sql[read.now.start : read.tokens[-1].end]
    return IndexDef(name=name, table=table, unique=unique, keys=keys, where=where)


def parse_view(sql: str) -> tuple[str, tuple[str, ...], str]:
    """Name, columns that are named for it, and its SELECT."""
    read = _Reader.of(sql)
    read.take("CREATE")
    read.take("TEMP") or read.take("TEMPORARY")
    if not read.take("VIEW"):
        read.refuse("CREATE VIEW")
    read.take("IF", "NOT", "EXISTS")
    name = _qualified(read)
    columns = read.names() if read.sign("(") else ()
    if not read.take("AS") or read.now is None:
        read.refuse("AS")
    assert read.now is not None
    return name, columns, sql[read.now.start :].rstrip().removesuffix(";").rstrip()


def in_schema(sql: str, schema: str | None) -> str:
    """A stored CREATE statement, which names no schema, for the schema it came from."""
    if schema is None:
        return sql
    tokens = list(tokenize(sql))
    at = 1
    while tokens[at].is_word(
        "TEMP", "TEMPORARY", "UNIQUE", "TABLE", "INDEX", "VIEW", "TRIGGER", "IF", "NOT", "EXISTS"
    ):
        at += 1
    start = tokens[at].start
    return f"{sql[:start]}{quote(schema)}.{sql[start:]}"


def is_number(text: str) -> bool:
    tokens = [t for t in tokenize(text) if not (t.is_sign("-") or t.is_sign("+"))]
    return len(tokens) == 1 and tokens[0].kind == NUMBER


def is_string(text: str) -> bool:
    tokens = list(tokenize(text))
    return len(tokens) == 1 and tokens[0].kind == STRING


__all__ = [
    "ColumnDef",
    "ConstraintDef",
    "IndexDef",
    "KeyPart",
    "NotUnderstood",
    "Part",
    "TableDef",
    "Words",
    "in_schema",
    "is_number",
    "is_string",
    "parse_index",
    "parse_table",
    "parse_view",
]
