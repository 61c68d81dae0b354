"""A `process_revision_directives` that goes through all operations and lets functions exchange them by class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .. import util
from ..operations import ops

ProcessRevisionDirectiveFn = Callable[[Any, Any, list[Any]], None]


class Rewriter:
    """Functions are registered with `rewrites`; each returns what its operation becomes (one, several, none).

    Rewriters are chained: what one made the next one sees. One never sees its own products again.
    """

    _traverse = util.Dispatcher()
    _chained: tuple[Any, ...] = ()

    def __init__(self) -> None:
        self.dispatch = util.Dispatcher()

    def chain(self, other: Any) -> Rewriter:
        """A Rewriter that does this one, then the other."""
        both = type(self).__new__(type(self))
        both.__dict__.update(self.__dict__)
        both._chained = (*self._chained, other)
        return both

    def rewrites(self, operator: Any) -> Callable[..., Any]:
        """Register a function (context, revision, operation) for a class of operations."""
        return self.dispatch.dispatch_for(operator)

    def __call__(self, context: Any, revision: Any, directives: list[Any]) -> None:
        self.process_revision_directives(context, revision, directives)
        for other in self._chained:
            other(context, revision, directives)

    def process_revision_directives(self, context: Any, revision: Any, directives: list[Any]) -> None:
        self._traverse_list(context, revision, directives)

    def _rewrite(self, context: Any, revision: Any, directive: Any) -> Iterator[Any]:
        try:
            function = self.dispatch.dispatch(directive)
        except ValueError:
            yield directive
            return
        if self in directive._mutations:
            yield directive
            return
        for made in util.to_list(function(context, revision, directive), []):
            made._mutations = made._mutations | {self}
            yield made

    def _traverse_for(self, context: Any, revision: Any, directive: Any) -> list[Any]:
        """What one operation becomes, each of it gone through in turn."""
        became = list(self._rewrite(context, revision, directive))
        for each in became:
            self._traverse.dispatch(each)(self, context, revision, each)
        return became

    def _traverse_list(self, context: Any, revision: Any, directives: list[Any]) -> None:
        directives[:] = [made for each in directives for made in self._traverse_for(context, revision, each)]

    def _only_one(self, context: Any, revision: Any, container: Any) -> Any:
        became = self._traverse_for(context, revision, container)
        if len(became) != 1:
            kind = "UpgradeOps" if isinstance(container, ops.UpgradeOps) else "DowngradeOps"
            raise ValueError(f"Can only return single object for {kind} traverse")
        return became[0]

    @_traverse.dispatch_for(ops.MigrationScript)
    def _traverse_script(self, context: Any, revision: Any, directive: ops.MigrationScript) -> None:
        directive.upgrade_ops = [
            self._only_one(context, revision, each) for each in directive.upgrade_ops_list
        ]
        directive.downgrade_ops = [
            self._only_one(context, revision, each) for each in directive.downgrade_ops_list
        ]

    @_traverse.dispatch_for(ops.OpContainer)
    def _traverse_op_container(self, context: Any, revision: Any, directive: ops.OpContainer) -> None:
        self._traverse_list(context, revision, directive.ops)

    @_traverse.dispatch_for(ops.MigrateOperation)
    def _traverse_any_directive(self, context: Any, revision: Any, directive: ops.MigrateOperation) -> None:
        """Nothing inside."""
