"""Facts and states of orders. Every struct in ``FACTS`` is one fact kind of the ledger.

An *order* (指令) is what an authority sent; each thing that it asks for is a *must-do* with a due time of its own.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition
from clearbell.sanctions.model import Rung


class Kind(enum.Enum):
    """What a must-do asks for; a pack names each with its hours."""

    SHUT_OFF = "shut_off"
    LIFT = "lift"
    LABEL = "label"
    OPEN_CASE = "open_case"
    HAND_OVER_RECORDS = "hand_over_records"
    STOP_RESOURCE = "stop_resource"
    REMOVE_LISTING = "remove_listing"
    OTHER = "other"


class Bears(enum.Enum):
    """On what a must-do bears."""

    NUMBER = "number"
    HOLDER = "holder"
    TRUNK = "trunk"
    PROVIDER = "provider"
    RESOURCE = "resource"
    """A number resource of the registry."""
    LISTING = "listing"
    """An address where something is offered."""
    NOTHING = "nothing"


_ON = (Bears.NUMBER, Bears.HOLDER, Bears.TRUNK, Bears.PROVIDER)
BEARS: dict[Kind, tuple[Bears, ...]] = {
    Kind.SHUT_OFF: _ON,
    Kind.LIFT: _ON,
    Kind.LABEL: (Bears.NUMBER,),
    Kind.OPEN_CASE: (Bears.NUMBER, Bears.HOLDER),
    Kind.HAND_OVER_RECORDS: _ON,
    Kind.STOP_RESOURCE: (Bears.RESOURCE, Bears.NUMBER),
    Kind.REMOVE_LISTING: (Bears.LISTING,),
    Kind.OTHER: tuple(Bears),
}
"""On what each kind may bear."""


class ProofKind(enum.Enum):
    """What proves a must-do. Each is looked at, not believed."""

    RESTRICTION = "restriction"
    """A sanction or restriction that is in force now, as the order asks."""
    LIFTED = "lifted"
    """Nothing restricts the subject any more."""
    LABEL = "label"
    """A label is published about the number now."""
    CASE = "case"
    """A case about the subject that names the order."""
    RELEASED = "released"
    """The resource is no longer in the registry."""
    NOTICE = "notice"
    """A notice with its receipt."""
    FILE = "file"
    """A document in the vault, by its digest."""


PROOFS: dict[Kind, tuple[ProofKind, ...]] = {
    Kind.SHUT_OFF: (ProofKind.RESTRICTION,),
    Kind.LIFT: (ProofKind.LIFTED,),
    Kind.LABEL: (ProofKind.LABEL,),
    Kind.OPEN_CASE: (ProofKind.CASE,),
    Kind.HAND_OVER_RECORDS: (ProofKind.FILE,),
    Kind.STOP_RESOURCE: (ProofKind.RELEASED,),
    Kind.REMOVE_LISTING: (ProofKind.FILE,),
    Kind.OTHER: (ProofKind.FILE, ProofKind.NOTICE),
}
"""What proves each kind."""


class State(enum.Enum):
    """Where an order stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_WORK = "in-work"
    PROPOSED = "proposed"
    """An outcome waits for a second officer."""
    DONE = "done"
    RETURNED = "returned"
    """Given back, because something that it asks for cannot be done."""
    REFUSED = "refused"
    """Nothing of it is done, for a reason told to the authority."""
    WITHDRAWN = "withdrawn"
    """The authority took it back."""


class Step(enum.Enum):
    """What can happen to an order."""

    ACKNOWLEDGE = "acknowledge"
    BEGIN = "begin"
    PROPOSE = "propose"
    SEND_BACK = "send-back"
    """The second officer does not agree."""
    COMPLETE = "complete"
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class Outcome(enum.Enum):
    """How an order ends."""

    DONE = "done"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STEP_OF: dict[Outcome, Step] = {
    Outcome.DONE: Step.COMPLETE,
    Outcome.RETURNED: Step.RETURN,
    Outcome.REFUSED: Step.REFUSE,
    Outcome.WITHDRAWN: Step.WITHDRAW,
}

_OFFICER, _SECOND = "officer", "second-officer"

TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.RECEIVED, Step.ACKNOWLEDGE): Transition(State.ACKNOWLEDGED, _OFFICER, "acknowledge_hours"),
    (State.ACKNOWLEDGED, Step.BEGIN): Transition(State.IN_WORK, _OFFICER),
    (State.ACKNOWLEDGED, Step.PROPOSE): Transition(State.PROPOSED, _OFFICER),
    (State.IN_WORK, Step.PROPOSE): Transition(State.PROPOSED, _OFFICER),
    (State.PROPOSED, Step.SEND_BACK): Transition(State.IN_WORK, _SECOND),
    (State.PROPOSED, Step.COMPLETE): Transition(State.DONE, _SECOND),
    (State.PROPOSED, Step.RETURN): Transition(State.RETURNED, _SECOND),
    (State.PROPOSED, Step.REFUSE): Transition(State.REFUSED, _SECOND),
    (State.PROPOSED, Step.WITHDRAW): Transition(State.WITHDRAWN, _SECOND),
}
"""An order ends only by a second officer's word."""

