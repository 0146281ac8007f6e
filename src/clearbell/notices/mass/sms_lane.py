"""The lane of SMS: one thread, windows full, and an act for hundreds of messages."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.notices.mass.lanes import ACTOR, Received, Sending
from clearbell.notices.mass.model import Event, Outcome
from clearbell.notices.mass.sending import Change, do_claim, do_keep, do_keep_receipts
from clearbell.notices.model import Channel, Priority
from clearbell.notices.progress import do_keep_incoming, do_keep_receipt
from clearbell.notices.queries import is_due
from clearbell.notices.settings import MassSettings, SmsSettings
from clearbell.notices.transports.protocol import IncomingPart, Receipt
from clearbell.notices.transports.smpp import FOR_GOOD
from clearbell.notices.transports.smpp_bulk import BulkWire, Declined, Lost, Piece, Took

log = structlog.get_logger()

_COMMIT_SECONDS = 0.2


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


class SmsLane:
    """The lane of SMS: windows full, and an act for hundreds of messages."""

    channel = Channel.SMS

    def __init__(
        self,
        wire: BulkWire,
        parts: dict[str, int],
        sms: SmsSettings,
        settings: MassSettings,
        *,
        again: bool,
        received: Received | None = None,
    ) -> None:
        """``parts``: how many the text has in each language; ``again``: what may have gone out is sent again."""
        self._wire, self._parts, self._sms, self._settings = wire, parts, sms, settings
        self._again, self._received = again, received
        self._units: dict[str, _Unit] = {}
        self._doubts: dict[str, _Unit] = {}
        self._changes: list[Change] = []
        self._receipts: list[Receipt] = []
        self._after: str | None = ""
        self.heard = 0.0

    def run(self, sending: Sending) -> None:
        """Send until the sending is over. Raises :class:`TakenOverError`."""
        self._sending = sending
        kept = time.monotonic()
        stopping = 0.0
        while True:
            now = time.monotonic()
            if sending.over.is_set() and not stopping:
                stopping = now
            if stopping:
                self._take_back()
                if now - stopping > self._sms.answer_seconds + 1 or not self._units:
                    break
            if self._poll(0.02):
                self.heard = time.monotonic()
            if len(self._changes) >= self._settings.batch or now - kept >= _COMMIT_SECONDS:
                self._commit(claim=not stopping)
                kept = time.monotonic()
        self._commit(claim=False)
        self._wire.close()

    def _poll(self, seconds: float) -> bool:
        store = self._sending.store
        with store.read() as conn:
            personal = is_due(conn, [Channel.SMS], store.clock.now(), Priority.NORMAL)
        self._wire.held = personal or not self._sending.is_time()
        events = self._wire.poll(seconds)
        for event in events:
            if isinstance(event, Receipt):
                self._receipts.append(event)
            elif isinstance(event, IncomingPart):
                self._wire.settled([event], kept=self._take_in(event))
            else:
                self._answered(event)
        return bool(events)

    def _take_in(self, event: IncomingPart) -> bool:
        try:
            with self._sending.store.act(ACTOR) as act:
                message = do_keep_incoming(act, event)
                if message is not None and self._received is not None:
                    self._received(act, message)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 one message that cannot be dealt with must not hold up the others
            log.error("message-not-taken-in", error=repr(error))
            return False
        return True

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
            rules = self._sending.rules
            if unit.attempts >= rules.attempts:
                self._change(unit, Event.REFUSE, unit.later)
            else:
                waits = rules.retry_seconds
                self._change(unit, Event.POSTPONE, unit.later, waits[min(unit.attempts, len(waits)) - 1])

    def _whole(self, unit: _Unit) -> bool:
        return unit.accepted == (1 << unit.parts) - 1

    def _change(self, unit: _Unit, event: Event, reason: str = "", wait: int = 0, was: Outcome = Outcome.TAKEN) -> None:
        postponed = event in (Event.RELEASE, Event.POSTPONE)
        due = self._sending.store.clock.now() + wait * 1_000_000 if postponed else 0
        self._units.pop(unit.recipient, None)
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
                was,
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
        sending = self._sending
        with sending.store.act(ACTOR) as act:
            _, is_sent = sending.check(act.conn)
            do_keep(act, sending.number, changes)
            kept = do_keep_receipts(act, receipts)
            for receipt in kept.others:
                do_keep_receipt(act, receipt)
            # No more than can soon leave: what a killed sender had claimed is in doubt.
            most = self._settings.batch - len(self._units)
            if claim and is_sent and not self._wire.held and self._wire.bound and most > 0:
                rows, self._after = do_claim(
                    act, sending.number, [Channel.SMS], self._after, most, self._parts, sending.barred
                )
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
