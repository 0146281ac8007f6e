"""The redirect server without its sockets: bytes and time in, bytes out."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from clearbell.calls import SECOND, Answer, Attestation, Call, CallEnd, CodeDialled, Decision
from clearbell.sip.answers import code_taken, to_tag, write
from clearbell.sip.callers import call_of
from clearbell.sip.codec import Malformed, Request, header, parse, response
from clearbell.sip.ends import EVENT, BadEndError, read_end
from clearbell.sip.sources import Source, Sources
from clearbell.sip.transactions import Transactions

log = structlog.get_logger()
UNANSWERED = "failed, not answered"
"""Name of the count of requests that met a fault, most likely a record that cannot be written: the disk is full.

What is not in the record is not told to anyone, so nothing is answered. The switch asks again, or lets the call go on
when its budget is over.
"""
_TOLD_AGAIN = 60 * SECOND
_CONTINUE = Answer.CONTINUE
ALLOW = header("Allow", "INVITE, ACK, CANCEL, OPTIONS, PUBLISH")


class Redirect:
    """Answers requests. Not safe for several threads at once; each door has its own.

    ``screen`` decides a call; when it raises, ``fail_open`` gives the decision that lets the call through.
    ``words`` gives the label's text for a decision that labels, and the name card's for one that carries a card.
    ``coded`` is told of subscribers that dial the source's report code.
    """

    def __init__(
        self,
        sources: Sources,
        screen: Callable[[Call], Decision],
        fail_open: Callable[[Call, str], Decision],
        ended: Callable[[CallEnd], None],
        words: Callable[[Decision], str],
        coded: Callable[[CodeDialled], None],
    ) -> None:
        self._sources = sources
        self._screen = screen
        self._fail_open = fail_open
        self._ended = ended
        self._words = words
        self._coded = coded
        self._transactions = Transactions()
        self._received = 0
        self._invites = 0
        self._continued = 0
        self._counts: dict[str, int] = {}
        self._told = 0

    @property
    def counts(self) -> dict[str, int]:
        """By name: ``received``, ``invite``, ``answered 603``, ``malformed: …``, ``retransmission``, ``shed`` …"""
        counts = dict(self._counts)
        told = f"answered {_CONTINUE.value}"
        often = ((told, self._continued), ("received", self._received), ("invite", self._invites))
        counts.update({name: counts.get(name, 0) + count for name, count in often if count})
        return counts

    def _count(self, name: str) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1

    def receive(self, data: bytes, host: str, now: int, stream: bool = False) -> bytes | None:
        """Take one message from ``host`` at ``now`` (µs UTC); returns the answer, or None when there is none.

        ``stream``: the body was cut off by its framing already, as on TCP.
        """
        self._received += 1
        read = parse(data, stream)
        if isinstance(read, Malformed):
            return self._malformed(read)
        source = self._sources.of(host)
        if read.method == b"ACK":
            self._count("ack")
            return None
        if source is None:
            self._count("unknown source")
            return response(read, b"403 Forbidden", to_tag=to_tag(read))
        key = b"\n".join((read.branch or read.from_, read.call_id, read.cseq, self._sources.address(host)))
        given = self._transactions.find(key)
        if given is not None:
            self._count("retransmission")
            return given
        if not self._sources.within_limit(source, now):
            self._count("over limit")
            return response(read, b"503 Service Unavailable", (header("Retry-After", "1"),), to_tag=to_tag(read))
        try:
            answer = self._answer(read, source, now)
        except Exception as error:  # noqa: BLE001 whatever one request meets, the others are answered
            self._count(UNANSWERED)
            if now - self._told >= _TOLD_AGAIN:
                self._told = now
                log.error("sip-request-failed", error=f"{type(error).__name__}: {error}")
            return None
        self._transactions.keep(key, answer)
        return answer

    def _malformed(self, malformed: Malformed) -> bytes | None:
        self._count(f"malformed: {malformed.flaw.value}")
        request = malformed.request
        if request is None or request.method == b"ACK":
            return None
        return response(request, f"400 Bad Request - {malformed.flaw.value}".encode(), to_tag=to_tag(request))

    def _answer(self, request: Request, source: Source, now: int) -> bytes:
        method = request.method
        if method == b"INVITE":
            if request.hops == b"0":
                self._count("answered 483")
                return response(request, b"483 Too Many Hops", to_tag=to_tag(request))
            return self._invite(request, source, now)
        if method == b"OPTIONS":
            self._count("options")
            return response(request, b"200 OK", (ALLOW,), to_tag=to_tag(request))
        if method == b"CANCEL":
            # The INVITE got its final answer at once, so there is nothing left to cancel (RFC 3261 §9.2).
            self._count("cancel")
            return response(request, b"200 OK", to_tag=to_tag(request))
        if method == b"PUBLISH":
            return self._publish(request, source, now)
        if method in (b"BYE", b"INFO", b"UPDATE", b"PRACK"):
            self._count("answered 481")
            return response(request, b"481 Call/Transaction Does Not Exist", to_tag=to_tag(request))
        self._count("answered 405")
        return response(request, b"405 Method Not Allowed", (ALLOW,), to_tag=to_tag(request))

    def _invite(self, request: Request, source: Source, now: int) -> bytes:
        self._invites += 1
        call = call_of(request, now, source.name, source.reading)
        if source.report_code and call.callee_text == source.report_code:
            return self._code(request, call, source)
        try:
            decision = self._screen(call)
        except Exception:  # noqa: BLE001 whatever went wrong, the call must not be lost for it
            self._count("fail open")
            decision = self._fail_open(call, "screening-failed")
        answer = decision.answer
        if answer is _CONTINUE and decision.name is None:
            self._continued += 1
            return write(request, decision, source.style, "")
        named = answer is Answer.LABELLED or answer is Answer.CHALLENGE or decision.name is not None
        self._count(f"answered {answer.value}")
        return write(request, decision, source.style, self._words(decision) if named else "")

    def _code(self, request: Request, call: Call, source: Source) -> bytes:
        # Whoever hides or forges his number cannot report as somebody.
        if not call.caller or call.attestation is Attestation.FAILED:
            self._count("report code of nobody")
            return response(request, b"403 Forbidden", to_tag=to_tag(request))
        self._coded(CodeDialled(call.id, call.at, call.caller))
        self._count("report code")
        return code_taken(request, source.report_contact)

    def _publish(self, request: Request, source: Source, now: int) -> bytes:
        event = (request.event or b"").partition(b";")[0].strip().lower()
        if event != EVENT:
            self._count("answered 489")
            allowed = header("Allow-Events", EVENT.decode())
            return response(request, b"489 Bad Event", (allowed,), to_tag=to_tag(request))
        try:
            end = read_end(request.body, now, source.reading.home)
        except BadEndError as error:
            self._count("bad call end")
            warning = header("Warning", f'399 clearbell "{str(error).replace(chr(34), chr(39))[:200]}"')
            return response(request, b"400 Bad Request - call end", (warning,), to_tag=to_tag(request))
        self._ended(end)
        self._count("call end")
        tag = to_tag(request)
        return response(request, b"200 OK", (header("SIP-ETag", tag.decode()), header("Expires", "0")), to_tag=tag)

    def shed(self, count: int) -> None:
        """Count datagrams that were passed over; see :mod:`clearbell.sip.shedding`."""
        self._counts["shed"] = self._counts.get("shed", 0) + count

    def tidy(self, now: int) -> None:
        """Housekeeping between messages."""
        self._transactions.forget_old(now)
