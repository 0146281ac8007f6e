"""Facts and states of appeals. Every struct in ``FACTS`` is one fact kind of the ledger, sealed.

Every state and step of an appeal stands in this file.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class Subject(enum.Enum):
    """What an appeal is against."""

    DECISION = "decision"
    """On one call, by the id in the 603+ answer."""
    LABEL = "label"
    """On a number; its id is the number."""
    SANCTION = "sanction"
    RESTRICTION = "restriction"
    """One that carries out no sanction of the ladder."""
    BLACKLIST = "blacklist"
    """An entry of the blacklist."""
    VERDICT = "verdict"
    """Of a case, by the case's id."""


class Appellant(enum.Enum):
    """Who appeals."""

    SUBSCRIBER = "subscriber"
    HOLDER = "holder"
    MISLABELLED = "mislabelled"
    """Who uses a number now that is labelled for what somebody else did."""


class Ground(enum.Enum):
    """Why it is wrong (regime 6.9, 7.9)."""

    MISTAKEN = "mistaken"
    """It was not so, or not by the appellant."""
    WRONG_NAME = "wrong-name"
    """The label says what its user is not: nothing said so far counts."""
    RECYCLED = "recycled"
    """The number had another user before: what was before ``since`` is about that one, and stands against that one."""


class State(enum.Enum):
    """Where an appeal stands."""

    RECEIVED = "received"
    REVIEWING = "under-review"
    PAPERS_ASKED = "papers-asked"
    """It waits for the appellant; meanwhile the time to decide does not run."""
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Step(enum.Enum):
    """What can happen to an appeal."""

    REVIEW = "review"
    ASK_PAPERS = "ask-papers"
    SEND_PAPERS = "send-papers"
    LAPSE = "lapse"
    """The papers did not come in time: it is decided by what there is."""
    UPHOLD = "uphold"
    REJECT = "reject"
    WITHDRAW = "withdraw"


DECIDE, DECIDE_LABEL, PAPERS = "appeal", "label_appeal", "appeal_papers"
"""Deadlines of the pack: to decide, to decide on a label, for papers."""
_OFFICER, _SECOND, _APPELLANT, _CLOCK = "officer", "another officer", "appellant", "clock"

TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.RECEIVED, Step.REVIEW): Transition(State.REVIEWING, _OFFICER, DECIDE),
    (State.RECEIVED, Step.ASK_PAPERS): Transition(State.PAPERS_ASKED, _OFFICER, DECIDE),
    (State.RECEIVED, Step.SEND_PAPERS): Transition(State.RECEIVED, _APPELLANT),
    (State.RECEIVED, Step.UPHOLD): Transition(State.UPHELD, _SECOND, DECIDE),
    (State.RECEIVED, Step.REJECT): Transition(State.REJECTED, _SECOND, DECIDE),
    (State.RECEIVED, Step.WITHDRAW): Transition(State.WITHDRAWN, _APPELLANT),
    (State.REVIEWING, Step.ASK_PAPERS): Transition(State.PAPERS_ASKED, _OFFICER, DECIDE),
    (State.REVIEWING, Step.SEND_PAPERS): Transition(State.REVIEWING, _APPELLANT),
    (State.REVIEWING, Step.UPHOLD): Transition(State.UPHELD, _SECOND, DECIDE),
    (State.REVIEWING, Step.REJECT): Transition(State.REJECTED, _SECOND, DECIDE),
    (State.REVIEWING, Step.WITHDRAW): Transition(State.WITHDRAWN, _APPELLANT),
    (State.PAPERS_ASKED, Step.SEND_PAPERS): Transition(State.REVIEWING, _APPELLANT, PAPERS),
    (State.PAPERS_ASKED, Step.LAPSE): Transition(State.REVIEWING, _CLOCK, PAPERS),
    # Nobody is rejected while papers that were asked for may still come.
    (State.PAPERS_ASKED, Step.UPHOLD): Transition(State.UPHELD, _SECOND),
    (State.PAPERS_ASKED, Step.WITHDRAW): Transition(State.WITHDRAWN, _APPELLANT),
}
OPEN = frozenset({State.RECEIVED, State.REVIEWING, State.PAPERS_ASKED})
"""States in which it is not decided."""


class Undone(msgspec.Struct, frozen=True, omit_defaults=True):
    """What upholding an appeal undoes; before it is decided, what it would undo."""

    sanctions: tuple[str, ...] = ()
    """Sanctions, and restrictions that carry out none, lifted or taken back before they bit."""
    annulled: tuple[str, ...] = ()
    """Sanctions that were over: they raise no later one any more."""
    verdict: str = ""
    """The case whose verdict is overturned."""
    labels: int = 0
    """Numbers whose label goes."""
    reports: int = 0
    """Complaints that count no more."""
    contracts: tuple[str, ...] = ()
    """Put in force again."""
    entries: tuple[str, ...] = ()
    """Taken off the blacklist."""
    notices: int = 0
    """That were still to be sent, and are not."""
    targets: tuple[str, ...] = ()
    """Switches and carriers that were told, and are told to lift it."""
    orders: tuple[str, ...] = ()
    """Orders of authorities that were carried out by it."""


class Filed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Someone appeals (kind ``appeals.filed``)."""

    appeal: str
    subject: Subject
    id: str
    """Of what it is against."""
    appellant: Appellant
    ground: Ground
    statement: str
    number: int = 0
    """The number that it is about; 0: it is about none, or not about one."""
    name: str = ""
    """Holder, trunk or access provider, when it is about one."""
    case: str = ""
    """The case that led to it; empty: none."""
    rests_on: str = ""
    """Of a decision: the restriction that it rests on; empty: none."""
    since: int = 0
    """Since when the number is the appellant's, µs UTC; 0 where the ground needs none."""
    due: int = 0
    """When it must be decided, µs UTC; 0: no deadline."""
    filer: str = ""
    """Who took it in; whoever that is may not decide it."""
    door: str = ""
    """``page``, ``api`` or ``desk``."""
    proven: bool = False
    """Whether the appellant proved to hold a number that it concerns."""


class Named(msgspec.Struct, frozen=True, omit_defaults=True):
    """The number by which the appellant is told (kind ``appeals.appellant``, sealed for that number)."""

    appeal: str
    contact: int
    language: str = "zh"


class Paper(msgspec.Struct, frozen=True):
    """A paper was handed in (kind ``appeals.paper``)."""

    appeal: str
    digest: str
    """SHA-256 (hex); the vault keeps it."""
    media: str
    size: int
    name: str = ""
    """What the appellant calls it."""


class Moved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step was taken (kind ``appeals.moved``)."""

    appeal: str
    step: Step
    state: State
    officer: str
    words: str = ""
    due: int = 0
    """When it must be decided, or papers must come, from now on, µs UTC; 0: no deadline."""
    undone: Undone | None = None


class Late(msgspec.Struct, frozen=True):
    """It was not decided in time (kind ``appeals.late``)."""

    appeal: str
    due: int


FACTS: dict[str, type[msgspec.Struct]] = {
    "appeals.filed": Filed,
    "appeals.appellant": Named,
    "appeals.paper": Paper,
    "appeals.moved": Moved,
    "appeals.late": Late,
}


def deadline_of(subject: Subject) -> str:
    """The pack's deadline by which an appeal is decided."""
    return DECIDE_LABEL if subject is Subject.LABEL else DECIDE


def sealed_for(appeal: str) -> str:
    """For what the facts about an appeal are sealed; only the appellant's own number is sealed for that."""
    return f"appeal:{appeal}"
