"""Facts and states of name cards. Every struct in ``FACTS`` is one fact kind of the ledger.

The four layers of regime 6.13: the entity is the registry's holder; :class:`CardNumber` is the number;
:class:`CardApplied` with its documents is one version of the display profile; :class:`CardShown` is the distribution.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class State(enum.Enum):
    """Where one version of a card stands."""

    APPLIED = "applied"
    REVIEWING = "reviewing"
    APPROVED = "approved"
    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    """Its holder is restricted; nothing is shown until an officer resumes it."""
    REPLACED = "replaced"
    """A later version is in force."""
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(enum.Enum):
    """What can happen to a card."""

    REVIEW = "review"
    APPROVE = "approve"
    PUBLISH = "publish"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    RECHECK = "recheck"
    REPLACE = "replace"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.APPLIED, Step.REVIEW): Transition(State.REVIEWING, "reviewer"),
    (State.REVIEWING, Step.APPROVE): Transition(State.APPROVED, "second reviewer"),
    (State.APPROVED, Step.PUBLISH): Transition(State.IN_FORCE, "officer"),
    (State.IN_FORCE, Step.RECHECK): Transition(State.IN_FORCE, "reviewer"),
    (State.IN_FORCE, Step.REPLACE): Transition(State.REPLACED, "later version"),
    (State.SUSPENDED, Step.REPLACE): Transition(State.REPLACED, "later version"),
    (State.IN_FORCE, Step.SUSPEND): Transition(State.SUSPENDED, "clock, officer"),
    (State.SUSPENDED, Step.RESUME): Transition(State.IN_FORCE, "officer"),
    (State.IN_FORCE, Step.END): Transition(State.ENDED, "clock, officer"),
    (State.SUSPENDED, Step.END): Transition(State.ENDED, "clock, officer"),
    (State.APPLIED, Step.REFUSE): Transition(State.REFUSED, "reviewer"),
    (State.REVIEWING, Step.REFUSE): Transition(State.REFUSED, "reviewer"),
    (State.APPROVED, Step.REFUSE): Transition(State.REFUSED, "reviewer"),
    (State.APPLIED, Step.WITHDRAW): Transition(State.WITHDRAWN, "applicant"),
    (State.REVIEWING, Step.WITHDRAW): Transition(State.WITHDRAWN, "applicant"),
    (State.APPROVED, Step.WITHDRAW): Transition(State.WITHDRAWN, "applicant"),
}

OPEN = (State.APPLIED, State.REVIEWING, State.APPROVED)
"""States of a version that is not decided to the end yet; a card has at most one such."""
LIVE = (State.IN_FORCE, State.SUSPENDED)


class Lifecycle(enum.Enum):
    """What became of a number under a card."""

    CLAIMED = "claimed"
    """On the list; not yet shown."""
    SHOWN = "shown"
    RELEASED = "released"
    """The holder has it no more: this card never shows on it again."""


class Hidden(enum.Enum):
    """Why a card is not shown on a number."""

    NONE = ""
    """It is shown."""
    RELEASED = "released"
    EXPIRED = "expired"
    CONTRACT_ENDED = "contract-ended"
    BLACKLISTED = "blacklisted"
    SANCTIONED = "sanctioned"
    """The holder is restricted."""
    RESTRICTED = "restricted"
    """The number itself is restricted; the card shows again once that is lifted."""
    LABELLED = "labelled"
    """The number has a label, which is shown instead; the card shows again once the label goes."""
    ENDED = "ended"
    SUSPENDED = "suspended"
    """By an officer."""
    REPLACED = "replaced"
    """The later version leaves the number out."""


class Paper(enum.Enum):
    """Documents of an application (regime 6.12), with their names in Chinese and English."""

    LICENCE = ("licence", "营业执照或主体证照", "licence")
    LEGAL_ID = ("legal-id", "法定代表人身份证件", "identity card of the legal person")
    AGENT_ID = ("agent-id", "经办人身份证件", "identity card of the agent")
    AUTHORITY = ("authority-letter", "授权委托书", "authority letter")
    NUMBER_LIST = ("number-list", "号码清单", "list of numbers")
    NUMBER_PROOF = ("number-proof", "号码归属证明(运营商受理单)", "proof that the numbers are the holder's")
    BRAND = ("brand-authorisation", "品牌授权书", "authorisation to use the brand")

    def __init__(self, kind: str, zh: str, en: str) -> None:
        self.kind = kind
        self.zh = zh
        self.en = en


class Texts(msgspec.Struct, frozen=True):
    """What a card shows."""

    name_zh: str
    name_en: str
    department_zh: str = ""
    """Department or purpose of the calls."""
    department_en: str = ""
    logo: str = ""
    """SHA-256 (hex) of the logo; empty for none."""

    def shown(self, language: str) -> str:
        """What a phone shows, in ``zh`` or ``en``: the name, and the department where there is one."""
        zh = language == "zh"
        parts = (self.name_zh, self.department_zh) if zh else (self.name_en, self.department_en)
        return " ".join(part for part in parts if part)


class CardApplied(msgspec.Struct, frozen=True):
    """A holder applies for a card, or for a new version of its display (kind ``cards.applied``)."""

    card: str
    revision: int
    """From 1."""
    holder: str
    licence: str
    """Unified social credit code."""
    legal: str
    """Keyed digest of the legal person's identity number; empty where it was not told."""
    texts: Texts


class CardNumber(msgspec.Struct, frozen=True):
    """A number that the card shall show on (kind ``cards.number``, sealed for it)."""

    card: str
    revision: int
    number: int
    number_class: str
    purpose: str
    """What the registry has it registered for."""
    owner_unit: str
    """Branch or department that uses it; the holder itself when empty."""


class CardPaper(msgspec.Struct, frozen=True):
    """A document was attached (kind ``cards.document``)."""

    card: str
    revision: int
    kind: str
    digest: str


class CardMoved(msgspec.Struct, frozen=True):
    """A step was taken (kind ``cards.moved``); who took it is the entry's actor."""

    card: str
    revision: int
    step: Step
    state: State
    why: str = ""


class CardShown(msgspec.Struct, frozen=True):
    """What is shown on a number from now on (kind ``cards.shown``, sealed for it); replaces what was."""

    number: int
    card: str
    revision: int
    holder: str
    texts: Texts
    at: int
    """µs UTC."""
    until: int
    """When it expires unless checked again, µs UTC."""
    hidden: Hidden = Hidden.NONE
    """Set: a tombstone, nothing is shown any more."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "cards.applied": CardApplied,
    "cards.number": CardNumber,
    "cards.document": CardPaper,
    "cards.moved": CardMoved,
    "cards.shown": CardShown,
}
