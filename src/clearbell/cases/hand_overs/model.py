"""Facts and states of hand-overs. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class State(enum.Enum):
    """Where a hand-over stands."""

    PROPOSED = "proposed"
    """It waits for a second officer."""
    HANDED_OVER = "handed-over"
    SENT_BACK = "sent-back"


class Step(enum.Enum):
    """What can happen to a hand-over."""

    HAND_OVER = "hand-over"
    SEND_BACK = "send-back"


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.PROPOSED, Step.HAND_OVER): Transition(State.HANDED_OVER, "second-officer"),
    (State.PROPOSED, Step.SEND_BACK): Transition(State.SENT_BACK, "second-officer"),
}


class HandOverProposed(msgspec.Struct, frozen=True):
    """A case file is to be handed over (kind ``cases.hand-over-proposed``, sealed for what the case is about)."""

    hand_over: str
    case: str
    unit: str
    to: str
    officer: str
    with_reporters: str = ""
    """Why the numbers of reporters are to be shown whole; empty: they are masked."""


class HandedOver(msgspec.Struct, frozen=True):
    """A case file was handed over (kind ``cases.handed-over``). It names nobody: an authority may keep the entry."""

    hand_over: str
    case: str
    to: str
    manifest: str
    """SHA-256 (hex) of the package's manifest, which names each file with its own."""
    proposed_by: str
    officer: str
    with_reporters: bool = False


class SentBack(msgspec.Struct, frozen=True):
    """The second officer did not agree (kind ``cases.hand-over-sent-back``, sealed as the proposal)."""

    hand_over: str
    case: str
    unit: str
    officer: str
    words: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "cases.hand-over-proposed": HandOverProposed,
    "cases.handed-over": HandedOver,
    "cases.hand-over-sent-back": SentBack,
}
