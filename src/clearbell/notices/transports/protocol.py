"""What the dispatcher and a transport say to each other."""

from __future__ import annotations

import enum
from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A notice as a transport gets it."""

    notice: str
    channel: str
    recipient: str
    subject: str
    text: str
    language: str
    purpose: str
    template: str
    priority: int
    created: int
    not_after: int
    """µs UTC."""
    attempt: int
    reference: int = 0
    """0 to 255: marks the parts that belong together."""
    acknowledged: frozenset[tuple[int, int]] = frozenset()
    """(part, parts) already taken over; never sent again."""


class Accepted(msgspec.Struct, frozen=True):
    """The other side took a part over."""

    notice: str
    part: int
    """From 1."""
    parts: int
    message_id: str
    delivered: bool = False
    """The recipient itself has it: no receipt will follow."""


class Refused(msgspec.Struct, frozen=True):
    """The other side will not take it."""

    notice: str
    reason: str
    for_good: bool
    """False: later it may."""


class ReceiptState(enum.Enum):
    """What a delivery receipt says."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    ON_ITS_WAY = "on-its-way"
    """No end yet."""


class Receipt(msgspec.Struct, frozen=True):
    """What became of a part that was taken over."""

    message_id: str
    state: ReceiptState
    at: int
    """µs UTC; 0 where the receipt does not say."""
    error: str
    token: int = 0
    """What the transport knows the event by."""
    recipient: str = ""
    """Whose receipt it is, as the centre writes the number; empty where it does not say."""
    reference: int = 0
    """``user_message_reference`` of the message; 0 where the centre does not give it back."""


class IncomingPart(msgspec.Struct, frozen=True):
    """A message, or a part of one, that someone sent to us."""

    sender: str
    to: str
    text: str
    reference: int = 0
    part: int = 1
    parts: int = 1
    token: int = 0


Event = Accepted | Refused | Receipt | IncomingPart


class Transport(Protocol):
    """A way to send. Called from one thread only."""

    def room(self) -> int:
        """How many more notices it takes now; 0 while it is not connected or has enough to do."""
        ...

    def send(self, message: Message) -> None:
        """Begin to send; what comes of it is told by :meth:`poll`."""
        ...

    def poll(self, seconds: float) -> list[Event]:
        """What has happened; waits up to so long for something to happen. Never raises for the other side's faults."""
        ...

    def settled(self, event: Event, *, kept: bool) -> None:
        """The event is in the store (``kept``), or could not be taken in and should be told again."""
        ...

    def busy(self) -> bool:
        """Whether something was begun whose end is not told yet."""
        ...

    def close(self) -> None:
        """Take leave of the other side."""
        ...
