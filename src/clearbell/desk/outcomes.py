"""What became of a report: how the case about its number stands, and what was done about the number.

A reporter is told the outcome, not who looked into it or what else is on file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from clearbell.cases.files import part_of
from clearbell.cases.model import State, Verdict
from clearbell.cases.queries import case_of, newest_cases_on
from clearbell.cases.tables import case_file
from clearbell.desk.complaints import do_answer_by_notice
from clearbell.ledger import Act
from clearbell.notices.service import Outbox
from clearbell.policy.model import Pack
from clearbell.reports.complaints.model import State as ComplaintState
from clearbell.reports.complaints.service import Due
from clearbell.reports.complaints.tables import complaint
from clearbell.sanctions.life import stages_of
from clearbell.sanctions.model import ALIVE
from clearbell.sanctions.model import State as Standing
from clearbell.sanctions.queries import sanctions
from clearbell.sanctions.wording import stages_words

MOST_ANSWERED = 500
"""Complaints that one press answers; a writer does not hold up others for longer."""
_ANSWERABLE = (ComplaintState.RECEIVED.value, ComplaintState.HANDLED.value)


class Outcome(msgspec.Struct, frozen=True):
    """In words; both empty: nothing is known yet."""

    zh: str = ""
    en: str = ""


NOTHING = Outcome()
_LOOKED_INTO = Outcome("已立案,正在核查。", "A case is open and is being looked into.")
_CLEARED = Outcome("经核查,未认定违规。", "It was looked into; no breach was found.")
_CONFIRMED = Outcome(
    "经核查属实,处理措施待定。", "It was looked into and is right; what is done about it is being decided."
)
_OVER = Outcome("经核查属实,已处理完毕。", "It was looked into and was right; it has been dealt with.")


def outcomes_of(
    conn: Connection, numbers: Sequence[int], pack: Pack, shown: Callable[[int], str]
) -> dict[int, tuple[int, Outcome]]:
    """Of each of a page of numbers under a case: since when its reports belong to that case (µs UTC), and the outcome."""
    found = newest_cases_on(conn, numbers)
    return {number: (row.since, outcome_of(conn, row, pack, shown)) for number, row in found.items()}


def outcome_of(conn: Connection, row: Row[Any], pack: Pack, shown: Callable[[int], str]) -> Outcome:
    """The outcome of a case. ``shown`` writes a time (µs UTC)."""
    state = State(row.state)
    if row.verdict == Verdict.CLEARED.value and state in (State.CLEARED, State.CLOSED):
        return _CLEARED
    if row.verdict != Verdict.CONFIRMED.value or state is State.PROPOSED:
        return NOTHING if state is State.CLOSED else _LOOKED_INTO
    alive = [one for one in sanctions(conn, case=row.case) if Standing(one.state) in ALIVE]
    if not alive:
        return _OVER if state is State.CLOSED else _CONFIRMED
    newest = alive[0]
    zh, en = (stages_words(stages_of(newest), pack, shown, language) for language in ("zh", "en"))
    if newest.state == Standing.ANNOUNCED.value:
        begins = shown(newest.start)
        return Outcome(
            f"经核查属实。已决定处置:{zh};告知对方后生效,不早于 {begins}。",
            f"It was looked into and is right. Decided: {en}; it takes effect once they were told, not before {begins}.",
        )
    return Outcome(f"经核查属实。处置已生效:{zh}。", f"It was looked into and is right. In effect: {en}.")


def unanswered(conn: Connection, case: str, limit: int = MOST_ANSWERED) -> list[str]:
    """Complaints about the numbers of a case that can be answered now, the oldest first.

    One that was passed on waits for what its provider finds.
    """
    rows = conn.execute(
        select(case_file.c.number, case_file.c.since).where(
            case_file.c.case.in_(part_of(conn, case)), case_file.c.number != 0
        )
    ).all()
    found: list[str] = []
    for row in rows:
        query = select(complaint.c.report).where(
            complaint.c.number == row.number, complaint.c.opened >= row.since, complaint.c.state.in_(_ANSWERABLE)
        )
        found += conn.execute(
            query.order_by(complaint.c.opened, complaint.c.report).limit(limit - len(found))
        ).scalars()
    return found


def do_answer_case(act: Act, outbox: Outbox, case: str, answer: str, due: Due, *, officer: str = "") -> int:
    """Answer everyone who complained of a number of the case, by page and by SMS; returns how many.

    At most ``MOST_ANSWERED`` at once. Raises :class:`~clearbell.cases.errors.UnknownCaseError`, and as
    :func:`~clearbell.desk.complaints.do_answer_by_notice`.
    """
    case_of(act.conn, case)
    reports = unanswered(act.conn, case)
    for report in reports:
        do_answer_by_notice(act, outbox, report, answer, due, officer=officer)
    return len(reports)
