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
MAX_CSEQ_DIGITS = 10
"""Of a number below 2**31 (RFC 3261 §8.1.1.5)."""
COMPILED = not __file__.endswith(".py")
"""Whether this runs compiled: what is a loop there is a search of Python's here."""


class Flaw(enum.Enum):
    """Why bytes are no request that can be acted on."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    NOT_SIP = "not SIP"
    IS_RESPONSE = "is a response"
    BAD_REQUEST_LINE = "bad request line"
    BAD_HEADER = "bad header line"
    FOLDED = "folded header line"
    """Only within this module: such a line is joined to the one before it."""
    TOO_MANY_HEADERS = "too many headers"
    MISSING_HEADER = "mandatory header missing"
    TWICE = "single header given twice"
    BAD_CSEQ = "CSeq does not fit the request"
    BAD_VIA = "bad Via"
    BAD_LENGTH = "Content-Length does not fit the body"
    TOO_MANY_HOPS = "no hops left"


class Request:
    """A request that can be answered."""

    __slots__ = (
        "asserted",
        "body",
        "branch",
        "call_id",
        "cseq",
        "event",
        "from_",
        "hops",
        "indicator",
        "length",
        "method",
        "privacy",
        "raw",
        "rest",
        "to",
        "uri",
        "via",
        "vias",
    )

    def __init__(self, method: bytes, uri: bytes) -> None:
        self.method = method
        self.uri = uri
        self.via = b""
        """The topmost Via: who asks."""
        self.vias: list[bytes] | None = None
        """The Vias below it, in order, as received."""
        self.from_ = b""
        self.to = b""
        self.call_id = b""
        self.cseq = b""
        self.branch = b""
        """Branch of the topmost Via; empty from a sender older than RFC 3261."""
        self.hops: bytes | None = None
        """Max-Forwards; None, here and below: there is none. Of several headers of one name the first."""
        self.length: bytes | None = None
        """Content-Length."""
        self.event: bytes | None = None
        self.asserted: bytes | None = None
        """P-Asserted-Identity."""
        self.privacy: bytes | None = None
        self.indicator: bytes | None = None
        """P-Attestation-Indicator."""
        self.body = b""
        self.raw = b""
        """The whole of it, lines unfolded."""
        self.rest: list[bytes] | None = None
        """The lines of headers whose names are not among the common ones."""

    def header(self, name: bytes) -> bytes | None:
        """The first header of a lower-case name; None when there is none. Those with a field here are had from it."""
        if self.rest is not None:
            size = len(name)
            for line in self.rest:
                colon = place_in(line, _COLON, 0, len(line))
                if colon >= size and line[:size].lower() == name and not line[size:colon].strip():
                    return _value(line, colon + 1, len(line))
        return _search(self.raw, name) if name in _PASSED_OVER else None


class Malformed(msgspec.Struct, gc=False):
    """Bytes that cannot be acted on; answerable with 400 when enough of a request is there."""

    flaw: Flaw
    request: Request | None = None


_OTHER, _VIA, _FROM, _TO, _CALL_ID, _CSEQ, _HOPS, _LENGTH, _TYPE, _EVENT, _ASSERTED, _PRIVACY, _INDICATOR = range(13)
_ROLE_OF: dict[bytes, int] = {
    b"via": _VIA,
    b"v": _VIA,
    b"from": _FROM,
    b"f": _FROM,
    b"to": _TO,
    b"t": _TO,
    b"call-id": _CALL_ID,
    b"i": _CALL_ID,
    b"cseq": _CSEQ,
    b"max-forwards": _HOPS,
    b"content-length": _LENGTH,
    b"l": _LENGTH,
    b"content-type": _TYPE,
    b"c": _TYPE,
    b"event": _EVENT,
    b"o": _EVENT,
    b"p-asserted-identity": _ASSERTED,
    b"privacy": _PRIVACY,
    b"p-attestation-indicator": _INDICATOR,
}
_COMMON = (
    b"Via From To Call-ID CSeq Max-Forwards Content-Length Content-Type Event P-Asserted-Identity Privacy "
    b"P-Attestation-Indicator Contact Allow Supported User-Agent Session-Expires Min-SE Route Record-Route Require "
    b"Accept Allow-Events Date Identity Expires Diversion History-Info P-Charging-Vector P-Access-Network-Info"
).split()
# As nearly every switch writes them: what is found here needs no care with case and spaces.
_AS_WRITTEN: dict[bytes, int] = {name: _ROLE_OF.get(name.lower(), _OTHER) for name in _COMMON} | _ROLE_OF
_PASSED_OVER = frozenset(name.lower() for name in _COMMON)
_SINGLE = sum(1 << role for role in (_FROM, _TO, _CALL_ID, _CSEQ, _HOPS, _LENGTH, _TYPE, _EVENT))
_TOKEN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~")
_METHODS = frozenset(
    {b"INVITE", b"ACK", b"CANCEL", b"OPTIONS", b"BYE", b"PUBLISH", b"REGISTER", b"INFO", b"UPDATE", b"PRACK"}
    | {b"SUBSCRIBE", b"NOTIFY", b"REFER", b"MESSAGE"}
)
_LF, _CR, _COLON, _SPACE, _TAB, _SEMICOLON, _COMMA, _ZERO = b"\n\r: \t;,0"
_SLOTS = 256


def _slots() -> tuple[list[bytes | None], bytes]:
    """The names as written in a table of open addressing, and the role of each: so a name is found where it lies."""
    names: list[bytes | None] = [None] * _SLOTS
    roles = bytearray(_SLOTS)
    for name, role in _AS_WRITTEN.items():
        slot = _slot(name, 0, len(name))
        while names[slot] is not None:
            slot = (slot + 1) % _SLOTS
        names[slot] = name
        roles[slot] = role
    return names, bytes(roles)


def _slot(data: bytes, at: int, colon: int) -> int:
    return (31 * (colon - at) + 7 * data[at] + data[colon - 1]) % _SLOTS


_UNKNOWN = -1
_COMPILED, _MAX_LINE, _MAX_HEADERS = COMPILED, MAX_LINE, MAX_HEADERS  # compiled, they are numbers of C


def _role_as_written(data: bytes, at: int, colon: int) -> int:
    """Role of the header whose name stands there, where that is written as usual; ``_UNKNOWN`` where it is not."""
    slot = _slot(data, at, colon)
    size = colon - at
    while True:
        name = _NAMES[slot]
        if name is None:
            return _UNKNOWN
        if len(name) == size and _stands(data, at, name):
            return _ROLES[slot]
        slot = (slot + 1) % _SLOTS


def _stands(data: bytes, at: int, what: bytes) -> bool:
    """Whether some bytes stand there; as many are there."""
    if not _COMPILED:
        return data.startswith(what, at)
    for place in range(len(what)):  # noqa: SIM110 compiled, this is a loop of C
        if data[at + place] != what[place]:
            return False
    return True


_NAMES, _ROLES = _slots()


def place_in(data: bytes, what: int, at: int, stop: int) -> int:
    """Where a byte first stands from ``at`` on and before ``stop``; -1: nowhere."""
    if _COMPILED:
        while at < stop:
            if data[at] == what:
                return at
            at += 1
        return -1
    return data.find(what, at, stop)


def _search(raw: bytes, name: bytes) -> bytes | None:
    for line in raw[: raw.find(b"\r\n\r\n")].split(b"\r\n")[1:]:
        given, _, value = line.partition(b":")
        if given.strip().lower() == name:
            return value.strip()
    return None


def _value(data: bytes, at: int, stop: int) -> bytes:
    """What stands there, without the white space around it."""
    while at < stop and (data[at] == _SPACE or data[at] == _TAB):
        at += 1
    while stop > at and (data[stop - 1] == _SPACE or data[stop - 1] == _TAB):
        stop -= 1
    return data[at:stop]


def _branch(via: bytes) -> bytes:
    stop = len(via)
    at = place_in(via, _SEMICOLON, 0, stop)
    while at >= 0:
        at += 1
        while at < stop and via[at] == _SPACE:
            at += 1
        if via[at : at + 7].lower() == b"branch=":
            at += 7
            end = at
            while end < stop and via[end] != _SEMICOLON and via[end] != _COMMA and via[end] != _SPACE:
                end += 1
            return via[at:end]
        at = place_in(via, _SEMICOLON, at, stop)
    return b""


def _number(text: bytes, stop: int) -> int:
    """The number of the digits before ``stop``; -1 where anything else is among them, and for more than ten."""
    if not 0 < stop <= MAX_CSEQ_DIGITS:
        return -1
    number = 0
    for place in range(stop):
        digit = text[place] - _ZERO
        if digit < 0 or digit > 9:
            return -1
        number = 10 * number + digit
    return number


_MOST_CSEQ = 1 << 31


def _cseq_fits(cseq: bytes, method: bytes) -> bool:
    end = place_in(cseq, _SPACE, 0, len(cseq))
    if end <= 0:
        return False
    number = _number(cseq, end)
    if not 0 <= number < _MOST_CSEQ:
        return False
    if len(cseq) - end - 1 == len(method) and _stands(cseq, end + 1, method):
        return True
    return _value(cseq, end + 1, len(cseq)) == method


def _flaw_of(request: Request, stream: bool) -> Flaw | None:
    if not _cseq_fits(request.cseq, request.method):
        return Flaw.BAD_CSEQ
    via = request.via
    if not via.startswith(b"SIP/") and via[:4].upper() != b"SIP/":
        return Flaw.BAD_VIA
    if request.vias is not None and len(request.vias) >= MAX_VIAS:
        return Flaw.BAD_VIA
    hops = request.hops
    if hops is not None and (len(hops) > 3 or _number(hops, len(hops)) < 0):
        return Flaw.BAD_HEADER
    if request.length is not None and not stream:
        length = _number(request.length, len(request.length))
        if length != len(request.body):
            if not 0 <= length <= len(request.body):
                return Flaw.BAD_LENGTH
            request.body = request.body[:length]
    return None


def parse(data: bytes, stream: bool = False) -> Request | Malformed:
    """Read one request. ``stream``: the body was cut off by its framing already, as on TCP. Never raises."""
    end = data.find(b"\r\n\r\n")
    if end <= 0 and not data.strip():
        return Malformed(Flaw.EMPTY)
    if len(data) > MAX_DATAGRAM:
        return Malformed(Flaw.TOO_LONG)
    if end < 0:
        return Malformed(Flaw.NOT_SIP)
    at = place_in(data, _CR, 0, end + 1) + 2
    if data[at - 1] != _LF:
        at = data.find(b"\r\n") + 2
    if at > 18 and _stands(data, 0, _INVITE) and _stands(data, at - 10, _VERSION_END):
        # As nearly every one begins: a URI without a space, and the version.
        method, uri = b"INVITE", data[7 : at - 10]
        if b" " in uri:
            return Malformed(Flaw.BAD_REQUEST_LINE)
    else:
        words = data[: at - 2].split(b" ")
        if len(words) != 3 or words[2] != b"SIP/2.0":
            return Malformed(_no_request_line(data[: at - 2]))
        method, uri = words[0], words[1]
        if method not in _METHODS and (not method or not _TOKEN.issuperset(method)):
            return Malformed(Flaw.BAD_REQUEST_LINE)
    if not uri or b"\n" in uri or b"\n" in method or (b"\0" in data and b"\0" in data[:end]):
        return Malformed(Flaw.BAD_REQUEST_LINE)
    request = Request(method, uri)
    request.raw = data
    flaw = _headers(request, data, at, end)
    if flaw is Flaw.FOLDED:
        head = data[:end].replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
        return parse(head + data[end:], stream)
    if flaw is not None:
        return Malformed(flaw, request if flaw is Flaw.TWICE else None)
    request.body = data[end + 4 :]
    flaw = _flaw_of(request, stream)
    return request if flaw is None else Malformed(flaw, request)


_INVITE = b"INVITE "
_VERSION_END = b" SIP/2.0\r\n"


def _no_request_line(first: bytes) -> Flaw:
    if first[:8] == b"SIP/2.0 ":
        return Flaw.IS_RESPONSE
    return Flaw.BAD_REQUEST_LINE if b"SIP/2.0" in first else Flaw.NOT_SIP


def _headers(request: Request, data: bytes, at: int, end: int) -> Flaw | None:
    """Read the lines from ``at`` on; ``end`` is where the last of them ends. Compiled, ``data`` is an address."""
    seen = 0
    count = 0
    twice = False
    while at < end:
        if data[at] == _SPACE or data[at] == _TAB:
            return Flaw.FOLDED
        colon = place_in(data, _COLON, at, end)
        known = _UNKNOWN
        if colon > at:
            known = _role_as_written(data, at, colon) if _COMPILED else _AS_WRITTEN.get(data[at:colon], _UNKNOWN)
        # A name as written has no line end in it; in others there may be one before the colon.
        stop = place_in(data, _LF, at if known == _UNKNOWN else colon, end + 2) - 1
        if data[stop] != _CR:
            return Flaw.BAD_REQUEST_LINE
        if colon <= at or colon > stop or stop - at > _MAX_LINE:
            return Flaw.BAD_HEADER
        count += 1
        if count >= _MAX_HEADERS:
            return Flaw.TOO_MANY_HEADERS
        role: int = _ROLE_OF.get(data[at:colon].strip().lower(), _OTHER) if known == _UNKNOWN else known
        if role == _OTHER:
            if known == _UNKNOWN:
                _keep(request, data[at:stop])
        elif role == _VIA:
            _route(request, _value(data, colon + 1, stop))
        elif seen >> role & 1:
            twice = twice or _SINGLE >> role & 1 == 1
        else:
            seen |= 1 << role
            _state(request, role, _value(data, colon + 1, stop))
        at = stop + 2
    if not (request.via and request.from_ and request.to and request.call_id and request.cseq):
        return Flaw.MISSING_HEADER
    request.branch = _branch(request.via)
    return Flaw.TWICE if twice else None


def _keep(request: Request, line: bytes) -> None:
    if request.rest is None:
        request.rest = [line]
    else:
        request.rest.append(line)


def _route(request: Request, via: bytes) -> None:
    if not request.via:
        request.via = via
    elif request.vias is None:
        request.vias = [via]
    else:
        request.vias.append(via)


def _state(request: Request, role: int, value: bytes) -> None:
    if role == _FROM:
        request.from_ = value
    elif role == _TO:
        request.to = value
    elif role == _CALL_ID:
        request.call_id = value
    elif role == _CSEQ:
        request.cseq = value
    elif role == _HOPS:
        request.hops = value
    elif role == _LENGTH:
        request.length = value
    elif role == _ASSERTED:
        request.asserted = value
    elif role == _PRIVACY:
        request.privacy = value
    elif role == _INDICATOR:
        request.indicator = value
    elif role == _EVENT:
        request.event = value


_TAIL = b"\r\nServer: Clearbell\r\nContent-Length: 0\r\n\r\n"


def response(request: Request, status: bytes, headers: tuple[bytes, ...] = (), to_tag: bytes = b"") -> bytes:
    """Write a response: the request's Via, From, To, Call-ID and CSeq, then ``headers`` (whole lines without end).

    ``status`` is code and phrase. ``to_tag`` is added to To where it has none. Headers must come from :func:`header`,
    which keeps line ends out.
    """
    via, to = request.via, request.to
    if request.vias is not None:
        via = b"\r\nVia: ".join((via, *request.vias))
    mark = b""
    if to_tag and (to.endswith(b">") or b"tag=" not in to[to.rfind(b">") + 1 :]):
        mark = b";tag="
    else:
        to_tag = b""
    parts: list[bytes] = [
        b"SIP/2.0 ",
        status,
        b"\r\nVia: ",
        via,
        b"\r\nFrom: ",
        request.from_,
        b"\r\nTo: ",
        to,
        mark,
        to_tag,
        b"\r\nCall-ID: ",
        request.call_id,
        b"\r\nCSeq: ",
        request.cseq,
    ]
    for line in headers:
        parts.append(b"\r\n")
        parts.append(line)
    parts.append(_TAIL)
    return b"".join(parts)


_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")


def header(name: str, value: str) -> bytes:
    """Write a header line; whatever could end the line early becomes a space."""
    return f"{name}: {value}".encode("utf-8", "replace").translate(_LINE_ENDS)


def quoted(text: str) -> str:
    """Write a quoted string (RFC 3261 §25.1): UTF-8 as it is, quotes and backslashes escaped."""
    cleaned = "".join(char if char >= " " and char != "\x7f" else " " for char in text)
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'
