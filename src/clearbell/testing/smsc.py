"""A fake SMS centre: a real TCP server that speaks SMPP 3.4.

``python -m clearbell.testing.smsc --port 2775`` writes each message it gets as a JSON line, sends delivery receipts, and
takes orders as JSON lines on its standard input: to refuse, to keep silent, to throttle, to drop the connection, to send
a message as a subscriber would. Its SMPP is written apart from the client's, so that no misreading is shared.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from smpplib.gsm import GSM_CHARACTER_TABLE

_BIND_TRX, _SUBMIT, _DELIVER, _UNBIND, _ENQUIRE = 0x09, 0x04, 0x05, 0x06, 0x15
_RESPONSE = 0x8000_0000
_THROTTLED, _BAD_PASSWORD, _NOT_BOUND, _UNKNOWN = 0x58, 0x0E, 0x04, 0x03
_USER_REFERENCE = 0x0204
_UCS2_PART = 67
"""Characters in a part beside its header."""


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """What the centre is told to do."""

    do: str
    """``refuse``, ``silence``, ``throttle``, ``receipts``, ``drop``, ``send``."""
    status: int = 0x08
    """``refuse``: the status that the next ``count`` messages get."""
    count: int = 1
    """``refuse`` and ``silence``: how many messages."""
    per_second: float = 0.0
    """``throttle``: more than so many within a second are refused; 0: no limit."""
    stat: str = "DELIVRD"
    """``receipts``: what they say from now on; empty: none are sent."""
    err: str = "000"
    from_: str = msgspec.field(default="", name="from")
    to: str = ""
    text: str = ""


class Delivery(msgspec.Struct):
    """Something for the client: a receipt, or a message to it."""

    body: bytes
    known: dict[str, Any]


class Centre:
    """The centre's state, shared by its connections."""

    def __init__(
        self,
        tell: Callable[[dict[str, Any]], None],
        *,
        password: str = "",
        utc_offset: int = 480,
        keep: Path | None = None,
        repeats: bool = False,
        delay: float = 0.0,
    ) -> None:
        self.tell = tell
        self.delay = delay
        self._repeats = repeats
        self._known: dict[tuple[str, str, int], str] = {}
        self._kept = keep.open("a+b", buffering=0) if keep else None
        self.quiet = keep is not None
        self.password = password
        self.zone = datetime.timezone(datetime.timedelta(minutes=utc_offset))
        self.refuse = (0, 0)
        self.silent = 0
        self.per_second = 0.0
        self.receipt = ("DELIVRD", "000")
        self.sessions: list[Session] = []
        self.undelivered: list[Delivery] = []
        """What no client has acknowledged; given to the next one that binds, as centres do."""
        self._serial = 0
        if self._kept:
            self._kept.seek(0)
            for line in self._kept.read().splitlines():
                message_id, source, to, reference = line.decode().split("\t")
                self._known[source, to, int(reference)] = message_id
                self._serial += 1
        self._reference = 0
        self._times: list[float] = []
        self._parts: dict[tuple[str, int, int], dict[int, str]] = {}

    def obey(self, order: Order) -> None:
        """Carry out an order. Raises ``ValueError`` for one that is unknown."""
        if order.do == "refuse":
            self.refuse = (order.status, order.count)
        elif order.do == "silence":
            self.silent = order.count
        elif order.do == "throttle":
            self.per_second = order.per_second
        elif order.do == "receipts":
            self.receipt = (order.stat, order.err)
        elif order.do == "drop":
            for session in list(self.sessions):
                session.drop()
        elif order.do == "send":
            self._reference = (self._reference + 1) % 256
            for session in self.sessions[-1:]:
                session.deliver_message(order.from_, order.to, order.text, self._reference)
        else:
            raise ValueError(order.do)

    def admit(self) -> int:
        """Status for a message that comes now; 0: taken over."""
        status, count = self.refuse
        if count:
            self.refuse = (status, count - 1)
            return status
        now = time.monotonic()
        self._times = [at for at in self._times if now - at < 1.0]
        if self.per_second and len(self._times) >= self.per_second:
            return _THROTTLED
        self._times.append(now)
        return 0

    def known(self, fields: dict[str, Any]) -> str:
        """Id of the message that a repeated one is; empty for a new one, and where repeats are not known."""
        if not self._repeats or not fields["user_reference"]:
            return ""
        return self._known.get((fields["from"], fields["to"], fields["user_reference"]), "")

    def take_over(self, fields: dict[str, Any]) -> str:
        """Take a message over, into the file before anything is answered; gives its id."""
        self._serial += 1
        message_id = f"{self._serial:08x}"
        source, to, reference = fields["from"], fields["to"], fields["user_reference"]
        if self._repeats:
            self._known[source, to, reference] = message_id
        if self._kept:
            self._kept.write(f"{message_id}\t{source}\t{to}\t{reference}\n".encode())
        return message_id

    def collect(self, to: str, reference: int, part: int, parts: int, text: str) -> str | None:
        """The whole message once all its parts are there."""
        found = self._parts.setdefault((to, reference, parts), {})
        found[part] = text
        if len(found) < parts:
            return None
        del self._parts[to, reference, parts]
        return "".join(found[place] for place in range(1, parts + 1))


