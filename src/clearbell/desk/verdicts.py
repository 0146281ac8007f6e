"""What follows from a verdict: reporters learn from it, a confirmed one may be sanctioned, a cleared one undoes that."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from clearbell.cases.errors import OtherTargetError, OwnCaseError, UnconfirmedError
from clearbell.cases.evidence import Evidence, Sanction
from clearbell.cases.files import change, evidence_in, own_case, part_of, units_in
from clearbell.cases.model import CaseMoved, EvidenceAdded, State, Unit, UnitKind, Verdict
from clearbell.cases.service import (
    Due,
    do_decide_appeal,
    do_record_sanction,
    do_second,
    do_verdict,
)
from clearbell.cases.tables import case_file
from clearbell.cases.wording import STATES
from clearbell.ledger import Act
from clearbell.policy.model import CaseRules
from clearbell.reports.reporters import do_learn_verdict
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.queries import is_in_force
from clearbell.sanctions.service import do_lift, do_restrict

_TARGETS = {UnitKind.NUMBER: Target.NUMBER, UnitKind.HOLDER: Target.HOLDER}


class Found(msgspec.Struct, frozen=True):
    """A verdict, and what followed from it."""

    moved: CaseMoved
    taught: int = 0
    """Reporters who learned from it."""
    wrong: tuple[int, ...] = ()
    """Reporters who had been wrong: who complained of a cleared number, or voted for a confirmed one."""
    lifted: tuple[str, ...] = ()
    """Restrictions of the case that were in force and are lifted."""


def do_find(
    act: Act, case: str, verdict: Verdict, words: str, rules: CaseRules, due: Due, *, officer: str = ""
) -> Found:
    """Say what verification found; where no second officer is asked for, reporters learn from it at once.

    A cleared case lifts what was put in force for it. Complaints keep their weight: what was reported stays until
    someone appeals against the label. Raises as :func:`~clearbell.cases.service.do_verdict`.
    """
    return _follow(act, do_verdict(act, case, verdict, words, rules, due, officer=officer))


def do_confirm(act: Act, case: str, words: str, due: Due, *, agrees: bool, officer: str = "") -> Found:
    """The second officer's word. Raises as :func:`~clearbell.cases.service.do_second`."""
    return _follow(act, do_second(act, case, words, due, agrees=agrees, officer=officer))


def do_settle_appeal(act: Act, case: str, words: str, due: Due, *, upheld: bool, officer: str = "") -> Found:
    """Decide an appeal; upheld, every restriction of the case is lifted in the same act, and reporters learn.

    Raises as :func:`~clearbell.cases.service.do_decide_appeal`.
    """
    return _follow(act, do_decide_appeal(act, case, words, due, upheld=upheld, officer=officer))


def do_sanction(
    act: Act,
    case: str,
    rung: Rung,
    reason: str,
    rules: CaseRules,
    due: Due,
    *,
    until: int = 0,
    limit: int = 0,
    unit: Unit | None = None,
    order: str = "",
    officer: str = "",
) -> Restricted:
    """Put a restriction in force for a confirmed case; its id names the case.

    ``unit``: the number or holder it falls on, of the case or of one merged into it (default: the case's own).
    ``until`` µs UTC; ``limit`` calls an hour, for a rate limit. Without a confirmed verdict nothing is put in force:
    raises :class:`UnconfirmedError`; :class:`OwnCaseError` for who brought the case; :class:`OtherTargetError`;
    :class:`~clearbell.sanctions.service.SanctionError`; and as :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    state = State(row.state)
    if state not in (State.CONFIRMED, State.SANCTIONED) or row.verdict != Verdict.CONFIRMED.value:
        raise UnconfirmedError(case, STATES[state]["zh"], STATES[state]["en"])
    who = officer or act.actor
    if who in _openers(act.conn, case):
        raise OwnCaseError(who)
    units = units_in(act.conn, case)
    target = unit or Unit(UnitKind(row.unit_kind), row.unit)
    if target not in units or target.kind not in _TARGETS:
        raise OtherTargetError(case)
    own = [one for one in evidence_in(act.conn, case) if _is_own(one)]
    fact = Restricted(
        restriction=f"{case}/{len(own) + 1}",
        target=_TARGETS[target.kind],
        rung=rung,
        reason=reason,
        start=act.at,
        until=until,
        number=target.number,
        name="" if target.number else target.name,
        limit=limit,
        order=order,
    )
    do_restrict(act, fact)
    one = Evidence(Sanction(fact.restriction, rung.value, until), act.at, who, fact.restriction)
    do_record_sanction(act, case, reason, due, one, rules, who)
    return fact


def _openers(conn: Connection, case: str) -> set[str]:
    """Officers who brought the case, or one merged into it."""
    found = conn.execute(select(case_file.c.opener).where(case_file.c.case.in_(part_of(conn, case)))).scalars()
    return set(found) - {""}


def _follow(act: Act, moved: CaseMoved) -> Found:
    if moved.state is State.CONFIRMED:
        taught, wrong = _teach(act, moved.case, Verdict.CONFIRMED)
        return Found(moved, taught, wrong)
    if moved.state is State.CLEARED:
        taught, wrong = _teach(act, moved.case, Verdict.CLEARED)
        return Found(moved, taught, wrong, _lift(act, moved.case, moved.words))
    return Found(moved)


def _teach(act: Act, case: str, verdict: Verdict) -> tuple[int, tuple[int, ...]]:
    """Let the reporters of every number of the case learn, of each call once for the same verdict."""
    taught = 0
    wrong: set[int] = set()
    until = act.at + 1
    rows = act.conn.execute(
        select(case_file).where(case_file.c.case.in_(part_of(act.conn, case)), case_file.c.number != 0)
    )
    for row in rows.all():
        since = max(row.since, row.taught_until) if row.taught == verdict.value else row.since
        nuisance = verdict is Verdict.CONFIRMED
        taught += do_learn_verdict(act, row.number, nuisance=nuisance, since=since, until=until)
        wrong |= _wrong(act.conn, row.number, since, until, nuisance=nuisance)
        change(act, row.case, taught=verdict.value, taught_until=until)
    return taught, tuple(sorted(wrong))


def _wrong(conn: Connection, number: int, since: int, until: int, *, nuisance: bool) -> set[int]:
    query = select(report.c.reporter).where(
        report.c.number == number,
        COUNTS,
        report.c.wanted.is_(nuisance),
        report.c.reporter > 0,
        report.c.at >= since,
        report.c.at < until,
    )
    return set(conn.execute(query.distinct()).scalars())


def _lift(act: Act, case: str, words: str) -> tuple[str, ...]:
    lifted = []
    for one in evidence_in(act.conn, case):
        if _is_own(one) and is_in_force(act.conn, one.reference, act.at):
            do_lift(act, Lifted(one.reference, words))
            lifted.append(one.reference)
    return tuple(lifted)


def _is_own(one: EvidenceAdded) -> bool:
    """Whether it is a restriction put in force for the case, and not an earlier one."""
    return isinstance(one.what, Sanction) and one.reference.startswith(f"{one.case}/")
