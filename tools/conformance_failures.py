"""Which tests of the lists fail in a junit file, each with the first line of why: a help while climbing.

python tools/conformance_failures.py [junit.xml] [T1 T1h T2 ...]
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUFFIX = re.compile(r"_(sqlite|postgresql|mariadb|mysql)\+\w+?_[\d_]+$")

arguments = sys.argv[1:]
junit = (
    Path(arguments.pop(0))
    if arguments and arguments[0].endswith(".xml")
    else ROOT / ".conformance/junit-ours.xml"
)
tiers = arguments or ["T1", "T1h", "T2"]
why: dict[tuple[str, str], str] = {}
for case in ET.parse(junit).getroot().iter("testcase"):
    if case.get("classname", "").count(".") < 2:
        continue
    _, file, cls = case.get("classname", "").split(".", 2)
    found = SUFFIX.search(cls)
    key = (found.group(1) if found else "any", f"{file}.py::{SUFFIX.sub('', cls)}::{case.get('name')}")
    for child in case:
        if child.tag in ("failure", "error", "skipped"):
            why[key] = f"{child.tag}: " + (child.get("message") or "").replace("\n", " ")[:300]
for path in sorted((ROOT / "conformance").glob("*_*.txt")):
    tier, database = path.stem.split("_")
    for test in path.read_text().splitlines() if tier in tiers else ():
        if (database, test) in why:
            print(f"{tier} {database} {test}\n      {why[database, test]}")
