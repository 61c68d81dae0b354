import logging
from contextlib import ExitStack
from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

# True: commit all databases in two phases (PostgreSQL, MySQL and Oracle can)
USE_TWOPHASE = False

# alembic.ini: a value of its own section is config.get_main_option("its_name")
config = context.config
if config.config_file_name:
    fileConfig(config.config_file_name)
logger = logging.getLogger("alembic.env")

# The sections of alembic.ini, one for each database.
databases = [name.strip() for name in config.get_main_option("databases", "").split(",")]

# What "revision --autogenerate" compares each database with: the MetaData of your models, say
# from myapp.models import Accounts, Events
# target_metadata = {"engine1": Accounts.metadata, "engine2": Events.metadata}
target_metadata = {}


def migrate(name, **target) -> None:
    """Say where to, and run what the command asks for; upgrade() and downgrade() are told the name."""
    logger.info("Migrating database %s", name)
    context.configure(target_metadata=target_metadata.get(name), **target)
    with context.begin_transaction():  # online there is one already, which is left alone
        context.run_migrations(engine_name=name)


def run_migrations_offline() -> None:
    """Write the SQL of each database into a file of its name."""
    for name in databases:
        url = config.get_section_option(name, "sqlalchemy.url")
        with open(f"{name}.sql", "w") as script:
            logger.info("Writing output to %s", script.name)
            how = {"dialect_opts": {"paramstyle": "named"}, "literal_binds": True}
            migrate(name, url=url, output_buffer=script, **how)


def take_back(name, connection, transaction) -> None:
    """Roll back one database. Which one could not prepare has done so already, and says that it knows nothing of it."""
    try:
        transaction.rollback()
    except DBAPIError as error:
        logger.warning("Rolling back database %s: %s", name, error.orig)
        connection.invalidate()


def run_migrations_online() -> None:
    """Migrate all databases, each in a transaction of its own; nothing is committed before all are through."""
    with ExitStack() as opened:
        connections = {}
        for name in databases:
            engine = engine_from_config(config.get_section(name, {}), poolclass=NullPool)
            connections[name] = opened.enter_context(engine.connect())

        transactions = [
            connection.begin_twophase() if USE_TWOPHASE else connection.begin()
            for connection in connections.values()
        ]
        try:
            for name, connection in connections.items():
                tokens = {f"{way}_token": f"{name}_{way}s" for way in ("upgrade", "downgrade")}
                migrate(name, connection=connection, **tokens)
            for transaction in transactions if USE_TWOPHASE else ():
                transaction.prepare()
            for transaction in transactions:
                transaction.commit()
        except BaseException:
            for (name, connection), transaction in zip(connections.items(), transactions, strict=True):
                take_back(name, connection, transaction)
            raise


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
