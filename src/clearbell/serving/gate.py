"""The node as the web room sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import structlog

from clearbell.calls import Call, CallEnd, Decision
from clearbell.desk.mass_notices import MassDesk
from clearbell.ledger.checkpoints import load_key
from clearbell.notices.service import Outbox
from clearbell.policy.workdays import builtin_workdays
from clearbell.records.between import calls_of
from clearbell.records.checking import Damage
from clearbell.records.journal import DecidedTo, decisions_to, read_journal
from clearbell.records.model import CallRecord
from clearbell.records.opening import open_lake
from clearbell.registry.applications.service import Desk
from clearbell.registry.identity import IdentityKey
from clearbell.serving.node import Counts, Node
from clearbell.sip.redirect import Redirect
from clearbell.vault import Vault, load_secret
from clearbell.web.gate import Gate, Replays

log = structlog.get_logger()

_MOST_CALLS = 10_000
"""Calls of a number that a page tells of."""


class ChoresStanding(Protocol):
    """How the node's chores stand."""

    @property
    def well(self) -> bool:
        """Whether they are being done."""
        ...

    @property
    def damaged(self) -> tuple[Damage, ...]:
        """Segments of the journal of which not everything can be read."""
        ...


class _NodeGate:
    """The node as the web room sees it."""

    def __init__(
        self,
        node: Node,
        doors: Sequence[Redirect],
        vault: Vault,
        outbox: Outbox,
        mass: MassDesk,
        replays: Replays,
        chores: ChoresStanding,
    ) -> None:
        self._node = node
        self._chores = chores
        self._doors = doors
        self.pack = node.pack
        self.started = node.started
        self.store = node.store
        self.receipt_key = load_key(node.home / "receipt-key.pem")
        self.ledger_key = load_key(node.home / "ledger-key.pem")
        identities = IdentityKey(load_secret(node.home / "identity-key", node.randomness))
        self.desk = Desk(node.pack, builtin_workdays(node.pack.id), identities)
        self.vault = vault
        self.outbox = outbox
        self._lake = open_lake(node.home, node.pack, node.randomness)
        self.mass = mass
        self.replays = replays

    @property
    def counts(self) -> Counts:
        return self._node.counts

    @property
    def views_seq(self) -> int:
        return self._node.views_seq

    @property
    def stale(self) -> bool:
        return self._node.follower.stale

    @property
    def journal_damage(self) -> tuple[Damage, ...]:
        return self._chores.damaged

    @property
    def chores_well(self) -> bool:
        return self._chores.well

    def now(self) -> int:
        return self._node.store.clock.now()

    def screen(self, call: Call) -> Decision:
        try:
            return self._node.screen(call)
        except Exception as error:  # noqa: BLE001 whatever went wrong, the call must not be lost for it
            log.error("screening-failed", error=repr(error))
            return self._node.fail_open(call, "screening-failed")

    def ended(self, end: CallEnd) -> None:
        self._node.ended(end)

    def recent(self) -> list[Decision]:
        return self._node.recent()

    def find(self, decision_id: str) -> Decision | None:
        return self._node.find(decision_id)

    def decided_since(self, since: int) -> Iterator[Decision]:
        records = read_journal(self._node.folder, since)
        return (record for record in records if isinstance(record, Decision))

    def decided_to(self, callee: int, since: int, most: int) -> DecidedTo:
        return decisions_to(self._node.folder, callee, since, most)

    def calls_of(self, number: int) -> list[CallRecord]:
        return calls_of(self._lake, number, _MOST_CALLS)

    def calls_lately(self, unit: int | str) -> tuple[int, int]:
        return self._node.calls_lately(unit)

    def door_counts(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for door in self._doors:
            for name, count in list(door.counts.items()):
                total[name] = total.get(name, 0) + count
        return total


def open_gate(
    node: Node,
    doors: Sequence[Redirect],
    vault: Vault,
    outbox: Outbox,
    mass: MassDesk,
    replays: Replays,
    chores: ChoresStanding,
) -> Gate:
    """What the pages and the API see of a node whose SIP doors are ``doors``."""
    return _NodeGate(node, doors, vault, outbox, mass, replays, chores)
