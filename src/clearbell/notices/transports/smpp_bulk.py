"""Many SMS over SMPP 3.4: several binds, each with a window, nothing waited for one by one.

What this tells of a message is exact: it never left, an answer came, or it left and no answer came. The last is told as
:class:`Lost`, and it is for others to say what follows.
"""

from __future__ import annotations

import collections
import select
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog

from clearbell.notices.settings import MassSettings, SmsSettings, sms_address
from clearbell.notices.transports.protocol import IncomingPart, Receipt
from clearbell.notices.transports.smpp import (
    ASK_FOR_RECEIPT,
    HAS_HEADER,
    RECONNECT,
    THROTTLED,
    TRY_AGAIN_LATER,
    read_delivery,
    source_fields,
    validity,
)
from clearbell.notices.transports.smpp_link import LinkLostError, SmppLink

log = structlog.get_logger()

_DESTINATION = {"dest_addr_ton": 1, "dest_addr_npi": 1}
_BURST_SECONDS = 0.05
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_WATCH_SECONDS = 0.25
_PATIENCE = 3


class Piece(msgspec.Struct, frozen=True):
    """One message of the wire: one part to one recipient."""

    recipient: str
    text: str
    """Names the text among those the wire was opened with."""
    part: int
    """From 1."""


class Text(msgspec.Struct, frozen=True):
    """A text as the wire sends it."""

    data_coding: int
    has_header: bool
    parts: tuple[bytes, ...]
    references: tuple[int, ...]
    """``user_message_reference`` of each part."""


class Took(msgspec.Struct, frozen=True):
    """The centre took it over."""

    piece: Piece
    message_id: str


class Declined(msgspec.Struct, frozen=True):
    """The centre will not take it."""

    piece: Piece
    status: int


class Lost(msgspec.Struct, frozen=True):
    """It left, and the answer did not come: whether the centre has it is not known."""

    piece: Piece
    why: str


Told = Took | Declined | Lost | Receipt | IncomingPart


class _Bind:
    def __init__(self) -> None:
        self.link: SmppLink | None = None
        self.number = 0
        self.blanks: dict[tuple[str, int], Any] = {}
        self.blanks_until = 0.0
        self.flying: dict[int, tuple[Piece, float]] = {}
        self.late: dict[int, Piece] = {}
        self.failures = 0
        self.connect_at = 0.0
        self.heard = 0.0
        self.asked = 0.0
        self.answered = 0.0
        """When it last took or declined a message."""


