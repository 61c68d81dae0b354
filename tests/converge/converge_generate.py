"""Random pairs of models: A, and B made from it by some changes. Deterministic by seed; knows the three databases.

Nothing here avoids what is hard to migrate; only what no database would take is left out (`repaired`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from converge_models import Column, Item, Models, Pair, Table, computed_over, repaired
from converge_more import with_more
from converge_objects import with_objects
from converge_types import KINDS, WIDER, Family

LONG = "a_name_that_is_as_long_as_names_may_reasonably_become_here"
PLAIN_NAMES = (
    "id a b c d e f name title email amount total note data state kind created updated owner_id parent_id code "
    "order select user group table desc CamelCase UPPER MixedCase with_1digit"
)
NAMES = [
    *PLAIN_NAMES.split(),
    "with space",
    "per%cent",
    "semi;colon",
    'quo"te',
    "it's",
    "dash-ed",
    "a.b",
    "ñandú",
    LONG,
]
PLAIN_TABLES = "users orders items Parts order logs node edge tags group Audit t u v w"
TABLES = [*PLAIN_TABLES.split(), "odd name", "per%cent", "x" + LONG]
COMMENTS = ("a comment", "it's", 'say "hi"', "100%", "a:b", "two\nlines", "")


class Generator:
    def __init__(self, kind: str, seed: int, version: int | None = None) -> None:
        """`version` is PostgreSQL's, where it is not the newest."""
        self.kind = kind
        self.seed = seed
        self.random = random.Random(f"{kind} {seed}")
        self.families: dict[str, Family] = KINDS[kind]
        self.serial = 0
        if version is not None and version < 14:
            self.families = {k: v for k, v in self.families.items() if k != "multirange"}
        self.since15 = version is None or version >= 15

    # -- pairs
    def pair(self) -> Pair:
        chance = self.random
        a = self.models()
        b, changes = a, []
        for _ in range(chance.randint(1, 8)):
            for _ in range(10):
                name, change = chance.choice(CHANGES)
                changed = change(self, b)
                if changed is not None and (found := repaired(changed)) != b:
                    b = found
                    changes.append(name)
                    break
        rows = chance.random() < 0.7 and not (breaks_rows(a, b, self.families) or self.stranger(a, b))
        pair = with_objects(self.kind, self.seed, Pair(a, b, rows, tuple(changes)))
        return with_more(self.kind, self.seed, pair, NAMES)

    def stranger(self, a: Models, b: Models) -> bool:
        """Whether a column went and another came under its name, to whose type PostgreSQL casts nothing of the old one."""
        if self.kind != "postgresql":
            return False
        pairs = [(t, old) for t in b.tables if (old := a.table(t.key)) is not None]
        both = [(c.family, was.family) for t, old in pairs for c in t.columns if (was := old.column(c.name))]
        wider = WIDER[self.kind]
        return any(x != y and x not in wider.get(y, ()) and y not in wider.get(x, ()) for x, y in both)

    def models(self) -> Models:
        enums: tuple[tuple[str, tuple[str, ...]], ...] = ()
        if "enum" in self.families:
            enums = (("mood", ("sad", "ok", "happy")), ("Odd Enum", ("a", "it's", "c d")), ("e3", ("x",)))
        models = Models((), enums, self.sequences(), naming=self.random.random() < 0.25)
        for _ in range(self.random.randint(1, 5)):
            models = self.add_table(models) or models
        for _ in range(self.random.randint(0, 4)):
            models = self.add_foreign_key(models) or models
        return repaired(models)

    def sequences(self) -> tuple[tuple[str, str], ...]:
        if self.kind == "sqlite" or self.random.random() < 0.7:
            return ()
        names = self.random.sample(["s1", "Odd Seq", "seq"], self.random.randint(1, 2))
        return tuple((name, self.random.choice(SEQUENCES[self.kind])) for name in names)

    # -- pieces
    def name(self, stem: str) -> str:
        """A fresh name for a constraint or an index, now and then odd or long."""
        self.serial += 1
        odd = self.random.random()
        if odd < 0.1:
            return f"{stem} {self.serial} Odd%"
        return f"{stem}_{self.serial}" if odd < 0.95 else f"{stem}_{self.serial}_{LONG}"[:60]

    def quoted(self, name: str) -> str:
        if self.kind == "mariadb":
            return f"`{name.replace('`', '``')}`"
        return '"' + name.replace('"', '""') + '"'

    def column(self, taken: set[str], enums: tuple[tuple[str, tuple[str, ...]], ...]) -> Column:
        free = [n for n in NAMES if n.lower() not in {t.lower() for t in taken}]
        chance = self.random
        family = chance.choice(list(self.families))
        column = Column(chance.choice(free), self.type_of(family, enums), family)
        extra: dict[str, str] = {}
        if chance.random() < 0.4:
            extra["nullable"] = "False"
        defaults = self.families[family].defaults
        if defaults and chance.random() < 0.45:
            extra["server_default"] = chance.choice(defaults)
        if self.kind != "sqlite" and chance.random() < 0.1:
            extra["comment"] = repr(chance.choice(COMMENTS))
        return replace(column, extra=tuple(extra.items()))

    def type_of(self, family: str, enums: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        if family == "enum":
            return "enum:" + self.random.choice(enums)[0]
        return self.random.choice(self.families[family].types)

    def can_be_key(self, column: Column) -> bool:
        return self.families[column.family].key and not column.parts

    # -- tables
    def add_table(self, models: Models) -> Models | None:
        chance = self.random
        name = chance.choice(TABLES)
        schema = "Other" if self.kind == "postgresql" and chance.random() < 0.2 else None
        if any(t.name.lower() == name.lower() for t in models.tables):
            return None
        enums = models.enums or (("mood", ("sad", "ok")),) if "enum" in self.families else ()
        columns: list[Column] = []
        items: list[Item] = []
        if models.sequences and chance.random() < 0.5:
            number = Column("number", "sa.BigInteger()", "int")
            columns.append(number.but(server_default=f"next of {chance.choice(models.sequences)[0]}"))
        if chance.random() < 0.85:
            key = self.key_columns(columns)
            args = ", ".join(repr(c.name) for c in key)
            named = f", name={self.name('pk')!r}" if chance.random() < 0.3 else ""
            items.append(Item("pk", f"sa.PrimaryKeyConstraint({args}{named})", tuple(c.name for c in key)))
        for _ in range(chance.randint(0 if columns else 1, 6)):
            columns.append(self.column({c.name for c in columns}, enums))
        table = Table(name, tuple(columns), tuple(items), schema)
        if chance.random() < 0.15:
            table = self.computed(table) or table
        for _ in range(chance.randint(0, 4)):
            item = self.item(table)
            table = table if item is None else replace(table, items=(*table.items, item))
        if self.kind != "sqlite" and chance.random() < 0.15:
            table = replace(table, extra=(("comment", repr(chance.choice(COMMENTS))),))
        if chance.random() < 0.15:
            table = self.with_option(table)
        return replace(models, tables=(*models.tables, table), enums=enums)

    def with_option(self, table: Table) -> Table:
        """One more option of the table, or another value of one it has. None is taken back: what the models do not say of
        a table may be any."""
        name, values = self.random.choice(list(OPTIONS[self.kind].items()))
        return replace(table, extra=tuple({**dict(table.extra), name: self.random.choice(values)}.items()))

    def key_columns(self, columns: list[Column]) -> list[Column]:
        """Columns of a primary key, put into the list: mostly a numbering one."""
        chance = self.random
        if chance.random() < 0.75:
            # elsewhere `Id` is the column `id`, and which of the two is written nobody compares
            name = chance.choice(["id", "id", "id", "Id" if self.kind == "postgresql" else "id", "key id"])
            made = Column(name, chance.choice(["sa.Integer()", "sa.Integer()", "sa.BigInteger()"]), "int")
            odd = chance.random()
            if odd < 0.15:
                made = made.but(autoincrement="False")
            elif odd < 0.3 and self.kind == "postgresql":
                made = replace(made, parts=(chance.choice(IDENTITIES),))
            columns.append(made.but(nullable="False"))
            return [columns[0]]
        for _ in range(chance.randint(1, 2)):
            family = chance.choice([f for f, v in self.families.items() if v.key])
            taken = {c.name.lower() for c in columns}
            name = chance.choice([n for n in NAMES if n.lower() not in taken])
            columns.append(Column(name, self.type_of(family, ()), family).but(nullable="False"))
        return list(columns)

    def may_be_said_of(self, column: Column, table: Table) -> bool:
        """MariaDB lets no expression speak of a column that numbers itself."""
        return (
            self.kind != "mariadb"
            or table.primary_key is None
            or column.name not in table.primary_key.columns
        )

    def computed(self, table: Table) -> Table | None:
        numbers = [
            c for c in table.columns if c.family == "int" and not c.parts and self.may_be_said_of(c, table)
        ]
        if not numbers:
            return None
        free = [n for n in NAMES if n.lower() not in {c.name.lower() for c in table.columns}]
        over = self.random.choice(numbers)
        text = self.random.choice(["{} * 2", "{} + 1", "abs({})", "coalesce({}, 0)"]).format(
            self.quoted(over.name)
        )
        stored = (
            "persisted=True" if self.kind == "postgresql" or self.random.random() < 0.5 else "persisted=False"
        )
        code = f"sa.Computed({_python(text)}, {stored})"
        made = Column(self.random.choice(free), "sa.BigInteger()", "int", parts=(code,))
        return replace(table, columns=(*table.columns, made))

    # -- items
    def item(self, table: Table) -> Item | None:
        makers = [self.unique, self.check, self.index, self.index]
        if self.kind == "postgresql" and self.random.random() < 0.15:
            return self.exclude(table)
        return self.random.choice(makers)(table)

    def unique(self, table: Table) -> Item | None:
        able = [c for c in table.columns if self.can_be_key(c)]
        if not able:
            return None
        chance = self.random
        columns = chance.sample(able, min(len(able), chance.choice([1, 1, 2])))
        options = [f"name={self.name('uq')!r}"] if chance.random() < 0.6 else []
        if self.kind == "postgresql":
            odd = chance.random()
            if odd < 0.1:
                options += ["deferrable=True", f"initially={chance.choice(['DEFERRED', 'IMMEDIATE'])!r}"]
            elif odd < 0.2 and self.since15:
                options += ["postgresql_nulls_not_distinct=True"]
            elif odd < 0.27 and (more := [c for c in table.columns if c not in columns and not c.parts]):
                needed = more[0].name
                args = ", ".join([*(repr(c.name) for c in columns), *options])
                code = f"sa.UniqueConstraint({args}, postgresql_include=[{needed!r}])"
                return Item("unique", code, (*(c.name for c in columns), needed))
        args = ", ".join([*(repr(c.name) for c in columns), *options])
        return Item("unique", f"sa.UniqueConstraint({args})", tuple(c.name for c in columns))

    def exclude(self, table: Table) -> Item | None:
        """PostgreSQL's EXCLUDE: by a btree over keys, by gist over ranges; now and then over an expression, for some rows."""
        able = [c for c in table.columns if (c.family in ("int", "range", "numrange") and not c.parts)]
        if not able:
            return None
        column = self.random.choice(able)
        element, using = repr(column.name), "btree" if column.family == "int" else "gist"
        if column.family == "int" and self.random.random() < 0.3:
            element = f"sa.text({_python('abs(' + self.quoted(column.name) + ')')})"
        operator = "=" if using == "btree" else self.random.choice(["&&", "="])
        options = [f"using={using!r}"]
        if self.random.random() < 0.6:
            options.append(f"name={self.name('ex')!r}")
        if self.random.random() < 0.3:
            options.append(f"where=sa.text({_python(self.quoted(column.name) + ' IS NOT NULL')})")
        if self.random.random() < 0.2:
            options += ["deferrable=True", "initially='DEFERRED'"]
        code = f"postgresql.ExcludeConstraint(({element}, {operator!r}), {', '.join(options)})"
        return Item("exclude", code, (column.name,))

    def check(self, table: Table) -> Item | None:
        able = [
            c for c in table.columns if c.family in ("int", "num", "float", "str", "text") and not c.parts
        ]
        able = [c for c in able if self.may_be_said_of(c, table)]
        if not able:
            return None
        column = self.random.choice(able)
        q = self.quoted(column.name)
        if column.family in ("str", "text"):
            texts = [
                f"length({q}) < 100",
                f"{q} <> 'it''s'",
                f"{q} NOT LIKE '%z%'",
                f"{q} <> ''",
                f"{q} <> 'a:b'",
            ]
            if self.kind == "postgresql":
                texts += [
                    f"{q} ~ '^[0-9 ]+$'",
                    f"lower({q}) = {q}",
                    f"{q} IN ('1', '2', '3')",
                    f"{q}::text <> 'x'",
                ]
            clauses = [
                f"sa.column({column.name!r}) != 'x'",
                f"sa.func.length(sa.column({column.name!r})) < 99",
            ]
        else:
            texts = [f"{q} > 0", f"{q} BETWEEN 0 AND 1000", f"{q} IN (1, 2, 3)", f"{q} >= 0 AND ({q} < 50 OR {q} > 60)",
                     f"NOT ({q} = 77)", f"{q} IS NULL OR {q} > 0", f"{q} + 1 > 0", f"({q} > -5)"]  # fmt: skip
            if column.family == "int":
                texts += [f"{q} % 100 <> 99"]
            clauses = [f"sa.column({column.name!r}) > 0", f"sa.column({column.name!r}).in_([1, 2, 3, 4])"]
        name = f", name={self.name('ck')!r}" if self.random.random() < 0.6 else ""
        expression = (
            _python(self.random.choice(texts)) if self.random.random() < 0.8 else self.random.choice(clauses)
        )
        if self.kind == "postgresql" and self.random.random() < 0.08:
            name += ", postgresql_not_valid=True"
        return Item("check", f"sa.CheckConstraint({expression}{name})", (column.name,))

    def index(self, table: Table) -> Item | None:
        able = [
            c
            for c in table.columns
            if self.can_be_key(c) or c.family in ("num", "float", "moment", "bool", "checked")
        ]
        if not able:
            return None
        chance = self.random
        columns = chance.sample(able, min(len(able), chance.choice([1, 1, 2, 3])))
        elements = [self.element(c) for c in columns]
        options: list[str] = []
        if chance.random() < 0.3 and any(self.can_be_key(c) for c in columns):
            options.append("unique=True")
        if self.kind == "postgresql":
            options += self.postgresql_index(table, columns, unique=bool(options))
            if "postgresql_using='hash'" in options:
                elements, columns, options = [repr(columns[0].name)], columns[:1], ["postgresql_using='hash'"]
            if "postgresql_using='brin'" in options:
                elements, columns = [repr(columns[0].name)], columns[:1]
            if not options and self.random.random() < 0.1:
                made = self.gin_or_gist(table)
                if made is not None:
                    return made
        elif self.kind == "sqlite" and chance.random() < 0.2:
            options.append(f"sqlite_where=sa.text({_python(self.quoted(columns[0].name) + ' IS NOT NULL')})")
        args = ", ".join([repr(self.name("ix")), *elements, *options])
        return Item("index", f"sa.Index({args})", tuple(c.name for c in columns))

    def gin_or_gist(self, table: Table) -> Item | None:
        methods = {
            "jsonb": "gin",
            "array": "gin",
            "strings": "gin",
            "tsvector": "gin",
            "range": "gist",
            "inet": "gist",
        }
        able = [c for c in table.columns if c.family in methods]
        if not able:
            return None
        column = self.random.choice(able)
        options = [f"postgresql_using={methods[column.family]!r}"]
        if column.family == "jsonb" and self.random.random() < 0.5:
            options.append(f"postgresql_ops={{{column.name!r}: 'jsonb_path_ops'}}")
        if column.family == "inet":
            options.append(f"postgresql_ops={{{column.name!r}: 'inet_ops'}}")
        args = ", ".join([repr(self.name("ix")), repr(column.name), *options])
        return Item("index", f"sa.Index({args})", (column.name,))

    def element(self, column: Column) -> str:
        odd = self.random.random()
        name = column.name
        if odd < 0.12:
            return f"sa.column({name!r}).desc()"
        if odd < 0.2 and self.kind == "postgresql":
            return f"sa.column({name!r}).{self.random.choice(['nulls_first()', 'desc().nulls_last()'])}"
        if odd < 0.23 and column.family in ("str", "text") and self.kind == "postgresql":
            return f"sa.column({name!r}, sa.String()).collate('C')"
        if odd < 0.3 and column.family in ("str", "text") and self.kind != "mariadb":
            return self.random.choice(
                [
                    f"sa.func.lower(sa.column({name!r}))",
                    f"sa.text({_python('lower(' + self.quoted(name) + ')')})",
                ]
            )
        return repr(name)

    def postgresql_index(self, table: Table, columns: list[Column], *, unique: bool) -> list[str]:
        odd = self.random.random()
        where = self.quoted(columns[0].name)
        if odd < 0.15:
            return [f"postgresql_where=sa.text({_python(where + ' IS NOT NULL')})"]
        if odd < 0.2:
            return [f"postgresql_where=sa.column({columns[0].name!r}).isnot(None)"]
        if odd < 0.25:
            return ["postgresql_with={'fillfactor': 70}"]
        if odd < 0.3 and unique:
            return ["postgresql_nulls_not_distinct=True"] if self.since15 else []
        if odd < 0.36 and not unique:
            return ["postgresql_using='hash'"]
        if odd < 0.42:
            others = [c for c in table.columns if c not in columns and self.can_be_key(c)]
            return [f"postgresql_include=[{others[0].name!r}]"] if others else []
        if odd < 0.46 and not unique and columns[0].family in ("int", "date", "moment"):
            return ["postgresql_using='brin'", "postgresql_with={'pages_per_range': 16}"]
        if odd < 0.54 and columns[0].family == "str" and "collation" not in columns[0].type:
            kind = (
                "bpchar" if "CHAR(10)" in columns[0].type and "VARCHAR" not in columns[0].type else "varchar"
            )
            return [f"postgresql_ops={{{columns[0].name!r}: '{kind}_pattern_ops'}}"]
        return []

    # -- foreign keys
    def add_foreign_key(self, models: Models) -> Models | None:
        """A new column that refers to a table, or a key over a column that is there; often to itself or in a circle."""
        chance = self.random
        if not models.tables:
            return None
        table, target = chance.choice(models.tables), chance.choice(models.tables)
        keys = [i for i in target.items if i.kind in ("pk", "unique") and "deferrable" not in i.code]
        keys = [
            i for i in keys if not any("." in c for c in i.columns)
        ]  # SQLAlchemy splits the target at dots
        if not keys:
            return None
        key = chance.choice(keys)
        columns, local = list(table.columns), []
        for name in key.columns:
            there = target.column(name)
            assert there is not None
            alike = [
                c for c in columns if c.type == there.type and c.name not in (*local, name) and not c.parts
            ]
            if alike and chance.random() < 0.5:
                local.append(chance.choice(alike).name)
                continue
            taken = {c.name.lower() for c in columns}
            free = [n for n in NAMES if n.lower() not in taken]
            columns.append(Column(chance.choice(free), there.type, there.family))
            local.append(columns[-1].name)
        item = self.foreign_key(table, columns, local, target, key)
        return models.with_table(replace(table, columns=tuple(columns), items=(*table.items, item)))

    def foreign_key(
        self, table: Table, columns: list[Column], local: list[str], target: Table, key: Item
    ) -> Item:
        chance = self.random
        full = f"{target.schema}.{target.name}" if target.schema else target.name
        refs = [f"{full}.{name}" for name in key.columns]
        options = []
        name = self.name("fk") if chance.random() < 0.7 else None
        if chance.random() < 0.5:
            nullable = all(c.nullable for c in columns if c.name in local)
            actions = ["CASCADE", "RESTRICT", "NO ACTION", *(["SET NULL"] if nullable else [])]
            if self.kind != "mariadb":
                actions.append("SET DEFAULT")
            options.append(f"ondelete={chance.choice(actions)!r}")
        if chance.random() < 0.2:
            options.append(f"onupdate={chance.choice(['CASCADE', 'RESTRICT', 'NO ACTION'])!r}")
        if self.kind == "postgresql" and chance.random() < 0.15:
            options += ["deferrable=True", "initially='DEFERRED'"]
        if self.kind == "postgresql" and chance.random() < 0.05:
            options += ["match='FULL'"]
        if self.kind == "postgresql" and chance.random() < 0.05:
            options += ["postgresql_not_valid=True"]
        if table.key != target.key:  # a circle cannot be created otherwise
            options.append("use_alter=True")
            name = name or self.name("fk")
        if name is not None:
            options.append(f"name={name!r}")
        args = ", ".join([repr(local), *_targets(full, target, key, refs), *options])
        return Item("fk", f"sa.ForeignKeyConstraint({args})", tuple(local), target.key, key.columns)


def _targets(full: str, target: Table, key: Item, refs: list[str]) -> list[str]:
    return [repr(refs)]


IDENTITIES = (
    "sa.Identity()",
    "sa.Identity(always=True)",
    "sa.Identity(start=10, increment=5)",
    "sa.Identity(start=1, minvalue=1, maxvalue=1000, cycle=True, cache=5)",
    "sa.Identity(always=True, start=-1, increment=-1)",
    "sa.Identity(start=100, minvalue=-5, nomaxvalue=True)",
    "sa.Identity(always=True, cache=20)",
)


def _python(text: str) -> str:
    """A Python literal for text in which SQLAlchemy would take a colon before a word for a parameter."""
    import re

    return repr(re.sub(r"(?<![:\w\\]):(?=\w)", r"\:", text))


OPTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {
        "postgresql_with": ("{'fillfactor': 70}", "{'fillfactor': 80, 'autovacuum_enabled': False}", "{}"),
        "prefixes": ("['UNLOGGED']", "[]"),
    },
    "mariadb": {
        "mysql_charset": ("'latin1'", "'utf8mb4'"),
        "mysql_collate": ("'utf8mb4_bin'", "'utf8mb4_general_ci'", "'latin1_german1_ci'"),
        "mysql_row_format": ("'DYNAMIC'", "'COMPACT'"),
        "mysql_engine": ("'MyISAM'", "'InnoDB'"),
    },
    "sqlite": {
        "sqlite_with_rowid": ("True", "False"),
        "sqlite_autoincrement": ("True", "False"),
        "sqlite_strict": ("True", "False"),
    },
}


