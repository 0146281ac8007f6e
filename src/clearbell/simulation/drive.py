"""Sending a city's calls at a real port and reading the answers."""

from __future__ import annotations

import http.client
import itertools
import select
import socket
import time
from collections.abc import Iterable

import msgspec

from clearbell.calls import Action
from clearbell.simulation.model import Attempt
from clearbell.simulation.truth import Score

WINDOW = 64
"""INVITEs under way at once."""
TIMEOUT = 2.0
_BATCH = 500
_ACTIONS = {302: Action.ALLOW, 404: Action.ALLOW, 403: Action.REJECT, 603: Action.REJECT, 607: Action.REJECT}


class Driven(msgspec.Struct, frozen=True):
    """What came back."""

    score: Score
    answered: int
    lost: int
    seconds: float


def invite(attempt: Attempt, port: int, serial: int) -> bytes:
    """An INVITE for a call, as a switch would send it."""
    call = attempt.call
    return (
        f"INVITE sip:+{call.callee}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{serial:x}-{call.id}\r\n"
        f"From: <sip:+{call.caller}@127.0.0.1>;tag={serial:x}\r\n"
        f"To: <sip:+{call.callee}@127.0.0.1>\r\n"
        f"Call-ID: {call.id}-{serial:x}\r\n"
        f"CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:127.0.0.1:{port}>\r\n"
        f"X-Clearbell-Trunk: {call.trunk}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def drive_sip(attempts: Iterable[Attempt], address: tuple[str, int], limit: int | None = None) -> Driven:
    """Send INVITEs over UDP, at most ``WINDOW`` unanswered at a time. Raises ``OSError``.

    The server stamps the calls with its own time, so limits by the hour see them faster than they were made.
    """
    score = Score()
    answered = lost = 0
    began = time.monotonic()
    source = enumerate(itertools.islice(attempts, limit))
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        port = sock.getsockname()[1]
        waiting: dict[bytes, Attempt] = {}
        more = True
        while more or waiting:
            while more and len(waiting) < WINDOW:
                following = next(source, None)
                if following is None:
                    more = False
                    break
                serial, attempt = following
                waiting[f"{attempt.call.id}-{serial:x}".encode()] = attempt
                sock.send(invite(attempt, port, serial))
            ready, _, _ = select.select([sock], [], [], TIMEOUT)
            if not ready:
                lost += len(waiting)
                waiting.clear()
                continue
            reply = sock.recv(65_535)
            call_id = _value(reply, b"Call-ID")
            found = waiting.pop(call_id, None)
            if found is None:
                continue
            answered += 1
            code = int(reply[8:11])
            action = _ACTIONS.get(code, Action.REJECT)
            if code == 302 and b"P-Asserted-Identity" in reply:
                action = Action.LABEL
            score.add(found, action, str(code))
    return Driven(score, answered, lost, time.monotonic() - began)


def _value(message: bytes, name: bytes) -> bytes:
    start = message.find(b"\r\n" + name + b": ")
    if start < 0:
        return b""
    start += len(name) + 4
    return message[start : message.find(b"\r\n", start)]


class _Answer(msgspec.Struct):
    action: Action
    decided_by: str


class _Answers(msgspec.Struct):
    decisions: list[_Answer]


def drive_http(attempts: Iterable[Attempt], address: tuple[str, int], limit: int | None = None) -> Driven:
    """Post calls to ``/v1/screen/batch`` with their own times. Raises ``OSError``, also for a refused batch."""
    score = Score()
    answered = 0
    began = time.monotonic()
    connection = http.client.HTTPConnection(*address, timeout=30)
    source = itertools.islice(attempts, limit)
    try:
        while batch := list(itertools.islice(source, _BATCH)):
            calls = [
                {"id": c.id, "at": c.at, "caller": c.caller, "callee": c.callee, "trunk": c.trunk}
                for c in (attempt.call for attempt in batch)
            ]
            connection.request(
                "POST",
                "/v1/screen/batch",
                msgspec.json.encode({"calls": calls}),
                {"Content-Type": "application/json"},
            )
            reply = connection.getresponse()
            body = reply.read()
            if reply.status != 200:
                message = f"{reply.status}: {body[:200].decode('utf-8', 'replace')}"
                raise OSError(message)
            for attempt, answer in zip(batch, msgspec.json.decode(body, type=_Answers).decisions, strict=True):
                score.add(attempt, answer.action, answer.decided_by)
                answered += 1
    finally:
        connection.close()
    return Driven(score, answered, 0, time.monotonic() - began)
