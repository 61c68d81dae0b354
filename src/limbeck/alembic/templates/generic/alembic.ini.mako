# Migrations of one database.

[alembic]
# Where env.py, script.py.mako and versions/ are.
# %(here)s is the folder of this file; write forward slashes.
script_location = ${script_location}

# How revision files are named. Tokens: rev, slug, epoch, year, month, day, hour, minute, second.
# Folders are possible, with recursive_version_locations = true.
# file_template = %%(rev)s_%%(slug)s
# file_template = %%(year)d-%%(month).2d-%%(day).2d_%%(slug)s_%%(rev)s
# file_template = %%(year)d/%%(rev)s_%%(slug)s

# Put in front of sys.path; several are split by path_separator.
prepend_sys_path = .

# Timezone of the date in revision files and their names, for example UTC.
# Empty: local time.
# timezone =

# Longest slug in a file name.
# truncate_slug_length = 40

# true: "revision" runs env.py also without --autogenerate.
# revision_environment = false

# true: compiled files without a source count as revisions.
# sourceless = false

# Where revision files are, where that is not <script_location>/versions.
# With several, the first revision of each needs --version-path.
# version_locations = %(here)s/one:%(here)s/two

# What splits version_locations and prepend_sys_path:
# os (that of the system's PATH), space, newline, : or ;
path_separator = os

# true: look for revision files in subfolders as well.
# recursive_version_locations = false

# Encoding of the revision files that are written.
# output_encoding = utf-8

# The database; only env.py reads this.
sqlalchemy.url = driver://user:pass@localhost/dbname


[post_write_hooks]
# What runs over every new revision file, in this order.

# a console script of an installed distribution:
# hooks = tidy
# tidy.type = console_scripts
# tidy.entrypoint = black
# tidy.options = REVISION_SCRIPT_FILENAME

# python -m:
# hooks = sorted
# sorted.type = module
# sorted.module = isort
# sorted.options = REVISION_SCRIPT_FILENAME

# an executable on the PATH:
# hooks = tidy
# tidy.type = exec
# tidy.executable = ruff
# tidy.options = format REVISION_SCRIPT_FILENAME

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
