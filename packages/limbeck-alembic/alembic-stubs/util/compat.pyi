from limbeck.alembic.util.compat import *
from limbeck.alembic.util.compat import (
    EncodedIO as EncodedIO,
    importlib_metadata_get as importlib_metadata_get,
    is_posix as is_posix,
    path_relative_to as path_relative_to,
    path_walk as path_walk,
    py311 as py311,
    py312 as py312,
    py313 as py313,
    py314 as py314,
    read_config_parser as read_config_parser,
    tomllib as tomllib,
)
