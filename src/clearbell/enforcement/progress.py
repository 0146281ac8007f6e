"""What becomes of a task: taken, told, acknowledged, failed, overdue. Each is one step of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, update

from clearbell.calls import HOUR
from clearbell.enforcement.model import TRANSITIONS, Acknowledged, How, Operation, Overdue, State, Step, Told
from clearbell.enforcement.queries import due_tasks, lapsed_tasks, task_of
from clearbell.enforcement.tables import target, task
from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.policy.enforcement import EnforcementRules

_SECOND = 1_000_000
_FAULT_MOST = 300


class Delivered(msgspec.Struct, frozen=True):
    """What came of telling a target, or of looking whether it acknowledged."""

    restriction: str
    operation: Operation
    acknowledged: How | None = None
    """None: it has it, or not, and has not acknowledged."""
    message: str = ""
    digest: str = ""
    fault: str = ""
    """Why it did not get through; empty: it did."""


def change(act: Act, row: Row[Any], step: Step, **values: Any) -> State:
    """Take a step of a task. Raises :class:`~clearbell.lifecycles.IllegalStepError`, having changed nothing."""
    to = move(TRANSITIONS, State(row.state), step).to
    act.conn.execute(
        update(task)
        .where(
            task.c.restriction == row.restriction,
            task.c.target == row.target,
            task.c.operation == row.operation,
        )
        .values(state=to.value, **values)
    )
    return to


def do_take(
    act: Act, name: str, limit: int, rules: EnforcementRules, *, again: bool = True, together: bool = False
) -> list[Row[Any]]:
    """Tasks that are to be told now. Each counts an attempt and is due again later, whatever becomes of this process."""
    rows = list(due_tasks(act.conn, name, act.at, limit, again=again, together=together))
    for row in rows:
        wait = rules.retry_seconds[min(row.attempts, len(rules.retry_seconds) - 1)] * _SECOND
        act.conn.execute(
            update(task)
            .where(
                task.c.restriction == row.restriction,
                task.c.target == name,
                task.c.operation == row.operation,
            )
            .values(attempts=row.attempts + 1, next=act.at + wait)
        )
    return rows


def do_keep(act: Act, name: str, told: Sequence[Delivered], rules: EnforcementRules) -> int:
    """Keep what came of it; returns how many tasks took a step. What was withdrawn meanwhile stays so."""
    taken = 0
    for one in told:
        row = task_of(act.conn, one.restriction, name, one.operation)
        if row is None or row.state in (State.WITHDRAWN.value, State.ACKNOWLEDGED.value):
            continue
        taken += 1
        if one.fault:
            change(act, row, Step.FAIL, fault=one.fault[:_FAULT_MOST])
        elif one.acknowledged is not None:
            do_keep_acknowledged(act, row, one.acknowledged, message=one.message)
        elif row.state == State.SENT.value:
            taken -= 1
        else:
            _keep_sent(act, row, one, rules)
    return taken


def _keep_sent(act: Act, row: Row[Any], one: Delivered, rules: EnforcementRules) -> None:
    deadline = row.deadline
    if row.spread and not row.sent and row.operation == Operation.PUT.value:
        # Told within the first hours; from now on it has hours of its own.
        deadline = act.at + rules.act_hours * HOUR
    change(
        act,
        row,
        Step.SEND,
        sent=row.sent or act.at,
        deadline=deadline,
        message=one.message,
        digest=one.digest,
        fault="",
    )
    if not row.sent:
        act.append(
            "enforcement.sent",
            [Told(row.target, row.restriction, Operation(row.operation), one.message, deadline)],
        )


def do_keep_acknowledged(act: Act, row: Row[Any], how: How, *, message: str = "", words: str = "") -> None:
    """Keep that a target acknowledged. Others are told of the restriction from now on."""
    change(
        act,
        row,
        Step.ACKNOWLEDGE,
        sent=row.sent or act.at,
        acknowledged=act.at,
        how=how.value,
        message=message or row.message,
        fault="",
    )
    fact = Acknowledged(row.target, row.restriction, Operation(row.operation), how, bool(row.alarmed), words)
    act.append("enforcement.acknowledged", [fact])
    if row.operation == Operation.PUT.value and not row.spread:
        waiting = (task.c.restriction == row.restriction) & task.c.spread & (task.c.release > act.at)
        act.conn.execute(
            update(task).where(waiting, task.c.state == State.DUE.value).values(release=act.at, next=act.at)
        )


def do_lapse(act: Act, name: str) -> int:
    """Raise the alarm about what was not acknowledged in time, once for each; returns how many."""
    rows = lapsed_tasks(act.conn, name, act.at)
    for row in rows:
        change(act, row, Step.LAPSE, alarmed=act.at)
        fact = Overdue(
            row.target,
            row.provider,
            row.restriction,
            Operation(row.operation),
            row.deadline,
            bool(row.sent),
            row.fault,
        )
        act.append("enforcement.overdue", [fact])
    return len(rows)


def do_note(act: Act, name: str, **values: Any) -> None:
    """Change what is known of a target."""
    act.conn.execute(update(target).where(target.c.target == name).values(**values))
