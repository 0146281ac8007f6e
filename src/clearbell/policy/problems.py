"""What is wrong with a pack: where it stands, in words, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with a pack."""

    line: int
    key: str
    zh: str
    en: str


class PackError(Exception):
    """The pack cannot be used. 规则包无法使用。"""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda p: (p.line, p.key))
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Every problem on a line of its own: ``file:line: key: what is wrong``."""
        return "\n".join(f"{self.file}:{p.line}: {p.key}: {p.zh if language == 'zh' else p.en}" for p in self.problems)


def _closest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), 1)
    return found[0] if found else ""


def meant(name: str, known: Iterable[str]) -> str:
    """Words that offer the known name nearest to ``name``; empty when none is near."""
    found = _closest(name, known)
    return f"; did you mean `{found}`?" if found else ""


def meant_zh(name: str, known: Iterable[str]) -> str:
    """The same in Chinese."""
    found = _closest(name, known)
    return f";是否指 {found}?" if found else ""
