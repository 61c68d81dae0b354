# The database and the logging; everything else stands in pyproject.toml.

[alembic]

# The database; only env.py reads this.
sqlalchemy.url = driver://user:pass@localhost/dbname

# -- logging, read by env.py with logging.config.fileConfig

[formatters]
keys = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
datefmt = %H:%M:%S

[handlers]
keys = console

[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic
level = NOTSET

[loggers]
keys = root,alembic,sqlalchemy

[logger_root]
qualname =
handlers = console
level = WARNING

[logger_alembic]
qualname = alembic
handlers =
level = INFO

[logger_sqlalchemy]
# INFO: every statement
qualname = sqlalchemy.engine
handlers =
level = WARNING
