from limbeck.alembic.config import *
from limbeck.alembic.config import (
    CommandFunction as CommandFunction,
    CommandLine as CommandLine,
    Config as Config,
    MessagingOptions as MessagingOptions,
    Option as Option,
    PostWriteHookConfig as PostWriteHookConfig,
    _FLAG as _FLAG,
    _MISSING as _MISSING,
    _OPTIONS as _OPTIONS,
    _POSITIONALS as _POSITIONALS,
    _SEPARATORS as _SEPARATORS,
    _is_pyproject as _is_pyproject,
    log as log,
    main as main,
)
