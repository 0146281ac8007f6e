"""Test calls that cases plan by themselves: to which numbers, at which times, on which lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from clearbell.calls import DAY, MINUTE
from clearbell.cases.files import case_of
from clearbell.cases.model import State as CaseState
from clearbell.cases.tables import case_file
from clearbell.ledger import Act
from clearbell.verification.errors import VerificationError
from clearbell.verification.model import State
from clearbell.verification.rules import CallRules
from clearbell.verification.service import Plan, do_cancel, do_plan
from clearbell.verification.settings import LineSettings
from clearbell.verification.tables import test_call

WHY = "case verification"
"""Why a call is made that a case planned by itself."""


class Skipped(msgspec.Struct, frozen=True):
    """A number that is not called, and why."""

    number: int
    error: VerificationError


def cases_verifying(conn: Connection) -> list[Row[Any]]:
    """The cases that are being verified, each with what it is about and since when it is verified (``moved``)."""
    query = select(case_file).where(
        case_file.c.state == CaseState.VERIFYING.value,
        case_file.c.merged_into == "",
    )
    return list(conn.execute(query.order_by(case_file.c.moved, case_file.c.case)))


def are_planned(conn: Connection, case: str, number: int, since: int) -> bool:
    """Whether test calls of the case to the number were planned at or after ``since`` (µs UTC)."""
    query = select(test_call.c.call).where(
        test_call.c.case_id == case, test_call.c.number == number, test_call.c.planned >= since
    )
    return conn.execute(query.limit(1)).first() is not None


def do_plan_for_case(
    act: Act,
    rules: CallRules,
    case: str,
    numbers: Collection[int],
    lines: Sequence[LineSettings],
    new_id: Callable[[], str],
    chance: Callable[[], float],
) -> tuple[list[str], list[Skipped]]:
    """Plan the pack's test calls to each number for a case that is being verified; returns their ids and who is spared.

    What was planned since the verification began is not planned again, whoever planned it. Nothing is planned for a case
    that is not being verified any more, nor without a line. Raises :class:`~clearbell.cases.errors.CaseError`.
    """
    row = case_of(act.conn, case)
    made: list[str] = []
    spared: list[Skipped] = []
    if CaseState(row.state) is not CaseState.VERIFYING or row.merged_into or not lines:
        return made, spared
    for number in numbers:
        if are_planned(act.conn, case, number, row.moved):
            continue
        earliest = act.at
        for _ in range(rules.rules.for_cases.calls):
            due = next_window(rules, earliest, chance)
            line = _line(act.conn, lines, number)
            plan = Plan(new_id(), number, line.name, line.key, line.pool, why=WHY, case=case)
            try:
                do_plan(act, rules, plan, due=due)
            except VerificationError as error:
                spared.append(Skipped(number, error))
                break
            made.append(plan.call)
            earliest = max(_window_end(rules, due), due + rules.rules.gap_minutes * MINUTE)
    return made, spared


def idle_calls(conn: Connection) -> list[str]:
    """Calls planned by cases that are not being verified any more."""
    query = (
        select(test_call.c.call)
        .join(case_file, case_file.c.case == test_call.c.case_id)
        .where(
            test_call.c.state == State.PLANNED.value,
            test_call.c.why == WHY,
            case_file.c.state != CaseState.VERIFYING.value,
            case_file.c.merged_into == "",
        )
        .order_by(test_call.c.call)
    )
    return list(conn.execute(query).scalars())


def do_cancel_idle(act: Act) -> list[str]:
    """Give up the calls planned by cases that are not being verified any more; returns them."""
    calls = idle_calls(act.conn)
    for call in calls:
        do_cancel(act, call, "the case is not being verified any more")
    return calls


def next_window(rules: CallRules, earliest: int, chance: Callable[[], float]) -> int:
    """A time (µs UTC) drawn in the next of the pack's windows that is not over at ``earliest``.

    Within the pack's spread after its beginning, or after ``earliest`` where that is later.
    """
    start, end = _window(rules, earliest)
    begin = max(earliest, start)
    return begin + int(chance() * min(rules.rules.spread_minutes * MINUTE, end - 1 - begin))


def _window_end(rules: CallRules, at: int) -> int:
    return _window(rules, at)[1]


def _window(rules: CallRules, at: int) -> tuple[int, int]:
    """Beginning and end of the window that holds at ``at``, or of the next one."""
    offset = rules.utc_offset_minutes * MINUTE
    midnight = (at + offset) // DAY * DAY - offset
    found = [
        (day + start * MINUTE, day + end * MINUTE)
        for day in (midnight, midnight + DAY)
        for start, end in rules.rules.for_cases.windows
    ]
    return next((start, end) for start, end in found if at < end)


def _line(conn: Connection, lines: Sequence[LineSettings], number: int) -> LineSettings:
    """The line that called the number least, of those the one that was used least: numbers learn lines."""

    def used(line: LineSettings) -> tuple[int, int]:
        counted = select(func.count()).select_from(test_call).where(test_call.c.line == line.name)
        of_number: int = conn.execute(counted.where(test_call.c.number == number)).scalar_one()
        whole: int = conn.execute(counted).scalar_one()
        return of_number, whole

    return min(lines, key=used)
