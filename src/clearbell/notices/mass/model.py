"""Facts, states and terms of mass notices. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition
from clearbell.notices.model import Channel
from clearbell.numbering import NumberClass


class MassState(enum.Enum):
    """Where a mass notice stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    """Text and audience are fixed; nothing was sent yet."""
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    """Everyone was told or has a reason; delivery receipts may still come."""
    CANCELLED = "cancelled"


class MassStep(enum.Enum):
    """What can happen to a mass notice."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    """Back to whoever drafted it."""
    APPROVE = "approve"
    """By another officer than those who drafted and submitted it."""
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    CANCEL = "cancel"


_M, _S = MassState, MassStep
TRANSITIONS: dict[tuple[MassState, MassStep], Transition[MassState]] = {
    (_M.DRAFT, _S.EDIT): Transition(_M.DRAFT, "officer"),
    (_M.DRAFT, _S.SUBMIT): Transition(_M.SUBMITTED, "officer"),
    (_M.SUBMITTED, _S.RETURN): Transition(_M.DRAFT, "another officer"),
    (_M.SUBMITTED, _S.APPROVE): Transition(_M.APPROVED, "another officer"),
    (_M.APPROVED, _S.START): Transition(_M.SENDING, "officer"),
    (_M.SENDING, _S.PAUSE): Transition(_M.PAUSED, "officer"),
    (_M.PAUSED, _S.RESUME): Transition(_M.SENDING, "officer"),
    (_M.SENDING, _S.FINISH): Transition(_M.FINISHED, "sender"),
    # Its time was over while it was paused.
    (_M.PAUSED, _S.FINISH): Transition(_M.FINISHED, "upkeep"),
    (_M.DRAFT, _S.CANCEL): Transition(_M.CANCELLED, "officer"),
    (_M.SUBMITTED, _S.CANCEL): Transition(_M.CANCELLED, "officer"),
    (_M.APPROVED, _S.CANCEL): Transition(_M.CANCELLED, "officer"),
    (_M.SENDING, _S.CANCEL): Transition(_M.CANCELLED, "officer"),
    (_M.PAUSED, _S.CANCEL): Transition(_M.CANCELLED, "officer"),
}


class Outcome(enum.IntEnum):
    """Where one recipient stands. The numbers are what the table holds; they never change their meaning."""

    WAITING = 0
    TAKEN = 1
    """Claimed by a sender: from now on a message may be on the wire."""
    POSTPONED = 2
    """The other side would not take it yet, or it never left; again when due."""
    ACCEPTED = 3
    DELIVERED = 4
    FAILED = 5
    DOUBT = 6
    """It went out and no answer came. It is not sent again; a delivery receipt may still tell."""
    EXCLUDED = 7
    """Opted out after the audience was fixed."""
    LAPSED = 8
    """The notice's time was over."""
    CANCELLED = 9
    NO_RECEIPT = 10
    """Accepted, and no receipt came within the pack's time. One that comes later still tells."""

    @property
    def word(self) -> str:
        """Its name in files and answers."""
        return self.name.lower()


class Event(enum.Enum):
    """What can happen to one recipient."""

    CLAIM = "claim"
    RELEASE = "release"
    """It never left, or leaving again is safe."""
    POSTPONE = "postpone"
    ACCEPT = "accept"
    REFUSE = "refuse"
    LOSE = "lose"
    DELIVER = "deliver"
    EXCLUDE = "exclude"
    LAPSE = "lapse"
    CANCEL = "cancel"
    MISS = "miss"
    """The time for its receipt is over."""


