"""New revision files: their ids, names, texts, and putting them on disk.

Nothing that a person types can leave the version location, run as code, or overwrite a file; what is written is what
`scan` reads. Randomness and clock are handed in. Nothing here knows the history: parents and labels come checked
against it, or are not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.config import DEFAULT_TEMPLATE, OLD_TEMPLATE_PART, TEMPLATE_PART
from limbeck.errors import (
    BadLabel,
    BadScriptName,
    LocationMissing,
    NoSuchTimezone,
    ScriptExists,
    ScriptOutside,
    ScriptUnwritable,
)
from limbeck.scripts.layout import NewRevision as NewRevision
from limbeck.scripts.layout import text_of

if TYPE_CHECKING:
    from limbeck.config import Settings

RESERVED = frozenset(("head", "heads", "base", "current"))
# Names that Windows keeps for devices, with any ending.
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


# -- ids, dates, names --------------------------------------------------------------------------------------


def new_id(randomness: Callable[[int], bytes] = os.urandom) -> str:
    """Twelve hexadecimal digits, at least one of them a letter: an id of digits alone looks like a number of steps."""
    while True:
        text = randomness(6).hex()
        if not text.isdigit():
            return text


def check_id(revision: str) -> str:
    """The id, if it can be an address and part of a file name. Raises BadScriptName."""
    if not re.fullmatch(r"\w[\w.]*", revision):
        why = "letters, digits, '_' and '.' only" if revision else "it is empty"
    elif revision in RESERVED:
        why = "that word has a meaning in addresses"
    elif revision.endswith(".") or ".." in revision:
        why = "a '.' stands between two other characters"
    elif len(revision.encode("utf-8", "replace")) > 150:
        why = "it is too long"
    else:
        return revision
    raise BadScriptName(name=revision, why=why)


def check_label(label: str) -> str:
    """The label, if it can be an address. Raises BadLabel."""
    if re.fullmatch(r"\w[\w.\-]*", label) and label not in RESERVED:
        return label
    if label in RESERVED:
        why = "that word has a meaning in addresses"
    else:
        why = "letters, digits, '_', '-' and '.' only" if label else "it is empty"
    raise BadLabel(label=label, why=why)


def now_in(zone: str | None, clock: Callable[[], datetime] | None = None) -> datetime:
    """The date of a new revision: local time without a zone, else in the named zone. Raises NoSuchTimezone."""
    moment = clock() if clock else datetime.now(timezone.utc)
    if zone is None:
        return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    from zoneinfo import ZoneInfo

    for name in dict.fromkeys((zone, zone.upper())):
        try:
            return moment.astimezone(ZoneInfo(name))
        except (KeyError, ValueError, OSError):
            continue
    if zone.upper() == "UTC":
        return moment.astimezone(timezone.utc)
    raise NoSuchTimezone(name=zone)


def slug(message: str, most: int = 40) -> str:
    """The words of a message in lower case with `_` between, cut at a word."""
    text = "_".join(filter(None, re.split(r"\W+", message))).lower()
    if len(text) > most:
        word_end = text.rfind("_", 0, most)
        text = text[: most if word_end < 0 else word_end] + "_"
    while len(text.encode("utf-8", "replace")) > 180:  # file names have at most 255 bytes
        text = text[:-1]
    return text


def file_name(new: NewRevision, template: str = DEFAULT_TEMPLATE, most: int = 40) -> str:
    """The name below the version location, folders with `/`, by either form of template. Raises BadScriptName."""
    date = new.date or datetime.now()
    values: dict[str, Any] = {
        "rev": check_id(new.id),
        "slug": slug(new.message, most),
        "epoch": int(date.timestamp()),
        **{name: getattr(date, name) for name in ("year", "month", "day", "hour", "minute", "second")},
    }
    if "%(" in template:
        name = OLD_TEMPLATE_PART.sub(lambda m: m[0] % values if m[1] else "%", template)
    else:
        name = TEMPLATE_PART.sub(lambda m: format(values[m[1]], m[2] or ""), template)
    return "/".join(_safe_part(part, name) for part in (name + ".py").split("/"))


def _safe_part(part: str, whole: str) -> str:
    if part in ("", ".", "..") or part[0] == ".":
        raise BadScriptName(name=whole, why="a part of the path is empty or begins with '.'")
    if re.search(r'[\x00-\x1f<>:"\\|?*]', part):
        raise BadScriptName(name=whole, why="it holds characters that not every system allows")
    if DEVICES.match(part):
        part = "_" + part
    if part.startswith("__init__"):
        part = "r" + part  # else it would be skipped when reading
    if len(part.encode("utf-8", "replace")) > 255:
        raise BadScriptName(name=whole, why="it is too long")
    return part.rstrip(" ")


# -- placing ------------------------------------------------------------------------------------------------


def choose_location(
    locations: tuple[str | Path, ...], *, asked: str | Path | None = None, parents: tuple[str, ...] = ()
) -> Path:
    """Where a new file goes: the location that was asked for, that of the first parent's file, or the only one.

    `parents` are paths of files. Raises LocationMissing.
    """
    places = [Path(os.path.abspath(place)) for place in locations]  # noqa: PTH100
    known = tuple(str(place) for place in places)
    if asked is not None:
        wanted = Path(os.path.abspath(asked))  # noqa: PTH100
        if wanted not in places:
            raise LocationMissing(known=known, asked=str(asked))
        return wanted
    if len(places) == 1:
        return places[0]
    for parent in parents:
        inside = [place for place in places if place in Path(parent).parents]
        if inside:
            return max(inside, key=lambda place: len(place.parts))
    raise LocationMissing(known=known)


def write(text: str, location: Path, name: str, *, encoding: str = "utf-8") -> Path:
    """Put a new file below the location, whole or not at all.

    Raises ScriptOutside, ScriptExists, ScriptUnwritable. Missing folders are made.
    """
    path = Path(os.path.normpath(location / name))
    _check_inside(path, location)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_inside(path, location)
        if not _place(path, encoded(text, encoding)):
            raise ScriptExists(file=str(path))
    except OSError as error:
        raise ScriptUnwritable(file=str(path), why=error.strerror or str(error)) from None
    return path


def encoded(text: str, encoding: str) -> bytes:
    """The text in an encoding, with the comment that tells Python. Characters it has not must not occur in code."""
    import codecs

    name = codecs.lookup(encoding).name
    if name in ("utf-8", "ascii"):
        return text.encode("utf-8" if name == "utf-8" else "ascii", "backslashreplace")
    if name != "utf-8-sig" and not re.match(r"(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=]", text):
        text = f"# -*- coding: {encoding} -*-\n{text}"
    return text.encode(name, "backslashreplace")


def _check_inside(path: Path, location: Path) -> None:
    """By name, and, as far as the folders exist, through all links."""
    real = Path(os.path.realpath(path.parent))
    if location not in path.parents or not real.is_relative_to(os.path.realpath(location)):
        raise ScriptOutside(path=str(path), location=str(location))


def _place(path: Path, data: bytes) -> bool:
    """Write beside, then link: a link is never made over a file, and a reader sees nothing or all. False: it exists."""
    temporary = path.parent / f".{os.urandom(6).hex()}.new"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if os.path.lexists(path):
                return False
            os.rename(temporary, path)  # noqa: PTH104
    finally:
        temporary.unlink(missing_ok=True)
    return True


# -- all of it ----------------------------------------------------------------------------------------------


def write_revision(
    new: NewRevision,
    settings: Settings,
    *,
    location: Path | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Path:
    """Check, lay out and write one revision. The project's script.py.mako is used where there is one; no hooks are run.

    Raises BadScriptName, BadLabel, TemplateFailed, MessageUnsafe, and what `write` raises.
    """
    for label in new.labels:
        check_label(label)
    if new.date is None:
        new = new._replace(date=now_in(settings.timezone))
    name = file_name(new, settings.file_template, settings.truncate_slug_length)
    template = settings.migrations / "script.py.mako"
    text = text_of(new, template if template.is_file() else None, variables or {}, settings.output_encoding)
    return write(text, location or settings.version_locations[0], name, encoding=settings.output_encoding)
