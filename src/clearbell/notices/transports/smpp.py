"""SMS over SMPP 3.4: one bound transceiver with a window, a throttle, receipts and incoming messages."""

from __future__ import annotations

import collections
import ssl
import time
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from clearbell.notices.settings import SmsSettings, sms_address
from clearbell.notices.transports.protocol import Accepted, Event, IncomingPart, Message, Receipt, Refused
from clearbell.notices.transports.receipts import read_receipt
from clearbell.notices.transports.smpp_link import LinkLostError, SmppLink
from clearbell.notices.transports.sms_text import Coded, TooLongError, code_text, read_text
from clearbell.notices.transports.throttle import Throttle

log = structlog.get_logger()

_UNKNOWN, _INTERNATIONAL, _ALPHANUMERIC = 0, 1, 5
_ISDN = 1
HAS_HEADER = 0x40
_TYPE_BITS = 0x3C
_RECEIPT_TYPE = 0x04
_NOTIFICATION_TYPE = 0x20
ASK_FOR_RECEIPT = 0x01
THROTTLED = frozenset({0x14, 0x58})
"""Message queue full, throttled (SMPP 3.4, 5.1.3): not the message's fault."""
FOR_GOOD = frozenset(
    {0x01, 0x06, 0x0A, 0x0B, 0x15, 0x33, 0x34, 0x43, 0x48, 0x49, 0x50, 0x51, 0x53, 0x62, 0x65, 0x66, 0xC2}
)
"""The message itself is wrong: the same message again would be refused again."""
TRY_AGAIN_LATER = 0x64
RECONNECT = (1.0, 2.0, 5.0, 10.0, 30.0)
_THROTTLED_PAUSE = 1.0
_IN_LINE_SECONDS = 120.0
"""Far shorter than the dispatcher's lease."""
_PRIORITIES = 3
_VALIDITY_MOST = 30 * 24 * 3600


class _Part(msgspec.Struct):
    message: Message
    coded: Coded
    part: int
    since: float
    """When it was put in line."""
    submitted: float = 0.0


