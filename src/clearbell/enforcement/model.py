"""Terms and facts of enforcement. Every struct in ``FACTS`` is one fact kind of the ledger; none holds personal data.

A *target* is a switch or a carrier that carries restrictions out. For each restriction and target there is one *task*
to put it in force there, and later one to remove it. A task is over when the target has acknowledged it.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class Kind(enum.Enum):
    """How a target is told."""

    KAMAILIO = "kamailio"
    WEBHOOK = "webhook"
    SFTP = "sftp"


class Operation(enum.Enum):
    """What a target is asked to do with a restriction."""

    PUT = "put"
    REMOVE = "remove"


class State(enum.Enum):
    """Where a task stands."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    """It did not get through, and is tried again."""
    OVERDUE = "overdue"
    """Not acknowledged in time: the alarm was raised, and it is still waited for."""
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"
    """The restriction ended first."""


class Step(enum.Enum):
    """What can happen to a task."""

    SEND = "send"
    FAIL = "fail"
    ACKNOWLEDGE = "acknowledge"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    CHANGE = "change"
    """What the restriction bears on is another than the target was told."""


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.DUE, Step.SEND): Transition(State.SENT, "node"),
    (State.DUE, Step.FAIL): Transition(State.FAILED, "node"),
    (State.DUE, Step.ACKNOWLEDGE): Transition(State.ACKNOWLEDGED, "target"),
    (State.DUE, Step.LAPSE): Transition(State.OVERDUE, "node", "acknowledge_hours"),
    (State.DUE, Step.WITHDRAW): Transition(State.WITHDRAWN, "node"),
    (State.FAILED, Step.SEND): Transition(State.SENT, "node"),
    (State.FAILED, Step.FAIL): Transition(State.FAILED, "node"),
    (State.FAILED, Step.ACKNOWLEDGE): Transition(State.ACKNOWLEDGED, "target"),
    (State.FAILED, Step.LAPSE): Transition(State.OVERDUE, "node", "acknowledge_hours"),
    (State.FAILED, Step.WITHDRAW): Transition(State.WITHDRAWN, "node"),
    (State.FAILED, Step.CHANGE): Transition(State.DUE, "node"),
    (State.SENT, Step.FAIL): Transition(State.FAILED, "target"),
    (State.SENT, Step.ACKNOWLEDGE): Transition(State.ACKNOWLEDGED, "target"),
    (State.SENT, Step.LAPSE): Transition(State.OVERDUE, "node", "acknowledge_hours"),
    (State.SENT, Step.WITHDRAW): Transition(State.WITHDRAWN, "node"),
    (State.SENT, Step.CHANGE): Transition(State.DUE, "node"),
    # It is told again and again, and whoever acknowledges late has acknowledged; the alarm stays on record.
    (State.OVERDUE, Step.SEND): Transition(State.OVERDUE, "node"),
    (State.OVERDUE, Step.FAIL): Transition(State.OVERDUE, "node"),
    (State.OVERDUE, Step.ACKNOWLEDGE): Transition(State.ACKNOWLEDGED, "target"),
    (State.OVERDUE, Step.WITHDRAW): Transition(State.WITHDRAWN, "node"),
    (State.OVERDUE, Step.CHANGE): Transition(State.DUE, "node"),
    (State.ACKNOWLEDGED, Step.CHANGE): Transition(State.DUE, "node"),
}
OPEN = frozenset({State.DUE, State.SENT, State.FAILED, State.OVERDUE})
"""States in which the target's acknowledgement is waited for."""
TO_SEND = frozenset({State.DUE, State.FAILED, State.OVERDUE})
"""States in which the target is told, when its next attempt is due."""


class How(enum.Enum):
    """By what a task counts as acknowledged."""

    ANSWER = "answer"
    """The target's answer to being told."""
    SIGNED = "signed"
    """A signed acknowledgement sent later."""
    FILE = "file"
    """A file put beside the one that told it."""
    OFFICER = "officer"
    """An officer who has it in another way."""


class Told(msgspec.Struct, frozen=True):
    """A target was told, and has not acknowledged yet (kind ``enforcement.sent``)."""

    target: str
    restriction: str
    operation: Operation
    message: str
    """What it was told with: an idempotency key, or a file."""
    due: int
    """By when it must acknowledge, µs UTC."""


class Acknowledged(msgspec.Struct, frozen=True):
    """A target carries out, or carries out no longer (kind ``enforcement.acknowledged``)."""

    target: str
    restriction: str
    operation: Operation
    how: How
    late: bool = False
    words: str = ""
    """An officer's words, where it was an officer."""


class Overdue(msgspec.Struct, frozen=True):
    """The alarm: a target did not acknowledge in time (kind ``enforcement.overdue``), once for each task."""

    target: str
    provider: str
    """The access provider or carrier that answers for it; empty: none named."""
    restriction: str
    operation: Operation
    due: int
    """When its time was over, µs UTC."""
    told: bool
    """False: it could not even be told."""
    fault: str = ""


class Resynced(msgspec.Struct, frozen=True):
    """A target was given the whole list anew (kind ``enforcement.resynced``)."""

    target: str
    why: str
    """``asked``, ``changed``, ``empty`` (it had lost everything) or ``different``."""
    entries: int
    """On the list."""
    put: int
    removed: int


FACTS: dict[str, type[msgspec.Struct]] = {
    "enforcement.sent": Told,
    "enforcement.acknowledged": Acknowledged,
    "enforcement.overdue": Overdue,
    "enforcement.resynced": Resynced,
}


class Entry(msgspec.Struct, frozen=True):
    """A restriction as targets are told it."""

    restriction: str
    on: str
    """``number``, ``holder``, ``trunk`` or ``provider``; empty for one that was forgotten."""
    rung: str
    reason: str
    start: int
    """µs UTC."""
    until: int
    """µs UTC; 0: until lifted."""
    number: int = 0
    name: str = ""
    """Id of the holder, trunk or provider."""
    title: str = ""
    """Name of the party that the holder or provider is."""
    limit: int = 0
    """Calls an hour, for a rate limit."""
    order: str = ""
    ranges: tuple[tuple[int, int], ...] = ()
    """First and last number of each range that it bears on."""
