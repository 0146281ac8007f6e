"""Reading a journal on from a place, a stretch at a time, for those who follow it: each record is decoded once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from clearbell.calls import CallEnd, CodeDialled, Decision
from clearbell.records.journal import decode_record
from clearbell.records.segments import read_some, segments_from

STRETCH = 5_000
"""Records that are read at once."""
KEPT = 100_000
"""Records that are kept for whoever reads them next."""
_DECISION = b"D"


class NotedCall(msgspec.Struct, frozen=True, gc=False):
    """Of a :class:`~clearbell.calls.Call` what those who follow the journal need."""

    id: str
    at: int
    caller: int
    callee: int
    trunk: str = ""
    attestation: str = "none"


class NotedDecision(msgspec.Struct, frozen=True, gc=False):
    """Of a :class:`~clearbell.calls.Decision` what those who follow the journal need: a third of the work of reading it whole."""

    id: str
    call: NotedCall
    action: str
    """Value of an :class:`~clearbell.calls.Action`."""
    answer: str
    """Value of an :class:`~clearbell.calls.Answer`."""
    decided_by: str


_decode = msgspec.msgpack.Decoder(NotedDecision).decode
Event: TypeAlias = NotedDecision | CallEnd | CodeDialled


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in a journal; the empty one is its beginning."""

    segment: str = ""
    offset: int = 0


class Stretch(msgspec.Struct, frozen=True):
    """A part of a journal."""

    began: Place
    reached: Place
    records: int
    """How many records it has, with those that cannot be read."""
    events: list[Event]
    """Oldest first."""


class JournalReader:
    """Reads one journal, for one thread."""

    def __init__(self, folder: Path, *, keeps: bool = False) -> None:
        """``keeps``: what was read is kept until :meth:`forget`, so that another who stands at the same place has it at once."""
        self.folder = folder
        self._keeps = keeps
        self._kept: dict[Place, Stretch] = {}
        self._records = 0

    def read(self, place: Place, most: int | None = None, until: Place | None = None) -> Iterator[Stretch]:
        """Stretches from a place on to the end of what is written, ``most`` records in all, or to ``until``."""
        left = most
        while left is None or left > 0:
            stretch = self._next(place, STRETCH if left is None else min(left, STRETCH), until)
            if stretch is None:
                return
            place = stretch.reached
            if left is not None:
                left -= stretch.records
            yield stretch

    def forget(self) -> None:
        """Let go of what was kept."""
        self._kept.clear()
        self._records = 0

    def _next(self, place: Place, most: int, until: Place | None) -> Stretch | None:
        kept = self._kept.get(place)
        if kept is not None and kept.records <= most and (until is None or kept.reached <= until):
            return kept
        for path in segments_from(self.folder, place.segment):
            name = path.name
            if until is not None and name > until.segment:
                return None
            offset = place.offset if name == place.segment else 0
            end = until.offset if until is not None and name == until.segment else 0
            raws, after = read_some(path, offset, most, end)
            if raws:
                events = [event for event in map(_read, raws) if event is not None]
                stretch = Stretch(place, Place(name, after), len(raws), events)
                self._keep(stretch)
                return stretch
        return None

    def _keep(self, stretch: Stretch) -> None:
        if self._keeps and self._records + stretch.records <= KEPT:
            self._kept[stretch.began] = stretch
            self._records += stretch.records


def _read(record: bytes) -> Event | None:
    if record[:1] == _DECISION:
        try:
            return _decode(memoryview(record)[1:])
        except msgspec.DecodeError:
            return None
    # An end or a dialled code, or of another version.
    found = decode_record(record)
    return None if isinstance(found, Decision) else found
