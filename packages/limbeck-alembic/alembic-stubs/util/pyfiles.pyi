from limbeck.alembic.util.pyfiles import *
from limbeck.alembic.util.pyfiles import (
    _preserving_path_as_str as _preserving_path_as_str,
    _unpacked as _unpacked,
    coerce_resource_to_filename as coerce_resource_to_filename,
    load_module_py as load_module_py,
    load_python_file as load_python_file,
    pyc_file_from_path as pyc_file_from_path,
    template_to_file as template_to_file,
)
