"""Facts and states of sanctions and restrictions. Every struct in ``FACTS`` is one fact kind of the ledger.

A *sanction* is what an officer decides: a rung, a reason, from when to when. A *restriction* is what carries it out and
what screening and switches follow: it comes into force with ``sanctions.restricted`` and ends at ``until`` or with
``sanctions.lifted``.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class Target(enum.Enum):
    """What a restriction bears on."""

    NUMBER = "number"
    HOLDER = "holder"
    TRUNK = "trunk"
    PROVIDER = "provider"
    """An access provider: its calls go on, a restriction on a trunk of its stops that trunk's; it gets nothing new."""


class Rung(enum.Enum):
    """Degree of a sanction, in the order of the shipped ladder; a pack may have another order."""

    REMINDER = "reminder"
    WARNING = "warning"
    RATE_LIMIT = "rate_limit"
    LABEL = "label"
    OUTGOING_BARRED = "outgoing_barred"
    """单停: no outgoing calls."""
    BARRED = "barred"
    """双停: neither direction."""
    CONTRACT_ENDED = "contract_ended"
    BLACKLISTED = "blacklisted"


RESTRICTING = frozenset(Rung) - {Rung.REMINDER, Rung.WARNING, Rung.LABEL}
"""Rungs that stop or slow calls. The others are sanctions too, with reason, notice and appeal, and restrict nothing."""


class State(enum.Enum):
    """Where a sanction stands."""

    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    STEPPED_DOWN = "stepped-down"
    """In force at a milder rung than it began with."""
    EXPIRED = "expired"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    """Taken back before it bit."""


class Step(enum.Enum):
    """What can happen to a sanction."""

    BITE = "bite"
    STEP_DOWN = "step-down"
    EXPIRE = "expire"
    LIFT = "lift"
    WITHDRAW = "withdraw"
    ANNUL = "annul"
    """It was over already, and should not have been: it raises no later one."""


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.ANNOUNCED, Step.BITE): Transition(State.IN_FORCE, "node"),
    # Its whole time passed while no node was there to put it in force.
    (State.ANNOUNCED, Step.EXPIRE): Transition(State.EXPIRED, "node"),
    (State.ANNOUNCED, Step.WITHDRAW): Transition(State.WITHDRAWN, "officer"),
    (State.IN_FORCE, Step.STEP_DOWN): Transition(State.STEPPED_DOWN, "node"),
    (State.IN_FORCE, Step.EXPIRE): Transition(State.EXPIRED, "node"),
    (State.IN_FORCE, Step.LIFT): Transition(State.LIFTED, "officer"),
    (State.STEPPED_DOWN, Step.STEP_DOWN): Transition(State.STEPPED_DOWN, "node"),
    (State.STEPPED_DOWN, Step.EXPIRE): Transition(State.EXPIRED, "node"),
    (State.STEPPED_DOWN, Step.LIFT): Transition(State.LIFTED, "officer"),
    (State.EXPIRED, Step.ANNUL): Transition(State.EXPIRED, "officer"),
    (State.LIFTED, Step.ANNUL): Transition(State.LIFTED, "officer"),
}
ALIVE = frozenset({State.ANNOUNCED, State.IN_FORCE, State.STEPPED_DOWN})
"""States from which a sanction can still be taken back."""


class Stage(msgspec.Struct, frozen=True):
    """A rung that a sanction is at, until when."""

    rung: Rung
    until: int
    """µs UTC; 0: until lifted."""
    limit: int = 0
    """Calls an hour, for ``rate_limit``."""


class Restricted(msgspec.Struct, frozen=True):
    """A restriction comes into force (kind ``sanctions.restricted``)."""

    restriction: str
    target: Target
    rung: Rung
    reason: str
    start: int
    """µs UTC."""
    until: int = 0
    """µs UTC; 0: until lifted."""
    number: int = 0
    """Set when the target is a number."""
    name: str = ""
    """Holder or trunk, when the target is one."""
    limit: int = 0
    """Calls an hour, for ``rate_limit``."""
    order: str = ""
    """The order it carries out; empty when none."""
    sanction: str = ""
    """The sanction of the ladder that it carries out; empty: none. The first restriction has the sanction's own id."""


class Lifted(msgspec.Struct, frozen=True):
    """A restriction ends before its time (复通, kind ``sanctions.lifted``)."""

    restriction: str
    reason: str


class Announced(msgspec.Struct, frozen=True):
    """A sanction was decided on and its subject is being told (kind ``sanctions.announced``). Nothing bites yet."""

    sanction: str
    case: str
    target: Target
    reason: str
    start: int
    """When it bites at the earliest, µs UTC; never before it is announced."""
    latest: int
    """When it bites even though its notice did not get through, µs UTC."""
    stages: tuple[Stage, ...]
    """Its rung, and those that it steps down to."""
    number: int = 0
    """Set when the target is a number."""
    name: str = ""
    """Holder, trunk or access provider, when the target is one."""
    order: str = ""
    officer: str = ""
    proposed: Rung | None = None
    """The rung that was due by the ladder."""
    words: str = ""
    """The officer's reason for a harsher one."""
    channels: int = 0
    """By how many channels the notice must be delivered before it bites; 0: it does not wait."""
    different: bool = False
    """Whether these must be of different kinds."""
    at_once: bool = False
    """It bites with the announcement; the notice goes out at the same time."""

    @property
    def rung(self) -> Rung:
        """The rung that it begins with."""
        return self.stages[0].rung

    @property
    def until(self) -> int:
        """When all of it is over, µs UTC; 0: when it is lifted."""
        return self.stages[-1].until


class Moved(msgspec.Struct, frozen=True):
    """A step was taken (kind ``sanctions.moved``)."""

    sanction: str
    step: Step
    state: State
    rung: Rung
    """From now on, or at the end."""
    number: int = 0
    until: int = 0
    """Until when it is at that rung, µs UTC; 0: until lifted."""
    restriction: str = ""
    """What carries it out; empty: nothing does."""
    words: str = ""
    undone: bool = False
    """It ended because it should not have been: it raises no later sanction."""
    undelivered: tuple[str, ...] = ()
    """What kept the notice from being delivered, where it bit nevertheless: an officer is to look at it."""


class Told(msgspec.Struct, frozen=True):
    """Its subject is being told by one way (kind ``sanctions.told``)."""

    sanction: str
    event: str
    """``ahead``, or the step that is told."""
    channel: str
    notice: str
    """Id of the notice, whose own facts say what became of it."""
    number: int = 0
    counts: bool = True
    """False: a line that the sanction stops; it is told too, but proves nothing."""
    fault: str = ""
    """Why nothing could be sent; empty: it was queued."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "sanctions.restricted": Restricted,
    "sanctions.lifted": Lifted,
    "sanctions.announced": Announced,
    "sanctions.moved": Moved,
    "sanctions.told": Told,
}