_O, _E = Outcome, Event
OUTCOMES: dict[tuple[Outcome, Event], Transition[Outcome]] = {
    (_O.WAITING, _E.CLAIM): Transition(_O.TAKEN, "sender"),
    (_O.POSTPONED, _E.CLAIM): Transition(_O.TAKEN, "sender"),
    (_O.WAITING, _E.EXCLUDE): Transition(_O.EXCLUDED, "sender"),
    (_O.POSTPONED, _E.EXCLUDE): Transition(_O.EXCLUDED, "sender"),
    (_O.WAITING, _E.LAPSE): Transition(_O.LAPSED, "sender"),
    (_O.POSTPONED, _E.LAPSE): Transition(_O.LAPSED, "sender"),
    (_O.WAITING, _E.CANCEL): Transition(_O.CANCELLED, "officer"),
    (_O.POSTPONED, _E.CANCEL): Transition(_O.CANCELLED, "officer"),
    (_O.TAKEN, _E.RELEASE): Transition(_O.POSTPONED, "sender"),
    (_O.TAKEN, _E.POSTPONE): Transition(_O.POSTPONED, "sender"),
    (_O.TAKEN, _E.ACCEPT): Transition(_O.ACCEPTED, "sender"),
    (_O.TAKEN, _E.REFUSE): Transition(_O.FAILED, "sender"),
    (_O.TAKEN, _E.LOSE): Transition(_O.DOUBT, "sender"),
    (_O.TAKEN, _E.DELIVER): Transition(_O.DELIVERED, "sender"),
    # An answer that comes late, and a receipt, clear a doubt up.
    (_O.DOUBT, _E.ACCEPT): Transition(_O.ACCEPTED, "sender"),
    (_O.DOUBT, _E.REFUSE): Transition(_O.FAILED, "sender"),
    (_O.DOUBT, _E.DELIVER): Transition(_O.DELIVERED, "sender"),
    (_O.ACCEPTED, _E.DELIVER): Transition(_O.DELIVERED, "sender"),
    (_O.ACCEPTED, _E.REFUSE): Transition(_O.FAILED, "sender"),
    (_O.ACCEPTED, _E.MISS): Transition(_O.NO_RECEIPT, "upkeep"),
    (_O.NO_RECEIPT, _E.DELIVER): Transition(_O.DELIVERED, "sender"),
    (_O.NO_RECEIPT, _E.REFUSE): Transition(_O.FAILED, "sender"),
}
OPEN = (Outcome.WAITING, Outcome.TAKEN, Outcome.POSTPONED)
"""While any recipient stands there, the notice is not finished."""


class Source(enum.Enum):
    """Where an audience comes from. Which fields of an audience each one takes is in :data:`FIELDS`."""

    SUBSCRIBERS = "subscribers"
    """Whoever gave, withdrew or refused something, has settings, or uses a line that was admitted."""
    CONSENT = "consent"
    """Whoever has a consent in force; ``holder`` and ``purpose`` narrow it."""
    SETTINGS = "settings"
    """Whoever has an own list or wishes."""
    HOLDER = "holder"
    """Numbers registered to ``holder``."""
    CALLED = "called"
    """Whoever the numbers of ``case`` or ``campaign`` called, in the call lake, in [``since``, ``until``)."""
    REPORTERS = "reporters"
    """Whoever complained of the numbers of ``case`` or ``campaign`` and did not take it back."""
    WAITING = "waiting"
    """Reporters whose complaint was not answered yet; ``case`` or ``campaign`` narrow it."""
    RESTRICTED = "restricted"
    """Contacts of numbers and holders with a restriction in force; ``rungs`` narrow it. Where a number has none, the
    number itself, unless it cannot be reached for the restriction."""
    LIST = "list"
    """A file of recipients that was taken in; ``list`` names it."""


