"""Plug-ins that are not in force unless `autogenerate_plugins` names them."""

from __future__ import annotations

from .._later import submodules

__getattr__ = submodules(__name__, "checkconstraint_byname")
