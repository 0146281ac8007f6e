"""How each target does: how far it has been told, what it has not acknowledged, what went wrong last, when it is next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from clearbell.enforcement.following import FOLLOWED, follower_of
from clearbell.enforcement.model import OPEN, TO_SEND, State
from clearbell.enforcement.tables import target, task
from clearbell.ledger.tables import ledger_entry, ledger_follower

_OPEN = [state.value for state in OPEN]
_TO_SEND = [state.value for state in TO_SEND]


class Health(msgspec.Struct, frozen=True):
    """How one target does. Times are µs UTC; 0: never, or none."""

    target: str
    kind: str
    """How it is told; empty for one that no node has looked after yet."""
    provider: str
    """Who answers for it."""
    owner: str
    """The node that looks after it; empty: none does now."""
    cursor: int
    """Place in the ledger up to which tasks were made for it."""
    behind: int
    """Entries past the cursor that may concern it."""
    lag: int
    """How long the oldest of them has been there, µs."""
    seen: int
    """When it last answered."""
    synced: int
    """When it last had the whole list."""
    unacknowledged: int
    """Tasks that it was told, or is to be told now, and has not acknowledged."""
    overdue: int
    """Those of them whose time is over: the alarm was raised."""
    oldest: int
    """Since when the oldest of them waits."""
    deadline: int
    """When the next alarm is due."""
    next_try: int
    """When it is told next; later than now only where it did not get through."""
    fault: str
    """Why it cannot be told now, else what last went wrong with a task that is open; empty: nothing."""

    @property
    def well(self) -> bool:
        """Whether somebody looks after it, nothing went wrong, and nothing is overdue."""
        return bool(self.owner) and not self.fault and not self.overdue


def health_of(conn: Connection, now: int, names: Collection[str] = ()) -> list[Health]:
    """How each target does at ``now`` (µs UTC), by name. ``names``: those of the configuration, asked for in any case."""
    known = {row.target: row for row in conn.execute(select(target))}
    return [_health(conn, name, known.get(name), now) for name in sorted({*known, *names})]


def _health(conn: Connection, name: str, row: Row[Any] | None, now: int) -> Health:
    follower = select(ledger_follower.c.cursor).where(ledger_follower.c.name == follower_of(name))
    cursor = conn.execute(follower).scalar_one_or_none() or 0
    new = (ledger_entry.c.seq > cursor) & ledger_entry.c.kind.in_(FOLLOWED)
    behind, since = conn.execute(select(func.count(), func.min(ledger_entry.c.at)).where(new)).one()
    waits = (task.c.target == name) & task.c.state.in_(_OPEN) & (task.c.release <= now)
    waiting, oldest = conn.execute(select(func.count(), func.min(task.c.since)).where(waits)).one()
    overdue = conn.execute(
        select(func.count()).where(task.c.target == name, task.c.state == State.OVERDUE.value)
    ).scalar_one()
    alarm = select(func.min(task.c.deadline)).where(waits, task.c.state != State.OVERDUE.value)
    next_try = select(func.min(task.c.next)).where(waits, task.c.state.in_(_TO_SEND))
    fault = select(task.c.fault).where(waits, task.c.fault != "").order_by(task.c.next.desc(), task.c.serial.desc())
    held = row is not None and row.lease > now
    return Health(
        name,
        row.kind if row is not None else "",
        row.provider if row is not None else "",
        row.owner if row is not None and held else "",
        cursor,
        behind,
        now - since if behind else 0,
        row.seen if row is not None else 0,
        row.synced if row is not None else 0,
        waiting,
        overdue,
        oldest or 0,
        conn.execute(alarm).scalar_one_or_none() or 0,
        conn.execute(next_try).scalar_one_or_none() or 0,
        (row.fault if row is not None else "") or conn.execute(fault.limit(1)).scalar_one_or_none() or "",
    )


def summary(found: Sequence[Health]) -> str:
    """``well``, or what is wrong with the worst, for whoever watches."""
    ill = [one.target for one in found if not one.well]
    return ", ".join(ill) or "well"
