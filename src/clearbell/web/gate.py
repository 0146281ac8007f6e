"""What the web room needs of the running node; the serving room provides it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clearbell.calls import Call, CallEnd, Decision
from clearbell.desk.mass_notices import MassDesk
from clearbell.ledger import Store
from clearbell.notices.service import Outbox
from clearbell.policy.model import Pack
from clearbell.records.checking import Damage
from clearbell.records.journal import DecidedTo
from clearbell.records.model import CallRecord
from clearbell.registry.applications.service import Desk
from clearbell.replay.model import Asked, Replay
from clearbell.vault import Vault


class Tally(Protocol):
    """Counts since the node started."""

    calls: int
    ends: int
    by_action: dict[str, int]
    by_reason: dict[str, int]
    fail_open: int


class Replays(Protocol):
    """Replays of a node's record; one runs at a time."""

    def begin(self, asked: Asked) -> Replay | None:
        """Begin one; None: another one runs.

        Raises :class:`~clearbell.replay.candidate.ChangeError`, and ``PackError`` for a text that is no pack.
        """
        ...

    def go_on(self, name: str) -> bool:
        """Let one that was stopped go on; False: another one runs, or there is nothing to go on with."""
        ...

    def ask_to_stop(self, name: str) -> None:
        """Let one stop where it is."""
        ...

    def find(self, name: str) -> Replay | None:
        """The one of that name, as far as it is."""
        ...

    def newest(self) -> list[Replay]:
        """Those that are kept, the newest first."""
        ...


class Gate(Protocol):
    """A node that screens calls and remembers what it decided."""

    pack: Pack
    started: int
    store: Store
    """Where facts are recorded."""
    receipt_key: Ed25519PrivateKey
    """Signs receipts of consents."""
    ledger_key: Ed25519PrivateKey
    """Signs checkpoints, and case files that are handed over."""
    desk: Desk
    """What applications are judged by."""
    vault: Vault
    """Keeps documents."""
    outbox: Outbox
    """Sends notices."""
    mass: MassDesk
    """What mass notices need."""
    replays: Replays
    """What another policy would have done with the calls on record."""

    @property
    def counts(self) -> Tally:
        """Counts since the start."""
        ...

    @property
    def views_seq(self) -> int:
        """Place in the ledger that the views have followed to."""
        ...

    @property
    def stale(self) -> bool:
        """Whether the views could not be compared with the ledger for too long."""
        ...

    @property
    def journal_damage(self) -> tuple[Damage, ...]:
        """Segments of the journal of which not everything can be read, as far as they were read again."""
        ...

    @property
    def chores_well(self) -> bool:
        """Whether the node's chores are being done: reports weighed, labels published, cases looked into."""
        ...

    def now(self) -> int:
        """The node's time, µs UTC."""
        ...

    def screen(self, call: Call) -> Decision:
        """Decide and record a call."""
        ...

    def ended(self, end: CallEnd) -> None:
        """Learn how a call ended."""
        ...

    def recent(self) -> list[Decision]:
        """Newest decisions first."""
        ...

    def find(self, decision_id: str) -> Decision | None:
        """The recorded decision of that id."""
        ...

    def decided_since(self, since: int) -> Iterator[Decision]:
        """Recorded decisions at or after ``since`` (µs UTC), oldest first."""
        ...

    def decided_to(self, callee: int, since: int, most: int) -> DecidedTo:
        """The newest recorded decisions on calls to ``callee`` at or after ``since`` (µs UTC)."""
        ...

    def calls_of(self, number: int) -> list[CallRecord]:
        """Calls on record from or to a number, the newest first; of a great many, the newest. None where there is no lake.

        Raises :class:`~clearbell.records.lake.LakeError`.
        """
        ...

    def calls_lately(self, unit: int | str) -> tuple[int, int]:
        """Attempts of a number, or of a holder across its numbers, within the last hour and the last 24 hours."""
        ...

    def door_counts(self) -> dict[str, int]:
        """Counters of the SIP door by name, such as ``received`` or ``malformed``."""
        ...
