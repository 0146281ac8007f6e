"""Clearbell's own calls into the lake: reads the journal from where it was left, joins each decision with its end.

A refused attempt is a record at once. One that was let through waits for its end, at most :data:`OPEN_FOR`; then it is a
record whose end is unknown. Where the reading has come to is kept beside the lake after the records are written; a part
is named after the place where its reading began, so what a crash repeats replaces itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from clearbell.calls import HOUR, Action, Answer, CallEnd, CodeDialled
from clearbell.records.causes import disposition_of
from clearbell.records.lake import MERGE_AT, Lake
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.places import put_bytes
from clearbell.records.reading import JournalReader, NotedDecision, Place, Stretch

OPEN_FOR = 4 * HOUR
"""How long an attempt waits for its end, in event time."""
AT_ONCE = 100_000
"""Records that are read before what they make is written."""
_ENDS_KNOWN = 100_000
"""Ends that are remembered, to know one that a switch tells again because the answer to its first try was lost."""
SOURCE = "clearbell"
_CODES = {Answer.NOT_ENTITLED.value: 403, Answer.UNWANTED.value: 607, Answer.NETWORK_BLOCKED.value: 603}
_REJECT = Action.REJECT.value
_Key = tuple[str, int, int]
Told = Callable[[Sequence[CallRecord], Sequence[CodeDialled]], None]


class _Kept(msgspec.Struct):
    reached: Place
    """Everything before it was read."""
    oldest: Place
    """The first attempt that was still open is at or after it."""
    newest: int
    """Latest event time read, µs UTC: what was due by then was written."""


class JournalTail:
    """Follows one node's journal into the lake. One for each journal and lake."""

    def __init__(
        self, journal: Path, lake: Lake, holder_of: Callable[[int], str], reader: JournalReader | None = None
    ) -> None:
        """``holder_of``: who uses a calling number now; empty when nobody registered it.

        ``reader``: of the same journal, shared with others who follow it.
        """
        self._reader = reader or JournalReader(journal)
        self._lake = lake
        self._holder_of = holder_of
        self._state = lake.folder / "journal.json"
        self._open: dict[_Key, tuple[Place, NotedDecision]] = {}
        """By call, in the order of the journal, with the place that the stretch of the attempt begins at."""
        self._ended: dict[_Key, None] = {}
        self._reached = Place()
        self.newest = 0
        """Latest event time read, µs UTC: the lake holds what happened before it, but for calls still under way."""
        self._remember()

    def flush(self, tell: Told | None = None) -> int:
        """Write what is new in the journal to the lake; returns how many records.

        ``tell`` is given the records and the codes that were dialled, before the place is kept: after a crash it
        may be given them once more.
        """
        written = 0
        while True:
            began, records = self._reached, 0
            made: list[CallRecord] = []
            dialled: list[CodeDialled] = []
            for stretch in self._reader.read(began, AT_ONCE):
                self._take(stretch, made, dialled)
                records += stretch.records
            self._take_due(made)
            self._write(began, made, dialled, tell)
            written += len(made)
            if records < AT_ONCE:
                return written

    def _write(
        self, began: Place, made: Sequence[CallRecord], dialled: Sequence[CodeDialled], tell: Told | None
    ) -> None:
        if made:
            self._lake.append(f"own-{began.segment or '0'}-{began.offset}", made)
        if tell is not None and (made or dialled):
            tell(made, dialled)
        if self._reached != began:
            self._keep()
        for day in {self._lake.day_of(record.start) for record in made}:
            if len(self._lake.parts(day)) >= MERGE_AT:
                self._lake.merge(day)

    def under_way(self) -> Iterator[CallRecord]:
        """Calls that were let through and have not ended yet."""
        for _, decision in self._open.values():
            yield _record(decision, None, self._holder_of(decision.call.caller))

    def _take(self, stretch: Stretch, made: list[CallRecord], dialled: list[CodeDialled]) -> None:
        opened, began, newest = self._open, stretch.began, self.newest
        for event in stretch.events:
            if isinstance(event, NotedDecision):
                call = event.call
                if call.at > newest:
                    newest = call.at
                if event.action == _REJECT:
                    made.append(_record(event, None, self._holder_of(call.caller)))
                else:
                    key = (call.id, call.caller, call.callee)
                    self._ended.pop(key, None)
                    # Behind the others, also where the switch uses the name anew.
                    opened.pop(key, None)
                    opened[key] = began, event
            elif isinstance(event, CallEnd):
                newest = max(newest, event.at)
                self._take_end(event, made)
            else:
                newest = max(newest, event.at)
                dialled.append(event)
        self.newest = newest
        self._reached = stretch.reached

    def _take_end(self, end: CallEnd, made: list[CallRecord]) -> None:
        key = (end.id, end.caller, end.callee)
        if key in self._ended:
            return
        if end.id:
            self._ended[key] = None
            if len(self._ended) > _ENDS_KNOWN:
                del self._ended[next(iter(self._ended))]
        found = self._open.pop(key, None)
        holder = self._holder_of(end.caller)
        made.append(_record(found[1], end, holder) if found is not None else _ended(end, holder))

    def _take_due(self, made: list[CallRecord]) -> None:
        horizon = self.newest - OPEN_FOR
        while self._open:
            key = next(iter(self._open))
            decision = self._open[key][1]
            if decision.call.at >= horizon:
                break
            del self._open[key]
            made.append(_record(decision, None, self._holder_of(decision.call.caller)))

    def _keep(self) -> None:
        oldest = next((place for place, _ in self._open.values()), self._reached)
        put_bytes(self._state, msgspec.json.encode(_Kept(self._reached, oldest, self.newest)))

    def _remember(self) -> None:
        """Bring the open attempts back: those read before, neither ended nor due since."""
        if not self._state.exists():
            return
        kept = msgspec.json.decode(self._state.read_bytes(), type=_Kept)
        for stretch in self._reader.read(kept.oldest, until=kept.reached):
            self._take(stretch, [], [])
        self._reached = kept.reached
        self.newest = kept.newest
        self._take_due([])


def _record(decision: NotedDecision, end: CallEnd | None, holder: str) -> CallRecord:
    call = decision.call
    attestation = call.attestation
    if decision.action == _REJECT:
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
