from limbeck.alembic.script.files import *
from limbeck.alembic.script.files import (
    Script as Script,
    _legacy_rev as _legacy_rev,
    _only_source_rev_file as _only_source_rev_file,
    _sourceless_rev_file as _sourceless_rev_file,
)
