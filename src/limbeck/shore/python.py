"""The Python that makes a type, as a revision file writes it."""

from __future__ import annotations

from typing import Any

from limbeck.model.types import Call, Raw


def expression(type_: Any, spelled: str, dialect: Any) -> Call | Raw | None:
    return None
