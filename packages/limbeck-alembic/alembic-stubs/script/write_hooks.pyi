from limbeck.alembic.script.write_hooks import *
from limbeck.alembic.script.write_hooks import (
    REVISION_SCRIPT_TOKEN as REVISION_SCRIPT_TOKEN,
    _get_required_option as _get_required_option,
    _invoke as _invoke,
    _parse_cmdline_options as _parse_cmdline_options,
    _registry as _registry,
    _run_hook as _run_hook,
    _run_hooks as _run_hooks,
    console_scripts as console_scripts,
    exec_ as exec_,
    module as module,
    register as register,
)
