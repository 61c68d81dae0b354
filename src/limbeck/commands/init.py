"""A new project: a settings file that says what the folder already shows, and a folder for migrations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from limbeck import config
from limbeck.errors import FolderOutside, ProjectThere

from . import detect, environments


class Begun(NamedTuple):
    """What was made. `found` are sentences on what was filled in and where it was seen; `missing` what is to be written."""

    settings: str
    migrations: str
    written: tuple[str, ...]
    found: tuple[str, ...]
    missing: tuple[str, ...]


def init(
    folder: Path,
    migrations: str = "migrations",
    *,
    pyproject: bool = False,
    url: str | None = None,
    models: Sequence[str] = (),
    template: str = "plain",
) -> Begun:
    """Raises ProjectThere where there are settings already; nothing that stands is changed but pyproject.toml.

    `template` other than "plain" brings an env.py (see `environments`).
    """
    place = _inside(folder, migrations)
    target = folder / (config.PYPROJECT if pyproject else config.FILE)
    there = config.find(folder)
    if there is not None and there.parent == folder:
        raise ProjectThere(file=str(there))
    found: list[str] = []
    missing: list[str] = []
    url = _url(folder, url, target.name, found, missing)
    missing += environments.STILL.get(template, ())
    chosen = _models(folder, tuple(models), target.name, found, missing)
    if pyproject:
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        text = config.into_pyproject(before, url=url, models=chosen, migrations=migrations)
    else:
        text = config.new_toml(url=url, models=chosen, migrations=migrations)
    written = [target.name]
    place.mkdir(parents=True, exist_ok=True)
    for name, content in environments.files(template).items():
        if (place / name).exists():
            continue
        (place / name).write_text(content, encoding="utf-8", newline="\n")
        written.append(f"{migrations}/{name}")
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
    return Begun(str(target), str(place), tuple(written), tuple(found), tuple(missing))


def _inside(folder: Path, migrations: str) -> Path:
    place = (folder / migrations).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise FolderOutside(given=migrations, folder=str(folder))
    return place


def _url(folder: Path, url: str | None, file: str, found: list[str], missing: list[str]) -> str | None:
    if url is not None:
        return url
    seen = detect.url(folder)
    if seen is None:
        missing.append(f'the database\'s URL: in {file} write url = "postgresql://user@localhost/name"')
        return None
    found.append(f"url = {_shown(seen.value)} (seen in {seen.where})")
    return seen.value


def _models(
    folder: Path, models: tuple[str, ...], file: str, found: list[str], missing: list[str]
) -> tuple[str, ...]:
    if models:
        return models
    seen = detect.models(folder)
    if not seen:
        missing.append(f'the models, for autogenerate: in {file} write models = "app.models:Base"')
        return ()
    found.extend(f"models = {each.value} (seen in {each.where})" for each in seen)
    return tuple(each.value for each in seen)


def _shown(url: str) -> str:
    from limbeck.errors import mask_url

    return mask_url(url)