class Session(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._buffer = b""
        self._bound = False
        self._sequence = 0
        self._waiting: dict[int, Delivery] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport
        self._centre.sessions.append(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The client went."""
        self._centre.sessions.remove(self)
        self._centre.undelivered.extend(self._waiting.values())
        self._waiting.clear()
        self._centre.tell({"event": "closed"})

    def drop(self) -> None:
        """Cut the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take PDUs apart as they come in."""
        self._buffer += data
        while len(self._buffer) >= 16:
            length, command, status, sequence = struct.unpack(">IIII", self._buffer[:16])
            if len(self._buffer) < length:
                return
            body, self._buffer = self._buffer[16:length], self._buffer[length:]
            self._take(command, status, sequence, body)

    def _put(self, command: int, sequence: int, body: bytes = b"", status: int = 0) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    def _take(self, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == _BIND_TRX:
            system_id, password = body.split(b"\0")[:2]
            wrong = self._centre.password and password.decode() != self._centre.password
            self._bound = not wrong
            self._centre.tell({"event": "refused-bind" if wrong else "bound", "system_id": system_id.decode()})
            self._put(command | _RESPONSE, sequence, b"smsc\0", _BAD_PASSWORD if wrong else 0)
            if self._bound:
                kept, self._centre.undelivered = self._centre.undelivered, []
                for delivery in kept:
                    self._give(delivery)
        elif command == _ENQUIRE:
            self._centre.tell({"event": "enquired"})
            self._put(command | _RESPONSE, sequence)
        elif command == _UNBIND:
            self._put(command | _RESPONSE, sequence)
            if self._transport is not None:
                self._transport.close()
        elif command == _SUBMIT:
            if self._bound:
                self._submitted(sequence, body)
            else:
                self._put(command | _RESPONSE, sequence, b"", _NOT_BOUND)
        elif command == _DELIVER | _RESPONSE:
            if sequence in self._waiting:
                delivery = self._waiting.pop(sequence)
                if not self._centre.quiet:
                    self._centre.tell({"event": "acknowledged", "status": status, **delivery.known})
                if status:
                    self._centre.undelivered.append(delivery)
        elif not command & _RESPONSE:
            self._put(_RESPONSE, sequence, b"", _UNKNOWN)

    def _submitted(self, sequence: int, body: bytes) -> None:
        centre = self._centre
        fields = _read_submit(body)
        known = centre.known(fields)
        if known:
            self._put(_SUBMIT | _RESPONSE, sequence, known.encode() + b"\0")
            return
        status = centre.admit()
        if status:
            centre.tell({"event": "refused", "to": fields["to"], "status": status, "at": time.monotonic()})
            self._put(_SUBMIT | _RESPONSE, sequence, b"", status)
            return
        message_id = centre.take_over(fields)
        silent = centre.silent > 0
        if not centre.quiet:
            centre.tell({"event": "part", "id": message_id, "at": time.monotonic(), "answered": not silent, **fields})
            whole = centre.collect(fields["to"], fields["reference"], fields["part"], fields["parts"], fields["text"])
            if whole is not None:
                told = {name: fields[name] for name in ("from", "to", "parts")}
                centre.tell({"event": "message", **told, "text": whole})
        if silent:
            centre.silent -= 1
            return
        answer = message_id.encode() + b"\0"
        if centre.delay:
            asyncio.get_running_loop().call_later(centre.delay, self._put, _SUBMIT | _RESPONSE, sequence, answer)
        else:
            self._put(_SUBMIT | _RESPONSE, sequence, answer)
        stat, err = centre.receipt
        if fields["registered"] & 3 and stat:
            now = f"{datetime.datetime.now(centre.zone):%y%m%d%H%M}"
            text = (
                f"id:{message_id} sub:001 dlvrd:001 submit date:{now} done date:{now} "
                f"stat:{stat} err:{err} text:{fields['text'][:5].encode('ascii', 'replace').decode()}"
            )
            asyncio.get_running_loop().call_later(
                0.05 + centre.delay,
                self._deliver,
                fields["to"],
                fields["from"],
                text.encode(),
                0x04,
                0,
                {"receipt": message_id},
            )

    def deliver_message(self, sender: str, to: str, text: str, reference: int) -> None:
        """Send a text as a subscriber would, in as many parts as it needs."""
        chunks = [text[at : at + _UCS2_PART] for at in range(0, len(text), _UCS2_PART)] or [""]
        for place, chunk in enumerate(chunks, 1):
            data = chunk.encode("utf-16-be")
            if len(chunks) > 1:
                data = bytes([5, 0, 3, reference, len(chunks), place]) + data
            kind = 0x40 if len(chunks) > 1 else 0
            self._deliver(sender, to, data, kind, 8, {"from": sender, "part": place})

    def _deliver(self, sender: str, to: str, data: bytes, kind: int, coding: int, known: dict[str, Any]) -> None:
        body = b"\0\x01\x01" + sender.encode() + b"\0\0\x01" + to.encode() + b"\0"
        body += bytes([kind, 0, 0, 0, 0, 0, 0, coding, 0, len(data)]) + data
        self._give(Delivery(body, known))

    def _give(self, delivery: Delivery) -> None:
        if self._transport is None or self._transport.is_closing():
            self._centre.undelivered.append(delivery)
            return
        self._sequence += 1
        self._waiting[self._sequence] = delivery
        self._put(_DELIVER, self._sequence, delivery.body)


def _read_submit(body: bytes) -> dict[str, Any]:
    at = 0

    def text() -> str:
        nonlocal at
        end = body.index(b"\0", at)
        found, at = body[at:end].decode("ascii"), end + 1
        return found

    def octet() -> int:
        nonlocal at
        at += 1
        return body[at - 1]

    text()  # service_type
    source_ton, source_npi, source = octet(), octet(), text()
    dest_ton, dest_npi, dest = octet(), octet(), text()
    esm_class, _, priority = octet(), octet(), octet()
    text()  # schedule_delivery_time
    validity, registered = text(), octet()
    octet()  # replace_if_present_flag
    coding = octet()
    octet()  # sm_default_msg_id
    data = body[at + 1 : at + 1 + body[at]]
    rest, user_reference = body[at + 1 + body[at] :], 0
    while len(rest) >= 4:
        tag, length = struct.unpack(">HH", rest[:4])
        if tag == _USER_REFERENCE:
            user_reference = int.from_bytes(rest[4 : 4 + length], "big")
        rest = rest[4 + length :]
    reference, part, parts = 0, 1, 1
    if esm_class & 0x40:
        header, data = data[: data[0] + 1], data[data[0] + 1 :]
        if header[1:3] == b"\x00\x03":
            reference, parts, part = header[3:6]
    return {
        "from": source,
        "to": dest,
        "source": [source_ton, source_npi],
        "dest": [dest_ton, dest_npi],
        "coding": coding,
        "octets": len(data),
        "reference": reference,
        "part": part,
        "parts": parts,
        "user_reference": user_reference,
        "priority": priority,
        "validity": validity,
        "registered": registered,
        "text": data.decode("utf-16-be") if coding == 8 else _gsm(data),
    }


def _gsm(data: bytes) -> str:
    signs = []
    octets = iter(data)
    for octet in octets:
        place = next(octets) + 0x80 if octet == 0x1B else octet
        signs.append(GSM_CHARACTER_TABLE[place])
    return "".join(signs)


async def serve(port: int, password: str, utc_offset: int, keep: Path | None, delay: float, *, repeats: bool) -> None:
    """Serve on loopback until standard input ends."""

    def tell(line: dict[str, Any]) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        sys.stdout.buffer.flush()

    centre = Centre(tell, password=password, utc_offset=utc_offset, keep=keep, repeats=repeats, delay=delay)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(centre), "127.0.0.1", port)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    tell({"event": "listening", "port": server.sockets[0].getsockname()[1]})
    while line := await orders.readline():
        try:
            order = msgspec.json.decode(line, type=Order)
            centre.obey(order)
            tell({"event": "obeyed", "do": order.do})
        except (msgspec.DecodeError, ValueError) as error:
            tell({"event": "not-understood", "error": str(error)})
    server.close()


def main() -> None:
    """Run the fake SMS centre."""
    parser = argparse.ArgumentParser(description="A fake SMS centre (SMPP 3.4) for tests.")
    parser.add_argument("--port", type=int, default=2775, help="TCP port on 127.0.0.1; 0: any that is free")
    parser.add_argument("--password", default="", help="password a client needs; empty: any")
    parser.add_argument("--utc-offset", type=int, default=480, help="time zone of receipts, minutes east of UTC")
    parser.add_argument("--keep", type=Path, help="file of the messages taken over: read at the start, told nothing of")
    parser.add_argument("--repeats", action="store_true", help="know a repeated message by its user_message_reference")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before a message is answered")
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.password, given.utc_offset, given.keep, given.delay, repeats=given.repeats))


if __name__ == "__main__":
    main()
