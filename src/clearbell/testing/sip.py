"""A SIP peer for tests: requests as bytes, answers taken apart."""

from __future__ import annotations

import msgspec

from clearbell.calls import Call, CallEnd, CodeDialled, Decision
from clearbell.sip.answers import Style
from clearbell.sip.callers import Reading
from clearbell.sip.redirect import Redirect
from clearbell.sip.sources import Source, Sources
from clearbell.testing.clock import START
from clearbell.testing.screening import World

SWITCH = "192.0.2.1"
BLOCKED_URL = "https://example.net/blocked/{decision}"


def request(
    method: str = "INVITE",
    *,
    caller: str = "+8613800000001",
    callee: str = "+8613900000002",
    call_id: str = "call-1",
    branch: str = "z9hG4bK1",
    cseq: int = 1,
    extra: tuple[str, ...] = (),
    body: str = "",
) -> bytes:
    """A request as a switch would send it."""
    lines = [
        f"{method} sip:{callee}@example.net SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.1:5060;branch={branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:{caller}@example.net>;tag=a1",
        f"To: <sip:{callee}@example.net>",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
        *extra,
        f"Content-Length: {len(body.encode())}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Answered(msgspec.Struct, frozen=True):
    """A response taken apart."""

    code: int
    phrase: str
    headers: dict[str, list[str]]
    """By lower-case name, in order."""
    raw: bytes


def read_answer(raw: bytes) -> Answered:
    """Take a response apart. Raises ``AssertionError`` when it is not well-formed."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    assert separator, "no end of headers"  # noqa: S101
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    version, code, phrase = first.split(" ", 2)
    assert version == "SIP/2.0", first  # noqa: S101
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        assert colon, line  # noqa: S101
        assert "\n" not in value, line  # noqa: S101
        headers.setdefault(name.lower(), []).append(value)
    assert headers["content-length"] == [str(len(body))]  # noqa: S101
    for name in ("via", "from", "to", "call-id", "cseq"):
        assert headers.get(name), f"no {name}"  # noqa: S101
    return Answered(int(code), phrase, headers, raw)


class Switch:
    """A switch before a redirect server whose world you state."""

    def __init__(
        self,
        world: World | None = None,
        style: Style | None = None,
        reading: Reading | None = None,
        *,
        report_code: str = "",
        report_contact: str = "",
    ) -> None:
        self.world = world or World()
        self.now = START
        self.ends: list[CallEnd] = []
        self.calls: list[Call] = []
        self.codes: list[CodeDialled] = []
        source = Source(
            "switch",
            SWITCH,
            reading or Reading(),
            style or Style(blocked_url=BLOCKED_URL),
            1000.0,
            report_code,
            report_contact,
        )
        self.core = Redirect(
            Sources((source,)),
            self._screen,
            self.world.engine.fail_open,
            self.ends.append,
            lambda decision: f"疑似骚扰 {decision.label}",
            self.codes.append,
        )

    def _screen(self, call: Call) -> Decision:
        self.calls.append(call)
        return self.world.engine.screen(call)

    def send(self, raw: bytes, host: str = SWITCH) -> Answered | None:
        """Send bytes; returns the answer taken apart, or None when there was none."""
        answer = self.core.receive(raw, host, self.now)
        return None if answer is None else read_answer(answer)
