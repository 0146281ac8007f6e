"""How a decision is said on the wire (docs: the SIP door)."""

from __future__ import annotations

import re

import msgspec

from clearbell.calls import Answer, Decision
from clearbell.sip.callers import address
from clearbell.sip.codec import Request, header, quoted, response


class AnswerError(Exception):
    """The answers are not set up so that they can be sent. 应答配置无法使用。"""

    def __init__(self, key: str, zh: str, en: str) -> None:
        super().__init__(f"{key}: {en}")
        self.key = key
        self.zh = zh
        self.en = en


class Style(msgspec.Struct, frozen=True):
    """How answers to one source look."""

    go_on: int = 404
    """404: the switch goes on by itself (route-advance); 302: it is given the way."""
    blocked_url: str = ""
    blocked_tel: str = ""
    blocked_email: str = ""
    """Where a caller blocked by analytics finds redress; ``{decision}`` becomes the decision's id."""
    challenge_contact: str = ""
    """SIP URI of the diversion device; empty: a challenge goes on with a label."""
    label_header: str = "Call-Info"
    """Header that carries the label besides the display name: ``Call-Info``, or empty for none."""

    def check(self) -> None:
        """Raise :class:`AnswerError` where the style cannot give every answer as its standard asks."""
        if self.go_on not in (302, 404):
            raise AnswerError("go_on", "应为 302 或 404", "should be 302 or 404")
        contacts = (self.blocked_url, self.blocked_tel, self.blocked_email)
        if not any(contacts):
            raise AnswerError(
                "blocked_url",
                "603+ 至少要有 url、tel、email 之一,被拦截者才能申诉",
                "603+ needs at least one of url, tel and email, or a blocked caller has no redress",
            )
        for value in contacts:
            if re.search(r'[\s";\\]', value):
                raise AnswerError(
                    "blocked_url", f"「{value}」含有不允许的字符", f"`{value}` has characters it may not have"
                )
        if self.challenge_contact and not self.challenge_contact.startswith(("sip:", "sips:")):
            raise AnswerError("challenge_contact", "应为 SIP URI", "should be a SIP URI")


VERIFIED = "[V]"
"""What stands before the name of a verified caller (ClearIP's convention for CNAM in P-Asserted-Identity)."""
MOVED = b"302 Moved Temporarily"
FORBIDDEN = b"403 Forbidden"
_REASONS: dict[Answer, bytes] = {
    Answer.NOT_ENTITLED: header("Reason", 'SIP;cause=403;text="not-entitled"'),
    Answer.UNWANTED: header("Reason", 'SIP;cause=607;text="unwanted"'),
}
_NOTHING_FOUND = header("Reason", 'SIP;cause=302;text="no-fraud-detected"')
_CONTINUE = Answer.CONTINUE
_DECISION = b"X-Clearbell-Decision: "
_TAG_BITS = (1 << 64) - 1
_HEX = b"0123456789abcdef"
_COMPILED = not __file__.endswith(".py")
_SPACE, _LESS, _MORE, _QUOTE, _LAST = b' <>"~'


def to_tag(request: Request) -> bytes:
    """A To tag that is the same for every retransmission of the request, and that nobody else can know before."""
    # Python's hash of bytes is keyed anew in each process.
    value = hash((request.call_id, request.branch, request.cseq)) & _TAG_BITS
    return _hex(value) if _COMPILED else b"%016x" % value


def _hex(value: int) -> bytes:
    digits = bytearray(16)
    for place in range(15, -1, -1):
        digits[place] = _HEX[value & 15]
        value >>= 4
    return bytes(digits)


def _is_plain(text: bytes) -> bool:
    """Whether there is nothing in a text that may not stand between brackets. Made for compiling."""
    for place in range(len(text)):
        sign = text[place]
        if sign <= _SPACE or sign > _LAST or sign in (_LESS, _MORE, _QUOTE):
            return False
    return True


def _uri(text: bytes) -> bytes:
    if _COMPILED and _is_plain(text):
        return text
    if text.isascii():
        return text.translate(None, b' \t\r\n\v\f\x1c\x1d\x1e\x1f<>"')
    return re.sub(r'[\s<>"]', "", text.decode("utf-8", "replace")).encode()


def blocked_reason(style: Style, decision_id: str) -> str:
    """The Reason header of 603+ (ATIS-1000099): one quoted string that starts with ``v=analytics1``."""
    pairs = ["v=analytics1"]
    for name, value in (("url", style.blocked_url), ("tel", style.blocked_tel), ("email", style.blocked_email)):
        if value:
            pairs.append(f"{name}={value.replace('{decision}', decision_id)}")
    return f'SIP;cause=603;text="{";".join(pairs)}";location=RLN'


def _labelled(request: Request, decision: Decision, style: Style, words: str) -> tuple[bytes, ...]:
    uri = _uri(address(request.asserted or request.from_)).decode("utf-8", "replace")
    if decision.call.withheld:
        uri = "sip:anonymous@anonymous.invalid"
    lines = [header("P-Asserted-Identity", f"{quoted(words)} <{uri}>")]
    if style.label_header:
        lines.append(header("Call-Info", f"<{uri}>;purpose=info;call-reason={quoted(words)}"))
    return tuple(lines)


def code_taken(request: Request, contact: str) -> bytes:
    """Tell a subscriber who dialled the report code that the report was taken."""
    tag = to_tag(request)
    if contact:
        return response(request, MOVED, (header("Contact", f"<{contact}>"),), to_tag=tag)
    return response(
        request, b"480 Temporarily Unavailable", (header("Warning", '399 clearbell "report taken"'),), to_tag=tag
    )


def write(request: Request, decision: Decision, style: Style, words: str) -> bytes:
    """Write the answer to an INVITE. ``words`` is the label, or the verified name, as the callee shall read it."""
    answer = decision.answer
    mark = _DECISION + decision.id.encode()
    marks = (mark, header("X-Clearbell-Marks", ",".join(decision.marks))) if decision.marks else (mark,)
    tag = to_tag(request)
    if answer is _CONTINUE:
        # Only a 302 can carry a name, so a name card gets one where the switch would be told to go on by itself.
        named = _labelled(request, decision, style, f"{VERIFIED} {words}") if decision.name is not None else ()
        if style.go_on == 404 and not named:
            return response(request, b"404 Not Found", marks, to_tag=tag)
        return response(request, MOVED, (_contact(request), *named, _NOTHING_FOUND, *marks), to_tag=tag)
    if answer is Answer.NOT_ENTITLED:
        return response(request, FORBIDDEN, (_REASONS[answer], *marks), to_tag=tag)
    if answer is Answer.UNWANTED:
        return response(request, b"607 Unwanted", (_REASONS[answer], *marks), to_tag=tag)
    if answer is Answer.NETWORK_BLOCKED:
        reason = header("Reason", blocked_reason(style, decision.id))
        return response(request, b"603 Network Blocked", (reason, *marks), to_tag=tag)
    if answer is Answer.CHALLENGE and style.challenge_contact:
        diverted = header("Contact", f"<{style.challenge_contact}>")
        return response(request, MOVED, (diverted, *marks), to_tag=tag)
    lines = (_contact(request), *_labelled(request, decision, style, words), *marks)
    return response(request, MOVED, lines, to_tag=tag)


def _contact(request: Request) -> bytes:
    """The callee as the switch named it: it goes on as it would have."""
    return b"Contact: <" + _uri(request.uri) + b">"
