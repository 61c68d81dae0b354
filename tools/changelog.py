"""Join the fragments in changes/ into CHANGELOG.md at a release, and remove them.

    python tools/changelog.py                  show what the next release would say
    python tools/changelog.py 0.2.0 2027-01-31 write it

A fragment is `changes/<what>.<kind>.md`, kind one of KINDS; its text is one entry of the list. See CONTRIBUTING.md.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

KINDS = ("added", "changed", "fixed")
NAME = re.compile(r"(?P<what>[a-z0-9][a-z0-9-]*)\.(?P<kind>[a-z]+)\.md")
MARK = "<!-- releases -->\n"


class WrongFragment(Exception):
    """A file in changes/ that is no fragment; the text says which and why."""


def read(folder: Path) -> dict[str, list[str]]:
    """The entries by kind, sorted by name. Raises WrongFragment."""
    entries: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for path in sorted(folder.iterdir()):
        if path.name == "README.md":
            continue
        match = NAME.fullmatch(path.name)
        if match is None or match["kind"] not in KINDS:
            raise WrongFragment(
                f"{path.name}: a fragment is called <what>.<{'|'.join(KINDS)}>.md, in lower case"
            )
        text = path.read_text(encoding="utf-8").strip()
        if not text or text.startswith(("#", "-", "*")):
            raise WrongFragment(f"{path.name}: one entry as plain sentences, without a heading or a bullet")
        entries[match["kind"]].append(text)
    return entries


def section(title: str, entries: dict[str, list[str]]) -> str:
    """The release as it stands in the changelog."""
    parts = [f"## {title}\n"]
    for kind, texts in entries.items():
        if texts:
            bullets = "".join("- " + text.replace("\n", "\n  ") + "\n" for text in texts)
            parts.append(f"\n### {kind.capitalize()}\n\n{bullets}")
    return "".join(parts)


def release(root: Path, version: str, date: str) -> None:
    """Put the section at the top of CHANGELOG.md and remove the fragments."""
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    head, mark, rest = text.partition(MARK)
    if not mark:
        raise WrongFragment(f"CHANGELOG.md: the line {MARK.strip()} is missing")
    new = section(f"{version} ({date})", read(root / "changes"))
    changelog.write_text(f"{head}{mark}\n{new}{rest}", encoding="utf-8")  # rest begins with an empty line
    for path in (root / "changes").iterdir():
        if path.name != "README.md":
            path.unlink()


if __name__ == "__main__":
    here = Path(__file__).parents[1]
    try:
        if len(sys.argv) == 3:
            release(here, *sys.argv[1:])
        else:
            print(section("Next", read(here / "changes")), end="")
    except WrongFragment as wrong:
        sys.exit(str(wrong))
