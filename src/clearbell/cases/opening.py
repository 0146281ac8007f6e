"""Opening cases by themselves: a follower of reports and of the registry's findings.

Whatever was opened is found again by a run that begins anew, so a crash at any time opens nothing twice and misses
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, cast, func, select

from clearbell.calls import DAY
from clearbell.cases.evidence import Evidence, Finding, Reports
from clearbell.cases.files import evidence_in, open_case
from clearbell.cases.model import Opened, Source, Unit, UnitKind, number_unit
from clearbell.cases.service import Due, Placed, do_open
from clearbell.cases.tables import case_file
from clearbell.consent.codes import new_code
from clearbell.ledger import Act, Store
from clearbell.ledger.tables import ledger_entry, ledger_follower, ledger_sealed
from clearbell.policy.model import CaseRules
from clearbell.registry.applications.model import Found
from clearbell.registry.tables import resource
from clearbell.reports.model import FACTS as REPORTS
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report, reputation_reset

FOLLOWER = "cases"
ACTOR = "system:cases"
FINDING = "registry.finding"
KINDS = (*REPORTS, FINDING)
"""Kinds of facts after which it is looked whether a case is to be opened."""
_NAMED = 200
"""Reports that one entry names at most."""
_read_findings = msgspec.json.Decoder(list[Found]).decode


def open_cases(
    store: Store, rules: CaseRules, due: Due, randomness: Callable[[int], bytes], *, at_once: int = 50
) -> list[Placed]:
    """Open cases for what was reported and found since the last time; returns where each reason went.

    When there is nothing new, no writer is kept waiting; when there is much, each act takes ``at_once`` numbers, so
    that other writers get their turn. The cursor moves in the last: a crash before it begins anew, and finds what was
    opened already.
    """
    with store.read() as conn:
        head = conn.execute(select(func.max(ledger_entry.c.seq))).scalar_one() or 0
        moved = conn.execute(select(ledger_follower.c.cursor).where(ledger_follower.c.name == FOLLOWER))
        if not _news(conn, moved.scalar_one_or_none() or 0, head):
            return []
    placed: list[Placed] = []
    after = 0
    while after >= 0:
        with store.act(ACTOR) as act:
            more, after = _do_open_some(act, store, rules, due, randomness, head, after, at_once)
        placed.extend(more)
    return placed


def _do_open_some(
    act: Act,
    store: Store,
    rules: CaseRules,
    due: Due,
    randomness: Callable[[int], bytes],
    head: int,
    after: int,
    at_once: int,
) -> tuple[list[Placed], int]:
    """Take the next numbers past ``after``; returns where their reasons went, and the last number, or -1 at the end."""
    cursor = store.cursor(act, FOLLOWER)
    numbers = _over_the_line(act.conn, cursor, head, rules, act.at, after, at_once)
    found = [_reason(act.conn, number, reporters, rules, act.at) for number, reporters in numbers]
    reasons = [reason for reason in found if reason is not None]
    done = len(numbers) < at_once
    if done:
        reasons += _found(act.conn, cursor, head)
        if head > cursor:
            store.set_cursor(act, FOLLOWER, head)
    placed = [do_open(act, new_code(randomness), reason, rules, due) for reason in reasons]
    return placed, -1 if done else numbers[-1][0]


def _news(conn: Connection, cursor: int, head: int) -> bool:
    query = select(ledger_entry.c.seq).where(_since(cursor, head), ledger_entry.c.kind.in_(KINDS))
    return conn.execute(query.limit(1)).first() is not None


def _since(cursor: int, head: int) -> ColumnElement[bool]:
    return (ledger_entry.c.seq > cursor) & (ledger_entry.c.seq <= head)


def _counting(rules: CaseRules, at: int) -> ColumnElement[bool]:
    """Complaints that help to open a case at ``at``: proven, on record as the pack says, recent, not judged already."""
    judged = (
        select(func.max(case_file.c.found))
        .where(case_file.c.number == report.c.number, case_file.c.number != 0)
        .correlate(report)
        .scalar_subquery()
    )
    reset = (
        select(reputation_reset.c.before)
        .where(reputation_reset.c.number == report.c.number)
        .correlate(report)
        .scalar_subquery()
    )
    return (
        COUNTS
        & report.c.wanted.is_(False)
        & report.c.proven
        & (report.c.voice != 0)
        & report.c.match.in_(rules.matches)
        & (report.c.received >= at - rules.window_days * DAY)
        & (report.c.received > func.coalesce(judged, 0))
        & (report.c.at >= func.coalesce(reset, 0))
    )


def distinct_reporters(conn: Connection, number: int, rules: CaseRules, at: int) -> int:
    """Distinct reporters of a number that count towards a case at ``at`` (µs UTC)."""
    query = select(func.count(report.c.voice.distinct())).where(report.c.number == number, _counting(rules, at))
    return conn.execute(query).scalar_one()


def _over_the_line(
    conn: Connection, cursor: int, head: int, rules: CaseRules, at: int, after: int, limit: int
) -> list[tuple[int, int]]:
    """Numbers past ``after`` of which something was said since, with their reporters, where these reach the line."""
    # Of a sealed fact the subject is the number: no need to open it.
    named = (
        select(cast(ledger_sealed.c.subject, BigInteger))
        .join(ledger_entry, ledger_entry.c.seq == ledger_sealed.c.seq)
        .where(_since(cursor, head), ledger_entry.c.kind.in_(list(REPORTS)), ledger_sealed.c.subject.is_not(None))
    )
    voices = func.count(report.c.voice.distinct())
    query = (
        select(report.c.number, voices)
        .where(report.c.number > after, report.c.number.in_(named), _counting(rules, at))
        .group_by(report.c.number)
        .having(voices >= rules.reporters)
        .order_by(report.c.number)
        .limit(limit)
    )
    return [(number, reporters) for number, reporters in conn.execute(query)]


def _reason(conn: Connection, number: int, reporters: int, rules: CaseRules, at: int) -> Opened | None:
    unit = number_unit(number)
    rows = conn.execute(
        select(report.c.report, report.c.at, report.c.category)
        .where(report.c.number == number, _counting(rules, at))
        .order_by(report.c.at.desc(), report.c.report)
    ).all()
    before = _told(conn, unit)
    known = {name for one in before for name in one.reports}
    new = [row for row in rows if row.report not in known]
    # Where not all reports are named, more reporters are news, and further reports are not.
    unnamed = any(one.new > len(one.reports) for one in before)
    if not new or (unnamed and reporters <= max(one.reporters for one in before)):
        return None
    categories = Counter(row.category for row in rows if row.category)
    what = Reports(
        reporters,
        tuple(row.report for row in new[:_NAMED]),
        at - rules.window_days * DAY,
        dict(sorted(categories.items())),
        len(new),
    )
    return Opened(Source.REPORTS, unit, (Evidence(what, at, "reports"),))


def _told(conn: Connection, unit: Unit) -> list[Reports]:
    """What the open case about the unit, if there is one, was told of reports already."""
    row = open_case(conn, unit)
    if row is None:
        return []
    return [one.what for one in evidence_in(conn, row.case) if isinstance(one.what, Reports)]


def _found(conn: Connection, cursor: int, head: int) -> list[Opened]:
    query = select(ledger_entry.c.at, ledger_entry.c.body).where(_since(cursor, head), ledger_entry.c.kind == FINDING)
    reasons = []
    for at, body in conn.execute(query.order_by(ledger_entry.c.seq)).all():
        for fact in _read_findings(bytes(body)):
            what = Finding(fact.rule.value, dict(fact.evidence))
            reference = f"{fact.rule.value}/{fact.resource}/{fact.day}"
            unit = _unit_of(conn, fact)
            reasons.append(Opened(Source.FINDING, unit, (Evidence(what, at, "registry", reference),)))
    return reasons


def _unit_of(conn: Connection, fact: Found) -> Unit:
    """A resource of one number is that number; of more, its holder; what has neither is one thing by its own name."""
    row: Any = conn.execute(select(resource).where(resource.c.resource == fact.resource)).first()
    if row is not None and row.first == row.last:
        return number_unit(row.first)
    holder = row.holder if row is not None else str(fact.evidence.get("holder", ""))
    return Unit(UnitKind.HOLDER, holder) if holder else Unit(UnitKind.CAMPAIGN, fact.resource)
