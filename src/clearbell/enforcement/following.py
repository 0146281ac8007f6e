"""From the ledger to tasks: what comes into force is put, what ends is removed, each target from a cursor of its own.

A target that was configured later, or was not looked after for a while, catches up from its cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from clearbell.calls import HOUR
from clearbell.enforcement.entries import providers_of, restriction_of
from clearbell.enforcement.model import Kind, Operation, State, Step
from clearbell.enforcement.progress import change
from clearbell.enforcement.queries import ended_puts, task_of
from clearbell.enforcement.settings import AnyTarget
from clearbell.enforcement.tables import target, task
from clearbell.ledger import Act, Store
from clearbell.ledger.followers import advance_all
from clearbell.ledger.model import Entry as LedgerEntry
from clearbell.policy.enforcement import EnforcementRules
from clearbell.sanctions.model import FACTS, Lifted, Restricted, Rung, Target
from clearbell.sanctions.tables import restriction

_NUMBERS = ("registry.assigned", "registry.released")
FOLLOWED = ("sanctions.restricted", "sanctions.lifted", *_NUMBERS)
"""Kinds of entries of which tasks are made."""
_KAMAILIO_RUNGS = frozenset({Rung.OUTGOING_BARRED, Rung.BARRED, Rung.CONTRACT_ENDED, Rung.BLACKLISTED})
"""What a table of callers can carry out: it counts no calls."""


def follow(store: Store, one: AnyTarget, everyone: Sequence[AnyTarget], rules: EnforcementRules) -> int:
    """Make tasks of what is new in the ledger; returns how many entries there were. ``everyone``: all targets."""

    def effect(act: Act, entries: list[LedgerEntry]) -> None:
        for entry in entries:
            if entry.kind in _NUMBERS:
                _do_mark_changed(act, one)
            for fact in entry.decode(FACTS):
                if isinstance(fact, Restricted):
                    _do_put(act, one, everyone, fact.restriction, rules)
                elif isinstance(fact, Lifted):
                    do_end(act, one.name, fact.restriction, rules)

    return advance_all(store, follower_of(one.name), FOLLOWED, effect)


def follower_of(name: str) -> str:
    """The name under which a target follows the ledger."""
    return f"enforcement:{name}"


def do_end_passed(act: Act, one: AnyTarget, rules: EnforcementRules) -> int:
    """Remove what has come to its end by itself; returns how many."""
    passed = ended_puts(act.conn, one.name, act.at)
    for name in passed:
        do_end(act, one.name, name, rules)
    return len(passed)


def takes(one: AnyTarget, row: Row[Any]) -> bool:
    """Whether a target can carry out such a restriction at all."""
    if one.kind is not Kind.KAMAILIO:
        return True
    return Rung(row.rung) in _KAMAILIO_RUNGS and row.target != Target.PROVIDER.value


def _do_put(act: Act, one: AnyTarget, everyone: Sequence[AnyTarget], name: str, rules: EnforcementRules) -> None:
    row = restriction_of(act.conn, name)
    if row is None or row.lifted or (row.until and row.until <= act.at) or not takes(one, row):
        return
    if task_of(act.conn, name, one.name, Operation.PUT) is not None:
        return
    connected = providers_of(act.conn, row)
    if is_home(one, connected):
        deadline = act.at + rules.acknowledge_hours * HOUR
        do_add_task(act, name, one.name, one.provider, Operation.PUT, deadline=deadline)
        return
    if row.rung not in rules.spread:
        return
    first = [other.name for other in everyone if is_home(other, connected) and takes(other, row)]
    release = act.at
    if first and not _is_acknowledged(act, name, first):
        # Others are told once the caller's own carrier has acted, or its time to do so is over.
        release += rules.acknowledge_hours * HOUR
    deadline = act.at + rules.spread_hours * HOUR
    do_add_task(act, name, one.name, one.provider, Operation.PUT, deadline=deadline, release=release, spread=True)


def is_home(one: AnyTarget, connected: frozenset[str]) -> bool:
    """Whether a target belongs to who connected the caller, or to this operator's own network."""
    return one.home or (bool(one.provider) and one.provider in connected)


def _is_acknowledged(act: Act, name: str, targets: Sequence[str]) -> bool:
    query = select(task.c.target).where(
        task.c.restriction == name,
        task.c.target.in_(targets),
        task.c.operation == Operation.PUT.value,
        task.c.state == State.ACKNOWLEDGED.value,
    )
    return act.conn.execute(query.limit(1)).first() is not None


def do_end(act: Act, name: str, restriction_id: str, rules: EnforcementRules) -> None:
    """A restriction is over: what was not told yet is withdrawn, what may have been told is removed.

    Removal is never delayed and has the short time to be acknowledged, at any carrier (lift at once: regime 7.9).
    """
    put = task_of(act.conn, restriction_id, name, Operation.PUT)
    if put is None or put.state == State.WITHDRAWN.value:
        return
    if task_of(act.conn, restriction_id, name, Operation.REMOVE) is not None:
        return
    if put.state != State.ACKNOWLEDGED.value:
        change(act, put, Step.WITHDRAW)
    if put.attempts:
        deadline = act.at + rules.acknowledge_hours * HOUR
        do_add_task(act, restriction_id, name, put.provider, Operation.REMOVE, deadline=deadline, spread=put.spread)


def do_add_task(
    act: Act,
    name: str,
    to: str,
    provider: str,
    operation: Operation,
    *,
    deadline: int,
    release: int = 0,
    spread: bool = False,
) -> None:
    """A target is to be told something of a restriction from now on, or from ``release`` (µs UTC)."""
    act.conn.execute(
        task.insert().values(
            restriction=name,
            target=to,
            operation=operation.value,
            state=State.DUE.value,
            serial=_next_serial(act, to),
            provider=provider,
            spread=spread,
            since=act.at,
            release=release or act.at,
            next=release or act.at,
            deadline=deadline,
            attempts=0,
            sent=0,
            alarmed=0,
            acknowledged=0,
            how="",
            message="",
            digest="",
            fault="",
        )
    )


def _next_serial(act: Act, name: str) -> int:
    """The next number of a target: what has a greater one came later."""
    act.conn.execute(update(target).where(target.c.target == name).values(serial=target.c.serial + 1))
    found: int = act.conn.execute(select(target.c.serial).where(target.c.target == name)).scalar_one()
    return found


def _do_mark_changed(act: Act, one: AnyTarget) -> None:
    """The numbers of a holder changed: a target that has a restriction on one is told anew what it bears on."""
    query = (
        select(task)
        .join(restriction, restriction.c.restriction == task.c.restriction)
        .where(
            task.c.target == one.name,
            task.c.operation == Operation.PUT.value,
            task.c.state.not_in([State.WITHDRAWN.value, State.DUE.value]),
            restriction.c.target == Target.HOLDER.value,
            restriction.c.lifted == 0,
            (restriction.c.until == 0) | (restriction.c.until > act.at),
        )
    )
    for row in act.conn.execute(query).all():
        if task_of(act.conn, row.restriction, one.name, Operation.REMOVE) is None:
            change(
                act,
                row,
                Step.CHANGE,
                serial=_next_serial(act, one.name),
                since=act.at,
                next=act.at,
                deadline=act.at + (row.deadline - row.since),
                sent=0,
                acknowledged=0,
            )
