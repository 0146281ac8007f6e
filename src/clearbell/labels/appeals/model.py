"""Facts and states of appeals against labels. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class State(enum.Enum):
    """Where an appeal stands."""

    RECEIVED = "received"
    UPHELD = "upheld"
    REFUSED = "refused"


class Step(enum.Enum):
    """What can happen to an appeal."""

    UPHOLD = "uphold"
    REFUSE = "refuse"


class Ground(enum.Enum):
    """Why the label is wrong (regime 6.9)."""

    RECYCLED = "recycled"
    """The number had another user before; complaints of calls before ``since`` are about that one."""
    WRONG_NAME = "wrong-name"
    """The label says what its user is not: nothing said so far counts."""


DEADLINE = "label_appeal"
"""The pack's deadline for a decision."""

TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.RECEIVED, Step.UPHOLD): Transition(State.UPHELD, "officer", DEADLINE),
    (State.RECEIVED, Step.REFUSE): Transition(State.REFUSED, "officer", DEADLINE),
}


class AppealFiled(msgspec.Struct, frozen=True):
    """Someone appeals against the label on a number (kind ``labels.appealed``)."""

    appeal: str
    number: int
    ground: Ground
    since: int
    """Since when the number is the appellant's, µs UTC; 0 where the ground needs none."""
    statement: str
    evidence: str
    """SHA-256 (hex) of the papers; empty for none."""
    due: int
    """When it must be decided, µs UTC; 0: no deadline."""
    filer: str
    """Who filed it."""


class AppealDecided(msgspec.Struct, frozen=True):
    """The appeal was decided (kind ``labels.appeal-decided``)."""

    appeal: str
    number: int
    upheld: bool
    officer: str
    reason: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "labels.appealed": AppealFiled,
    "labels.appeal-decided": AppealDecided,
}
