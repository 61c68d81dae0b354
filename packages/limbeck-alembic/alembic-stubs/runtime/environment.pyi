from limbeck.alembic.runtime.environment import *
from limbeck.alembic.runtime.environment import (
    CompareServerDefault as CompareServerDefault,
    CompareType as CompareType,
    EnvironmentContext as EnvironmentContext,
    IncludeNameFn as IncludeNameFn,
    IncludeObjectFn as IncludeObjectFn,
    NameFilterParentNames as NameFilterParentNames,
    NameFilterType as NameFilterType,
    OnVersionApplyFn as OnVersionApplyFn,
    ProcessRevisionDirectiveFn as ProcessRevisionDirectiveFn,
    RenderItemFn as RenderItemFn,
    _RevNumber as _RevNumber,
)
