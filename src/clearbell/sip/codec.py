"""SIP requests from bytes, and responses to bytes (RFC 3261), as far as a redirect server needs them.

Everything stays bytes until someone needs text. Limits are named; what breaks one is malformed, never an
exception.
"""

from __future__ import annotations

import enum

import msgspec

MAX_DATAGRAM = 65_535
"""No UDP datagram is longer."""
MAX_HEADERS = 200
"""RFC 3261 sets none; a real INVITE has about 20, one with a long history perhaps 60."""
MAX_VIAS = 70
"""Max-Forwards starts at 70, so no request has passed more proxies (RFC 3261 §8.1.1.6)."""
MAX_LINE = 8_192
"""Long enough for an Identity header with its PASSporT."""


class Flaw(enum.Enum):
    """Why bytes are no request that can be acted on."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    NOT_SIP = "not SIP"
    IS_RESPONSE = "is a response"
    BAD_REQUEST_LINE = "bad request line"
    BAD_HEADER = "bad header line"
    TOO_MANY_HEADERS = "too many headers"
    MISSING_HEADER = "mandatory header missing"
    TWICE = "single header given twice"
    BAD_CSEQ = "CSeq does not fit the request"
    BAD_VIA = "bad Via"
    BAD_LENGTH = "Content-Length does not fit the body"
    TOO_MANY_HOPS = "no hops left"


class Request(msgspec.Struct, gc=False):
    """A request that can be answered."""

    method: bytes
    uri: bytes
    vias: list[bytes]
    """Values of all Via headers, in order, as received."""
    from_: bytes
    to: bytes
    call_id: bytes
    cseq: bytes
    branch: bytes
    """Branch of the topmost Via; empty from a sender older than RFC 3261."""
    headers: dict[bytes, bytes]
    """Every other header by lower-case long name; of several the first."""
    body: bytes


class Malformed(msgspec.Struct, gc=False):
    """Bytes that cannot be acted on; answerable with 400 when enough of a request is there."""

    flaw: Flaw
    request: Request | None = None


_COMPACT: dict[bytes, bytes] = {
    b"v": b"via",
    b"f": b"from",
    b"t": b"to",
    b"i": b"call-id",
    b"m": b"contact",
    b"l": b"content-length",
    b"c": b"content-type",
    b"o": b"event",
    b"s": b"subject",
    b"k": b"supported",
    b"y": b"identity",
}
_SINGLE = frozenset(
    {b"from", b"to", b"call-id", b"cseq", b"max-forwards", b"content-length", b"content-type", b"event"}
)
_TOKEN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~")
_METHODS = frozenset(
    {b"INVITE", b"ACK", b"CANCEL", b"OPTIONS", b"BYE", b"PUBLISH", b"REGISTER", b"INFO", b"UPDATE", b"PRACK"}
    | {b"SUBSCRIBE", b"NOTIFY", b"REFER", b"MESSAGE"}
)


def _branch(via: bytes) -> bytes:
    lowered = via.lower()
    at = lowered.find(b"branch=")
    if at < 0:
        return b""
    end = len(via)
    for stop in (b";", b",", b" "):
        place = via.find(stop, at)
        if 0 <= place < end:
            end = place
    return via[at + 7 : end]


def _flaw_of(request: Request, seen: dict[bytes, bytes], twice: bool) -> Flaw | None:
    if twice:
        return Flaw.TWICE
    number, _, method = request.cseq.partition(b" ")
    if not number.isdigit() or int(number) >= 1 << 31 or method.strip() != request.method:
        return Flaw.BAD_CSEQ
    if request.vias[0][:4].upper() != b"SIP/" or len(request.vias) > MAX_VIAS:
        return Flaw.BAD_VIA
    hops = seen.get(b"max-forwards")
    if hops is not None and not (hops.isdigit() and len(hops) < 4):
        return Flaw.BAD_HEADER
    return None


def parse(data: bytes, *, stream: bool = False) -> Request | Malformed:
    """Read one request. ``stream``: the body was cut off by its framing already, as on TCP. Never raises."""
    if not data.strip():
        return Malformed(Flaw.EMPTY)
    if len(data) > MAX_DATAGRAM:
        return Malformed(Flaw.TOO_LONG)
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        return Malformed(Flaw.NOT_SIP)
    if b"\r\n " in head or b"\r\n\t" in head:
        head = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    lines = head.split(b"\r\n")
    first = lines[0].split(b" ")
    if len(first) != 3 or first[2] != b"SIP/2.0":
        if lines[0][:8] == b"SIP/2.0 ":
            return Malformed(Flaw.IS_RESPONSE)
        return Malformed(Flaw.BAD_REQUEST_LINE if b"SIP/2.0" in lines[0] else Flaw.NOT_SIP)
    method, uri, _ = first
    if method not in _METHODS and (not method or not _TOKEN.issuperset(method)):
        return Malformed(Flaw.BAD_REQUEST_LINE)
    if not uri or b"\n" in head.replace(b"\r\n", b"") or b"\0" in head:
        return Malformed(Flaw.BAD_REQUEST_LINE)
    if len(lines) > MAX_HEADERS:
        return Malformed(Flaw.TOO_MANY_HEADERS)
    vias: list[bytes] = []
    seen: dict[bytes, bytes] = {}
    twice = False
    for place in range(1, len(lines)):
        line = lines[place]
        colon = line.find(b":")
        if colon < 1 or len(line) > MAX_LINE:
            return Malformed(Flaw.BAD_HEADER)
        name = line[:colon].strip().lower()
        name = _COMPACT.get(name, name)
        value = line[colon + 1 :].strip()
        if name == b"via":
            vias.append(value)
        elif name in seen:
            if name in _SINGLE:
                twice = True
        else:
            seen[name] = value
    from_ = seen.pop(b"from", b"")
    to = seen.pop(b"to", b"")
    call_id = seen.pop(b"call-id", b"")
    cseq = seen.pop(b"cseq", b"")
    if not (vias and from_ and to and call_id and cseq):
        return Malformed(Flaw.MISSING_HEADER)
    request = Request(method, uri, vias, from_, to, call_id, cseq, _branch(vias[0]), seen, body)
    flaw = _flaw_of(request, seen, twice)
    if flaw is not None:
        return Malformed(flaw, request)
    length = seen.get(b"content-length")
    if length is not None and not stream:
        if not length.isdigit() or len(length) > 6 or int(length) > len(body):
            return Malformed(Flaw.BAD_LENGTH, request)
        request.body = body[: int(length)]
    return request


def response(
    request: Request, code: int, phrase: str, headers: tuple[bytes, ...] = (), *, to_tag: bytes = b"", body: bytes = b""
) -> bytes:
    """Write a response: the request's Via, From, To, Call-ID and CSeq, then ``headers`` (whole lines without end).

    ``to_tag`` is added to To where it has none. Headers must come from :func:`header`, which keeps line ends out.
    """
    to = request.to
    if to_tag and b"tag=" not in to[to.rfind(b">") + 1 :]:
        to = b"%s;tag=%s" % (to, to_tag)
    parts = [b"SIP/2.0 %d %s" % (code, phrase.encode())]
    parts.extend([b"Via: " + via for via in request.vias])
    parts.append(b"From: " + request.from_)
    parts.append(b"To: " + to)
    parts.append(b"Call-ID: " + request.call_id)
    parts.append(b"CSeq: " + request.cseq)
    parts.extend(headers)
    parts.append(b"Server: Clearbell")
    parts.append(b"Content-Length: %d\r\n" % len(body))
    return b"\r\n".join(parts) + b"\r\n" + body


_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")


def header(name: str, value: str) -> bytes:
    """Write a header line; whatever could end the line early becomes a space."""
    return f"{name}: {value}".encode("utf-8", "replace").translate(_LINE_ENDS)


def quoted(text: str) -> str:
    """Write a quoted string (RFC 3261 §25.1): UTF-8 as it is, quotes and backslashes escaped."""
    cleaned = "".join(char if char >= " " and char != "\x7f" else " " for char in text)
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'
