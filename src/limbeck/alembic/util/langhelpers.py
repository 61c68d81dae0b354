"""Words about Python values, without SQLAlchemy behind them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Generic, NoReturn, TypeVar, overload

from .dispatch import Dispatcher as Dispatcher
from .dispatch import DispatchPriority as DispatchPriority
from .dispatch import PriorityDispatcher as PriorityDispatcher
from .dispatch import PriorityDispatchResult as PriorityDispatchResult

_T = TypeVar("_T")
_K = TypeVar("_K")
_V = TypeVar("_V")


class immutabledict(dict[_K, _V]):
    """A dict that cannot be written to, so that it may be a default argument."""

    def _refuse(self, *args: Any, **kw: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} object is immutable")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse

    def union(self, other: Any = None, /, **kw: Any) -> immutabledict[Any, Any]:
        return immutabledict({**self, **(other or {}), **kw})


EMPTY_DICT: immutabledict[Any, Any] = immutabledict()


class memoized_property(Generic[_T]):  # its published name
    """A property computed once for each object, then a plain attribute of it."""

    def __init__(self, fget: Callable[[Any], _T], doc: str | None = None) -> None:
        self.fget = fget
        self.__doc__ = doc or fget.__doc__
        self.__name__ = fget.__name__

    @overload
    def __get__(self, obj: None, cls: Any) -> memoized_property[_T]: ...

    @overload
    def __get__(self, obj: Any, cls: Any) -> _T: ...

    def __get__(self, obj: Any, cls: Any) -> Any:
        if obj is None:
            return self
        value = obj.__dict__[self.__name__] = self.fget(obj)
        return value


_TRUE = ("true", "yes", "on", "y", "t", "1")
_FALSE = ("false", "no", "off", "n", "f", "0")


def asbool(obj: Any) -> bool:
    """True or False for what people write in ini files."""
    if not isinstance(obj, str):
        return bool(obj)
    word = obj.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"String is not true/false: {word!r}")


def to_list(x: Any, default: Any = None) -> Any:
    if x is None:
        return default
    if isinstance(x, list):
        return x
    if isinstance(x, Iterable) and not isinstance(x, (str, bytes)):
        return list(x)
    return [x]


def to_tuple(x: Any, default: Any = None) -> Any:
    if x is None:
        return default
    if isinstance(x, str) or not isinstance(x, Iterable):
        return (x,)
    return tuple(x)


def unique_list(seq: Iterable[_T], hashfunc: Callable[[_T], Any] | None = None) -> list[_T]:
    """The items once each, in order of first sight."""
    if hashfunc is None:
        return list(dict.fromkeys(seq))
    seen: dict[Any, _T] = {}
    for item in seq:
        seen.setdefault(hashfunc(item), item)
    return list(seen.values())


def dedupe_tuple(tup: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tup))


def rev_id() -> str:
    """A new revision id: twelve hexadecimal digits."""
    import uuid

    return uuid.uuid4().hex[-12:]


def not_none(value: _T | None) -> _T:
    assert value is not None
    return value


class ModuleClsProxy:
    """A class whose current object answers for a module (`op`, `context`).

    The module's functions are written out in its file; they read the module global `_proxy`, which is set here.
    """

    _proxy_module: ClassVar[str] = ""
    """The module, by its full name."""

    def _install_proxy(self) -> None:
        importlib.import_module(self._proxy_module)._proxy = self  # type: ignore[attr-defined]

    def _remove_proxy(self) -> None:
        importlib.import_module(self._proxy_module)._proxy = None  # type: ignore[attr-defined]


def proxy_missing(name: str, class_name: str) -> NameError:
    return NameError(
        f"Can't invoke function '{name}', as the proxy object has not yet been established for the Alembic "
        f"'{class_name}' class.  Try placing this code inside a callable."
    )


def public_home(module: str, names: Iterable[str], where: dict[str, Any]) -> None:
    """Let classes gathered from several files say the module they are published in."""
    for name in names:
        where[name].__module__ = module
