"""Clearbell's own calls into the lake: reads the journal from where it was left, joins each decision with its end.

A refused attempt is a record at once. One that was let through waits for its end, at most :data:`OPEN_FOR`; then it is a
record whose end is unknown. Where the reading has come to is kept beside the lake after the records are written; a part
is named after the place where its reading began, so what a crash repeats replaces itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from clearbell.calls import HOUR, Action, Answer, CallEnd, CodeDialled, Decision
from clearbell.records.causes import disposition_of
from clearbell.records.journal import decode_record
from clearbell.records.lake import MERGE_AT, Lake
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.places import put_bytes
from clearbell.records.segments import read_segment_from, segments

OPEN_FOR = 4 * HOUR
"""How long an attempt waits for its end, in event time."""
_ENDS_KNOWN = 100_000
"""Ends that are remembered, to know one that a switch tells again because the answer to its first try was lost."""
SOURCE = "clearbell"
_CODES = {Answer.NOT_ENTITLED: 403, Answer.UNWANTED: 607, Answer.NETWORK_BLOCKED: 603}
_Key = tuple[str, int, int]
Told = Callable[[Sequence[CallRecord], Sequence[CodeDialled]], None]


class _Place(msgspec.Struct, frozen=True, order=True):
    """A place in the journal."""

    segment: str = ""
    offset: int = 0


class _Kept(msgspec.Struct):
    reached: _Place
    """Everything before it was read."""
    oldest: _Place
    """The first attempt that was still open is at or after it."""
    newest: int
    """Latest event time read, µs UTC: what was due by then was written."""


class JournalTail:
    """Follows one node's journal into the lake. One for each journal and lake."""

    def __init__(self, journal: Path, lake: Lake, holder_of: Callable[[int], str]) -> None:
        """``holder_of``: who uses a calling number now; empty when nobody registered it."""
        self._journal = journal
        self._lake = lake
        self._holder_of = holder_of
        self._state = lake.folder / "journal.json"
        self._open: dict[_Key, tuple[_Place, Decision]] = {}
        self._ended: dict[_Key, None] = {}
        self._reached = _Place()
        self.newest = 0
        """Latest event time read, µs UTC: the lake holds what happened before it, but for calls still under way."""
        self._remember()

    def flush(self, tell: Told | None = None) -> int:
        """Write what is new in the journal to the lake; returns how many records.

        ``tell`` is given the records and the codes that were dialled, before the place is kept: after a crash it
        may be given them once more.
        """
        began = self._reached
        made: list[CallRecord] = []
        dialled: list[CodeDialled] = []
        for place, event in self._read(began):
            if isinstance(event, CodeDialled):
                dialled.append(event)
            else:
                made.extend(self._take(place, event))
        made.extend(self._due())
        if made:
            self._lake.append(f"own-{began.segment or '0'}-{began.offset}", made)
        if tell is not None and (made or dialled):
            tell(made, dialled)
        if self._reached != began:
            self._keep()
        for day in {self._lake.day_of(record.start) for record in made}:
            if len(self._lake.parts(day)) >= MERGE_AT:
                self._lake.merge(day)
        return len(made)

    def under_way(self) -> Iterator[CallRecord]:
        """Calls that were let through and have not ended yet."""
        for _, decision in self._open.values():
            yield _record(decision, None, self._holder_of(decision.call.caller))

    def _read(self, place: _Place) -> Iterator[tuple[_Place, Decision | CallEnd | CodeDialled]]:
        for path in segments(self._journal):
            if path.name < place.segment:
                continue
            offset = place.offset if path.name == place.segment else 0
            for after, raw in read_segment_from(path, offset):
                self._reached = _Place(path.name, after)
                event = decode_record(raw)
                if event is not None:
                    self.newest = max(self.newest, event.call.at if isinstance(event, Decision) else event.at)
                    yield _Place(path.name, offset), event
                offset = after

    def _take(self, place: _Place, event: Decision | CallEnd) -> Iterator[CallRecord]:
        if isinstance(event, Decision):
            call = event.call
            if event.action is Action.REJECT:
                yield _record(event, None, self._holder_of(call.caller))
            else:
                key = (call.id, call.caller, call.callee)
                self._ended.pop(key, None)
                self._open[key] = place, event
            return
        key = (event.id, event.caller, event.callee)
        if key in self._ended:
            return
        if event.id:
            self._ended[key] = None
            if len(self._ended) > _ENDS_KNOWN:
                del self._ended[next(iter(self._ended))]
        found = self._open.pop(key, None)
        if found is not None:
            yield _record(found[1], event, self._holder_of(event.caller))
        else:
            yield _ended(event, self._holder_of(event.caller))

    def _due(self) -> Iterator[CallRecord]:
        horizon = self.newest - OPEN_FOR
        for key, (_, decision) in list(self._open.items()):
            if decision.call.at >= horizon:
                break
            del self._open[key]
            yield _record(decision, None, self._holder_of(decision.call.caller))

    def _keep(self) -> None:
        oldest = min((place for place, _ in self._open.values()), default=self._reached)
        put_bytes(self._state, msgspec.json.encode(_Kept(self._reached, oldest, self.newest)))

    def _remember(self) -> None:
        """Bring the open attempts back: those read before, neither ended nor due since."""
        if not self._state.exists():
            return
        kept = msgspec.json.decode(self._state.read_bytes(), type=_Kept)
        for place, event in self._read(kept.oldest):
            if place >= kept.reached:
                break
            if not isinstance(event, CodeDialled):
                for _ in self._take(place, event):
                    pass
        self._reached = kept.reached
        self.newest = kept.newest
        for _ in self._due():
            pass


def _record(decision: Decision, end: CallEnd | None, holder: str) -> CallRecord:
    call = decision.call
    attestation = call.attestation.value
    if decision.action is Action.REJECT:
        cause = _CODES.get(decision.answer, 403)
        return CallRecord(
            decision.id, SOURCE, call.at, call.caller, call.callee, holder, call.trunk,
            disposition=Disposition.REFUSED, hangup="network", cause=cause, attestation=attestation,
        )  # fmt: skip
    if end is None:
        return CallRecord(
            decision.id, SOURCE, call.at, call.caller, call.callee, holder, call.trunk, attestation=attestation
        )
    return CallRecord(
        decision.id, SOURCE, call.at, call.caller, call.callee, holder, call.trunk, end.ring, end.duration,
        disposition_of(end.answered, end.cause), end.hangup.value, end.cause, attestation,
    )  # fmt: skip


def _ended(end: CallEnd, holder: str) -> CallRecord:
    """A call that ended and was never asked about."""
    start = end.at - end.duration - end.ring
    return CallRecord(
        end.id, SOURCE, start, end.caller, end.callee, holder, end.trunk, end.ring, end.duration,
        disposition_of(end.answered, end.cause), end.hangup.value, end.cause,
    )  # fmt: skip
