from limbeck.alembic.util.editor import *
from limbeck.alembic.util.editor import (
    _default_editors as _default_editors,
    _find_editor as _find_editor,
    _find_executable as _find_executable,
    open_in_editor as open_in_editor,
)
