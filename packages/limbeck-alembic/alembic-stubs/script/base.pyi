from limbeck.alembic.script.base import *
from limbeck.alembic.script.base import (
    Script as Script,
    ScriptDirectory as ScriptDirectory,
    _default_file_template as _default_file_template,
    _only_source_rev_file as _only_source_rev_file,
    _slug_re as _slug_re,
    _sourceless_rev_file as _sourceless_rev_file,
)
