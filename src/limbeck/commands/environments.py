"""The env.py files that `init --template` brings: for projects that open their connections themselves."""

from __future__ import annotations

PLAIN_ENV = '''\
"""Opens the connection and hands it to limbeck. Runs on every command that needs a database."""

from sqlalchemy import create_engine

from limbeck import context


def main() -> None:
    if context.is_offline:
        context.configure(url=context.url)
        context.run_migrations()
        return
    engine = create_engine(context.url)
    with engine.connect() as connection:
        context.configure(connection)
        context.run_migrations()


main()
'''

ASYNC_ENV = '''\
"""Opens an asynchronous connection and hands it to limbeck. Runs on every command that needs a database."""

import asyncio

from limbeck import context


def migrate(connection) -> None:
    context.configure(connection)
    context.run_migrations()


async def online() -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(context.url)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline:
    context.configure(url=context.url)
    context.run_migrations()
else:
    asyncio.run(online())
'''

MULTI_ENV = '''\
"""Several databases, one after the other: each table [databases.NAME] of the settings; without one, its url."""

from sqlalchemy import create_engine

from limbeck import context

for name in context.databases or ("",):
    url = context.url_of(name)
    if context.is_offline:
        context.configure(url=url, database=name)
        context.run_migrations()
        continue
    with create_engine(url).connect() as connection:
        context.configure(connection, database=name)
        context.run_migrations()
'''

TEMPLATES = {
    "plain": {},
    "env": {"env.py": PLAIN_ENV},
    "async": {"env.py": ASYNC_ENV},
    "multidb": {"env.py": MULTI_ENV},
}

STILL = {
    "async": (
        'in url, an asynchronous driver that is installed: "postgresql+asyncpg://user@localhost/name"',
    ),
    "multidb": ("the databases: a table [databases.NAME] with a url for each, beside or instead of url",),
}
"""What the settings need beside a template's files."""


def files(template: str) -> dict[str, str]:
    """The files of a template by name; KeyError for one that is not known."""
    return dict(TEMPLATES[template])
