"""Where in a TOML text a key stands, since the standard reader does not tell."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


def _plain(key: str) -> str:
    return key.replace('"', "").replace("'", "").replace(" ", "")


def lines_of(text: str) -> dict[str, int]:
    """Map each dotted key and table, such as ``symbols.WITHHELD.points`` or ``actions[1]``, to its line, from 1."""
    places: dict[str, int] = {}
    table = ""
    counts: dict[str, int] = {}
    in_string = False
    for number, line in enumerate(text.splitlines(), 1):
        quotes = line.count('"""')
        if in_string:
            in_string = quotes % 2 == 0
            continue
        header = _HEADER.match(line)
        if header:
            table = _plain(header[2])
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                places.setdefault(table, number)
                table = f"{table}[{index}]"
            places.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            places.setdefault(f"{table}.{_plain(key[1])}".lstrip("."), number)
            in_string = quotes % 2 == 1
    return places


def line_of(places: dict[str, int], key: str) -> int:
    """Line of the key, or of the nearest table around it; 1 when there is none."""
    while key:
        if key in places:
            return places[key]
        key = key.rpartition(".")[0]
    return 1
