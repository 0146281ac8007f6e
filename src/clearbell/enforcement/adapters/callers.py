"""What a switch's table of callers holds: keys for numbers, ranges and trunks, and the restriction that each stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from clearbell.enforcement.model import Entry
from clearbell.sanctions.model import Rung

_SECOND = 1_000_000
_UNFIT = re.compile(r"[^A-Za-z0-9._~/:@+-]")


class Value(msgspec.Struct, frozen=True, order=True):
    """Why a key is in the table. The greatest of a key's values is the one that the switch gets."""

    both: bool
    """Whether calls to it are refused too (双停)."""
    lasts: float
    """Seconds since 1970 UTC; infinite: until lifted."""
    rung: str
    restriction: str

    @property
    def text(self) -> str:
        """As the switch reads it: rung, end (seconds since 1970; 0: none) and restriction."""
        until = 0 if self.lasts == float("inf") else int(self.lasts)
        return f"{self.rung} {until} {_UNFIT.sub('?', self.restriction)}"


def blocks(first: int, last: int) -> Iterator[str]:
    """The keys of a range: whole numbers, and blocks written as ``first digits/length of the number``."""
    at = first
    while at <= last:
        size, zeros = 1, 0
        while at % (size * 10) == 0 and at + size * 10 - 1 <= last:
            size, zeros = size * 10, zeros + 1
        digits = str(at)
        yield f"{digits[:-zeros]}/{len(digits)}" if zeros else digits
        at += size


def keys_of(entry: Entry) -> list[str]:
    """The keys of a restriction. ``trunk:NAME`` stands for a trunk."""
    if entry.on == "trunk":
        return [f"trunk:{_UNFIT.sub('?', entry.name)}"]
    return [key for first, last in entry.ranges for key in blocks(first, last)]


def value_of(entry: Entry) -> Value:
    """What the keys of a restriction stand for."""
    lasts = entry.until / _SECOND if entry.until else float("inf")
    return Value(entry.rung == Rung.BARRED.value, lasts, entry.rung, entry.restriction)


class CallerTable:
    """What a switch should hold. Several restrictions may share a key; it goes with the last of them."""

    def __init__(self, wanted: Iterable[Entry] = ()) -> None:
        self._values: dict[str, dict[str, Value]] = {}
        self._keys: dict[str, list[str]] = {}
        for entry in wanted:
            self.put(entry)

    def put(self, entry: Entry) -> set[str]:
        """Add a restriction, or what it bears on now; returns the keys that may have changed."""
        touched = self.remove(entry.restriction)
        value, keys = value_of(entry), keys_of(entry)
        for key in keys:
            self._values.setdefault(key, {})[entry.restriction] = value
        self._keys[entry.restriction] = keys
        return touched | set(keys)

    def remove(self, restriction: str) -> set[str]:
        """Take a restriction out; returns the keys that may have changed."""
        keys = self._keys.pop(restriction, [])
        for key in keys:
            left = self._values[key]
            del left[restriction]
            if not left:
                del self._values[key]
        return set(keys)

    def has(self, restriction: str) -> bool:
        """Whether it is in the table."""
        return restriction in self._keys

    def value(self, key: str, seconds: float) -> Value | None:
        """What a key stands for at a time (seconds since 1970 UTC); None: it should not be there."""
        values = [value for value in self._values.get(key, {}).values() if value.lasts > seconds]
        return max(values, default=None)

    def all(self, seconds: float) -> dict[str, Value]:
        """Every key that should be there, and what it stands for."""
        found = {key: self.value(key, seconds) for key in self._values}
        return {key: value for key, value in found.items() if value is not None}
