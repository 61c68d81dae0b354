from limbeck.alembic.script.files import *
from limbeck.alembic.script.files import (
    Script as Script,
    ScriptDirectory as ScriptDirectory,
    _legacy_rev as _legacy_rev,
    _only_source_rev_file as _only_source_rev_file,
    _preserving_path_as_str as _preserving_path_as_str,
    _sourceless_rev_file as _sourceless_rev_file,
    compat as compat,
    revision as revision,
    util as util,
)
