"""The vocabulary everyone shares: a call being set up, its end, what was seen, what was decided.

Time is always *event time*: whole microseconds since 1970-01-01 UTC, carried by the event itself. Nothing
that judges a call reads a clock.

A phone number is carried as an ``int``: the digits of its E.164 form without the plus sign
(``+86 138 1234 5678`` is ``8613812345678``; the Chinese short code 95588 is ``8695588``). ``0`` means
withheld or unreadable. :mod:`clearbell.numbering` turns text into such numbers and back.
"""

from __future__ import annotations

import enum

import msgspec

MICROSECOND = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Evidence = dict[str, str | int | float | bool]


class Attestation(enum.Enum):
    """What STIR/SHAKEN said of the caller's number. Evidence, never a pass."""

    NONE = "none"
    A = "a"
    B = "b"
    C = "c"
    FAILED = "failed"


class Call(msgspec.Struct, frozen=True, gc=False):
    """An attempt: one call being set up, as the switch asked about it."""

    id: str
    """The asker's own name for the call (SIP: Call-ID). Not unique across askers."""
    at: int
    """When the attempt was received, µs UTC."""
    caller: int
    """Calling number; 0 when withheld, absent or unreadable."""
    callee: int
    """Called number; 0 when unreadable."""
    caller_text: str = ""
    """The calling number exactly as received, for evidence; empty when withheld."""
    callee_text: str = ""
    """The called number exactly as received."""
    trunk: str = ""
    """Name of the trunk (中继) the call came in on; empty when the asker did not say."""
    source: str = ""
    """Who asked: the switch's configured name, or the API client's."""
    attestation: Attestation = Attestation.NONE
    withheld: bool = False
    """The caller asked for privacy (CLIR)."""


class HangUp(enum.Enum):
    """Which side ended the call."""

    CALLER = "caller"
    CALLEE = "callee"
    NETWORK = "network"
    UNKNOWN = "unknown"


class CallEnd(msgspec.Struct, frozen=True, gc=False):
    """A finished call: what the switch learned after :class:`Call` was let through."""

    id: str
    at: int
    """When it ended, µs UTC."""
    caller: int
    callee: int
    answered: bool
    duration: int = 0
    """Talk time in µs; 0 when not answered."""
    ring: int = 0
    """Time from attempt to answer or end, µs."""
    hangup: HangUp = HangUp.UNKNOWN
    trunk: str = ""
    cause: int = 0
    """Final SIP status from 300 up, or release cause of Q.850; 0: not told. 607 says that the callee does not want it."""


class CodeDialled(msgspec.Struct, frozen=True, gc=False):
    """A subscriber dialled the code that says: the last call to me was a nuisance (ITU-T X.1246, annex A)."""

    id: str
    """The asker's own name for the call."""
    at: int
    """µs UTC."""
    subscriber: int


class Symbol(msgspec.Struct, frozen=True, gc=False):
    """What a check saw. It has a name and evidence, no weight: the policy's price list has those."""

    name: str
    evidence: Evidence


class Action(enum.Enum):
    """What is done with a call, mildest first."""

    ALLOW = "allow"
    LABEL = "label"
    CHALLENGE = "challenge"
    REJECT = "reject"


class Answer(enum.Enum):
    """How the action is said to the asker. The wire form (SIP code, header) belongs to the door."""

    CONTINUE = "continue"
    """Go on to the callee (302 with a route, or 404 to route-advance)."""
    LABELLED = "labelled"
    """Go on, with the label in the display name and Call-Info."""
    CHALLENGE = "challenge"
    """Divert to a challenge (302 to the diversion device)."""
    NOT_ENTITLED = "not-entitled"
    """Deterministic refusal: forged, barred, no consent, not permitted on this trunk (403)."""
    UNWANTED = "unwanted"
    """The subscriber's own will: own list, refusal, wish (607, RFC 8197)."""
    NETWORK_BLOCKED = "network-blocked"
    """Refused by analytics: behaviour and reputation added up (603+, ATIS-1000099)."""


class Charge(msgspec.Struct, frozen=True, gc=False):
    """One line of a decision's sum: a symbol, its evidence, and the points the policy put on it."""

    symbol: str
    points: float
    evidence: Evidence


class ShownName(msgspec.Struct, frozen=True, gc=False):
    """The name card that a call showed, one version of it."""

    card: str
    revision: int
    name_zh: str
    name_en: str
    department_zh: str = ""
    department_en: str = ""

    def text(self, language: str) -> str:
        """What a phone shows, in ``zh`` or ``en``: the name, and the department where there is one."""
        zh = language == "zh"
        parts = (self.name_zh, self.department_zh) if zh else (self.name_en, self.department_en)
        return " ".join(part for part in parts if part)


class Decision(msgspec.Struct, frozen=True, gc=False):
    """One call, one decision, one sum that adds up: ``total == sum(c.points for c in charges)``."""

    id: str
    """Unique; what a report, an appeal or an auditor names."""
    call: Call
    action: Action
    answer: Answer
    charges: tuple[Charge, ...]
    total: float
    decided_by: str
    """The symbol that decided outright, or ``"total"`` when the sum did."""
    policy: str
    """Version of the pack that was in force."""
    looked: int = 0
    """Bit i set: the i-th check of the policy's order was asked."""
    not_applicable: int = 0
    """Bit i set: the i-th check was asked and did not apply to this call."""
    marks: tuple[str, ...] = ()
    """Circumstances an auditor must see, e.g. ``fail-open``, ``stale-views``."""
    label: str = ""
    """Label category code shown to the callee (never translated text); empty for none."""
    label_count: int = 0
    """Distinct reporters behind the label; 0 when none or unknown."""
    name: ShownName | None = None
    """The name card shown to the callee; only ever on a call that goes on unlabelled and was proven entitled."""
