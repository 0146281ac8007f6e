"""Sending a city's calls and their ends at a real port and reading the answers."""

from __future__ import annotations

import http.client
import select
import socket
import time
from collections.abc import Callable, Iterable

import msgspec

from clearbell.calls import Action, CallEnd
from clearbell.simulation.model import Attempt, Event
from clearbell.simulation.truth import Score

WINDOW = 64
"""Requests under way at once."""
TIMEOUT = 2.0
_BATCH = 500
_ACTIONS = {403: Action.REJECT, 603: Action.REJECT, 607: Action.REJECT}
"""Anything else lets a switch go on: 302 and 404 as they say, 503 and the like by trying the next route."""


class Pace:
    """Holds events back until their turn, ``speed`` times faster than life; 0: never."""

    def __init__(
        self, speed: float, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._speed = speed
        self._now = now
        self._sleep = sleep
        self._began = now()
        self._first: int | None = None

    def due(self, at: int) -> float:
        """Seconds until an event of the time ``at`` (µs UTC) is due; 0 when it is."""
        if not self._speed:
            return 0.0
        if self._first is None:
            self._first = at
        return max(0.0, self._began + (at - self._first) / 1e6 / self._speed - self._now())

    def wait(self, at: int) -> None:
        """Wait until an event is due."""
        if (seconds := self.due(at)) > 0:
            self._sleep(seconds)


class Driven(msgspec.Struct, frozen=True):
    """What came back."""

    score: Score
    answered: int
    lost: int
    seconds: float


def invite(attempt: Attempt, port: int, serial: int) -> bytes:
    """An INVITE for a call, as a switch would send it."""
    call = attempt.call
    trunk = f"X-Clearbell-Trunk: {call.trunk}\r\n" if call.trunk else ""
    return (
        _request("INVITE", call.callee, call.caller, f"{call.id}-{serial:x}", port)
        + f"Contact: <sip:127.0.0.1:{port}>\r\n{trunk}Content-Length: 0\r\n\r\n"
    ).encode()


def publish(end: CallEnd, port: int, serial: int) -> bytes:
    """A PUBLISH that tells how a call ended."""
    body = msgspec.json.encode(_end(end))
    return (
        _request("PUBLISH", end.callee, end.caller, f"{end.id}-{serial:x}", port)
        + f"Event: clearbell-call-end\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _request(method: str, callee: int, caller: int, call_id: str, port: int) -> str:
    return (
        f"{method} sip:+{callee}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{call_id}\r\n"
        f"From: <sip:+{caller}@127.0.0.1>;tag={call_id}\r\n"
        f"To: <sip:+{callee}@127.0.0.1>\r\n"
        f"Call-ID: {call_id}\r\n"
        f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
    )


def _end(end: CallEnd) -> dict[str, object]:
    return {
        "id": end.id,
        "caller": f"+{end.caller}",
        "callee": f"+{end.callee}",
        "answered": end.answered,
        "duration_ms": end.duration // 1000,
        "ring_ms": end.ring // 1000,
        "hangup": end.hangup.value,
        "trunk": end.trunk,
    }


class _Talk:
    """What was let through so far: only such a call ends like one."""

    def __init__(self, limit: int | None) -> None:
        self.score = Score()
        self.answered = 0
        self.lost = 0
        self._sent = 0
        self._limit = limit
        self._refused: set[str] = set()

    def asks(self, event: Event) -> bool:
        """Whether the event is to be sent. Raises ``StopIteration`` once the limit of calls is reached."""
        if isinstance(event, Attempt):
            if self._limit is not None and self._sent >= self._limit:
                raise StopIteration
            self._sent += 1
            return True
        return isinstance(event, CallEnd) and event.id not in self._refused

    def answer(self, attempt: Attempt, action: Action, reason: str) -> None:
        self.answered += 1
        self.score.add(attempt, action, reason)
        if action is Action.REJECT:
            self._refused.add(attempt.call.id)

    def driven(self, seconds: float) -> Driven:
        return Driven(self.score, self.answered, self.lost, seconds)


def drive_sip(
    events: Iterable[Event], address: tuple[str, int], limit: int | None = None, speed: float = 0.0
) -> Driven:
    """Send INVITEs and, for calls let through, PUBLISHed ends over UDP, at most ``WINDOW`` unanswered at a time.

    ``speed``: how many times faster than life; 0: as fast as they are answered. The server stamps calls with its own
    time, so the faster the story is told, the busier its callers seem. Raises ``OSError``.
    """
    talk = _Talk(limit)
    pace = Pace(speed)
    began = time.monotonic()
    source = iter(events)
    upcoming: Attempt | CallEnd | None = None
    more = True
    serial = 0
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        port = sock.getsockname()[1]
        waiting: dict[bytes, Attempt | None] = {}
        while more or waiting:
            idle = TIMEOUT
            while more and len(waiting) < WINDOW:
                if upcoming is None:
                    upcoming = _next(source, talk)
                    if upcoming is None:
                        more = False
                        break
                at = upcoming.call.at if isinstance(upcoming, Attempt) else upcoming.at
                if (due := pace.due(at)) > 0:
                    idle = min(due, TIMEOUT)
                    break
                if isinstance(upcoming, CallEnd):
                    if any(one is not None and one.call.id == upcoming.id for one in waiting.values()):
                        break  # Whether it was let through is not known yet.
                    if not talk.asks(upcoming):
                        upcoming = None
                        continue
                serial += 1
                if isinstance(upcoming, Attempt):
                    waiting[f"{upcoming.call.id}-{serial:x}".encode()] = upcoming
                    sock.send(invite(upcoming, port, serial))
                else:
                    waiting[f"{upcoming.id}-{serial:x}".encode()] = None
                    sock.send(publish(upcoming, port, serial))
                upcoming = None
            ready, _, _ = select.select([sock], [], [], idle)
            if ready:
                _hear(sock.recv(65_535), waiting, talk)
            elif idle == TIMEOUT:
                talk.lost += sum(attempt is not None for attempt in waiting.values())
                waiting.clear()
    return talk.driven(time.monotonic() - began)


def _next(source: Iterable[Event], talk: _Talk) -> Attempt | CallEnd | None:
    try:
        for event in source:
            if talk.asks(event) and isinstance(event, (Attempt, CallEnd)):
                return event
    except StopIteration:
        pass
    return None


def _hear(reply: bytes, waiting: dict[bytes, Attempt | None], talk: _Talk) -> None:
    attempt = waiting.pop(_value(reply, b"Call-ID"), None)
    if attempt is None:
        return
    code = int(reply[8:11])
    action = _ACTIONS.get(code, Action.ALLOW)
    if code == 302 and b"P-Asserted-Identity" in reply:
        action = Action.LABEL
    talk.answer(attempt, action, str(code))


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


def drive_http(
    events: Iterable[Event], address: tuple[str, int], limit: int | None = None, speed: float = 0.0
) -> Driven:
    """Post calls and the ends of those let through, in batches, with their own times.

    ``speed`` as for SIP, though the times told stay the story's. Raises ``OSError``, also for a refused batch.
    """
    talk = _Talk(limit)
    pace = Pace(speed)
    began = time.monotonic()
    connection = http.client.HTTPConnection(*address, timeout=30)
    source = iter(events)
    attempts: list[Attempt] = []
    ends: list[CallEnd] = []
    try:
        while (event := _next(source, talk)) is not None:
            if isinstance(event, Attempt):
                pace.wait(event.call.at)
                attempts.append(event)
            else:
                ends.append(event)
            if len(attempts) >= _BATCH or len(ends) >= _BATCH:
                _send(connection, attempts, ends, talk)
        _send(connection, attempts, ends, talk)
    finally:
        connection.close()
    return talk.driven(time.monotonic() - began)


def _send(connection: http.client.HTTPConnection, attempts: list[Attempt], ends: list[CallEnd], talk: _Talk) -> None:
    if attempts:
        calls = [
            {"id": c.id, "at": c.at, "caller": c.caller, "callee": c.callee, "trunk": c.trunk}
            for c in (attempt.call for attempt in attempts)
        ]
        body = _post(connection, "/v1/screen/batch", {"calls": calls}, 200)
        for attempt, answer in zip(attempts, msgspec.json.decode(body, type=_Answers).decisions, strict=True):
            talk.answer(attempt, answer.action, answer.decided_by)
    let_through = [end for end in ends if talk.asks(end)]
    if let_through:
        told = [{**_end(end), "at": end.at} for end in let_through]
        _post(connection, "/v1/calls/ended/batch", {"ends": told}, 202)
    attempts.clear()
    ends.clear()


def _post(connection: http.client.HTTPConnection, path: str, body: object, expected: int) -> bytes:
    connection.request("POST", path, msgspec.json.encode(body), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    answer = reply.read()
    if reply.status != expected:
        message = f"{reply.status}: {answer[:200].decode('utf-8', 'replace')}"
        raise OSError(message)
    return answer
