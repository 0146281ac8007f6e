"""The life of a sanction: announced, in force, stepped down, over. Each step is one act, with its fact in the ledger.

A node takes the steps that time asks for. Every step looks at the row inside its act, so that of two nodes one takes it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, delete, select

from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.sanctions.errors import (
    BackdatedEndError,
    NotYetError,
    PastStartError,
    SanctionError,
    TimeOverError,
    UnknownSanctionError,
)
from clearbell.sanctions.model import (
    RESTRICTING,
    TRANSITIONS,
    Announced,
    Restricted,
    Rung,
    Stage,
    State,
    Step,
    Target,
    Told,
)
from clearbell.sanctions.moving import change_state
from clearbell.sanctions.queries import sanction_of
from clearbell.sanctions.service import do_restrict
from clearbell.sanctions.tables import sanction, sanction_notice

_stages = msgspec.json.Decoder(tuple[Stage, ...]).decode


def stages_of(row: Row[Any]) -> tuple[Stage, ...]:
    """The rungs of a sanction, in the order of time."""
    return _stages(row.stages)


def do_announce(act: Act, fact: Announced) -> None:
    """Put a sanction on record before it bites. Raises :class:`SanctionError` with what is wrong with it."""
    if not fact.reason.strip():
        raise SanctionError("须写明处置原因", "a restriction needs a reason", "reason")
    if fact.start < act.at:
        raise PastStartError(fact.start)
    before = fact.start
    for stage in fact.stages:
        if stage.until and stage.until <= before:
            raise BackdatedEndError(stage.until, before)
        if (stage.rung is Rung.RATE_LIMIT) != (stage.limit > 0):
            raise SanctionError(
                "限频须写明每小时上限,其他处置不得写", "a rate limit, and nothing else, has a limit", "limit"
            )
        before = stage.until
    if (fact.target is Target.NUMBER) != bool(fact.number) or (fact.target is not Target.NUMBER) != bool(fact.name):
        raise SanctionError("须写明处置对象", "say on whom it falls", "target")
    if sanction_of(act.conn, fact.sanction) is not None:
        raise SanctionError(f"已有处置 {fact.sanction}", f"there is a sanction {fact.sanction} already", "sanction")
    act.conn.execute(
        sanction.insert().values(
            sanction=fact.sanction,
            case_id=fact.case,
            target=fact.target.value,
            number=fact.number,
            name=fact.name,
            rung=fact.rung.value,
            current=fact.rung.value,
            proposed=fact.proposed.value if fact.proposed else "",
            reason=fact.reason,
            words=fact.words,
            order=fact.order,
            officer=fact.officer,
            state=State.ANNOUNCED.value,
            announced=act.at,
            start=fact.start,
            latest=fact.latest,
            bitten=0,
            until=fact.stages[0].until,
            ends=fact.until,
            ended=0,
            stages=msgspec.json.encode(fact.stages).decode(),
            channels=fact.channels,
            different=fact.different,
            at_once=fact.at_once,
            restriction="",
            restrictions=0,
            undone=False,
            undelivered="[]",
        )
    )
    act.append("sanctions.announced", [fact], about=(lambda f: f.number) if fact.number else None)


def do_bite(act: Act, name: str, undelivered: tuple[str, ...] = ()) -> Restricted | None:
    """Put an announced sanction in force; returns the restriction that carries it out, where its rung restricts calls.

    It ends when its subject was told, however late it began. Raises :class:`~clearbell.lifecycles.IllegalStepError`,
    :class:`SanctionError`.
    """
    row = _known(act, name)
    move(TRANSITIONS, State(row.state), Step.BITE)
    if act.at < row.start:
        raise NotYetError(name, row.start)
    stage = _stage_at(row, act.at)
    if stage is None:
        raise TimeOverError(name, row.ends)
    made = _carry_out(act, row, stage)
    change_state(
        act, row, Step.BITE, stage=stage, restriction=made.restriction if made else "", undelivered=undelivered
    )
    return made


def do_pass(act: Act, name: str) -> bool:
    """Do what time asks of a sanction now: step it down, or let it expire. False: nothing was due.

    A stage whose whole time passed is left out: what a node missed while it was down never lasts longer.
    """
    row = sanction_of(act.conn, name)
    if row is None or not row.until or act.at < row.until:
        return False
    state = State(row.state)
    if state not in (State.ANNOUNCED, State.IN_FORCE, State.STEPPED_DOWN):
        return False
    stage = _stage_at(row, act.at)
    if stage is not None and state is State.ANNOUNCED:
        return False
    if stage is None:
        change_state(act, row, Step.EXPIRE)
        return True
    made = _carry_out(act, row, stage)
    change_state(act, row, Step.STEP_DOWN, stage=stage, restriction=made.restriction if made else "")
    return True


def do_tell(act: Act, fact: Told) -> bool:
    """Keep by which way its subject is told; False when that is kept already."""
    same = (
        sanction_notice.c.sanction == fact.sanction,
        sanction_notice.c.event == fact.event,
        sanction_notice.c.notice == fact.notice,
    )
    known = select(sanction_notice).where(*same)
    before = act.conn.execute(known).first()
    if before is not None and (not before.fault or fact.fault):
        return False
    # What could not be sent then may be sent now.
    act.conn.execute(delete(sanction_notice).where(*same))
    act.conn.execute(
        sanction_notice.insert().values(
            sanction=fact.sanction,
            event=fact.event,
            notice=fact.notice,
            channel=fact.channel,
            counts=fact.counts,
            fault=fact.fault,
            at=act.at,
        )
    )
    act.append("sanctions.told", [fact], about=(lambda f: f.number) if fact.number else None)
    return True


def _known(act: Act, name: str) -> Row[Any]:
    row = sanction_of(act.conn, name)
    if row is None:
        raise UnknownSanctionError(name)
    return row


def _stage_at(row: Row[Any], at: int) -> Stage | None:
    """The stage that holds at ``at`` (µs UTC); None: all are over."""
    return next((stage for stage in stages_of(row) if not stage.until or at < stage.until), None)


def _carry_out(act: Act, row: Row[Any], stage: Stage) -> Restricted | None:
    if stage.rung not in RESTRICTING:
        return None
    name = row.sanction if not row.restrictions else f"{row.sanction}~{row.restrictions + 1}"
    fact = Restricted(
        name,
        Target(row.target),
        stage.rung,
        row.reason,
        act.at,
        stage.until,
        row.number,
        row.name,
        stage.limit,
        row.order,
        row.sanction,
    )
    do_restrict(act, fact)
    return fact
