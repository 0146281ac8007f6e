"""Damage in the journal's segments: they are read again by turns, and what is found is told.

A reader of a segment stops at the first record that is not whole, as at the end of what was written. So damage on the
disk would hide what is behind it, and nobody would know. Here the two are told apart: behind the end there is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from clearbell.records.segments import HEAD, MAGIC, is_whole, read_segment_from, segments

_PLAUSIBLE = re.compile(rb"(?s)(?=..[\x00-\x10]\x00)")
"""Where a record's length may begin: it is below :data:`~clearbell.records.segments.MAX_RECORD`."""
_TRIES = 200_000


class Damage(msgspec.Struct, frozen=True):
    """A segment of which not everything can be read."""

    segment: str
    """Its file's name."""
    at: int
    """Bytes of it that can be read."""
    hidden: int
    """Bytes behind them."""


def damage_in(path: Path, at: int) -> Damage | None:
    """Whether reading a segment that nobody writes stops at ``at`` for damage; None at the end of what was written.

    A process that was killed leaves zeros behind its last record, or one that it had not finished.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) == MAGIC:
            # One without a record: what is read is its beginning.
            at = max(at, len(MAGIC))
        file.seek(at)
        rest = file.read()
    hidden = len(rest.rstrip(b"\0"))
    if not hidden or (not any(rest[: HEAD.size]) and not _holds_record(rest)):
        return None
    return Damage(path.name, at, hidden)


def _holds_record(rest: bytes) -> bool:
    first = len(rest) - len(rest.lstrip(b"\0"))
    for tries, found in enumerate(_PLAUSIBLE.finditer(rest, max(0, first - HEAD.size))):
        if is_whole(rest, found.start()):
            return True
        if tries == _TRIES:
            break
    return False


class SegmentCheck:
    """Goes through the segments of one folder, but for the one that is written: those not yet read first, the newest of
    them before the others, then all again, the longest unread first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = 0
        self._read: dict[str, int] = {}
        self._damaged: dict[str, Damage] = {}
        self._under_way: tuple[Path, Iterator[tuple[int, bytes]]] | None = None
        self._at = 0

    @property
    def damaged(self) -> tuple[Damage, ...]:
        """What was found so far, oldest segment first. Segments that are gone are not in it."""
        return tuple(self._damaged[name] for name in sorted(self._damaged))

    def step(self, most: int) -> list[Damage]:
        """Read on for about ``most`` bytes, to the end of a segment at most; returns what was not known before."""
        if self._under_way is None:
            path = self._next()
            if path is None:
                return []
            self._under_way, self._at = (path, read_segment_from(path, 0)), 0
        path, records = self._under_way
        until = self._at + most
        try:
            for after, _ in records:
                self._at = after
                if after >= until:
                    return []
            found = damage_in(path, self._at)
        except FileNotFoundError:
            # Removed with its age meanwhile.
            found = None
        self._under_way = None
        self._turn += 1
        self._read[path.name] = self._turn
        known = self._damaged.pop(path.name, None)
        if found is None:
            return []
        self._damaged[path.name] = found
        return [] if found == known else [found]

    def _next(self) -> Path | None:
        closed = segments(self._folder)[:-1]
        there = {path.name for path in closed}
        self._read = {name: turn for name, turn in self._read.items() if name in there}
        self._damaged = {name: one for name, one in self._damaged.items() if name in there}
        unread = [path for path in closed if path.name not in self._read]
        if unread:
            return unread[-1]
        return min(closed, key=lambda path: self._read[path.name], default=None)