NARROWS = frozenset({"classes", "prefixes", "countries"})
"""Fields that narrow any audience of numbers."""
FIELDS: dict[Source, frozenset[str]] = {
    Source.SUBSCRIBERS: NARROWS,
    Source.CONSENT: NARROWS | {"holder", "purpose"},
    Source.SETTINGS: NARROWS,
    Source.HOLDER: NARROWS | {"holder"},
    Source.CALLED: NARROWS | {"case", "campaign", "since", "until"},
    Source.REPORTERS: NARROWS | {"case", "campaign"},
    Source.WAITING: NARROWS | {"case", "campaign"},
    Source.RESTRICTED: NARROWS | {"rungs"},
    Source.LIST: NARROWS | {"list"},
}
"""Fields that each source takes."""
NEEDS: dict[Source, frozenset[str]] = {
    Source.HOLDER: frozenset({"holder"}),
    Source.CALLED: frozenset({"case", "campaign"}),
    Source.REPORTERS: frozenset({"case", "campaign"}),
    Source.LIST: frozenset({"list"}),
}
"""Of these, a source needs exactly one."""
ADDRESSED = frozenset({Source.LIST, Source.RESTRICTED})
"""Sources that may know mail addresses and webhooks; all others know numbers only."""


class Audience(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is meant. What is given narrows it; what is empty does not."""

    source: Source = Source.SUBSCRIBERS
    list: str = ""
    holder: str = ""
    purpose: str = ""
    classes: tuple[NumberClass, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Beginnings of the E.164 digits, such as ``86139``."""
    countries: tuple[int, ...] = ()
    """Calling codes. The plan knows no place of a mobile number within a country."""
    case: str = ""
    campaign: str = ""
    since: int = 0
    """µs UTC; 0: since the case looks at, else as far as the lake goes back."""
    until: int = 0
    """µs UTC; 0: now."""
    rungs: tuple[str, ...] = ()
    """Degrees of restrictions, such as ``outgoing_barred``."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said, as it stands: nothing is filled in."""

    zh: str
    en: str
    zh_subject: str = ""
    """For mail."""
    en_subject: str = ""


class MassDrafted(msgspec.Struct, frozen=True):
    """A version was drafted (kind ``notices.mass-drafted``)."""

    mass: int
    version: int
    name: str
    purpose: str
    words: Words
    audience: Audience
    channels: tuple[Channel, ...]
    not_after: int
    officer: str


class MassStepped(msgspec.Struct, frozen=True):
    """It went a step (kinds ``notices.mass-submitted``, ``-returned``, ``-started``, ``-paused``, ``-resumed``,
    ``-finished``, ``-cancelled``), or the last receipt came or was given up (``-settled``)."""

    mass: int
    version: int
    officer: str
    reason: str = ""
    counts: dict[str, int] = {}
    """Recipients by where they stand, where the step ends the sending."""


class MassApproved(msgspec.Struct, frozen=True):
    """Another officer approved text and audience (kind ``notices.mass-approved``)."""

    mass: int
    version: int
    officer: str
    recipients: int
    digest: str
    """SHA-256 over the recipients in the order of their bytes, each with a line feed: the audience cannot be changed
    unseen."""
    left_out: dict[str, int]
    """How many were left out, by reason."""


class MassTold(msgspec.Struct, frozen=True):
    """What became of one recipient (kinds ``notices.mass-accepted``, ``-failed``, ``-in-doubt``, ``-delivered``,
    ``-no-receipt``)."""

    mass: int
    recipient: str
    ids: str = ""
    """What the parts are called at the other side, with ``+`` where delivered and ``-`` where not."""
    reason: str = ""


class OptedOut(msgspec.Struct, frozen=True):
    """Someone wants no mass notices, or wants them again (kinds ``notices.opted-out``, ``notices.opted-in``)."""

    recipient: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "notices.mass-drafted": MassDrafted,
    "notices.mass-approved": MassApproved,
    **{
        f"notices.mass-{step}": MassStepped
        for step in ("submitted", "returned", "started", "paused", "resumed", "finished", "cancelled", "settled")
    },
    **{f"notices.mass-{end}": MassTold for end in ("accepted", "failed", "in-doubt", "delivered", "no-receipt")},
    "notices.opted-out": OptedOut,
    "notices.opted-in": OptedOut,
}
