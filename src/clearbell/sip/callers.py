"""Who calls whom, from the headers of a request."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from clearbell.calls import Attestation, Call
from clearbell.sip.codec import Request

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
    start = value.rfind(b"<")
    if start >= 0:
        end = value.find(b">", start)
        return value[start + 1 : end] if end >= 0 else value[start + 1 :]
    return value.partition(b";")[0].strip()


def user(uri: bytes) -> bytes:
    """The user part of a sip:, sips: or tel: URI, without its parameters; empty when there is none."""
    scheme, colon, rest = uri.partition(b":")
    if not colon:
        return b""
    kind = scheme.strip().lower()
    if kind == b"tel":
        return rest.partition(b";")[0]
    if kind not in (b"sip", b"sips"):
        return b""
    name, at, _ = rest.partition(b"@")
    if not at:
        return b""
    return name.partition(b";")[0].partition(b":")[0]


def _verstat(value: bytes) -> Attestation | None:
    lowered = value.lower()
    at = lowered.find(b"verstat=")
    if at < 0:
        return None
    end = at + 8
    while end < len(lowered) and lowered[end] not in b';>,"@ ':
        end += 1
    return _VERSTAT.get(lowered[at + 8 : end], Attestation.NONE)


def attestation_of(request: Request, pai: bytes) -> Attestation:
    """What the switch says of the caller's signature: ``verstat`` on either header, in or outside the brackets.

    A level counts only together with a validation that passed.
    """
    found = _verstat(pai) if pai else None
    if found is None:
        found = _verstat(request.from_)
    if found is None:
        return Attestation.NONE
    if found is Attestation.A:
        letter = request.headers.get(b"p-attestation-indicator", b"a").strip().lower()
        return _LETTER.get(letter, Attestation.NONE)
    return found


def call_of(request: Request, now: int, source: str, reading: Reading, to_key: Callable[[bytes, str], int]) -> Call:
    """Read the call that an INVITE sets up. Numbers that cannot be read are 0, with their text kept as evidence."""
    headers = request.headers
    pai = headers.get(b"p-asserted-identity", b"") if reading.trust_pai else b""
    privacy = headers.get(b"privacy", b"").lower()
    caller_user = user(address(pai)) if pai else b""
    if not caller_user:
        caller_user = user(address(request.from_))
    withheld = (bool(privacy) and (b"id" in privacy or b"user" in privacy)) or caller_user.lower() in (
        b"anonymous",
        b"unavailable",
        b"",
    )
    callee_user = user(request.uri) or user(address(request.to))
    caller_key = to_key(caller_user, reading.home) if caller_user else 0
    trunk = headers.get(reading.trunk_header, b"") if reading.trunk_header else b""
    # A caller who asks for privacy is still known to the network: sanctions and lists go by the true number.
    if withheld and not pai:
        caller_key = 0
    return Call(
        id=request.call_id[:256].decode("utf-8", "replace"),
        at=now,
        caller=caller_key,
        callee=to_key(callee_user, reading.home) if callee_user else 0,
        caller_text="" if withheld else caller_user[:_TEXT_LIMIT].decode("utf-8", "replace"),
        callee_text=callee_user[:_TEXT_LIMIT].decode("utf-8", "replace"),
        trunk=trunk[:_TEXT_LIMIT].decode("utf-8", "replace") if trunk else reading.trunk,
        source=source,
        attestation=attestation_of(request, pai),
        withheld=withheld,
    )
