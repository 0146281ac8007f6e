"""Values that many rows share, each stored once and named by a small number."""

from __future__ import annotations

from array import array

_RECENT = 100_000
"""Different values that are remembered to be shared; beyond that a value may be stored twice, which harms nothing."""


class Pool:
    """Byte strings by code, counted up from 0. None is ever taken out: a table that is built anew starts a new pool."""

    __slots__ = ("_added", "_codes", "_ends", "_texts")

    def __init__(self, ends: memoryview | None = None, texts: memoryview | None = None) -> None:
        """``ends``: where each value ends in ``texts``, unsigned 64-bit, as bytes."""
        self._ends = ends.cast("Q") if ends is not None and len(ends) else memoryview(array("Q"))
        self._texts = texts if texts is not None else memoryview(b"")
        self._added: list[bytes] = []
        self._codes = {self.value(code): code for code in range(min(len(self._ends), _RECENT))}

    def __len__(self) -> int:
        """Values stored."""
        return len(self._ends) + len(self._added)

    def value(self, code: int) -> bytes:
        """The value of a code that :meth:`code` gave."""
        stored = len(self._ends)
        if code >= stored:
            return self._added[code - stored]
        start = self._ends[code - 1] if code else 0
        return bytes(self._texts[start : self._ends[code]])

    def code(self, value: bytes) -> int:
        """The code of a value, which is stored when it was not."""
        found = self._codes.get(value)
        if found is not None:
            return found
        code = len(self)
        self._added.append(value)
        if len(self._codes) >= _RECENT:
            self._codes.clear()
        self._codes[value] = code
        return code

    def saved(self) -> tuple[bytes, bytes]:
        """Ends and texts, as a pool is made of them again."""
        at = self._ends[-1] if len(self._ends) else 0
        ends = array("Q", self._ends)
        for value in self._added:
            at += len(value)
            ends.append(at)
        return ends.tobytes(), bytes(self._texts) + b"".join(self._added)
