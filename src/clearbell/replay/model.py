"""What is asked of a replay, and what it found."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from clearbell.calls import Action


class State(enum.Enum):
    """Where a replay stands."""

    RUNNING = "running"
    """Or it was killed: whoever runs it holds its lock."""
    STOPPED = "stopped"
    """It goes on from where it is when somebody says so."""
    DONE = "done"
    FAILED = "failed"


class Kind(enum.Enum):
    """What becomes of a call that the candidate treats otherwise."""

    TOUCHED = "touched"
    """It went through untouched, and would not have."""
    RELEASED = "released"
    """It was touched, and would have gone through."""
    HARDER = "harder"
    SOFTER = "softer"


class Cause(enum.Enum):
    """Why a call could not be replayed."""

    FAIL_OPEN = "fail-open"
    """It was let through unjudged."""
    STALE = "stale"
    """The node had lost sight of the ledger."""
    CHECK_FAILED = "check-failed"
    JUST_CHANGED = "just-changed"
    """Facts changed within seconds before it; which of them the node knew already is not on record."""
    NOT_REPRODUCED = "not-reproduced"
    """The pack in force comes to something else: what was known then was erased, or the node's counters went further back."""


class Change(msgspec.Struct, frozen=True):
    """What a candidate has otherwise than the pack; what it does not name stays."""

    points: Mapping[str, float] = {}
    """By symbol."""
    decides: Mapping[str, str] = {}
    """By symbol: the action that it makes by itself; empty: none, its points count."""
    totals: Mapping[str, float] = {}
    """By action: the total from which on it is taken."""
    thresholds: Mapping[str, float | None] = {}
    """By name; None: off."""
    left_out: tuple[str, ...] = ()
    """Checks that are not asked."""


class Asked(msgspec.Struct, frozen=True):
    """A window of the record, and a candidate."""

    since: int
    """µs UTC."""
    until: int
    """µs UTC, not included."""
    change: Change
    pack_text: str = ""
    """A whole pack as TOML in place of the one in force; the change is made to it. Empty: none."""
    by: str = ""
    """Who asked."""
    at: int = 0
    """When, µs UTC."""


class Example(msgspec.Struct, frozen=True):
    """One call that would have gone otherwise."""

    decision: str
    """Id of the decision on record."""
    at: int
    caller: str
    """Masked; empty: withheld."""
    before: float
    """Its total under the pack in force."""
    after: float
    symbols: tuple[str, ...]
    """What the candidate saw, in its order."""


class Moved(msgspec.Struct):
    """Calls that one rule takes from one action to another."""

    kind: Kind
    rule: str
    """The symbol that decides now, or decided before; of sums, the symbols whose points differ, or ``total``."""
    before: Action
    after: Action
    calls: int = 0
    examples: list[Example] = msgspec.field(default_factory=list)


class Whom(msgspec.Struct):
    """Whom one kind of change meets."""

    calls: int = 0
    callers: list[int] = msgspec.field(default_factory=list)
    """Digests of the different callers, under the node's key; at most :data:`MOST_CALLERS`."""
    withheld: int = 0
    """Calls without a number."""
    holders: dict[str, int] = msgspec.field(default_factory=dict)
    """Calls by holder; the empty one: nobody registered the number. At most :data:`MOST_HOLDERS`."""


MOST_CALLERS = 20_000
MOST_HOLDERS = 1_000
MOST_EXAMPLES = 5
"""Of each rule."""


class Found(msgspec.Struct):
    """What a replay found as far as it came."""

    calls: int = 0
    """On record in the window."""
    first: int = 0
    """When the first and the last of them were made, µs UTC."""
    last: int = 0
    replayed: int = 0
    """Judged under both."""
    earlier_version: int = 0
    """Of those, decided under another version of the pack: what the pack in force does with them is not held against the record."""
    other_reason: int = 0
    """Of those, the same action for another reason."""
    unreadable: int = 0
    """Records of another version of Clearbell."""
    causes: dict[str, int] = msgspec.field(default_factory=dict)
    """Calls that could not be replayed, by :class:`Cause`."""
    moved: list[Moved] = msgspec.field(default_factory=list)
    whom: dict[str, Whom] = msgspec.field(default_factory=dict)
    """By :class:`Kind`."""


class Replay(msgspec.Struct):
    """A replay as it is kept."""

    replay: str
    asked: Asked
    state: State = State.RUNNING
    segment: str = ""
    """How far it came: segment of the journal, and place in it."""
    offset: int = 0
    share: float = 0.0
    """How much of the window's record is done, 0 to 1, by the time of its calls."""
    policy: str = ""
    """Version of the pack in force, and of the candidate."""
    candidate: str = ""
    fault_zh: str = ""
    fault_en: str = ""
    found: Found = msgspec.field(default_factory=Found)