# -- changes --------------------------------------------------------------------------------------------------
Change = Callable[[Generator, Models], "Models | None"]


def _a_table(g: Generator, models: Models) -> Table | None:
    return g.random.choice(models.tables) if models.tables else None


def add_table(g: Generator, models: Models) -> Models | None:
    return g.add_table(models)


SEQUENCES = {
    "postgresql": (
        "",
        ", start=5",
        ", start=10, increment=5",
        ", increment=-1",
        ", minvalue=3, maxvalue=1000, cycle=True",
        ", cache=7",
        ", data_type=sa.Integer()",
    ),
    "mariadb": (
        "",
        ", start=5",
        ", start=10, increment=5",
        ", minvalue=3, maxvalue=1000, cycle=True",
        ", cache=7",
    ),
}


def add_sequence(g: Generator, models: Models) -> Models | None:
    free = [n for n in ("s1", "Odd Seq", "seq", "more") if n not in dict(models.sequences)]
    if g.kind == "sqlite" or not free:
        return None
    made = (g.random.choice(free), g.random.choice(SEQUENCES[g.kind]))
    return replace(models, sequences=(*models.sequences, made))


def drop_sequence(g: Generator, models: Models) -> Models | None:
    if not models.sequences:
        return None
    gone = g.random.choice(models.sequences)
    return replace(models, sequences=tuple(s for s in models.sequences if s != gone))


