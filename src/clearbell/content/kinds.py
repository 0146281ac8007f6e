"""Kinds of calls: what a label in the data means, and the category that a kind belongs to."""

from __future__ import annotations

import difflib
import importlib.resources
import tomllib
from collections.abc import Mapping

import msgspec

from clearbell.policy.model import Category


class KindsError(Exception):
    """The file of kinds cannot be used. 类型文件无法使用。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of call that a model tells apart from others."""

    category: str
    """A category of the pack, or ``lawful``."""
    zh: str
    en: str
    labels: tuple[str, ...] = ()
    """How data name it."""


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: dict[str, Kind] = {}
    categories: dict[str, _Words] = {}


class Kinds:
    """Kinds by code, and what labels mean. Later files win over earlier ones and over the pack."""

    def __init__(self, categories: Mapping[str, Category], files: Mapping[str, str]) -> None:
        """Read ``files``: name to TOML text. Raises :class:`KindsError`."""
        self.categories = dict(categories)
        self.kinds = {code: Kind(code, c.zh, c.en, (code, c.zh, c.en)) for code, c in categories.items()}
        for name, text in files.items():
            read = _read(name, text)
            for code, words in read.categories.items():
                self.categories[code] = Category(code, words.zh, words.en)
                self.kinds.setdefault(code, Kind(code, words.zh, words.en, (code, words.zh, words.en)))
            self.kinds.update(read.kinds)
        for code, kind in self.kinds.items():
            if kind.category not in self.categories:
                close = difflib.get_close_matches(kind.category, list(self.categories), 1)
                raise KindsError(
                    f"kinds.{code}.category: 没有类别 {kind.category}" + (f";是否指 {close[0]}?" if close else ""),
                    f"kinds.{code}.category: no category `{kind.category}`"
                    + (f"; did you mean `{close[0]}`?" if close else ""),
                )
        self._labels = {label: code for code, kind in self.kinds.items() for label in (code, *kind.labels)}

    def meant(self, label: str) -> str | None:
        """Code of the kind that a label in the data means; None when no file tells."""
        return self._labels.get(label.strip())


def builtin_kinds(categories: Mapping[str, Category], files: Mapping[str, str] | None = None) -> Kinds:
    """Kinds that ship with Clearbell, those of the pack, and those of further files. Raises :class:`KindsError`."""
    text = (importlib.resources.files("clearbell.content") / "kinds.toml").read_text(encoding="utf-8")
    return Kinds(categories, {"kinds.toml": text, **(files or {})})


def _read(name: str, text: str) -> _File:
    try:
        return msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        raise KindsError(f"{name}: 不是有效的 TOML:{error}", f"{name}: not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise KindsError(f"{name}: 不合要求:{error}", f"{name}: {str(error)[:1].lower()}{str(error)[1:]}") from error
