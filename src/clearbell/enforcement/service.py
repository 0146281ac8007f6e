"""Looking after targets: who does it, what an officer or a target says of a task, asking for the whole list, erasure."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from clearbell.calls import HOUR
from clearbell.enforcement.errors import EnforcementError, UnknownEnforcementError
from clearbell.enforcement.following import do_add_task
from clearbell.enforcement.model import OPEN, How, Operation, Resynced, State
from clearbell.enforcement.progress import do_keep_acknowledged, do_note
from clearbell.enforcement.queries import target_of, task_by_message, task_of
from clearbell.enforcement.settings import AnyTarget
from clearbell.enforcement.tables import target, task
from clearbell.ledger import Act
from clearbell.sanctions.tables import restriction


def do_lease(act: Act, one: AnyTarget, owner: str, seconds: int) -> bool:
    """Look after a target for so long; False while another process does. Of two with one name the second takes over."""
    row = target_of(act.conn, one.name)
    values = {
        "kind": one.kind.value,
        "provider": one.provider,
        "owner": owner,
        "lease": act.at + seconds * 1_000_000,
    }
    if row is None:
        act.conn.execute(
            target.insert().values(target=one.name, **values, serial=0, resync=0, why="", synced=0, seen=0, fault="")
        )
        return True
    if row.owner != owner and row.lease > act.at:
        return False
    do_note(act, one.name, **values)
    return True


def do_release_lease(act: Act, name: str, owner: str) -> None:
    """Leave a target to whoever wants to look after it."""
    act.conn.execute(update(target).where(target.c.target == name, target.c.owner == owner).values(lease=0, owner=""))


def do_ask_resync(act: Act, name: str, why: str = "asked") -> None:
    """Ask for the whole list to be given to a target anew. Raises :class:`UnknownEnforcementError`."""
    if target_of(act.conn, name) is None:
        raise _unknown_target(name)
    do_note(act, name, resync=act.at, why=why)


def do_keep_resynced(act: Act, fact: Resynced) -> None:
    """Keep that a target has the whole list."""
    do_note(act, fact.target, resync=0, why="", synced=act.at, seen=act.at, fault="")
    act.append("enforcement.resynced", [fact])


def do_acknowledge(
    act: Act, name: str, restriction_id: str, operation: Operation | None = None, *, words: str
) -> Operation:
    """An officer has a target's acknowledgement in another way; returns what was acknowledged.

    Without ``operation``, the one that is waited for. Raises :class:`EnforcementError`.
    """
    if not words.strip():
        raise EnforcementError("须写明由谁、以何种方式确认", "say who acknowledged it, and in which way", "words")
    wanted = (operation,) if operation is not None else (Operation.REMOVE, Operation.PUT)
    rows = [row for row in (task_of(act.conn, restriction_id, name, one) for one in wanted) if row is not None]
    if not rows:
        raise UnknownEnforcementError(
            f"「{name}」没有关于处置 {restriction_id} 的任务;用 clearbell enforcement status 查看",
            f"`{name}` was asked nothing about restriction {restriction_id}; see clearbell enforcement status",
            "restriction",
        )
    row = next((row for row in rows if State(row.state) in OPEN), None)
    if row is None:
        raise EnforcementError(
            f"「{name}」没有待确认的任务:处置 {restriction_id} 为 {rows[0].state}",
            f"`{name}` is not waited for: restriction {restriction_id} is {rows[0].state} there",
            "restriction",
        )
    do_keep_acknowledged(act, row, How.OFFICER, words=words)
    return Operation(row.operation)


def do_acknowledge_signed(act: Act, name: str, message: str) -> bool:
    """A target's signed acknowledgement came; False when it had acknowledged already or it is waited for no more.

    Raises :class:`UnknownEnforcementError` for a message that it was not told with.
    """
    row = task_by_message(act.conn, name, message)
    if row is None:
        raise UnknownEnforcementError(
            f"没有用 {message} 通知过「{name}」", f"`{name}` was told nothing with {message}", "message"
        )
    if State(row.state) not in OPEN:
        return False
    do_keep_acknowledged(act, row, How.SIGNED)
    return True


def _unknown_target(name: str) -> UnknownEnforcementError:
    return UnknownEnforcementError(
        f"没有执行方「{name}」;用 clearbell enforcement targets 查看",
        f"there is no target `{name}`; see clearbell enforcement targets",
        "target",
    )


def erase_person(act: Act, number: int) -> int:
    """Forget what targets are to be told of a number; returns how many tasks went.

    What a target may have been told is removed there, by the restriction's id alone. To be called before the
    restrictions themselves are forgotten.
    """
    mine = select(restriction.c.restriction).where(restriction.c.number == number)
    gone = 0
    for row in act.conn.execute(select(task).where(task.c.restriction.in_(mine))).all():
        key = (task.c.restriction == row.restriction) & (task.c.target == row.target)
        if row.operation == Operation.REMOVE.value:
            if State(row.state) not in OPEN:
                gone += act.conn.execute(delete(task).where(key, task.c.operation == row.operation)).rowcount
            continue
        gone += act.conn.execute(delete(task).where(key, task.c.operation == row.operation)).rowcount
        told = row.attempts and row.state != State.WITHDRAWN.value
        if told and task_of(act.conn, row.restriction, row.target, Operation.REMOVE) is None:
            deadline = act.at + max(HOUR, row.deadline - row.since)
            do_add_task(
                act,
                row.restriction,
                row.target,
                row.provider,
                Operation.REMOVE,
                deadline=deadline,
                spread=row.spread,
            )
    return gone
