import asyncio
from logging.config import fileConfig

from alembic import context
from sqlalchemy import pool
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import async_engine_from_config

# the values of alembic.ini
config = context.config

# logging as alembic.ini says
if config.config_file_name is not None:
    fileConfig(config.config_file_name)

# your models' MetaData, for --autogenerate:
# from myapp import mymodel
# target_metadata = mymodel.Base.metadata
target_metadata = None

# options of your own in alembic.ini:
# my_important_option = config.get_main_option("my_important_option")


def run_migrations_offline() -> None:
    """Write the SQL as a script. Needs the URL, but neither a driver nor a connection."""
    url = config.get_main_option("sqlalchemy.url")
    context.configure(
        url=url,
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )

    with context.begin_transaction():
        context.run_migrations()


def do_run_migrations(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=target_metadata)

    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations() -> None:
    """Open the async connection, and migrate over the sync one behind it."""
    connectable = async_engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )

    async with connectable.connect() as connection:
        await connection.run_sync(do_run_migrations)

    await connectable.dispose()


def run_migrations_online() -> None:
    """Migrate the database, over a connection of its own."""
    asyncio.run(run_async_migrations())


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
