from limbeck.alembic.util.messaging import *
from limbeck.alembic.util.messaging import (
    TERMWIDTH as TERMWIDTH,
    _width_of_terminal as _width_of_terminal,
    err as err,
    format_as_comma as format_as_comma,
    log as log,
    msg as msg,
    obfuscate_url_pw as obfuscate_url_pw,
    status as status,
    warn as warn,
    warn_deprecated as warn_deprecated,
    write_outstream as write_outstream,
)
