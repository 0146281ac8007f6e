"""The text of a contract: a versioned template filled with the terms."""

from __future__ import annotations

import hashlib
import importlib.resources
import tomllib

import msgspec

from clearbell.registry.contracts.model import Terms
from clearbell.registry.errors import UnknownError


class Clause(msgspec.Struct, frozen=True):
    """One clause, with the rows of the regime that ask for it."""

    name: str
    zh: str
    en: str
    source: str


class Template(msgspec.Struct, frozen=True):
    """A contract's text with places for the terms."""

    name: str
    version: str
    zh: str
    en: str
    clause: tuple[Clause, ...]

    @property
    def id(self) -> str:
        """``name/version``, as facts name it."""
        return f"{self.name}/{self.version}"

    def text(self, holder: str, terms: Terms) -> str:
        """The whole text in both languages, ready to be signed."""
        values = {"holder": holder, **msgspec.structs.asdict(terms)}
        parts = []
        for title, language in ((self.zh, "zh"), (self.en, "en")):
            clauses = [
                f"{place}. {getattr(clause, language).format_map(values)}"
                for place, clause in enumerate(self.clause, 1)
            ]
            parts.append("\n".join([f"{title} ({self.id})", "", *clauses]))
        return "\n\n".join(parts) + "\n"


def digest_of(text: str) -> str:
    """SHA-256 (hex) of a contract's text: what a signer accepts."""
    return hashlib.sha256(text.encode()).hexdigest()


def template(name: str) -> Template:
    """A template that ships with Clearbell. Raises :class:`UnknownError`."""
    known = templates()
    if name not in known:
        raise UnknownError("合同模板", "contract template", name, "template")
    return known[name]


def templates() -> dict[str, Template]:
    """All templates by name."""
    folder = importlib.resources.files("clearbell.registry.contracts") / "templates"
    found = [
        msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Template)
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}
