"""The sender of a mass notice's SMS: one thread, windows full, and an act for hundreds of messages."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.ledger import Store
from clearbell.notices.mass.model import Event, MassState, Outcome
from clearbell.notices.mass.queries import counts_of, is_done
from clearbell.notices.mass.sending import (
    Change,
    Doubtful,
    do_begin,
    do_claim,
    do_hold,
    do_keep,
    do_keep_receipts,
    do_let_go,
    do_recover,
)
from clearbell.notices.mass.service import do_end_waiting, do_finish
from clearbell.notices.model import Channel
from clearbell.notices.progress import do_keep_incoming, do_keep_receipt
from clearbell.notices.queries import is_due
from clearbell.notices.settings import MassSettings, SmsSettings
from clearbell.notices.transports.protocol import IncomingPart, Receipt
from clearbell.notices.transports.smpp import FOR_GOOD
from clearbell.notices.transports.smpp_bulk import BulkWire, Declined, Lost, Piece, Took
from clearbell.policy.model import MassRules, Window

ACTOR = "system:mass-notices"
_COMMIT_SECONDS = 0.2
_LEASE = 60 * 1_000_000


class _Unit(msgspec.Struct):
    recipient: str
    text: str
    parts: int
    accepted: int
    attempts: int
    ids: list[str]
    flying: int = 0
    lost: str = ""
    refused: str = ""
    later: str = ""
    released: bool = False


class MassSender:
    """Sends one mass notice until it is finished, paused, cancelled or told to stop."""

    def __init__(
        self,
        store: Store,
        wire: BulkWire,
        number: int,
        parts: dict[str, int],
        sms: SmsSettings,
        settings: MassSettings,
        rules: MassRules,
        hours: Window,
        *,
        utc_offset_minutes: int,
        owner: str,
        token: str,
    ) -> None:
        """``parts``: how many the text has in each language; ``token``: no other sender's."""
        self._store, self._wire, self._number, self._parts = store, wire, number, parts
        self._sms, self._settings, self._rules, self._hours = sms, settings, rules, hours
        self._offset, self._owner, self._token = utc_offset_minutes, owner, token
        self._again = sms.repeats == "reference" or rules.in_doubt == "again"
        self._units: dict[str, _Unit] = {}
        self._doubts: dict[str, _Unit] = {}
        self._changes: list[Change] = []
        self._receipts: list[Receipt] = []
        self._after = ""
        self._state = MassState.SENDING
        self.counts: Counter[Outcome] = Counter()
        """Recipients by where they stand."""

    def run(self, stop: threading.Event, told: Callable[[Counter[Outcome]], None], receipts_seconds: float) -> None:
        """Send; afterwards wait so long for each further receipt. Raises :class:`TakenOverError`."""
        with self._store.act(ACTOR) as act:
            row = do_begin(act, self._number, self._token, self._owner, act.at + _LEASE)
            since = act.at - int(self._sms.repeats_hours * HOUR) if self._rules.in_doubt == "end" else 0
            safe = frozenset(Channel) if self._again else frozenset(Channel) - {Channel.SMS}
            do_recover(act, self._number, Doubtful(safe, since))
            self._state = MassState(row.state)
            self.counts = Counter(counts_of(act.conn, self._number))
        heard = kept = time.monotonic()
        stopping = 0.0
        while True:
            now = time.monotonic()
            if (stop.is_set() or self._state is not MassState.SENDING) and not stopping:
                stopping = now
            if stopping:
                self._take_back()
                over = now - stopping > self._sms.answer_seconds + 1
                if over or not self._units:
                    break
            if self._poll(0.02):
                heard = time.monotonic()
            if len(self._changes) >= self._settings.batch or now - kept >= _COMMIT_SECONDS:
                self._commit(claim=not stopping)
                kept = time.monotonic()
                told(self.counts)
            quiet = now - heard > receipts_seconds or not self.counts[Outcome.ACCEPTED]
            if is_done(self.counts) and not self._units and quiet:
                break
        self._commit(claim=False)
        told(self.counts)
        with self._store.act(ACTOR) as act:
            if is_done(self.counts) and self._state is MassState.SENDING:
                do_finish(act, self._number, officer=ACTOR)
            do_let_go(act, self._number, self._token)
        self._wire.close()

    def _poll(self, seconds: float) -> bool:
        with self._store.read() as conn:
            now = self._store.clock.now()
            minute = ((now + self._offset * MINUTE) % DAY) // MINUTE
            personal = is_due(conn, [Channel.SMS], now)
        self._wire.held = personal or not self._hours.start <= minute < self._hours.end
        events = self._wire.poll(seconds)
        for event in events:
            if isinstance(event, Receipt):
                self._receipts.append(event)
            elif isinstance(event, IncomingPart):
                with self._store.act(ACTOR) as act:
                    do_keep_incoming(act, event)
                self._wire.settled([event])
            else:
                self._answered(event)
        return bool(events)

    def _answered(self, event: Took | Declined | Lost) -> None:
        piece = event.piece
        unit = self._units.get(piece.recipient)
        late = unit is None
        if unit is None:
            unit = self._doubts.get(piece.recipient)
        if unit is None or (late and isinstance(event, Lost)):
            return
        if isinstance(event, Took):
            unit.accepted |= 1 << (piece.part - 1)
            if event.message_id not in unit.ids:
                unit.ids.append(event.message_id)
        elif isinstance(event, Lost):
            unit.lost = event.why
        elif event.status in FOR_GOOD:
            unit.refused = f"SMPP status 0x{event.status:08X}"
        else:
            unit.later = f"SMPP status 0x{event.status:08X}"
        if late:
            if self._whole(unit):
                self._doubts.pop(piece.recipient)
                self._change(unit, Event.ACCEPT, was=Outcome.DOUBT)
            return
        unit.flying -= 1
        if not unit.flying:
            self._resolve(unit)

    def _resolve(self, unit: _Unit) -> None:
        if self._whole(unit):
            self._change(unit, Event.ACCEPT)
        elif unit.refused:
            self._change(unit, Event.REFUSE, unit.refused)
        elif unit.lost and not self._again:
            self._doubts[unit.recipient] = unit
            self._change(unit, Event.LOSE, f"not sent again, the SMS centre may have it: {unit.lost}")
        elif unit.released or unit.lost:
            self._change(unit, Event.RELEASE)
        else:
            unit.attempts += 1
            if unit.attempts >= self._rules.attempts:
                self._change(unit, Event.REFUSE, unit.later)
            else:
                waits = self._rules.retry_seconds
                self._change(unit, Event.POSTPONE, unit.later, waits[min(unit.attempts, len(waits)) - 1])

    def _whole(self, unit: _Unit) -> bool:
        return unit.accepted == (1 << unit.parts) - 1

    def _change(self, unit: _Unit, event: Event, reason: str = "", wait: int = 0, was: Outcome = Outcome.TAKEN) -> None:
        to = {
            Event.ACCEPT: Outcome.ACCEPTED,
            Event.REFUSE: Outcome.FAILED,
            Event.LOSE: Outcome.DOUBT,
        }.get(event, Outcome.POSTPONED)
        due = self._store.clock.now() + wait * 1_000_000 if to is Outcome.POSTPONED else 0
        self._units.pop(unit.recipient, None)
        self.counts[was] -= 1
        self.counts[to] += 1
        self._changes.append(
            Change(
                unit.recipient,
                Channel.SMS,
                event,
                unit.parts,
                unit.accepted,
                unit.attempts,
                " ".join(unit.ids),
                reason,
                due,
            )
        )

    def _take_back(self) -> None:
        for piece in self._wire.take_back():
            unit = self._units[piece.recipient]
            unit.released = True
            unit.flying -= 1
            if not unit.flying:
                self._resolve(unit)

    def _commit(self, *, claim: bool) -> None:
        changes, self._changes = self._changes, []
        receipts, self._receipts = self._receipts, []
        rows: list[Any] = []
        with self._store.act(ACTOR) as act:
            row = do_hold(act, self._number, self._token, act.at + _LEASE)
            self._state = MassState(row.state)
            do_keep(act, self._number, changes)
            kept = do_keep_receipts(act, receipts)
            for receipt in kept.others:
                do_keep_receipt(act, receipt)
            if row.not_after <= act.at:
                do_end_waiting(act, self._number, Event.LAPSE, "its time was over")
                self.counts = Counter(counts_of(act.conn, self._number))
            elif claim and self._state is MassState.SENDING and not self._wire.held and self._wire.bound:
                # No more than can soon leave: what a killed sender had claimed is in doubt.
                most = self._settings.batch - len(self._units)
                if most > 0:
                    rows, self._after, before = do_claim(
                        act, self._number, [Channel.SMS], self._after, most, self._parts
                    )
                    self.counts.subtract(before)
                    self.counts[Outcome.TAKEN] += len(rows)
                    self.counts[Outcome.EXCLUDED] += sum(before.values()) - len(rows)
            elif self._state is MassState.CANCELLED:
                do_end_waiting(act, self._number, Event.CANCEL, "cancelled")
        for number, was, to in kept.moved:
            if number == self._number:
                self.counts[was] -= 1
                self.counts[to] += 1

        self._receipts = kept.early
        early = {id(receipt) for receipt in kept.early}
        self._wire.settled([receipt for receipt in receipts if id(receipt) not in early])
        for claimed in rows:
            parts = self._parts[claimed.language]
            unit = _Unit(
                claimed.recipient, claimed.language, parts, claimed.accepted, claimed.attempts, claimed.ids.split()
            )
            self._units[unit.recipient] = unit
            for part in range(1, parts + 1):
                if not unit.accepted >> (part - 1) & 1:
                    unit.flying += 1
                    self._wire.submit(Piece(unit.recipient, unit.text, part))
