"""One change and its reverse, one file; `contract` is the seam to backends and stages.

Operations are loaded one file at a time: `operation(kind)` imports the file that defines it, and asks the entry point
group `limbeck.operations` (name: kind, value: "module:Class") for kinds of third parties.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .contract import Operation

KINDS: Final[dict[str, str]] = {
    "create_table": "limbeck.ops.table:CreateTable",
    "drop_table": "limbeck.ops.table:DropTable",
    "rename_table": "limbeck.ops.table:RenameTable",
    "alter_table": "limbeck.ops.alter_table:AlterTable",
    "add_column": "limbeck.ops.column:AddColumn",
    "drop_column": "limbeck.ops.column:DropColumn",
    "rename_column": "limbeck.ops.column:RenameColumn",
    "alter_column": "limbeck.ops.alter_column:AlterColumn",
    "add_constraint": "limbeck.ops.constraint:AddConstraint",
    "drop_constraint": "limbeck.ops.constraint:DropConstraint",
    "rename_constraint": "limbeck.ops.constraint:RenameConstraint",
    "validate_constraint": "limbeck.ops.constraint:ValidateConstraint",
    "create_index": "limbeck.ops.index:CreateIndex",
    "drop_index": "limbeck.ops.index:DropIndex",
    "rename_index": "limbeck.ops.index:RenameIndex",
    "comment_on_table": "limbeck.ops.comment:CommentOnTable",
    "create_object": "limbeck.ops.object:CreateObject",
    "drop_object": "limbeck.ops.object:DropObject",
    "alter_object": "limbeck.ops.object:AlterObject",
    "replace_object": "limbeck.ops.object:ReplaceObject",
    "rename_object": "limbeck.ops.object:RenameObject",
    "add_enum_value": "limbeck.ops.enum:AddEnumValue",
    "rename_enum_value": "limbeck.ops.enum:RenameEnumValue",
    "insert_rows": "limbeck.ops.rows:InsertRows",
    "fill_column": "limbeck.ops.fill:FillColumn",
    "execute_sql": "limbeck.ops.raw:ExecuteSql",
    "several": "limbeck.ops.several:Several",
    "rebuild_table": "limbeck.ops.compound:RebuildTable",
}
"""Where each operation of the house is defined."""


def operation(kind: str) -> type[Operation]:
    """The class of that kind, ours or a third party's; KeyError where nobody knows it."""
    place = KINDS.get(kind) or _foreign(kind)
    module, _, name = place.partition(":")
    found: type[Operation] = getattr(import_module(module), name)
    return found


def _foreign(kind: str) -> str:
    from importlib.metadata import entry_points

    for point in entry_points(group="limbeck.operations"):
        if point.name == kind:
            return point.value
    raise KeyError(kind)


def __getattr__(name: str) -> Any:
    """`limbeck.ops.AddColumn` and its like, loaded when first asked for."""
    for place in KINDS.values():
        module, _, cls = place.partition(":")
        if cls == name:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