OPEN = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.IN_WORK, State.PROPOSED})
"""States of an order that somebody still has to deal with."""


class MustDoState(enum.Enum):
    """Where a must-do stands."""

    OPEN = "open"
    DONE = "done"
    """Its proof was looked at and holds."""
    CANNOT = "cannot"


class MustDoStep(enum.Enum):
    """What can happen to a must-do."""

    PROVE = "prove"
    GIVE_UP = "give-up"
    REOPEN = "reopen"


MUST_DO_TRANSITIONS: dict[tuple[MustDoState, MustDoStep], Transition[MustDoState]] = {
    (MustDoState.OPEN, MustDoStep.PROVE): Transition(MustDoState.DONE, _OFFICER, "hours"),
    (MustDoState.OPEN, MustDoStep.GIVE_UP): Transition(MustDoState.CANNOT, _OFFICER, "hours"),
    (MustDoState.DONE, MustDoStep.REOPEN): Transition(MustDoState.OPEN, _OFFICER),
    (MustDoState.CANNOT, MustDoStep.REOPEN): Transition(MustDoState.OPEN, _OFFICER),
}
"""Only while the order is in work."""


class OrderReceived(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order as it came (指令, kind ``order.received``, sealed for the order)."""

    order: str
    authority: str
    """As the pack names it."""
    issuer: str
    """Its full name, as on the order."""
    reference: str
    """The authority's own number of the order (文号)."""
    text: str
    """What it asks, in words."""
    received: int
    """µs UTC."""
    acknowledge_by: int
    due: int
    """By when all of it is done, µs UTC."""
    document: str = ""
    """SHA-256 (hex) of the signed document in the vault; empty: none came with it."""
    media: str = ""
    officer: str = ""


class MustDo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that an order asks for (kind ``order.must-do``, sealed for the number, else for the order)."""

    order: str
    place: int
    """From 1."""
    kind: Kind
    bears: Bears
    due: int
    """µs UTC."""
    number: int = 0
    name: str = ""
    """Holder, trunk, access provider, resource, or address of a listing."""
    rung: Rung | None = None
    """Of a shut-off."""
    until: int = 0
    """End of a shut-off, µs UTC; 0: until it is lifted."""
    detail: str = ""
    """Category of a label; the restriction to be lifted, empty: all; else words."""

    @property
    def id(self) -> str:
        """``ORDER/1``."""
        return f"{self.order}/{self.place}"


class Proof(msgspec.Struct, frozen=True):
    """What an officer offers as proof."""

    kind: ProofKind
    reference: str = ""
    """Id or digest; empty where the must-do itself says what to look at."""
    words: str = ""


class OrderMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step was taken (kind ``order.moved``, sealed for the order)."""

    order: str
    step: Step
    state: State
    officer: str
    words: str = ""
    outcome: Outcome | None = None
    """Proposed, or confirmed."""


class MustDoBegun(msgspec.Struct, frozen=True, omit_defaults=True):
    """What carries a must-do out was begun (kind ``order.begun``, sealed as the must-do)."""

    must_do: str
    order: str
    reference: str
    """Sanction or case."""
    officer: str
    number: int = 0


class MustDoMoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A must-do was proven, given up or taken up again (kind ``order.must-do-moved``, sealed as the must-do)."""

    must_do: str
    order: str
    step: MustDoStep
    state: MustDoState
    officer: str
    number: int = 0
    proof: Proof | None = None
    saw: str = ""
    """What was seen when the proof was looked at."""
    words: str = ""


class OrderOverdue(msgspec.Struct, frozen=True):
    """A due time passed (kind ``order.overdue``). Told once for each."""

    order: str
    what: str
    """``acknowledge``, ``order``, or the id of a must-do."""
    due: int
    """µs UTC."""


class OrderReplied(msgspec.Struct, frozen=True):
    """A reply to the authority was written (kind ``order.replied``)."""

    order: str
    digest: str
    """SHA-256 (hex) of its JSON."""
    officer: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "order.received": OrderReceived,
    "order.must-do": MustDo,
    "order.moved": OrderMoved,
    "order.begun": MustDoBegun,
    "order.must-do-moved": MustDoMoved,
    "order.overdue": OrderOverdue,
    "order.replied": OrderReplied,
}


def subject_of(order: str) -> str:
    """For what facts about an order itself are sealed."""
    return f"order:{order}"
