"""Acts on complaints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, select, update

from clearbell.calls import DAY
from clearbell.ledger import Act
from clearbell.ledger.bulk import insert_rows
from clearbell.lifecycles import move
from clearbell.policy.model import ReportRules
from clearbell.reports.complaints.model import DEADLINES, TRANSITIONS, ComplaintMoved, State, Step
from clearbell.reports.complaints.tables import complaint
from clearbell.reports.refusals import (
    RefusedNoComplaintError,
    RefusedNoProviderError,
    RefusedWordsError,
)
from clearbell.reports.tables import report

Due = Callable[[int, str], int]
"""When the pack's deadline of that name, begun at a time (µs UTC), is over; 0: never."""
_COLUMNS = ("report", "number", "reporter", "state", "due", "opened", "moved", "provider", "result", "answer")


def do_open_complaints(act: Act, seq: int, rules: ReportRules, due: Due) -> int:
    """Open a complaint for each report of the ledger's entry ``seq`` that is owed an answer; returns how many.

    It is owed one whose reporter is known and verified by its source, about a call not too long ago (the pack's
    ``complaint_days``); all else are mere reports, which count and are not answered. Appends ``reports.complaint``.
    """
    rows = act.conn.execute(
        select(report.c.report, report.c.number, report.c.reporter, report.c.received)
        .where(
            report.c.seq == seq,
            report.c.reporter > 0,
            report.c.wanted.is_(False),
            report.c.source.in_(rules.answered),
            report.c.received - report.c.at <= rules.complaint_days * DAY,
        )
        .order_by(report.c.report)
    ).all()
    if not rows:
        return 0
    name = DEADLINES[State.RECEIVED]
    facts = [ComplaintMoved(row.report, row.number, State.RECEIVED, due(row.received, name)) for row in rows]
    insert_rows(
        act.conn,
        complaint,
        _COLUMNS,
        [
            (one.report, one.number, row.reporter, one.state.value, one.due, act.at, act.at, "", "", "")
            for one, row in zip(facts, rows, strict=True)
        ],
    )
    act.append("reports.complaint", facts, about=lambda f: f.number)
    return len(facts)


def do_forward(act: Act, report_id: str, provider: str, due: Due, *, officer: str = "") -> ComplaintMoved:
    """Pass a complaint on to whoever connected the caller.

    Raises :class:`RefusedNoComplaintError`, :class:`RefusedNoProviderError` and
    :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    if not provider.strip():
        raise RefusedNoProviderError
    return _step(act, report_id, Step.FORWARD, due, provider=provider, officer=officer)


def do_handle(act: Act, report_id: str, result: str, due: Due, *, officer: str = "") -> ComplaintMoved:
    """Record what came of it. Raises as :func:`do_forward`, and :class:`RefusedWordsError`."""
    return _step(act, report_id, Step.HANDLE, due, words=result, officer=officer)


def do_answer(act: Act, report_id: str, answer: str, due: Due, *, officer: str = "") -> ComplaintMoved:
    """Answer the reporter. Raises as :func:`do_handle`."""
    return _step(act, report_id, Step.ANSWER, due, words=answer, officer=officer)


def do_withdraw_complaint(act: Act, report_id: str) -> None:
    """Close the complaint of a report that was taken back, where one is open."""
    row = complaint_of(act.conn, report_id)
    if row is not None and (State(row.state), Step.WITHDRAW) in TRANSITIONS:
        _step(act, report_id, Step.WITHDRAW, lambda *_: 0)


def _step(
    act: Act, report_id: str, step: Step, due: Due, *, provider: str = "", words: str = "", officer: str = ""
) -> ComplaintMoved:
    row = complaint_of(act.conn, report_id)
    if row is None:
        raise RefusedNoComplaintError(report_id)
    to = move(TRANSITIONS, State(row.state), step).to
    if step in (Step.HANDLE, Step.ANSWER) and not words.strip():
        raise RefusedWordsError
    who = officer or act.actor
    ends = due(act.at, DEADLINES[to]) if to in DEADLINES else 0
    values: dict[str, Any] = {"state": to.value, "due": ends, "moved": act.at}
    if provider:
        values["provider"] = provider
    if words:
        values["result" if step is Step.HANDLE else "answer"] = words
    act.conn.execute(update(complaint).where(complaint.c.report == report_id).values(**values))
    fact = ComplaintMoved(report_id, row.number, to, ends, provider, words, who)
    act.append("reports.complaint", [fact], about=lambda f: f.number)
    return fact


def complaint_of(conn: Connection, report_id: str) -> Row[Any] | None:
    """The complaint that a report is; None: a mere report."""
    return conn.execute(select(complaint).where(complaint.c.report == report_id)).first()


def complaints_open(conn: Connection, limit: int = 100, *, due_before: int = 0) -> list[Row[Any]]:
    """Complaints that wait for the next step, the most pressing first.

    ``due_before``: only those due before, µs UTC; at the present time: the overdue ones.
    """
    query = select(complaint).where(complaint.c.state.in_([state.value for state in DEADLINES]))
    if due_before:
        query = query.where(complaint.c.due != 0, complaint.c.due < due_before)
    # 0, no deadline, comes last.
    return list(conn.execute(query.order_by(complaint.c.due == 0, complaint.c.due, complaint.c.report).limit(limit)))