class SmppTransport:
    """The SMS centre. It connects by itself and again whenever the connection is lost."""

    def __init__(
        self,
        settings: SmsSettings,
        password: str,
        *,
        now: Callable[[], int],
        utc_offset_minutes: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now``: µs UTC; ``utc_offset_minutes``: the time zone that the centre's receipts tell."""
        self._settings = settings
        self._password = password
        self._now = now
        self._offset = utc_offset_minutes
        self._monotonic = monotonic
        self._host, self._port = sms_address(settings.address)
        self._tls = ssl.create_default_context() if settings.tls else None
        self._throttle = Throttle(settings.per_second, monotonic)
        self._link: SmppLink | None = None
        self._links = 0
        self._failures = 0
        self._connect_at = 0.0
        self._heard = 0.0
        self._asked = 0.0
        self._line: collections.deque[_Part] = collections.deque()
        self._submitted: dict[int, _Part] = {}
        self._late: dict[int, _Part] = {}
        self._told: collections.deque[Event] = collections.deque()

    @property
    def bound(self) -> bool:
        """Whether it is connected."""
        return self._link is not None

    def room(self) -> int:
        """Parts that still fit into the window; 0 while it is not connected."""
        if self._link is None:
            return 0
        return max(0, self._settings.window - len(self._submitted) - len(self._line))

    def busy(self) -> bool:
        """Whether parts are in line or not acknowledged."""
        return bool(self._line or self._submitted or self._told)

    def send(self, message: Message) -> None:
        """Put every part that is not acknowledged yet in line."""
        signature = f"【{self._settings.signature}】" if self._settings.signature else ""
        try:
            coded = code_text(signature + message.text, message.reference)
        except TooLongError as error:
            self._told.append(Refused(message.notice, str(error), for_good=True))
            return
        parts = len(coded.parts)
        for part in range(1, parts + 1):
            if (part, parts) not in message.acknowledged:
                self._line.append(_Part(message, coded, part, self._monotonic()))

    def poll(self, seconds: float) -> list[Event]:
        """Keep the connection up, submit what may go, and tell what has come."""
        until = self._monotonic() + seconds
        try:
            self._keep_up()
            while not self._told:
                self._submit()
                self._watch()
                left = until - self._monotonic()
                if self._told or left <= 0:
                    break
                self._read(left)
            # What has already come is told with it, in one transaction.
            while self._link is not None and len(self._told) < self._settings.window and self._read(0):
                pass
        except LinkLostError as error:
            self._lose(str(error))
        if self._link is None and not self._told:
            time.sleep(max(0.0, min(until, self._connect_at) - self._monotonic()))
        told = list(self._told)
        self._told.clear()
        return told

    def settled(self, event: Event, *, kept: bool) -> None:
        """Acknowledge a receipt or message once it is in the store; else have it sent again."""
        if not isinstance(event, Receipt | IncomingPart) or self._link is None or event.token >> 32 != self._links:
            return
        try:
            self._link.answer("deliver_sm_resp", event.token & 0xFFFF_FFFF, 0 if kept else TRY_AGAIN_LATER)
        except LinkLostError as error:
            self._lose(str(error))

    def close(self) -> None:
        """Unbind and close."""
        if self._link is not None:
            self._link.unbind()
            self._link = None

    def _keep_up(self) -> None:
        if self._link is not None or self._monotonic() < self._connect_at:
            return
        self._link = SmppLink(
            self._host,
            self._port,
            system_id=self._settings.system_id,
            password=self._password,
            system_type=self._settings.system_type,
            tls=self._tls,
        )
        self._links += 1
        self._failures = 0
        self._heard, self._asked = self._monotonic(), 0.0
        log.info("sms-centre-bound", address=self._settings.address)

    def _lose(self, why: str) -> None:
        log.warning("sms-centre-lost", address=self._settings.address, reason=why)
        if self._link is not None:
            self._link.close()
            self._link = None
        self._connect_at = self._monotonic() + RECONNECT[min(self._failures, len(RECONNECT) - 1)]
        self._failures += 1
        notices = dict.fromkeys(part.message.notice for part in (*self._submitted.values(), *self._line))
        self._line.clear()
        self._submitted.clear()
        self._late.clear()
        self._told.extend(Refused(notice, f"connection lost: {why}", for_good=False) for notice in notices)

    def _submit(self) -> None:
        assert self._link is not None or not self._line  # noqa: S101 BUG: parts wait only while connected
        while self._line and self._link is not None and self._throttle.wait() <= 0:
            if len(self._submitted) >= self._settings.window:
                return
            part = self._line[0]
            self._throttle.went()
            # It leaves the line after it went: should the link break now, it is still known.
            sequence = self._link.submit(**self._fields(part))
            self._line.popleft()
            part.submitted = self._monotonic()
            self._submitted[sequence] = part

    def _fields(self, part: _Part) -> dict[str, Any]:
        message = part.message
        return {
            **source_fields(self._settings.source),
            "dest_addr_ton": _INTERNATIONAL,
            "dest_addr_npi": _ISDN,
            "destination_addr": message.recipient,
            "esm_class": HAS_HEADER if part.coded.has_header else 0,
            "priority_flag": min(message.priority, _PRIORITIES),
            "validity_period": validity(message.not_after, self._now()),
            "registered_delivery": ASK_FOR_RECEIPT,
            "data_coding": part.coded.data_coding,
            "short_message": part.coded.parts[part.part - 1],
        }

    def _watch(self) -> None:
        if self._link is None:
            return
        now = self._monotonic()
        answer = self._settings.answer_seconds
        for notice in {part.message.notice for part in self._line if now - part.since > _IN_LINE_SECONDS}:
            self._drop(notice, "the SMS centre takes too few messages", for_good=False)
        for sequence in [s for s, part in self._submitted.items() if now - part.submitted > answer]:
            part = self._submitted.pop(sequence)
            # Should the answer come after all, the part is not sent again.
            self._late[sequence] = part
            self._drop(part.message.notice, "no answer from the SMS centre", for_good=False)
        if now - self._heard > self._settings.enquire_seconds and not self._asked:
            self._link.enquire()
            self._asked = now
        if self._asked and now - self._asked > answer:
            message = "the SMS centre does not answer"
            raise LinkLostError(message)

    def _drop(self, notice: str, reason: str, *, for_good: bool) -> None:
        self._line = collections.deque(part for part in self._line if part.message.notice != notice)
        self._told.append(Refused(notice, reason, for_good=for_good))

    def _read(self, seconds: float) -> bool:
        if self._link is None:
            return False
        wait = min(seconds, self._throttle.wait()) if self._line else seconds
        pdu = self._link.read(wait)
        if pdu is None:
            return False
        self._heard, self._asked = self._monotonic(), 0.0
        if pdu.command in ("submit_sm_resp", "generic_nack"):
            self._acknowledged(pdu)
        elif pdu.command == "deliver_sm":
            self._delivered(pdu)
        elif pdu.command == "enquire_link":
            self._link.answer("enquire_link_resp", pdu.sequence)
        elif pdu.command == "unbind":
            self._link.answer("unbind_resp", pdu.sequence)
            message = "the SMS centre took leave"
            raise LinkLostError(message)
        return True

    def _acknowledged(self, pdu: Any) -> None:
        part = self._submitted.pop(pdu.sequence, None) or self._late.pop(pdu.sequence, None)
        if part is None:
            return
        status: int = pdu.status
        if not status and pdu.command == "submit_sm_resp":
            message_id = (pdu.message_id or b"").decode("latin-1")
            self._told.append(Accepted(part.message.notice, part.part, len(part.coded.parts), message_id))
        elif status in THROTTLED:
            log.info("sms-centre-throttles", status=status)
            self._throttle.pause(_THROTTLED_PAUSE)
            self._line.appendleft(part)
        else:
            self._drop(part.message.notice, f"SMPP status 0x{status:08X}", for_good=status in FOR_GOOD)

    def _delivered(self, pdu: Any) -> None:
        told = read_delivery(pdu, self._links << 32 | pdu.sequence, self._offset)
        if told is not None:
            self._told.append(told)
        elif self._link is not None:
            self._link.answer("deliver_sm_resp", pdu.sequence)


def read_delivery(pdu: Any, token: int, utc_offset_minutes: int) -> Receipt | IncomingPart | None:
    """What a ``deliver_sm`` tells; None for what tells nothing."""
    data = pdu.short_message or getattr(pdu, "message_payload", None) or b""
    kind = pdu.esm_class & _TYPE_BITS
    sender = (pdu.source_addr or b"").decode("latin-1")
    if kind in (_RECEIPT_TYPE, _NOTIFICATION_TYPE):
        receipt = read_receipt(
            data.decode("latin-1"),
            message_id=(getattr(pdu, "receipted_message_id", None) or b"").decode("latin-1"),
            message_state=getattr(pdu, "message_state", None),
            utc_offset_minutes=utc_offset_minutes,
            token=token,
        )
        if receipt is None:
            log.warning("receipt-unreadable", text=data[:80].decode("latin-1"))
            return None
        reference = getattr(pdu, "user_message_reference", None) or 0
        return msgspec.structs.replace(receipt, recipient=sender, reference=reference)
    if kind:
        return None
    piece = read_text(data, pdu.data_coding, bool(pdu.esm_class & HAS_HEADER))
    to = (pdu.destination_addr or b"").decode("latin-1")
    if pdu.source_addr_ton == _INTERNATIONAL and not sender.startswith("+"):
        sender = f"+{sender}"
    return IncomingPart(sender, to, piece.text, piece.reference, piece.part, piece.parts, token)


def source_fields(source: str) -> dict[str, Any]:
    """The source address's fields: a number, or a name."""
    return {
        "source_addr_ton": _UNKNOWN if source.isdigit() else _ALPHANUMERIC,
        "source_addr_npi": _ISDN if source.isdigit() else _UNKNOWN,
        "source_addr": source,
    }


def validity(not_after: int, now: int) -> str:
    """``validity_period`` as a relative time (7.1.1.2); both times µs UTC."""
    # A moment longer: the store's clock and the centre's differ.
    seconds = min(max(0, not_after - now) // 1_000_000 + 1, _VALIDITY_MOST)
    days, rest = divmod(seconds, 86400)
    return f"0000{days:02d}{rest // 3600:02d}{rest % 3600 // 60:02d}{rest % 60:02d}000R"
