"""Reading cases: the queue, and the story of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, literal_column, select

from clearbell.cases.evidence import Content, Reports, What
from clearbell.cases.files import case_of, evidence_in, part_of, unit_of
from clearbell.cases.model import (
    FACTS,
    STEP_OF,
    CaseLate,
    CaseMerged,
    CaseMoved,
    CaseOpened,
    CaseTended,
    Source,
    State,
    Step,
    Unit,
    UnitKind,
    Verdict,
)
from clearbell.cases.tables import case_file
from clearbell.ledger.tables import ledger_entry, ledger_sealed
from clearbell.reports.model import Standing
from clearbell.reports.tables import report

__all__ = [
    "Decided",
    "Line",
    "Reported",
    "Taken",
    "case_of",
    "cases_about",
    "category_of",
    "decided",
    "deciders",
    "newest_cases_on",
    "queue",
    "story",
    "unit_of",
]
_MOST_REPORTS = 200
_DECODERS: dict[str, Callable[[bytes], Any]] = {
    kind: msgspec.json.Decoder(fact).decode for kind, fact in FACTS.items() if kind != "cases.evidence"
}


class Reported(msgspec.Struct, frozen=True):
    """A report about the number, as it stands now. Who reported is not told."""

    report: str
    category: str
    standing: Standing
    counts: bool


class Taken(msgspec.Struct, frozen=True):
    """A step, an assignment, a merger: what was done with the case."""

    fact: CaseOpened | CaseMoved | CaseTended | CaseMerged | CaseLate


class Line(msgspec.Struct, frozen=True):
    """One line of a case's story."""

    at: int
    """When it happened, µs UTC."""
    source: str
    what: What | Reported | Taken
    reference: str = ""
    joins: Source | None = None
    """The reason to look into the unit that brought it."""
    case: str = ""
    """Which case it entered: another one where cases were merged."""


def queue(
    conn: Connection,
    now: int,
    limit: int = 100,
    *,
    state: State | None = None,
    assignee: str = "",
    snoozed: bool = False,
    overdue: bool = False,
    start: int = 0,
) -> list[Row[Any]]:
    """Cases to be dealt with at ``now`` (µs UTC), the most urgent first, then the soonest due.

    Closed and merged ones are left out, and with ``snoozed`` unset those put off, unless their deadline has passed.
    ``state``, ``assignee``, ``overdue``: only those. ``start``: how many to leave out, for the next page.
    """
    # Written out, not bound, so that the partial index is seen to fit.
    query = select(case_file).where(case_file.c.merged_into == literal_column("''"))
    if state is None:
        query = query.where(case_file.c.state != literal_column("'closed'"))
    else:
        query = query.where(case_file.c.state == state.value)
    if assignee:
        query = query.where(case_file.c.assignee == assignee)
    late = case_file.c.pressing > -now
    if overdue:
        query = query.where(late)
    if not snoozed:
        query = query.where((case_file.c.snoozed <= now) | late)
    order = (case_file.c.urgency.desc(), case_file.c.pressing.desc(), case_file.c.case.desc())
    return list(conn.execute(query.order_by(*order).limit(limit).offset(start)))


def cases_about(conn: Connection, unit: Unit, limit: int = 100) -> list[Row[Any]]:
    """Every case about a unit, closed ones too, the newest first."""
    query = select(case_file).where(case_file.c.unit_kind == unit.kind.value, case_file.c.unit == unit.name)
    return list(conn.execute(query.order_by(case_file.c.opened.desc(), case_file.c.case).limit(limit)))


def newest_cases_on(conn: Connection, numbers: Sequence[int]) -> dict[int, Row[Any]]:
    """Of each of a page of numbers, the newest case about it that was not merged into another; none: not in it."""
    query = select(case_file).where(case_file.c.number.in_(numbers), case_file.c.merged_into == "")
    return {row.number: row for row in conn.execute(query.order_by(case_file.c.opened, case_file.c.case))}


class Decided(msgspec.Struct, frozen=True):
    """How a case about a number ended, as far as it has."""

    number: int
    verdict: Verdict
    at: int
    """When it was found, µs UTC."""


