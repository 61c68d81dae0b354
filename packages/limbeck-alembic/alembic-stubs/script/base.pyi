from limbeck.alembic.script.base import *
from limbeck.alembic.script.base import (
    Config as Config,
    Script as Script,
    ScriptDirectory as ScriptDirectory,
    _default_file_template as _default_file_template,
    _only_source_rev_file as _only_source_rev_file,
    _preserving_path_as_str as _preserving_path_as_str,
    _slug_re as _slug_re,
    _sourceless_rev_file as _sourceless_rev_file,
    revision as revision,
    steps as steps,
    util as util,
    write_hooks as write_hooks,
)
