"""Facts and states of notices. Every struct in ``FACTS`` is one fact kind of the ledger.

Every state and step of a notice stands in this file, and nothing else does that decides about them.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class Channel(enum.Enum):
    """How a notice travels."""

    SMS = "sms"
    MAIL = "mail"
    WEBHOOK = "webhook"


class Priority(enum.IntEnum):
    """What goes first when the line is narrow."""

    BULK = 0
    NORMAL = 1
    URGENT = 2
    """Someone is waiting in front of a screen."""


class State(enum.Enum):
    """Where a notice stands."""

    QUEUED = "queued"
    SENDING = "sending"
    """Handed to the transport; not every part is acknowledged yet."""
    SENT = "sent"
    """The SMS centre or mail relay has taken all of it over."""
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    """Its time ran out before it was taken over."""
    WITHDRAWN = "withdrawn"
    """What it would have told is so no more; it was not sent."""


class Step(enum.Enum):
    """What can happen to a notice."""

    TAKE = "take"
    ACCEPT = "accept"
    POSTPONE = "postpone"
    """It did not go through this time; again after a while."""
    REFUSE = "refuse"
    """It will never go through."""
    DELIVER = "deliver"
    LAPSE = "lapse"
    RETRY = "retry"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.QUEUED, Step.TAKE): Transition(State.SENDING, "dispatcher"),
    (State.QUEUED, Step.LAPSE): Transition(State.EXPIRED, "dispatcher"),
    (State.QUEUED, Step.WITHDRAW): Transition(State.WITHDRAWN, "officer"),
    # The last acknowledgement may come after its notice was given up and put back.
    (State.QUEUED, Step.ACCEPT): Transition(State.SENT, "dispatcher"),
    (State.SENDING, Step.ACCEPT): Transition(State.SENT, "dispatcher"),
    (State.SENDING, Step.POSTPONE): Transition(State.QUEUED, "dispatcher"),
    (State.SENDING, Step.REFUSE): Transition(State.FAILED, "dispatcher"),
    (State.SENDING, Step.LAPSE): Transition(State.EXPIRED, "dispatcher"),
    (State.SENT, Step.DELIVER): Transition(State.DELIVERED, "dispatcher"),
    (State.SENT, Step.REFUSE): Transition(State.FAILED, "dispatcher"),
    (State.FAILED, Step.RETRY): Transition(State.QUEUED, "officer"),
    (State.EXPIRED, Step.RETRY): Transition(State.QUEUED, "officer"),
}


class NoticeQueued(msgspec.Struct, frozen=True):
    """Someone is to be told something (kind ``notices.queued``)."""

    notice: str
    key: str
    """What the caller calls it: the same key again is the same notice."""
    channel: Channel
    recipient: str
    """Digits of the E.164 number, mail address, or URL."""
    template: str
    template_version: str
    """Digest of the template's texts, so that the words can be told later."""
    arguments: dict[str, str]
    """Without secret ones, such as a one-time code."""
    language: str
    purpose: str
    priority: int
    not_after: int
    """From when it is of no use any more, µs UTC."""


class NoticeRetried(msgspec.Struct, frozen=True):
    """Someone had a failed or expired notice sent again (kind ``notices.retried``)."""

    notice: str
    recipient: str
    not_after: int


class NoticeSent(msgspec.Struct, frozen=True):
    """The SMS centre, relay or receiver took the whole notice over (kind ``notices.sent``)."""

    notice: str
    recipient: str
    message_ids: tuple[str, ...]
    """What each part is called there, in order."""


class NoticeEnded(msgspec.Struct, frozen=True):
    """How a notice ended (kinds ``notices.delivered``, ``notices.failed``, ``notices.expired``, ``notices.withdrawn``)."""

    notice: str
    recipient: str
    message_id: str
    """Message whose receipt decided; empty where none did."""
    at: int
    """When, as the receipt says, µs UTC; the time of the act where it says nothing."""
    reason: str
    """The other side's word for it, such as ``UNDELIV 011``; empty when delivered."""


class MessageReceived(msgspec.Struct, frozen=True):
    """Someone sent an SMS to one of our numbers (kind ``notices.received``)."""

    sender: int
    """0 where it is no number."""
    sender_text: str
    """As the SMS centre gave it."""
    to: str
    text: str


class CodeSent(msgspec.Struct, frozen=True):
    """A one-time code was sent to a number (kind ``notices.code-sent``)."""

    number: int
    purpose: str
    notice: str
    until: int


class CodeChecked(msgspec.Struct, frozen=True):
    """Someone entered a code (kind ``notices.code-checked``)."""

    number: int
    purpose: str
    right: bool


FACTS: dict[str, type[msgspec.Struct]] = {
    "notices.queued": NoticeQueued,
    "notices.retried": NoticeRetried,
    "notices.sent": NoticeSent,
    "notices.delivered": NoticeEnded,
    "notices.failed": NoticeEnded,
    "notices.expired": NoticeEnded,
    "notices.withdrawn": NoticeEnded,
    "notices.received": MessageReceived,
    "notices.code-sent": CodeSent,
    "notices.code-checked": CodeChecked,
}
