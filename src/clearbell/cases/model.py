"""Facts and states of cases. Every struct in ``FACTS`` is one fact kind, sealed for what the case is about."""

from __future__ import annotations

import enum

import msgspec

from clearbell.cases.evidence import Evidence, What
from clearbell.lifecycles import Transition


class UnitKind(enum.Enum):
    """What a case is about."""

    NUMBER = "number"
    HOLDER = "holder"
    CAMPAIGN = "campaign"
    """Calls from several numbers or holders that are one thing."""


class Unit(msgspec.Struct, frozen=True):
    """A number, a holder or a campaign."""

    kind: UnitKind
    name: str
    """Digits of E.164, or the id."""

    @property
    def number(self) -> int:
        """The number as digits; 0 when it is none."""
        return int(self.name) if self.kind is UnitKind.NUMBER else 0


def number_unit(number: int) -> Unit:
    """The unit that a number is."""
    return Unit(UnitKind.NUMBER, str(number))


class Source(enum.Enum):
    """What opens a case, or joins it."""

    REPORTS = "reports"
    FINDING = "finding"
    """Of the registry: a number used against what was approved."""
    DETECTOR = "detector"
    ORDER = "order"
    OFFICER = "officer"


class Opened(msgspec.Struct, frozen=True):
    """A reason to look into a unit: it opens a case, or joins the one that is open."""

    source: Source
    unit: Unit
    evidence: tuple[Evidence, ...] = ()
    words: str = ""


class State(enum.Enum):
    """Where a case stands."""

    OPENED = "opened"
    VERIFYING = "verifying"
    PROPOSED = "proposed"
    """A verdict waits for a second officer."""
    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    INCONCLUSIVE = "inconclusive"
    SANCTIONED = "sanctioned"
    APPEALED = "appealed"
    CLOSED = "closed"


class Step(enum.Enum):
    """What can happen to a case."""

    VERIFY = "verify"
    PROPOSE = "propose"
    RETURN = "return"
    """The second officer does not agree."""
    CONFIRM = "confirm"
    CLEAR = "clear"
    LEAVE_OPEN = "leave-open"
    """Nothing can be said either way."""
    SANCTION = "sanction"
    APPEAL = "appeal"
    DISMISS = "dismiss"
    """The appeal has no grounds; what was done stands."""
    OVERTURN = "overturn"
    """The appeal is upheld."""
    CLOSE = "close"
    REOPEN = "reopen"


class Tending(enum.Enum):
    """What can be done with a case that is not closed, without a step."""

    ASSIGN = "assign"
    SNOOZE = "snooze"
    MERGE = "merge"


class Verdict(enum.Enum):
    """What was found out."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    INCONCLUSIVE = "inconclusive"


STEP_OF: dict[Verdict, Step] = {
    Verdict.CONFIRMED: Step.CONFIRM,
    Verdict.CLEARED: Step.CLEAR,
    Verdict.INCONCLUSIVE: Step.LEAVE_OPEN,
}

DEADLINES: dict[State, str] = {
    State.OPENED: "case_verify",
    State.VERIFYING: "case_verdict",
    State.PROPOSED: "case_second",
    State.CONFIRMED: "case_action",
    State.APPEALED: "case_appeal",
}
"""The pack's deadline by which a case must leave a state."""

_OFFICER, _SECOND, _SANCTIONER = "officer", "second-officer", "sanctioner"

TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.OPENED, Step.VERIFY): Transition(State.VERIFYING, _OFFICER, "case_verify"),
    (State.VERIFYING, Step.PROPOSE): Transition(State.PROPOSED, _OFFICER, "case_verdict"),
    # Without a second officer only where the pack asks for none.
    (State.VERIFYING, Step.CONFIRM): Transition(State.CONFIRMED, _OFFICER, "case_verdict"),
    (State.VERIFYING, Step.CLEAR): Transition(State.CLEARED, _OFFICER, "case_verdict"),
    (State.VERIFYING, Step.LEAVE_OPEN): Transition(State.INCONCLUSIVE, _OFFICER, "case_verdict"),
    (State.PROPOSED, Step.RETURN): Transition(State.VERIFYING, _SECOND, "case_second"),
    (State.PROPOSED, Step.CONFIRM): Transition(State.CONFIRMED, _SECOND, "case_second"),
    (State.PROPOSED, Step.CLEAR): Transition(State.CLEARED, _SECOND, "case_second"),
    (State.PROPOSED, Step.LEAVE_OPEN): Transition(State.INCONCLUSIVE, _SECOND, "case_second"),
    (State.CONFIRMED, Step.SANCTION): Transition(State.SANCTIONED, _SANCTIONER, "case_action"),
    # An appeal against it that went its own way is upheld.
    (State.CONFIRMED, Step.OVERTURN): Transition(State.CLEARED, _SECOND),
    (State.CONFIRMED, Step.REOPEN): Transition(State.VERIFYING, _OFFICER),
    (State.CONFIRMED, Step.CLOSE): Transition(State.CLOSED, _OFFICER, "case_action"),
    (State.SANCTIONED, Step.SANCTION): Transition(State.SANCTIONED, _SANCTIONER),
    (State.SANCTIONED, Step.APPEAL): Transition(State.APPEALED, _OFFICER),
    (State.SANCTIONED, Step.OVERTURN): Transition(State.CLEARED, _SECOND),
    (State.SANCTIONED, Step.REOPEN): Transition(State.VERIFYING, _OFFICER),
    (State.SANCTIONED, Step.CLOSE): Transition(State.CLOSED, _OFFICER),
    (State.APPEALED, Step.DISMISS): Transition(State.SANCTIONED, _SECOND, "case_appeal"),
    (State.APPEALED, Step.OVERTURN): Transition(State.CLEARED, _SECOND, "case_appeal"),
    (State.CLEARED, Step.REOPEN): Transition(State.VERIFYING, _OFFICER),
    (State.CLEARED, Step.CLOSE): Transition(State.CLOSED, _OFFICER),
    (State.INCONCLUSIVE, Step.REOPEN): Transition(State.VERIFYING, _OFFICER),
    (State.INCONCLUSIVE, Step.CLOSE): Transition(State.CLOSED, _OFFICER),
    # It stays closed, with another verdict.
    (State.CLOSED, Step.OVERTURN): Transition(State.CLOSED, _SECOND),
    (State.CLOSED, Step.REOPEN): Transition(State.VERIFYING, _OFFICER),
}
"""A verdict comes after verification, a sanction after a confirmed verdict; there is no other way."""

SETTLED = frozenset({State.CLEARED, State.INCONCLUSIVE})
"""States from which a further reason takes a case back to verification."""


class CaseOpened(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case was opened (kind ``cases.opened``)."""

    case: str
    unit: Unit
    source: Source
    urgency: int
    due: int
    """By when verification must begin, µs UTC; 0: no deadline."""
    words: str = ""
    opener: str = ""
    """The officer who opened it; empty when it opened by itself."""


class EvidenceAdded(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something entered a case (kind ``cases.evidence``)."""

    case: str
    unit: Unit
    entry: int
    what: What
    at: int
    source: str
    reference: str = ""
    joins: Source | None = None
    """The reason to look into the unit that brought it; None: it was found in the course of the case."""
    urgency: int = 0
    """Of the case from now on."""


class CaseMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step was taken (kind ``cases.moved``)."""

    case: str
    unit: Unit
    step: Step
    state: State
    officer: str
    words: str = ""
    due: int = 0
    verdict: Verdict | None = None
    """Proposed, or found."""


class CaseTended(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case was given to an officer, or put off (kind ``cases.tended``)."""

    case: str
    unit: Unit
    officer: str
    """Who did it."""
    assignee: str = ""
    snoozed: int = 0
    """Put off until, µs UTC; 0: not, or no longer."""
    words: str = ""


class CaseMerged(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case goes on as part of another, or by itself again (kind ``cases.merged``)."""

    case: str
    unit: Unit
    officer: str
    into: str = ""
    """Empty: by itself again."""
    words: str = ""


class CaseLate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deadline of a case passed before it was dealt with (kind ``cases.late``)."""

    case: str
    unit: Unit
    state: State
    deadline: str
    """The pack's, by name."""
    due: int
    urgency: int
    """Of the case from now on."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "cases.opened": CaseOpened,
    "cases.evidence": EvidenceAdded,
    "cases.moved": CaseMoved,
    "cases.tended": CaseTended,
    "cases.merged": CaseMerged,
    "cases.late": CaseLate,
}
