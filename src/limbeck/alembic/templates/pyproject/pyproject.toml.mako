[tool.alembic]

# Where env.py, script.py.mako and versions/ are.
# %(here)s is the folder of this file; write forward slashes.
script_location = "${script_location}"

# How revision files are named. Tokens: rev, slug, epoch, year, month, day, hour, minute, second.
# Folders are possible, with recursive_version_locations = true.
# file_template = "%%(rev)s_%%(slug)s"
# file_template = "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s_%%(rev)s"
# file_template = "%%(year)d/%%(rev)s_%%(slug)s"

# Put in front of sys.path.
prepend_sys_path = [
    "."
]

# Timezone of the date in revision files and their names, for example "UTC".
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
# version_locations = [
#    "%(here)s/one",
#    "%(here)s/two"
# ]

# true: look for revision files in subfolders as well.
# recursive_version_locations = false

# Encoding of the revision files that are written.
# output_encoding = "utf-8"

# What runs over every new revision file, in this order.
# [[tool.alembic.post_write_hooks]]
# a console script of an installed distribution:
# name = "tidy"
# type = "console_scripts"
# entrypoint = "black"
# options = "REVISION_SCRIPT_FILENAME"
#
# [[tool.alembic.post_write_hooks]]
# python -m:
# name = "sorted"
# type = "module"
# module = "isort"
# options = "REVISION_SCRIPT_FILENAME"
#
# [[tool.alembic.post_write_hooks]]
# an executable on the PATH:
# name = "tidy"
# type = "exec"
# executable = "ruff"
# options = "format REVISION_SCRIPT_FILENAME"
