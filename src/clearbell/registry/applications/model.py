"""Facts and states of applications. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class LineClass(enum.Enum):
    """What is applied for."""

    TRUNK = "trunk"
    CENTRE_95 = "95"
    SHORT_96 = "96"
    TOLL_400 = "400"
    BUSINESS_1010 = "1010"


class State(enum.Enum):
    """Where an application stands."""

    PENDING = "pending"
    HELD = "held"
    """The checks found something; it waits for the applicant."""
    REVIEWED = "reviewed"
    """One reviewer passed it; it waits for another."""
    APPROVED = "approved"
    LAPSED = "lapsed"
    """The yearly re-check is overdue, or what it was approved for is over."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(enum.Enum):
    """What can happen to an application."""

    HOLD = "hold"
    CLEAR = "clear"
    EDIT = "edit"
    REVIEW = "review"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    RECHECK = "recheck"
    LAPSE = "lapse"
    CHANGE = "change"


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.PENDING, Step.EDIT): Transition(State.PENDING, "applicant"),
    (State.PENDING, Step.HOLD): Transition(State.HELD, "checks"),
    (State.HELD, Step.EDIT): Transition(State.HELD, "applicant"),
    (State.HELD, Step.CLEAR): Transition(State.PENDING, "checks"),
    (State.PENDING, Step.REVIEW): Transition(State.REVIEWED, "reviewer", "application_review"),
    (State.REVIEWED, Step.APPROVE): Transition(State.APPROVED, "second reviewer", "application_review"),
    (State.PENDING, Step.REFUSE): Transition(State.REFUSED, "reviewer"),
    (State.HELD, Step.REFUSE): Transition(State.REFUSED, "reviewer"),
    (State.REVIEWED, Step.REFUSE): Transition(State.REFUSED, "second reviewer"),
    (State.REFUSED, Step.EDIT): Transition(State.PENDING, "applicant"),
    (State.PENDING, Step.WITHDRAW): Transition(State.WITHDRAWN, "applicant"),
    (State.HELD, Step.WITHDRAW): Transition(State.WITHDRAWN, "applicant"),
    (State.APPROVED, Step.CHANGE): Transition(State.APPROVED, "applicant", "number_change_filed"),
    (State.APPROVED, Step.RECHECK): Transition(State.APPROVED, "reviewer", "number_recheck"),
    (State.APPROVED, Step.LAPSE): Transition(State.LAPSED, "clock"),
    (State.LAPSED, Step.RECHECK): Transition(State.APPROVED, "reviewer"),
}


class Rule(enum.Enum):
    """What a finding is about."""

    INBOUND_USED_OUTBOUND = "inbound-used-outbound"
    SUBLETTING = "subletting"
    CHANGE_OF_PURPOSE = "change-of-purpose"
    LATE_CHANGE = "late-change"


class ApplicationFiled(msgspec.Struct, frozen=True):
    """An application was filed or edited (kinds ``application.filed`` and ``.edited``, sealed: it names people)."""

    application: str
    line_class: LineClass
    fields: dict[str, str]
    """By name of the form's fields; identity numbers as keyed digests."""


class DocumentAttached(msgspec.Struct, frozen=True):
    """A document was attached (kind ``application.document``)."""

    application: str
    kind: str
    digest: str
    media: str
    size: int


class ApplicationMoved(msgspec.Struct, frozen=True):
    """A step was taken (kind ``application.moved``); who took it is the entry's actor."""

    application: str
    step: Step
    state: State
    why: tuple[str, ...] = ()
    """Codes of the problems found, or the reason given."""


class Found(msgspec.Struct, frozen=True):
    """A holder uses a number against what was approved (kind ``registry.finding``)."""

    rule: Rule
    resource: str
    day: str
    """ISO date in the pack's zone: one finding a rule, resource and day."""
    evidence: dict[str, str | int]


FACTS: dict[str, type[msgspec.Struct]] = {
    "application.filed": ApplicationFiled,
    "application.edited": ApplicationFiled,
    "application.document": DocumentAttached,
    "application.moved": ApplicationMoved,
    "registry.finding": Found,
}
