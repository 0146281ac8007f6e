"""A finished call, as any switch tells it and the lake keeps it."""

from __future__ import annotations

import enum

import msgspec


class Disposition(enum.Enum):
    """How an attempt went."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """It rang, or could not be reached, and nobody answered."""
    BUSY = "busy"
    REFUSED = "refused"
    """Screening or a switch turned it away before it rang."""
    FAILED = "failed"
    """The network could not set it up."""
    UNKNOWN = "unknown"
    """It was let through; how it ended was never told."""


class CallRecord(msgspec.Struct, frozen=True, gc=False):
    """A call detail record (CDR)."""

    id: str
    """The source's own id of the call; (source, id, start) names a record."""
    source: str
    """Whose record it is: ``clearbell``, or the name of the switch or file."""
    start: int
    """When the attempt began, µs UTC."""
    caller: int
    """0: withheld or unreadable."""
    callee: int
    holder: str = ""
    """Who used the calling number then, as the registry knew; empty: nobody registered."""
    trunk: str = ""
    ring: int = 0
    """From the attempt to the answer, or to the end where nobody answered, µs."""
    duration: int = 0
    """Talk time, µs."""
    disposition: Disposition = Disposition.UNKNOWN
    hangup: str = "unknown"
    """Which side ended it: ``caller``, ``callee``, ``network`` or ``unknown``."""
    cause: int = 0
    """Release cause of Q.850, or final SIP status from 300 up; 0: not told."""
    attestation: str = "none"

    @property
    def answered(self) -> bool:
        """Whether the two talked."""
        return self.disposition is Disposition.ANSWERED
