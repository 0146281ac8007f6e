"""What upholding an appeal undoes: told before it is decided, and done in the act that decides it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, or_, select

from clearbell.appeals.model import Ground, Subject, Undone
from clearbell.cases.files import case_of, units_in
from clearbell.cases.model import TRANSITIONS, State, Step, UnitKind, Verdict
from clearbell.cases.service import Due
from clearbell.desk.appeals.subjects import RULE, Against, against_of, imposed_by, target_of
from clearbell.desk.effects import do_lift_sanction, effects_of
from clearbell.desk.verdicts import do_overturn_verdict, sanctions_of_case
from clearbell.enforcement.model import Operation
from clearbell.enforcement.model import State as Task
from clearbell.enforcement.tables import task
from clearbell.labels.imposing import do_free_number
from clearbell.labels.publishing import do_judge_number
from clearbell.labels.settings import label_settings
from clearbell.labels.tables import label, label_imposed
from clearbell.ledger import Act
from clearbell.notices.model import State as Sent
from clearbell.notices.service import do_withdraw_notice
from clearbell.notices.tables import notice
from clearbell.policy.model import Pack
from clearbell.registry.admission.model import Unlisted
from clearbell.registry.admission.queries import entry_of
from clearbell.registry.admission.service import do_unlist
from clearbell.registry.queries import spans_of
from clearbell.reports.resets import do_reset_number
from clearbell.reports.settings import reputation_settings
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report, reputation, reputation_reset
from clearbell.sanctions.model import ALIVE, Lifted, Target
from clearbell.sanctions.model import State as Standing
from clearbell.sanctions.queries import is_in_force, restriction_of, restrictions_of, sanction_of
from clearbell.sanctions.service import do_annul
from clearbell.sanctions.tables import sanction_notice

_PAGE = 500


class Plan(msgspec.Struct, frozen=True):
    """What is to be undone."""

    undone: Undone
    numbers: tuple[int, ...]
    """Whose complaints so far count no more."""
    before: int
    """Complaints of calls before it, µs UTC, are meant."""
    notices: tuple[str, ...]

    @property
    def sanctions(self) -> list[str]:
        """Every sanction or restriction that should not have been."""
        return [*self.undone.sanctions, *self.undone.annulled]


def plan_of(conn: Connection, row: Row[Any], at: int) -> Plan:
    """What upholding the appeal of a row would undo at ``at`` (µs UTC)."""
    against = against_of(row)
    recycled = row.ground == Ground.RECYCLED.value
    case = "" if recycled else overturned(conn, against)
    named = _named(conn, against, case, recycled=recycled)
    if recycled:
        named = [name for name in named if _began(conn, name) < row.since]
    alive = tuple(name for name in named if _is_alive(conn, name, at))
    over = () if recycled else tuple(name for name in named if name not in alive and _counts(conn, name))
    numbers = tuple(sorted(_numbers(conn, against, case)))
    before = row.since if recycled else at
    effects = [effects_of(conn, name) for name in alive]
    notices = _queued(conn, alive)
    undone = Undone(
        alive,
        over,
        case,
        _labelled(conn, numbers, alive),
        _counted(conn, numbers, before),
        tuple(one for effect in effects for one in effect.contracts),
        tuple(one for effect in effects for one in effect.entries) + _entry(conn, against),
        len(notices),
        _targets(conn, alive),
        tuple(sorted({order for name in named if (order := _order(conn, name))})),
    )
    return Plan(undone, numbers, before, notices)


def do_undo(act: Act, row: Row[Any], plan: Plan, reason: str, pack: Pack, due: Due, *, officer: str) -> None:
    """Undo everything that was planned, in the act that upholds the appeal.

    Raises as :func:`~clearbell.desk.verdicts.do_overturn_verdict` and
    :func:`~clearbell.desk.effects.do_lift_sanction`.
    """
    undone = plan.undone
    mistaken = row.ground != Ground.RECYCLED.value
    for name in plan.notices:
        do_withdraw_notice(act, name, f"appeal {row.appeal}")
    lifted: tuple[str, ...] = ()
    if undone.verdict:
        lifted = do_overturn_verdict(act, undone.verdict, reason, due, officer=officer).lifted
    for name in undone.sanctions:
        if name not in lifted:
            do_lift_sanction(act, Lifted(name, reason), undone=mistaken)
    for name in undone.annulled:
        do_annul(act, name, reason)
    for entry in _entry(act.conn, against_of(row)):
        do_unlist(act, Unlisted(entry, reason))
    if row.subject == Subject.LABEL.value:
        # Also what is there because the number is one of a sanctioned holder's.
        do_free_number(act, row.number)
    settings, terms = reputation_settings(pack), label_settings(pack)
    for number in plan.numbers:
        do_reset_number(act, number, plan.before, settings)
        do_judge_number(act, number, terms)


def overturned(conn: Connection, against: Against) -> str:
    """The case whose confirmed verdict an upheld appeal overturns; empty: there is none."""
    if not against.case:
        return ""
    row = case_of(conn, against.case)
    while row.merged_into:
        row = case_of(conn, row.merged_into)
    confirmed = row.verdict == Verdict.CONFIRMED.value and row.found
    return row.case if confirmed and (State(row.state), Step.OVERTURN) in TRANSITIONS else ""


def _named(conn: Connection, against: Against, case: str, *, recycled: bool) -> list[str]:
    found = sanctions_of_case(conn, case) if case else []
    if against.subject in (Subject.SANCTION, Subject.RESTRICTION):
        found.append(against.id)
    elif against.subject is Subject.DECISION and against.rests_on and not against.rests_on.startswith(RULE):
        found.append(against.rests_on)
    elif against.subject is Subject.LABEL:
        found += imposed_by(conn, against.number)
    elif against.subject is Subject.VERDICT and recycled:
        found += sanctions_of_case(conn, against.case)
    return [name for name in dict.fromkeys(found) if sanction_of(conn, name) or restriction_of(conn, name)]


def _numbers(conn: Connection, against: Against, case: str) -> set[int]:
    """Numbers whose score and label rest on what is undone: those with complaints."""
    if against.rests_on.startswith(RULE) or against.subject is Subject.BLACKLIST:
        return set()
    spans = [(against.number, against.number)] if against.number else []
    holders = [against.name] if target_of(conn, against) is Target.HOLDER else []
    for unit in units_in(conn, case) if case else []:
        if unit.kind is UnitKind.NUMBER:
            spans.append((unit.number, unit.number))
        elif unit.kind is UnitKind.HOLDER:
            holders.append(unit.name)
    for name in dict.fromkeys(holders):
        spans += spans_of(conn, name)
    found: set[int] = {against.number} if against.subject is Subject.LABEL else set()
    for start in range(0, len(spans), _PAGE):
        page = spans[start : start + _PAGE]
        for column in (reputation.c.number, label.c.number):
            found.update(conn.execute(select(column).where(or_(*(column.between(*span) for span in page)))).scalars())
    return found


def _is_alive(conn: Connection, name: str, at: int) -> bool:
    row = sanction_of(conn, name)
    return Standing(row.state) in ALIVE if row is not None else is_in_force(conn, name, at)


def _counts(conn: Connection, name: str) -> bool:
    row = sanction_of(conn, name)
    return row is not None and not row.undone and row.state != Standing.WITHDRAWN.value


def _began(conn: Connection, name: str) -> int:
    row = sanction_of(conn, name)
    if row is not None:
        return int(row.announced)
    bare = restriction_of(conn, name)
    return int(bare.start) if bare is not None else 0


def _order(conn: Connection, name: str) -> str:
    row = sanction_of(conn, name) or restriction_of(conn, name)
    return str(row.order) if row is not None else ""


def _entry(conn: Connection, against: Against) -> tuple[str, ...]:
    row = entry_of(conn, against.id) if against.subject is Subject.BLACKLIST else None
    return (against.id,) if row is not None and not row.unlisted else ()


def _labelled(conn: Connection, numbers: Iterable[int], sanctions: Iterable[str]) -> int:
    found: set[int] = set()
    asked = sorted(numbers)
    for start in range(0, len(asked), _PAGE):
        query = select(label.c.number).where(label.c.number.in_(asked[start : start + _PAGE]), label.c.category != "")
        found.update(conn.execute(query).scalars())
    imposed = select(label_imposed.c.number).where(label_imposed.c.sanction.in_(list(sanctions)))
    return len(found | set(conn.execute(imposed).scalars()))


def _counted(conn: Connection, numbers: Iterable[int], before: int) -> int:
    asked = sorted(numbers)
    found = 0
    for start in range(0, len(asked), _PAGE):
        query = (
            select(func.count())
            .select_from(report.outerjoin(reputation_reset, reputation_reset.c.number == report.c.number))
            .where(
                report.c.number.in_(asked[start : start + _PAGE]),
                COUNTS,
                report.c.wanted.is_(False),
                report.c.at < before,
                report.c.at >= func.coalesce(reputation_reset.c.before, 0),
            )
        )
        found += conn.execute(query).scalar_one()
    return found


def _queued(conn: Connection, sanctions: Iterable[str]) -> tuple[str, ...]:
    """Notices about sanctions that were not sent yet."""
    query = (
        select(notice.c.notice)
        .join(sanction_notice, sanction_notice.c.notice == notice.c.notice)
        .where(sanction_notice.c.sanction.in_(list(sanctions)), notice.c.state == Sent.QUEUED.value)
    )
    return tuple(conn.execute(query.distinct().order_by(notice.c.notice)).scalars())


def _targets(conn: Connection, sanctions: Iterable[str]) -> tuple[str, ...]:
    """Switches and carriers that have, or are to have, what carries the sanctions out."""
    names = [one for name in sanctions for one in (restrictions_of(conn, name) or [name])]
    query = select(task.c.target).where(
        task.c.restriction.in_(names), task.c.operation == Operation.PUT.value, task.c.state != Task.WITHDRAWN.value
    )
    return tuple(conn.execute(query.distinct().order_by(task.c.target)).scalars())
