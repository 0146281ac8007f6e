"""Facts and states of complaints. Every struct in ``FACTS`` is one fact kind, sealed for the number complained about."""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class State(enum.Enum):
    """Where a complaint stands."""

    RECEIVED = "received"
    FORWARDED = "forwarded"
    """With whoever connected the caller, to be looked into."""
    HANDLED = "handled"
    """The result is known."""
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Step(enum.Enum):
    """What can happen to a complaint."""

    FORWARD = "forward"
    HANDLE = "handle"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


DEADLINES: dict[State, str] = {
    State.RECEIVED: "report_forward",
    State.FORWARDED: "report_handle",
    State.HANDLED: "report_answer",
}
"""The pack's deadline by which a complaint must leave a state."""

TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.RECEIVED, Step.FORWARD): Transition(State.FORWARDED, "officer", "report_forward"),
    (State.RECEIVED, Step.ANSWER): Transition(State.ANSWERED, "officer", "report_forward"),
    (State.RECEIVED, Step.WITHDRAW): Transition(State.WITHDRAWN, "reporter"),
    (State.FORWARDED, Step.HANDLE): Transition(State.HANDLED, "provider", "report_handle"),
    (State.FORWARDED, Step.WITHDRAW): Transition(State.WITHDRAWN, "reporter"),
    (State.HANDLED, Step.ANSWER): Transition(State.ANSWERED, "officer", "report_answer"),
    (State.HANDLED, Step.WITHDRAW): Transition(State.WITHDRAWN, "reporter"),
}
"""A report that was set aside is answered with the reason, without being passed on."""


class ComplaintMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A complaint was opened, passed on, handled, answered or taken back (kind ``reports.complaint``)."""

    report: str
    number: int
    state: State
    due: int = 0
    """When it must leave the state, µs UTC; 0: no deadline."""
    provider: str = ""
    """To whom it was passed on."""
    words: str = ""
    """The result, or the answer."""
    officer: str = ""


FACTS: dict[str, type[msgspec.Struct]] = {"reports.complaint": ComplaintMoved}
