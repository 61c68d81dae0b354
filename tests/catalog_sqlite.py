"""SQLite's catalog as facts, for catalog.py.

The pragmas tell columns, keys and indexes as SQLite understands them; what they leave out (names of constraints,
CHECK, COLLATE, generated columns, DEFERRABLE, ON CONFLICT, AUTOINCREMENT) is read from the stored text, cut into
definitions whose spacing, quotes and case are made even, since ALTER TABLE and a rebuild quote as they like. A
constraint of one column is the same fact inside and after its column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import sqlalchemy as sa

TOKEN = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$.]+|[<>=!|]{2,3}|.""",
    re.S,
)
STARTS = {
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
}
TABLE_STARTS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}


def facts(connection: sa.Connection, exclude: Collection[str]) -> Iterator[tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
    for kind, name, table, sql in rows:
        if table in exclude or name.startswith("sqlite_"):
            continue
        if kind == "table":
            yield from _table(connection, name, sql)
        elif kind == "index":
            yield f"index {table}.{name} text", _even(sql)
        else:
            yield f"{kind} {name}", _even(sql)


def _pragma(connection: sa.Connection, pragma: str, name: str) -> list[dict[str, object]]:
    quoted = '"' + name.replace('"', '""') + '"'
    return [dict(row) for row in connection.exec_driver_sql(f"PRAGMA {pragma}({quoted})").mappings()]


def _table(connection: sa.Connection, table: str, sql: str) -> Iterator[tuple[str, str]]:
    tokens = _tokens(sql)
    if tokens[:2] == ["CREATE", "VIRTUAL"]:
        yield f"table {table}", _even(sql)
        return
    body, options = _body(tokens)
    yield f"table {table}", " ".join(sorted(options)) or "ordinary"
    columns = _pragma(connection, "table_xinfo", table)
    yield f"order {table}", ", ".join(str(c["name"]) for c in columns)
    for c in columns:
        text = (
            f"{c['type']} notnull={c['notnull']} default={c['dflt_value']} pk={c['pk']} hidden={c['hidden']}"
        )
        yield f"column {table}.{c['name']}", text
    for key in _pragma(connection, "foreign_key_list", table):
        text = f"on update {key['on_update']} on delete {key['on_delete']} match {key['match']}"
        yield f"foreign key {table}({key['from']}) to {key['table']}({key['to']}) at {key['seq']}", text
    for index in _pragma(connection, "index_list", table):
        parts = _pragma(connection, "index_xinfo", str(index["name"]))
        spelled = ", ".join(
            f"{p['name'] if p['cid'] != -2 else 'expression'} {p['coll']}{' desc' if p['desc'] else ''}"
            for p in parts
            if p["key"]
        )
        origin = str(index["origin"])  # names of automatic indexes count up and mean nothing
        name = str(index["name"]) if origin == "c" else f"of {origin} ({spelled})"
        yield f"index {table}.{name}", f"({spelled}) unique={index['unique']} partial={index['partial']}"
    yield from _definitions(table, [str(c["name"]) for c in columns], body)


def _definitions(table: str, columns: list[str], body: list[list[str]]) -> Iterator[tuple[str, str]]:
    for number, tokens in enumerate(body):
        if number >= len(columns) or tokens[0].upper() in TABLE_STARTS:
            yield f"constraint {table}: {' '.join(tokens)}", ""
            continue
        column = tokens[0]
        for clause in _clauses(tokens[1:]):
            inner = clause[2:] if clause[0] == "CONSTRAINT" else clause
            named = clause[:2] if clause[0] == "CONSTRAINT" else []
            if inner[0] == "REFERENCES":
                inner = ["FOREIGN", "KEY", "(", column, ")", *inner]
            elif inner[0] in ("PRIMARY", "UNIQUE"):
                words = 2 if inner[0] == "PRIMARY" else 1
                inner = [*inner[:words], "(", column, ")", *inner[words:]]
            elif inner[0] != "CHECK":
                yield f"column {table}.{columns[number]} clause {' '.join(clause)}", ""
                continue
            yield f"constraint {table}: {' '.join([*named, *inner])}", ""


def _clauses(tokens: list[str]) -> Iterator[list[str]]:
    """The clauses after a column's name and type: each from its keyword to the next, outside of parentheses."""
    clauses: list[list[str]] = []
    depth = 0
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else ""
        starts = depth == 0 and token in STARTS
        if token == "NULL" and before in ("NOT", "DEFAULT", "SET"):
            starts = False
        if token == "DEFAULT" and before == "SET":
            starts = False
        if token == "NOT" and number + 1 < len(tokens) and tokens[number + 1] == "DEFERRABLE":
            starts = False
        if token == "AS" and before == "ALWAYS":
            starts = False
        if clauses and clauses[-1][0] == "CONSTRAINT" and len(clauses[-1]) <= 2:
            starts = False
        if starts:
            clauses.append([])
        if clauses:
            clauses[-1].append(token)
        depth += (token == "(") - (token == ")")
    # NOT NULL, NULL and DEFAULT are told by the pragma, unless they have a name or more to say.
    yield from (c for c in clauses if c not in (["NOT", "NULL"], ["NULL"]) and c[0] != "DEFAULT")


def _body(tokens: list[str]) -> tuple[list[list[str]], list[str]]:
    """The definitions between the outer parentheses, and the table's options after them."""
    if "(" not in tokens:
        return [], tokens
    start = tokens.index("(")
    parts: list[list[str]] = [[]]
    depth = 1
    for number, token in enumerate(tokens[start + 1 :], start + 1):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            options = " ".join(tokens[number + 1 :])
            return parts, [o.strip() for o in options.split(",") if o.strip()]
        if depth == 1 and token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts, []


KEYWORDS = STARTS | TABLE_STARTS | {
    *("CREATE", "TABLE", "VIRTUAL", "KEY", "SET", "ALWAYS", "DEFERRABLE", "INITIALLY", "DEFERRED", "IMMEDIATE", "ON"),
    *("CONFLICT", "AUTOINCREMENT", "STORED", "WITHOUT", "ROWID", "STRICT", "ASC", "DESC", "AND", "OR", "IN", "IS"),
    *("DELETE", "UPDATE", "CASCADE", "RESTRICT", "NO", "ACTION", "ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"),
}  # fmt: skip


def _tokens(sql: str) -> list[str]:
    """The words of the text: keywords in capitals, names in lower case and unquoted where that is possible."""
    found = []
    for token in TOKEN.findall(sql):
        if token.isspace() or token.startswith(("--", "/*")):
            continue
        if token[0] in '"`[':
            name = token[1:-1].replace('""', '"').replace("``", "`")
            plain = re.fullmatch(r"[A-Za-z_]\w*", name) and name.upper() not in KEYWORDS
            found.append(name.lower() if plain else f'"{name.lower()}"')
        elif token[0] == "'":
            found.append(token)
        else:
            found.append(token.upper() if token.upper() in KEYWORDS else token.lower())
    return found


def _even(sql: str | None) -> str:
    return " ".join(_tokens(sql or ""))
