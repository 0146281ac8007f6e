"""Acts on appeals against labels."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update

from clearbell.labels.appeals.errors import (
    AppealOpenError,
    NoLabelError,
    NoReasonError,
    NoSinceError,
    OwnAppealError,
    UnknownAppealError,
)
from clearbell.labels.appeals.model import TRANSITIONS, AppealDecided, AppealFiled, Ground, State, Step
from clearbell.labels.appeals.tables import label_appeal
from clearbell.labels.queries import label_of
from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.reports.reputation import ReputationSettings
from clearbell.reports.resets import do_reset_number


def do_appeal(
    act: Act,
    appeal: str,
    number: int,
    ground: Ground,
    *,
    since: int = 0,
    statement: str = "",
    evidence: str = "",
    due: int = 0,
    filer: str = "",
) -> AppealFiled:
    """Take in an appeal against the label on a number, from whoever uses it now. ``filer``: who filed it.

    Raises :class:`NoLabelError`, :class:`AppealOpenError` and, for a recycled number, :class:`NoSinceError`.
    """
    if label_of(act.conn, number, act.at) is None:
        raise NoLabelError
    if ground is Ground.RECYCLED and not 0 < since <= act.at:
        raise NoSinceError
    before = act.conn.execute(
        select(label_appeal.c.appeal).where(
            label_appeal.c.number == number, label_appeal.c.state == State.RECEIVED.value
        )
    ).first()
    if before is not None:
        raise AppealOpenError(before.appeal)
    who = filer or act.actor
    fact = AppealFiled(appeal, number, ground, since, statement, evidence, due, who)
    act.conn.execute(
        label_appeal.insert().values(
            appeal=appeal,
            number=number,
            ground=ground.value,
            since=since,
            statement=statement,
            evidence=evidence,
            state=State.RECEIVED.value,
            filed=act.at,
            due=due,
            decided=0,
            filer=who,
            officer="",
            reason="",
        )
    )
    act.append("labels.appealed", [fact], about=lambda f: f.number)
    return fact


def do_decide(
    act: Act, appeal: str, step: Step, reason: str, settings: ReputationSettings, *, officer: str = ""
) -> AppealDecided:
    """Decide an appeal; upheld, the complaints it is about count no more, and the label goes at the next publication.

    Raises :class:`UnknownAppealError`, :class:`OwnAppealError`, :class:`NoReasonError` and
    :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = appeal_of(act.conn, appeal)
    if row is None:
        raise UnknownAppealError(appeal)
    to = move(TRANSITIONS, State(row.state), step).to
    who = officer or act.actor
    if who == row.filer:
        raise OwnAppealError
    if not reason.strip():
        raise NoReasonError
    act.conn.execute(
        update(label_appeal)
        .where(label_appeal.c.appeal == appeal)
        .values(state=to.value, decided=act.at, officer=who, reason=reason)
    )
    fact = AppealDecided(appeal, row.number, step is Step.UPHOLD, who, reason)
    act.append("labels.appeal-decided", [fact], about=lambda f: f.number)
    if step is Step.UPHOLD:
        before = row.since if row.ground == Ground.RECYCLED.value else act.at
        do_reset_number(act, row.number, before, settings)
    return fact


def appeal_of(conn: Connection, appeal: str) -> Row[Any] | None:
    """The appeal of that id."""
    return conn.execute(select(label_appeal).where(label_appeal.c.appeal == appeal)).first()


def appeals_open(conn: Connection, limit: int = 100) -> list[Row[Any]]:
    """Appeals not decided yet, the most pressing first."""
    query = select(label_appeal).where(label_appeal.c.state == State.RECEIVED.value)
    return list(conn.execute(query.order_by(label_appeal.c.due, label_appeal.c.filed).limit(limit)))