class BulkWire:
    """The SMS centre, for many messages. Called from one thread only."""

    def __init__(
        self,
        sms: SmsSettings,
        mass: MassSettings,
        password: str,
        texts: dict[str, Text],
        not_after: int,
        *,
        now: Callable[[], int],
        utc_offset_minutes: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``not_after`` and ``now``: µs UTC; ``utc_offset_minutes``: the time zone that the centre's receipts tell."""
        self._sms = sms
        self._mass = mass
        self._password = password
        self._texts = texts
        self._not_after = not_after
        self._now = now
        self._offset = utc_offset_minutes
        self._monotonic = monotonic
        self._host, self._port = sms_address(sms.address)
        self._tls = ssl.create_default_context() if sms.tls else None
        self._binds = [_Bind() for _ in range(mass.binds)]
        self._serial = 0
        self._line: collections.deque[Piece] = collections.deque()
        self._told: list[Told] = []
        self._tokens = 0.0
        self._filled = monotonic()
        self._not_before = 0.0
        self._throttled = 0
        self._watched = 0.0
        self.held = False
        """Nothing leaves while it is; what comes is told."""

    @property
    def bound(self) -> int:
        """Binds that stand."""
        return sum(bind.link is not None for bind in self._binds)

    def flying(self) -> int:
        """Messages that left and wait for their answer."""
        return sum(len(bind.flying) for bind in self._binds)

    def waiting(self) -> int:
        """Messages that have not left."""
        return len(self._line)

    def submit(self, piece: Piece) -> None:
        """Put it in line."""
        self._line.append(piece)

    def take_back(self) -> list[Piece]:
        """Everything that has not left, out of the line."""
        found = list(self._line)
        self._line.clear()
        return found

    def poll(self, seconds: float) -> list[Told]:
        """Send what may go and tell what has come; waits up to so long. Never raises for the centre's faults."""
        self._keep_up()
        for bind in self._binds:
            self._send(bind)
        links = {bind.link.fileno(): bind for bind in self._binds if bind.link is not None}
        wait = 0.0 if self._told else self._wait(seconds)
        pending = [bind for bind in links.values() if bind.link is not None and bind.link.pending()]
        if pending:
            ready = pending
        elif links:
            ready = [links[number] for number in select.select(list(links), [], [], wait)[0]]
        else:
            time.sleep(wait)
            ready = []
        for bind in ready:
            self._read(bind)
        self._watch()
        told, self._told = self._told, []
        return told

    def settled(self, events: Sequence[Receipt | IncomingPart], *, kept: bool = True) -> None:
        """Acknowledge receipts and messages once they are in the store; else have them sent again."""
        status = 0 if kept else TRY_AGAIN_LATER
        by_bind = {bind.number: bind for bind in self._binds if bind.link is not None}
        for event in events:
            bind = by_bind.get(event.token >> 32)
            if bind is None or bind.link is None:
                continue
            try:
                bind.link.answer("deliver_sm_resp", event.token & 0xFFFF_FFFF, status)
            except LinkLostError as error:
                self._lose(bind, str(error))

    def close(self) -> None:
        """Unbind and close."""
        for bind in self._binds:
            if bind.link is not None:
                bind.link.unbind()
                bind.link = None

    def _wait(self, seconds: float) -> float:
        if self.held or not self._line or self.bound == 0:
            return seconds
        now = self._monotonic()
        if now < self._not_before:
            return min(seconds, self._not_before - now)
        if self._tokens < 1 and any(self._room(bind) for bind in self._binds):
            return min(seconds, (1 - self._tokens) / self._mass.per_second)
        return seconds

    def _room(self, bind: _Bind) -> int:
        # Those without an answer still fill the window, as the centre counts.
        return 0 if bind.link is None else max(0, self._mass.window - len(bind.flying) - len(bind.late))

    def _keep_up(self) -> None:
        for bind in self._binds:
            if bind.link is not None or self._monotonic() < bind.connect_at:
                continue
            try:
                bind.link = SmppLink(
                    self._host,
                    self._port,
                    system_id=self._sms.system_id,
                    password=self._password,
                    system_type=self._sms.system_type,
                    tls=self._tls,
                )
            except LinkLostError as error:
                self._lose(bind, str(error))
                continue
            self._serial += 1
            bind.number, bind.failures = self._serial, 0
            bind.blanks_until = 0.0
            bind.heard, bind.asked, bind.answered = self._monotonic(), 0.0, self._monotonic()

    def _lose(self, bind: _Bind, why: str) -> None:
        log.warning("sms-centre-lost", address=self._sms.address, reason=why, unanswered=len(bind.flying))
        if bind.link is not None:
            bind.link.close()
            bind.link = None
        bind.connect_at = self._monotonic() + RECONNECT[min(bind.failures, len(RECONNECT) - 1)]
        bind.failures += 1
        self._told.extend(Lost(piece, f"connection lost: {why}") for piece, _ in bind.flying.values())
        bind.flying.clear()
        bind.late.clear()

    def _send(self, bind: _Bind) -> None:
        now = self._monotonic()
        most = max(1.0, self._mass.per_second * _BURST_SECONDS)
        self._tokens = min(most, self._tokens + (now - self._filled) * self._mass.per_second)
        self._filled = now
        count = min(self._room(bind), len(self._line), int(self._tokens))
        if self.held or bind.link is None or count <= 0 or now < self._not_before:
            return
        if now >= bind.blanks_until:
            bind.blanks = self._blanks(bind.link)
            bind.blanks_until = now + 1.0
        burst = []
        for _ in range(count):
            piece = self._line.popleft()
            sequence, data = bind.link.numbered(bind.blanks[piece.text, piece.part], piece.recipient)
            # Before it goes: should the link break now, it is known that it may have gone.
            bind.flying[sequence] = (piece, now)
            burst.append(data)
        self._tokens -= count
        try:
            bind.link.push(b"".join(burst))
        except LinkLostError as error:
            self._lose(bind, str(error))

    def _blanks(self, link: SmppLink) -> dict[tuple[str, int], Any]:
        """Messages without a destination; made again each second, since how long they are valid changes."""
        period = validity(self._not_after, self._now())
        return {
            (name, part): link.blank(
                **source_fields(self._sms.source),
                **_DESTINATION,
                esm_class=HAS_HEADER if text.has_header else 0,
                # Personal notices have a higher one, so the centre too sends them first.
                priority_flag=0,
                validity_period=period,
                registered_delivery=ASK_FOR_RECEIPT,
                data_coding=text.data_coding,
                short_message=text.parts[part - 1],
                user_message_reference=text.references[part - 1],
            )
            for name, text in self._texts.items()
            for part in range(1, len(text.parts) + 1)
        }

    def _read(self, bind: _Bind) -> None:
        try:
            assert bind.link is not None, "BUG: only standing links are read"  # noqa: S101
            for pdu in bind.link.drain():
                self._heard(bind, pdu)
        except LinkLostError as error:
            self._lose(bind, str(error))

    def _heard(self, bind: _Bind, pdu: Any) -> None:
        bind.heard, bind.asked = self._monotonic(), 0.0
        command = pdu.command
        if command in ("submit_sm_resp", "generic_nack"):
            self._answered(bind, pdu)
        elif bind.link is None:
            return
        elif command == "deliver_sm":
            told = read_delivery(pdu, bind.number << 32 | pdu.sequence, self._offset)
            if told is None:
                bind.link.answer("deliver_sm_resp", pdu.sequence)
            else:
                self._told.append(told)
        elif command == "enquire_link":
            bind.link.answer("enquire_link_resp", pdu.sequence)
        elif command == "unbind":
            bind.link.answer("unbind_resp", pdu.sequence)
            message = "the SMS centre took leave"
            raise LinkLostError(message)

    def _answered(self, bind: _Bind, pdu: Any) -> None:
        flown = bind.flying.pop(pdu.sequence, None)
        piece = flown[0] if flown else bind.late.pop(pdu.sequence, None)
        if piece is None:
            return
        bind.answered = bind.heard
        status: int = pdu.status
        if not status and pdu.command == "submit_sm_resp":
            self._throttled = 0
            self._told.append(Took(piece, (pdu.message_id or b"").decode("latin-1").replace(" ", "_")))
        elif status in THROTTLED and flown:
            # One pause for all that were refused together.
            now = self._monotonic()
            if now >= self._not_before:
                pause = _PAUSES[min(self._throttled, len(_PAUSES) - 1)]
                self._throttled += 1
                self._not_before = now + pause
                log.info("sms-centre-throttles", status=status, pause_seconds=pause)
            self._line.appendleft(piece)
        else:
            self._told.append(Declined(piece, status))

    def _watch(self) -> None:
        now = self._monotonic()
        if now < self._watched:
            return
        self._watched = now + _WATCH_SECONDS
        for bind in self._binds:
            if bind.link is None:
                continue
            for sequence in [s for s, (_, at) in bind.flying.items() if now - at > self._sms.answer_seconds]:
                piece, _ = bind.flying.pop(sequence)
                # Should the answer come after all, it still tells.
                bind.late[sequence] = piece
                self._told.append(Lost(piece, "no answer from the SMS centre"))
            try:
                if now - bind.heard > self._sms.enquire_seconds and not bind.asked:
                    bind.link.enquire()
                    bind.asked = now
                if bind.late and now - bind.answered > _PATIENCE * self._sms.answer_seconds:
                    message = "the SMS centre answers no message"
                    raise LinkLostError(message)
                if bind.asked and now - bind.asked > self._sms.answer_seconds:
                    message = "the SMS centre does not answer"
                    raise LinkLostError(message)
            except LinkLostError as error:
                self._lose(bind, str(error))
