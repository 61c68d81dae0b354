"""SHOW CREATE TABLE of MySQL and MariaDB -> values. The texts are the servers' own."""

from __future__ import annotations

from sqlalchemy.dialects import mysql

from limbeck.backends.mysql.show import parse
from limbeck.model.column import Column
from limbeck.model.constraint import Check, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import qualified
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.shore.freeze import Freezer

MYSQL_8 = r"""CREATE TABLE `t` (
  `id` int NOT NULL AUTO_INCREMENT,
  `odd ``name, (` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s, (a) \\ b' COMMENT 'c, \'d\'\nnew',
  `n` decimal(10,2) unsigned DEFAULT '1.50',
  `u` varchar(36) DEFAULT (uuid()),
  `at` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `g` int GENERATED ALWAYS AS ((`id` + 1)) VIRTUAL,
  `h` int DEFAULT NULL /*!80023 INVISIBLE */,
  `e` enum('a,b','it''s') DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq` (`n`,`id`),
  UNIQUE KEY `uq_prefix` (`u`(7)),
  KEY `ix` (`n` DESC,(lower(`u`))) COMMENT 'why',
  FULLTEXT KEY `ft` (`u`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk` FOREIGN KEY (`h`, `g`) REFERENCES `other` (`a`, `b`) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT `fk2` FOREIGN KEY (`h`) REFERENCES `elsewhere`.`other` (`a`),
  CONSTRAINT `ck` CHECK (((`id` > 0) and (`u` <> _utf8mb4')')))
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='ENGINE=it''s'"""

MARIADB_10 = """CREATE TABLE `t` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `b` tinyint(1) DEFAULT 1,
  `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`)),
  `own` bigint(20) DEFAULT NULL CHECK (`own` > 3),
  `at` datetime DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `g` int(11) GENERATED ALWAYS AS (`id` + 1) STORED,
  PRIMARY KEY (`id`),
  KEY `h` (`b`) USING HASH
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci"""


def read(text: str) -> Table:
    return parse(Freezer(mysql.dialect()), text, qualified("t"), "here")


def plain(text: str) -> TextDefault:
    return TextDefault(SqlText(text))


def test_columns_of_mysql() -> None:
    assert read(MYSQL_8).columns == (
        Column(name="id", type=TypeRef("INTEGER"), nullable=False, autoincrement=True),
        Column(
            name="odd `name, (",
            type=TypeRef("VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin"),
            nullable=False,
            default=plain(r"'it''s, (a) \\ b'"),
            comment="c, 'd'\nnew",
        ),
        Column(name="n", type=TypeRef("DECIMAL(10, 2) UNSIGNED"), default=plain("'1.50'")),
        Column(name="u", type=TypeRef("VARCHAR(36)"), default=plain("(uuid())")),
        Column(
            name="at",
            type=TypeRef("TIMESTAMP(3)"),
            default=plain("CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"),
        ),
        Column(
            name="g", type=TypeRef("INTEGER"), default=Computed(sql=SqlText("(`id` + 1)"), persisted=False)
        ),
        Column(name="h", type=TypeRef("INTEGER")),
        Column(name="e", type=TypeRef("ENUM('a,b','it''s')")),
    )


def test_keys_of_mysql() -> None:
    table = read(MYSQL_8)
    assert table.primary_key == PrimaryKey(columns=("id",))
    assert set(table.constraints) == {
        Unique(columns=("n", "id"), name="uq"),
        ForeignKey(
            columns=("h", "g"),
            referred=qualified("other"),
            referred_columns=("a", "b"),
            name="fk",
            on_delete="SET NULL",
            on_update="CASCADE",
        ),
        ForeignKey(
            columns=("h",), referred=qualified("other", "elsewhere"), referred_columns=("a",), name="fk2"
        ),
        Check(sql=SqlText("((`id` > 0) and (`u` <> _utf8mb4')'))"), name="ck"),
    }
    assert set(table.indexes) == {
        Index(
            name="uq_prefix",
            unique=True,
            elements=(IndexElement(column="u"),),
            options=(("mysql_length", (("u", 7),)),),
        ),
        Index(
            name="ix",
            elements=(
                IndexElement(column="n", descending=True),
                IndexElement(sql=SqlText("(lower(`u`))")),
            ),
            comment="why",
        ),
        Index(
            name="ft",
            elements=(IndexElement(column="u"),),
            options=(("mysql_prefix", "FULLTEXT"), ("mysql_with_parser", "ngram")),
        ),
    }


def test_what_is_said_of_the_table() -> None:
    table = read(MYSQL_8)
    assert table.comment == "ENGINE=it's"
    assert table.options == (
        ("mysql_collate", "utf8mb4_0900_ai_ci"),
        ("mysql_default_charset", "utf8mb4"),
        ("mysql_engine", "InnoDB"),
    )


def test_mariadb() -> None:
    table = read(MARIADB_10)
    assert table.columns == (
        Column(name="id", type=TypeRef("INTEGER"), nullable=False, autoincrement=True),
        Column(name="b", type=TypeRef("TINYINT(1)"), default=plain("1")),
        Column(name="j", type=TypeRef("JSON")),
        Column(name="own", type=TypeRef("BIGINT")),
        Column(
            name="at",
            type=TypeRef("DATETIME"),
            default=plain("current_timestamp() ON UPDATE current_timestamp()"),
        ),
        Column(name="g", type=TypeRef("INTEGER"), default=Computed(sql=SqlText("`id` + 1"), persisted=True)),
    )
    assert table.constraints == (Check(sql=SqlText("`own` > 3"), name="own"),)
    assert table.indexes == (
        Index(name="h", elements=(IndexElement(column="b"),), options=(("mysql_using", "hash"),)),
    )
