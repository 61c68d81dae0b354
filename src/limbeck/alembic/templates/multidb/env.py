import logging
import re
from contextlib import ExitStack
from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

# True: commit all databases in two phases, where they can
USE_TWOPHASE = False

# the values of alembic.ini
config = context.config

# logging as alembic.ini says
if config.config_file_name is not None:
    fileConfig(config.config_file_name)
logger = logging.getLogger("alembic.env")

# the sections of alembic.ini, one for each database
db_names = config.get_main_option("databases", "")

# your models' MetaData by database, for --autogenerate:
# from myapp import mymodel
# target_metadata = {
#       'engine1':mymodel.metadata1,
#       'engine2':mymodel.metadata2
# }
target_metadata = {}

# options of your own in alembic.ini:
# my_important_option = config.get_main_option("my_important_option")


def run_migrations_offline() -> None:
    """Write a script for each database, into a file named after it."""
    for name in re.split(r",\s*", db_names):
        logger.info("Migrating database %s", name)
        file_name = f"{name}.sql"
        logger.info("Writing output to %s", file_name)
        with open(file_name, "w") as buffer:
            context.configure(
                url=config.get_section_option(name, "sqlalchemy.url"),
                output_buffer=buffer,
                target_metadata=target_metadata.get(name),
                literal_binds=True,
                dialect_opts={"paramstyle": "named"},
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_online() -> None:
    """Migrate all databases, each in a transaction; commit them when all are done."""
    transactions = {}
    with ExitStack() as stack:
        for name in re.split(r",\s*", db_names):
            engine = engine_from_config(
                config.get_section(name, {}),
                prefix="sqlalchemy.",
                poolclass=pool.NullPool,
            )
            connection = stack.enter_context(engine.connect())
            begin = connection.begin_twophase if USE_TWOPHASE else connection.begin
            transactions[name] = connection, begin()

        try:
            for name, (connection, _) in transactions.items():
                logger.info("Migrating database %s", name)
                context.configure(
                    connection=connection,
                    upgrade_token=f"{name}_upgrades",
                    downgrade_token=f"{name}_downgrades",
                    target_metadata=target_metadata.get(name),
                )
                context.run_migrations(engine_name=name)

            if USE_TWOPHASE:
                for _, transaction in transactions.values():
                    transaction.prepare()
            for _, transaction in transactions.values():
                transaction.commit()
        except:
            for _, transaction in transactions.values():
                transaction.rollback()
            raise


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
