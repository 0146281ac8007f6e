"""Choosing a pack before the first account: the choice is written into the node's file, and the node begins again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from clearbell.policy.model import Pack
from clearbell.policy.pack import builtin_pack, builtin_packs, load_pack
from clearbell.policy.problems import PackError
from clearbell.web.ruling import Offered

FOLDER = "packs"
"""In the data folder: packs of the operator's own."""
_KEY = re.compile(r"(?m)^pack[ \t]*=.*$")
_TABLE = re.compile(r"(?m)^[ \t]*\[")


class PackRuling:
    """What may be chosen on a node, and how it begins again."""

    def __init__(self, home: Path, file: Path, current: str, begin_again: Callable[[], None]) -> None:
        """``file``: the node's own, made where there is none. ``begin_again``: has the node read it anew."""
        self._home, self._file, self.current, self._begin_again = home, file, current, begin_again

    def offered(self) -> list[Offered]:
        """Those that ship, and those of the data folder that have no faults."""
        found = [Offered(name, builtin_pack(name)) for name in builtin_packs()]
        own = sorted((self._home / FOLDER).glob("*.toml"))
        for file in own:
            pack = _read(file)
            if pack is not None:
                found.append(Offered(str(file), pack))
        known = {one.name for one in found}
        if self.current not in known and (pack := _read(Path(self.current))) is not None:
            found.append(Offered(self.current, pack))
        return found

    def choose(self, name: str) -> bool:
        """Write it and begin again; the present one changes nothing. False: it is not offered, or cannot be written."""
        if name == self.current:
            return True
        if name not in {one.name for one in self.offered()}:
            return False
        try:
            text = self._file.read_text(encoding="utf-8") if self._file.exists() else ""
            part = self._file.with_suffix(".part")
            part.write_text(with_pack(text, name), encoding="utf-8")
            part.replace(self._file)
        except (OSError, UnicodeDecodeError):
            return False
        self._begin_again()
        return True


def with_pack(text: str, name: str) -> str:
    """The node's file with another pack; everything else stays as it was written."""
    line = f"pack = {_quoted(name)}"
    table = _TABLE.search(text)
    head = text[: table.start()] if table else text
    rest = text[len(head) :]
    if _KEY.search(head):
        return _KEY.sub(lambda _found: line, head, count=1) + rest
    return f"{line}\n{head}{rest}"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _read(file: Path) -> Pack | None:
    try:
        return load_pack(file.read_text(encoding="utf-8"), str(file))
    except (PackError, OSError, UnicodeDecodeError):
        return None
