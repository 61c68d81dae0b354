from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config
from sqlalchemy.pool import NullPool

# alembic.ini: a value of its own section is config.get_main_option("its_name")
config = context.config
if config.config_file_name:
    fileConfig(config.config_file_name)

# What "revision --autogenerate" compares the database with: the MetaData of your models, say
# from myapp.models import Base
# target_metadata = Base.metadata
target_metadata = None


def migrate(**target) -> None:
    """Say where to, and run what the command asks for."""
    context.configure(target_metadata=target_metadata, **target)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_offline() -> None:
    """Write the SQL for a database of this URL's kind. Nothing is connected, and no driver is needed."""
    url = config.get_main_option("sqlalchemy.url")
    migrate(url=url, dialect_opts={"paramstyle": "named"}, literal_binds=True)


def run_migrations_online() -> None:
    """Migrate over a connection that is opened here, and closed again."""
    settings = config.get_section(config.config_ini_section, {})  # sqlalchemy.url, sqlalchemy.echo ...
    with engine_from_config(settings, poolclass=NullPool).connect() as connection:
        migrate(connection=connection)


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
