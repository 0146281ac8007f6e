"""What follows from a verdict: reporters learn from it, a confirmed one may be sanctioned, a cleared one undoes that."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from clearbell.appeals.errors import CaseAppealedError, OwnDecisionError
from clearbell.appeals.queries import open_about_case
from clearbell.cases.errors import OtherTargetError, OwnCaseError, UnconfirmedError
from clearbell.cases.evidence import Evidence, Sanction
from clearbell.cases.files import change, evidence_in, own_case, part_of, unit_of
from clearbell.cases.model import CaseMoved, EvidenceAdded, State, Unit, Verdict
from clearbell.cases.queries import deciders
from clearbell.cases.service import (
    Due,
    do_decide_appeal,
    do_overturn,
    do_record_sanction,
    do_second,
    do_verdict,
)
from clearbell.cases.tables import case_file
from clearbell.cases.wording import STATES
from clearbell.desk.effects import do_lift_sanction, do_put_in_force
from clearbell.desk.subjects import TARGETS, Subject, subject_of, subjects_in
from clearbell.ledger import Act
from clearbell.policy.model import CaseRules
from clearbell.reports.reporters import do_learn_verdict
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report
from clearbell.sanctions.life import do_announce
from clearbell.sanctions.model import ALIVE, RESTRICTING, Announced, Lifted, Restricted, Rung, Stage
from clearbell.sanctions.model import State as Standing
from clearbell.sanctions.queries import is_in_force, sanction_of
from clearbell.sanctions.service import SanctionError


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

    Raises as :func:`~clearbell.cases.service.do_decide_appeal`, and
    :class:`~clearbell.appeals.errors.CaseAppealedError` where an appeal on file is about it: that one is decided;
    :class:`~clearbell.appeals.errors.OwnDecisionError` for who had a hand in the verdict or a sanction of the case.
    """
    filed = open_about_case(act.conn, case)
    if filed:
        raise CaseAppealedError(filed)
    if State(own_case(act.conn, case).state) is State.APPEALED:
        _check_hands(act.conn, case, officer or act.actor)
    return _follow(act, do_decide_appeal(act, case, words, due, upheld=upheld, officer=officer))


def _check_hands(conn: Connection, case: str, who: str) -> None:
    if who in deciders(conn, case):
        raise OwnDecisionError(who, f"参与了案件 {case} 的结论", f"took part in the verdict of case {case}")
    for name in sanctions_of_case(conn, case):
        row = sanction_of(conn, name)
        if row is not None and row.officer == who:
            raise OwnDecisionError(who, f"决定了处置 {name}", f"decided the sanction {name}")


def do_overturn_verdict(act: Act, case: str, words: str, due: Due, *, officer: str = "") -> Found:
    """Clear a confirmed case after all: what was put in force for it is lifted in the same act, and reporters learn.

    Raises as :func:`~clearbell.cases.service.do_overturn`.
    """
    moved = do_overturn(act, case, words, due, officer=officer)
    taught, wrong = _teach(act, case, Verdict.CLEARED)
    return Found(moved, taught, wrong, _lift(act, case, words))


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
    """Put a restriction in force at once for a confirmed case, past the ladder; its id names the case.

    What an officer decides goes by :func:`clearbell.desk.ladder.do_announce_sanction`, with notice ahead.
    ``unit``: the number or holder it falls on, of the case or of one merged into it (default: the case's own).
    ``until`` µs UTC; ``limit`` calls an hour, for a rate limit. Without a confirmed verdict nothing is put in force:
    raises :class:`UnconfirmedError`; :class:`OwnCaseError` for who brought the case; :class:`OtherTargetError`;
    :class:`~clearbell.sanctions.service.SanctionError`; and as :func:`~clearbell.cases.files.own_case`.
    """
    on, name, who = on_whom(act, case, unit, officer)
    if rung not in RESTRICTING:
        raise SanctionError("此级处置不限制通话,须先公告", "that rung restricts nothing; it is announced", "rung")
    fact = Announced(
        name,
        case,
        on.target,
        reason,
        act.at,
        act.at,
        (Stage(rung, until, limit),),
        on.number,
        on.name,
        order,
        who,
        at_once=True,
    )
    do_announce(act, fact)
    made = do_put_in_force(act, name)
    if made is None:
        raise SanctionError("处置未能实施", "nothing was put in force", "rung")
    one = Evidence(Sanction(name, rung.value, until), act.at, who, name)
    do_record_sanction(act, case, reason, due, one, rules, who)
    return made


def on_whom(act: Act, case: str, on: Unit | Subject | None, officer: str) -> tuple[Subject, str, str]:
    """On whom a sanction of the case falls, its id, and the officer. Raises as :func:`do_sanction`."""
    row = own_case(act.conn, case)
    state = State(row.state)
    if state not in (State.CONFIRMED, State.SANCTIONED) or row.verdict != Verdict.CONFIRMED.value:
        raise UnconfirmedError(case, STATES[state]["zh"], STATES[state]["en"])
    who = officer or act.actor
    if who in _openers(act.conn, case):
        raise OwnCaseError(who)
    if on is None or isinstance(on, Unit):
        unit = on or unit_of(row)
        if unit.kind not in TARGETS:
            raise OtherTargetError(case)
        on = subject_of(unit)
    if on not in subjects_in(act.conn, case):
        raise OtherTargetError(case)
    own = [one for one in evidence_in(act.conn, case) if _is_own(one)]
    return on, f"{case}/{len(own) + 1}", who


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
        if _is_own(one) and _can_be_lifted(act, one.reference):
            do_lift_sanction(act, Lifted(one.reference, words), undone=True)
            lifted.append(one.reference)
    return tuple(lifted)


def sanctions_of_case(conn: Connection, case: str) -> list[str]:
    """Ids of the sanctions and restrictions put in force for a case, over or not."""
    return [one.reference for one in evidence_in(conn, case) if _is_own(one)]


def _can_be_lifted(act: Act, name: str) -> bool:
    row = sanction_of(act.conn, name)
    return Standing(row.state) in ALIVE if row is not None else is_in_force(act.conn, name, act.at)


def _is_own(one: EvidenceAdded) -> bool:
    """Whether it is a restriction put in force for the case, and not an earlier one."""
    return isinstance(one.what, Sanction) and one.reference.startswith(f"{one.case}/")
