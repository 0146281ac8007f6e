"""Who calls whom, from the headers of a request."""

from __future__ import annotations

import msgspec

from clearbell.calls import Attestation, Call
from clearbell.numbering.parsing import to_key
from clearbell.sip.codec import Request, place_in

_TEXT_LIMIT = 64
_VERSTAT = {
    b"tn-validation-passed": Attestation.A,
    b"tn-validation-passed-a": Attestation.A,
    b"tn-validation-passed-b": Attestation.B,
    b"tn-validation-passed-c": Attestation.C,
    b"tn-validation-failed": Attestation.FAILED,
    b"tn-validation-failed-a": Attestation.FAILED,
    b"tn-validation-failed-b": Attestation.FAILED,
    b"tn-validation-failed-c": Attestation.FAILED,
    b"no-tn-validation": Attestation.NONE,
}
_UNSIGNED, _FULL = Attestation.NONE, Attestation.A
_NOBODY = frozenset({b"anonymous", b"unavailable"})
_AT, _SEMICOLON, _COLON, _EQUALS, _LAST_DIGIT, _LESS, _MORE = b"@;:=9<>"
_ENDS_VERSTAT = b"tT"
_LETTER = {b"a": Attestation.A, b"b": Attestation.B, b"c": Attestation.C}


class Reading(msgspec.Struct, frozen=True):
    """How a source's headers are read."""

    home: str = "CN"
    """ISO code of the country whose national number forms are understood."""
    trust_pai: bool = True
    """Take the caller from P-Asserted-Identity where there is one, else from From."""
    trunk_header: bytes = b"x-clearbell-trunk"
    """Lower-case name of the header that names the trunk; empty: none."""
    trunk: str = ""
    """Trunk when no header names one."""


def address(value: bytes) -> bytes:
    """The URI of a name-addr or addr-spec, without brackets and header parameters."""
    size = len(value)
    start = place_in(value, _LESS, 0, size)
    if start < 0:
        return value.partition(b";")[0].strip()
    if start:
        # In the quoted name before it there may be another.
        start = value.rfind(b"<")
    end = place_in(value, _MORE, start, size)
    return value[start + 1 : end] if end >= 0 else value[start + 1 :]


def user(uri: bytes) -> bytes:
    """The user part of a sip:, sips: or tel: URI, without its parameters; empty when there is none."""
    if not uri.startswith(b"sip:"):
        return _user(uri)
    end = place_in(uri, _AT, 4, len(uri))
    if end < 0:
        return b""
    return uri[4 : _first(uri, 4, end)]


def _user(uri: bytes) -> bytes:
    colon = uri.find(b":")
    if colon < 0:
        return b""
    kind = uri[:colon].strip().lower()
    if kind == b"tel":
        end = uri.find(b";", colon)
        return uri[colon + 1 : end] if end >= 0 else uri[colon + 1 :]
    end = uri.find(b"@", colon)
    if end < 0 or kind not in (b"sip", b"sips"):
        return b""
    return uri[colon + 1 : _first(uri, colon + 1, end)]


def _first(uri: bytes, start: int, end: int) -> int:
    """Where the name in a user part ends: at a password or parameters, or with it."""
    stop = place_in(uri, _SEMICOLON, start, end)
    if stop >= 0:
        end = stop
    stop = place_in(uri, _COLON, start, end)
    return stop if stop >= 0 else end


def _verstat(value: bytes) -> Attestation | None:
    size = len(value)
    at = place_in(value, _EQUALS, 0, size)
    while at >= 0:
        if at >= 7 and value[at - 1] in _ENDS_VERSTAT and value[at - 7 : at].lower() == b"verstat":
            end = at + 1
            while end < size and value[end] not in b';>,"@ ':
                end += 1
            return _VERSTAT.get(value[at + 1 : end].lower(), _UNSIGNED)
        at = place_in(value, _EQUALS, at + 1, size)
    return None


def attestation_of(request: Request, asserted: bytes) -> Attestation:
    """What the switch says of the caller's signature: ``verstat`` on either header, in or outside the brackets.

    A level counts only together with a validation that passed.
    """
    found = _verstat(asserted) if asserted else None
    if found is None:
        found = _verstat(request.from_)
    if found is None:
        return _UNSIGNED
    if found is _FULL:
        indicator = request.indicator
        letter = b"a" if indicator is None else indicator.strip().lower()
        return _LETTER.get(letter, _UNSIGNED)
    return found


def _text(value: bytes) -> str:
    return value[:_TEXT_LIMIT].decode("utf-8", "replace")


def call_of(request: Request, now: int, source: str, reading: Reading) -> Call:
    """Read the call that an INVITE sets up. Numbers that cannot be read are 0, with their text kept as evidence."""
    asserted = (request.asserted or b"") if reading.trust_pai else b""
    caller_user = user(address(asserted)) if asserted else b""
    if not caller_user:
        caller_user = user(address(request.from_))
    privacy = request.privacy
    withheld = not caller_user or (caller_user[0] > _LAST_DIGIT and caller_user.lower() in _NOBODY)
    if privacy and not withheld:
        lowered = privacy.lower()
        withheld = b"id" in lowered or b"user" in lowered
    callee_user = user(request.uri) or user(address(request.to))
    # A caller who asks for privacy is still known to the network: sanctions and lists go by the true number.
    known = caller_user and (asserted or not withheld)
    trunk = request.header(reading.trunk_header) if reading.trunk_header else None
    return Call(
        request.call_id[:256].decode("utf-8", "replace"),
        now,
        to_key(caller_user, reading.home) if known else 0,
        to_key(callee_user, reading.home) if callee_user else 0,
        "" if withheld else _text(caller_user),
        _text(callee_user),
        _text(trunk) if trunk else reading.trunk,
        source,
        attestation_of(request, asserted),
        withheld,
    )