def change_sequence(g: Generator, models: Models) -> Models | None:
    if not models.sequences:
        return None
    old = g.random.choice(models.sequences)
    new = (old[0], g.random.choice(SEQUENCES[g.kind]))
    return replace(models, sequences=tuple(new if s == old else s for s in models.sequences))


def number_by_sequence(g: Generator, models: Models) -> Models | None:
    found = _plain_column(g, models)
    if found is None or not models.sequences:
        return None
    table, column = found
    key = table.primary_key
    if column.family != "int" or (key is not None and column.name in key.columns):
        return None
    said = f"next of {g.random.choice(models.sequences)[0]}"
    return models.with_table(table.with_column(column.but(server_default=said)))


def change_option(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    return None if table is None else models.with_table(g.with_option(table))


def drop_table(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    return None if table is None else replace(models, tables=tuple(t for t in models.tables if t != table))


def add_column(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    if table is None:
        return None
    enums = models.enums or ((("mood", ("sad", "ok", "happy")),) if "enum" in g.families else ())
    made = g.column({c.name for c in table.columns}, enums)
    return replace(models.with_table(replace(table, columns=(*table.columns, made))), enums=enums)


def drop_column(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    if table is None or len(table.columns) < 2:
        return None
    gone = g.random.choice(table.columns)
    return models.with_table(replace(table, columns=tuple(c for c in table.columns if c != gone)))


def add_computed(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    made = None if table is None else g.computed(table)
    return None if made is None else models.with_table(made)


def change_computed(g: Generator, models: Models) -> Models | None:
    for table in models.tables:
        for column in table.columns:
            over = list(computed_over(column))
            if over:
                code = f"sa.Computed({_python(g.quoted(over[0]) + ' * 7')}, persisted=True)"
                return models.with_table(table.with_column(replace(column, parts=(code,))))
    return None


def _plain_column(g: Generator, models: Models) -> tuple[Table, Column] | None:
    table = _a_table(g, models)
    if table is None:
        return None
    able = [c for c in table.columns if not c.parts]
    return (table, g.random.choice(able)) if able else None


def change_type(g: Generator, models: Models) -> Models | None:
    found = _plain_column(g, models)
    if found is None:
        return None
    table, column = found
    family = column.family
    wider = WIDER[g.kind].get(family, ())
    if wider and g.random.random() < 0.3:
        family = g.random.choice(wider)
    used = any(column.name in i.columns for i in table.items)
    if used and family != column.family:
        return None
    if any(
        column.name in computed_over(c) or _in_text(column, i) for c in table.columns for i in table.items
    ):
        return None
    type_ = g.type_of(family, models.enums or (("mood", ("sad", "ok")),))
    if type_.startswith("enum:") and (column.type != type_ or not models.enums):
        return None
    changed = replace(column, type=type_, family=family)
    if family != column.family and column.get("server_default"):
        defaults = g.families[family].defaults
        changed = changed.but(server_default=g.random.choice(defaults) if defaults else None)
    result = models.with_table(table.with_column(changed))
    for other in models.tables:  # both ends of a foreign key change together
        for item in other.items:
            if item.kind == "fk" and item.refers is not None and _refers_to(other, item, table, column):
                return None
    return result


def _in_text(column: Column, item: Item) -> bool:
    return (
        item.kind in ("check", "index")
        and column.name in item.columns
        and ("_ops" in item.code or "text(" in item.code)
    )


def _refers_to(other: Table, item: Item, table: Table, column: Column) -> bool:
    return (item.refers == table.key and column.name in item.referred) or (
        other.key == table.key and column.name in item.columns
    )


def change_nullable(g: Generator, models: Models) -> Models | None:
    found = _plain_column(g, models)
    if found is None:
        return None
    table, column = found
    key = table.primary_key
    if key is not None and column.name in key.columns:
        return None
    if column.nullable and any(
        i.kind == "fk" and column.name in i.columns and "SET NULL" in i.code for i in table.items
    ):
        return None
    return models.with_table(table.with_column(column.but(nullable="False" if column.nullable else None)))


def change_default(g: Generator, models: Models) -> Models | None:
    found = _plain_column(g, models)
    if found is None:
        return None
    table, column = found
    defaults = g.families[column.family].defaults
    key = table.primary_key
    if not defaults or (key is not None and column.name in key.columns):
        return None
    if g.random.random() < 0.3:
        return models.with_table(table.with_column(column.but(server_default=None)))
    return models.with_table(table.with_column(column.but(server_default=g.random.choice(defaults))))


def change_comment(g: Generator, models: Models) -> Models | None:
    found = _plain_column(g, models)
    if found is None or g.kind == "sqlite":
        return None
    table, column = found
    comment = None if g.random.random() < 0.3 else repr(g.random.choice(COMMENTS))
    if g.random.random() < 0.3:
        extra = dict(table.extra)
        extra.pop("comment", None)
        return models.with_table(
            replace(table, extra=(*extra.items(), *((("comment", comment),) if comment else ())))
        )
    return models.with_table(table.with_column(column.but(comment=comment)))


def change_identity(g: Generator, models: Models) -> Models | None:
    if g.kind != "postgresql":
        return None
    for table in models.tables:
        key = table.primary_key
        if key is not None and len(key.columns) == 1:
            column = table.column(key.columns[0])
            if column is not None and column.family == "int" and not column.get("server_default"):
                parts = () if column.parts and g.random.random() < 0.4 else (g.random.choice(IDENTITIES),)
                made = replace(column, parts=parts).but(autoincrement=None)
                if parts != column.parts:
                    return models.with_table(table.with_column(made))
    return None


def add_item(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    item = None if table is None else g.item(table)
    return (
        None
        if item is None or table is None
        else models.with_table(replace(table, items=(*table.items, item)))
    )


def drop_item(g: Generator, models: Models) -> Models | None:
    able = [(t, i) for t in models.tables for i in t.items if i.kind != "pk"]
    if not able:
        return None
    table, item = g.random.choice(able)
    return models.with_table(replace(table, items=tuple(i for i in table.items if i != item)))


def change_item(g: Generator, models: Models) -> Models | None:
    """The same name over something else."""
    able = [
        (t, i)
        for t in models.tables
        for i in t.items
        if i.kind in ("unique", "check", "index", "exclude") and "'" in i.code
    ]
    if not able:
        return None
    table, item = g.random.choice(able)
    name = _name_of(item)
    made = {"unique": g.unique, "check": g.check, "index": g.index, "exclude": g.exclude}[item.kind](table)
    if name is None or made is None or (old := _name_of(made)) is None:
        return None
    made = replace(made, code=made.code.replace(repr(old), repr(name), 1))
    return models.with_table(replace(table, items=tuple(made if i is item else i for i in table.items)))


def rename_item(g: Generator, models: Models) -> Models | None:
    able = [(t, i) for t in models.tables for i in t.items if _name_of(i) is not None]
    if not able:
        return None
    table, item = g.random.choice(able)
    old = _name_of(item)
    assert old is not None
    fresh = g.name(
        {"unique": "uq", "check": "ck", "index": "ix", "fk": "fk", "pk": "pk", "exclude": "ex"}[item.kind]
    )
    made = replace(item, code=item.code.replace(repr(old), repr(fresh), 1))
    return models.with_table(replace(table, items=tuple(made if i is item else i for i in table.items)))


def _name_of(item: Item) -> str | None:
    import re

    if item.kind == "index":
        found = re.match(r"sa\.Index\('([^']*)'", item.code)
    else:
        found = re.search(r"\bname='([^']*)'", item.code)
    return found[1] if found else None


def add_foreign_key(g: Generator, models: Models) -> Models | None:
    return g.add_foreign_key(models)


def change_foreign_key(g: Generator, models: Models) -> Models | None:
    able = [(t, i) for t in models.tables for i in t.items if i.kind == "fk"]
    if not able:
        return None
    table, item = g.random.choice(able)
    assert item.refers is not None
    target = models.table(item.refers)
    key = None if target is None else next((i for i in target.items if i.columns == item.referred), None)
    if key is None or target is None:
        return None
    made = _named_like(item, g.foreign_key(table, list(table.columns), list(item.columns), target, key))
    return models.with_table(replace(table, items=tuple(made if i is item else i for i in table.items)))


def change_primary_key(g: Generator, models: Models) -> Models | None:
    table = _a_table(g, models)
    if table is None:
        return None
    rest = tuple(i for i in table.items if i.kind != "pk")
    old = table.primary_key
    able = [c for c in table.columns if g.can_be_key(c) and not c.nullable]
    if not able or (old is not None and g.random.random() < 0.2):
        return models.with_table(replace(table, items=rest)) if old is not None else None
    columns = g.random.sample(able, min(len(able), g.random.choice([1, 1, 2])))
    args = ", ".join(repr(c.name) for c in columns)
    item = Item("pk", f"sa.PrimaryKeyConstraint({args})", tuple(c.name for c in columns))
    item = item if old is None else _named_like(old, item)
    return models.with_table(replace(table, items=(item, *rest)))


def _named_like(old: Item, made: Item) -> Item:
    """A thing without a name in the models may have any in the database: so a change never takes a name away."""
    name = _name_of(old)
    if name is None or _name_of(made) is not None:
        return made
    return replace(made, code=f"{made.code[:-1]}, name={name!r})")


def change_enum(g: Generator, models: Models) -> Models | None:
    if not models.enums:
        return None
    name, labels = g.random.choice(models.enums)
    odd = g.random.random()
    if odd < 0.6:
        place = g.random.randint(0, len(labels))
        fresh = next(
            w for w in ("new", "newer", "it's new", "n4", "n5", "n6", "n7", "n8", "n9") if w not in labels
        )
        labels = (*labels[:place], fresh, *labels[place:])
    elif odd < 0.8 and len(labels) > 1:
        labels = labels[:-1]
    else:
        labels = tuple(reversed(labels))
    return replace(models, enums=tuple((n, labels if n == name else old) for n, old in models.enums))


CHANGES: list[tuple[str, Change]] = [
    (function.__name__.replace("_", " "), function)
    for function, weight in (
        (add_table, 1),
        (drop_table, 1),
        (change_option, 1),
        (add_sequence, 1),
        (drop_sequence, 1),
        (change_sequence, 1),
        (number_by_sequence, 1),
        (add_column, 3),
        (drop_column, 2),
        (add_computed, 1),
        (change_computed, 1),
        (change_type, 4),
        (change_nullable, 3),
        (change_default, 4),
        (change_comment, 2),
        (change_identity, 1),
        (add_item, 3),
        (drop_item, 3),
        (change_item, 2),
        (rename_item, 2),
        (add_foreign_key, 2),
        (change_foreign_key, 2),
        (change_primary_key, 1),
        (change_enum, 1),
    )
    for _ in range(weight)
]


# -- rows -----------------------------------------------------------------------------------------------------


def breaks_rows(a: Models, b: Models, families: dict[str, Family]) -> bool:
    """Whether rows of A cannot live in B, or what is left of them not in A again: no tool could carry them over."""
    return _breaks(a, b, families) or _breaks(b, a, families)


def _breaks(a: Models, b: Models, families: dict[str, Family]) -> bool:
    for table in b.tables:
        old = a.table(table.key)
        if old is None:
            continue
        for item in table.items:
            unique = item.kind in ("pk", "unique", "exclude") or "unique=True" in item.code
            kept = [
                c
                for c in item.columns
                if (was := old.column(c)) is not None
                and was.family == table.column(c).family
                and not was.parts
            ]  # type: ignore[union-attr]
            if unique and not any(families[table.column(c).family].key for c in kept):  # type: ignore[union-attr]
                return True
            if item.refers is not None and b.table(item.refers) is not None and a.table(item.refers) is None:
                return True  # the rows it refers to went with their table
            if item.refers is not None and (other := a.table(item.refers)) is not None:
                if any(other.column(c) is None for c in item.referred):
                    return True  # the values it refers to went with their column
                kept = [(old.column(c), table.column(c)) for c in item.columns]
                if any(was is not None and is_ is not None and was.family != is_.family for was, is_ in kept):
                    return True  # a boolean that became a number is no longer the row's
                if _last_row_is_alone(table, old, item, other):
                    return True
            if "match='FULL'" in item.code and _mixes(old, table, item):
                return True
            if item.kind in ("check", "fk") and any(old.column(c) is None for c in item.columns):
                return True
        for column in table.columns:
            was = old.column(column.name)
            if (
                was is None
                and not column.nullable
                and not families[column.family].fill
                and not column.get("server_default")
            ):
                return True
            if was is not None and was.family != column.family and "year" in (was.family, column.family):
                return True  # MariaDB makes 00:20:01 of 2001, and refuses to make a year of that again
            if was is not None and was.family == "enum" and (column.family != "enum" or a.enums != b.enums):
                labels = dict(b.enums).get(column.type[5:], ())
                if not set(dict(a.enums)[was.type[5:]]) <= set(labels):
                    return True
    return False


def _mixes(old: Table, table: Table, item: Item) -> bool:
    """Whether the last row may be NULL in some of the columns and not in others: MATCH FULL refuses it."""
    keyed = {name for t in (old, table) if t.primary_key is not None for name in t.primary_key.columns}
    may = [
        {c.nullable and name not in keyed for t in (old, table) if (c := t.column(name)) is not None}
        for name in item.columns
    ]
    return any(True in each for each in may) and any(False in each for each in may)


def _last_row_is_alone(table: Table, old: Table, item: Item, other: Table) -> bool:
    """Whether the last row, NULL where it may be and was not filled before, holds values that the last row of the other
    table does not."""

    def null(of: Table, name: str) -> bool:
        column, key = of.column(name), of.primary_key
        return column is not None and column.nullable and not (key is not None and name in key.columns)

    own = any(null(table, c) and (old.column(c) is None or null(old, c)) for c in item.columns)
    return not own and any(null(other, c) for c in item.referred)