def decided(conn: Connection) -> list[Decided]:
    """The verdicts that stand on numbers, in the order of numbers and time: what a model may learn from.

    One that waits for a second officer is none yet.
    """
    query = select(case_file.c.number, case_file.c.verdict, case_file.c.found).where(
        case_file.c.number != 0,
        case_file.c.found != 0,
        case_file.c.verdict != "",
        case_file.c.merged_into == "",
        case_file.c.state.not_in([State.PROPOSED.value, State.OPENED.value, State.VERIFYING.value]),
    )
    rows = conn.execute(query.order_by(case_file.c.number, case_file.c.found))
    return [Decided(row.number, Verdict(row.verdict), row.found) for row in rows]


def deciders(conn: Connection, case: str) -> set[str]:
    """Officers who proposed or found a verdict of the case, or of one merged into it, as far as it is on record."""
    rows = conn.execute(select(case_file).where(case_file.c.case.in_(part_of(conn, case)))).all()
    steps = {Step.PROPOSE, *STEP_OF.values()}
    facts = [line.what.fact for line in _taken(conn, rows) if isinstance(line.what, Taken)]
    found = {fact.officer for fact in facts if isinstance(fact, CaseMoved) and fact.step in steps}
    return (found | {row.proposer for row in rows}) - {""}


def category_of(conn: Connection, case: str) -> str:
    """What a case is about: what was heard most surely, else what most reports name; empty: unknown."""
    entries = [one.what for one in evidence_in(conn, case)]
    heard = [what for what in entries if isinstance(what, Content)]
    if heard:
        return max(heard, key=lambda what: what.confidence).category
    named = next((what.categories for what in reversed(entries) if isinstance(what, Reports) and what.categories), {})
    total = sum(named.values())
    return next((code for code, count in named.items() if 2 * count > total), "")


def story(conn: Connection, case: str) -> list[Line]:
    """Everything known of a case in the order of time: what opened it, what it saw, what was done, and by whom.

    Cases merged into it tell theirs too; of a number, its reports since the beginning of the window. Raises
    :class:`~clearbell.cases.errors.UnknownCaseError`.
    """
    case_of(conn, case)
    parts = part_of(conn, case)
    rows = conn.execute(select(case_file).where(case_file.c.case.in_(parts))).all()
    lines = [Line(one.at, one.source, one.what, one.reference, one.joins, one.case) for one in evidence_in(conn, case)]
    lines += _taken(conn, rows)
    for row in rows:
        if row.unit_kind == UnitKind.NUMBER.value:
            lines += _reported(conn, row)
    # What happened at one time: the opening, then what was seen, then what was done.
    return sorted(lines, key=lambda line: (line.at, _rank(line)))


def _rank(line: Line) -> int:
    if isinstance(line.what, Taken):
        return 0 if isinstance(line.what.fact, CaseOpened) else 2
    return 1


def _taken(conn: Connection, rows: Sequence[Row[Any]]) -> list[Line]:
    cases = {row.case for row in rows}
    query = (
        select(ledger_entry.c.at, ledger_entry.c.kind, ledger_sealed.c.data)
        .join(ledger_sealed, ledger_sealed.c.seq == ledger_entry.c.seq)
        .where(ledger_sealed.c.subject.in_({row.unit for row in rows}), ledger_entry.c.kind.in_(list(_DECODERS)))
        .order_by(ledger_entry.c.seq)
    )
    lines = []
    for at, kind, data in conn.execute(query):
        fact = _DECODERS[kind](bytes(data))
        if fact.case in cases:
            who = fact.opener if isinstance(fact, CaseOpened) else getattr(fact, "officer", "")
            lines.append(Line(at, who, Taken(fact), case=fact.case))
    return lines


def _reported(conn: Connection, row: Row[Any]) -> list[Line]:
    query = (
        select(report)
        .where(report.c.number == row.number, report.c.received >= row.since, report.c.wanted.is_(False))
        .order_by(report.c.received.desc(), report.c.report)
        .limit(_MOST_REPORTS)
    )
    return [
        Line(
            one.received,
            one.source,
            Reported(
                one.report,
                one.category,
                Standing(one.standing),
                one.standing == Standing.COUNTED.value and not one.withdrawn and not one.void,
            ),
            one.report,
            case=row.case,
        )
        for one in conn.execute(query)
    ]
