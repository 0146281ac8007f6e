"""Acts on cases: opening, evidence, verdicts, and who deals with them when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Row, select

from clearbell.calls import DAY
from clearbell.cases.errors import (
    AnotherOpenError,
    EvidenceError,
    NoProofError,
    SameOfficerError,
    SecondNeededError,
    SnoozeError,
    UnitError,
    WordsNeededError,
)
from clearbell.cases.evidence import Evidence, Note, Order, kind_of, proves
from clearbell.cases.files import add, change, count_urgency, evidence_in, open_case, own_case, part_of, unit_of
from clearbell.cases.history import earlier_sanctions
from clearbell.cases.model import (
    DEADLINES,
    SETTLED,
    STEP_OF,
    TRANSITIONS,
    CaseLate,
    CaseMoved,
    CaseOpened,
    CaseTended,
    Opened,
    Source,
    State,
    Step,
    Tending,
    UnitKind,
    Verdict,
)
from clearbell.cases.tables import case_file, pressing
from clearbell.cases.urgency import urgency
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError, move
from clearbell.policy.model import CaseRules
from clearbell.sanctions.orders.tables import regulator_order

Due = Callable[[int, str], int]
"""When the pack's deadline of that name, begun at a time (µs UTC), is over; 0: never."""


class Placed(msgspec.Struct, frozen=True):
    """Where a reason went."""

    case: str
    opened: bool
    """Whether it opened the case; else it joined one."""


def do_open(act: Act, name: str, reason: Opened, rules: CaseRules, due: Due, *, officer: str = "") -> Placed:
    """Open a case for a reason, or let the reason join the case about the unit that is open.

    A new case begins with the restrictions that there were on the unit before.

    A further reason wakes a case that was put off, and takes one that was cleared or left open back to verification.
    ``name``: the id of a new case. ``officer``: who opens it, when somebody does. Appends ``cases.opened`` and
    ``cases.evidence``. Raises :class:`UnitError`, :class:`WordsNeededError` (an officer says why) and
    :class:`EvidenceError` (nothing was seen, or what was seen cannot be right).
    """
    unit = reason.unit
    if not unit.name.strip():
        raise UnitError(
            "须写明案件所涉的号码、使用主体或活动", "say which number, holder or campaign it is about", "unit"
        )
    if unit.kind is UnitKind.NUMBER and not (unit.name.isdecimal() and 0 < int(unit.name) < 10**15):
        raise UnitError("案件所涉号码无效", "the number that it is about is none", "unit")
    if reason.source is Source.OFFICER and not reason.words.strip():
        raise WordsNeededError
    evidence = list(reason.evidence)
    if reason.words.strip():
        evidence.append(Evidence(Note(reason.words), act.at, officer or act.actor))
    if not evidence:
        raise EvidenceError("立案须说明所见", "whatever opens a case says what it saw", "evidence")
    _check_orders(act, reason.source, evidence)
    row = open_case(act.conn, unit)
    if row is not None:
        return _join(act, row, reason.source, evidence, rules, due)
    opener = officer or (act.actor if reason.source in (Source.OFFICER, Source.ORDER) else "")
    ends = due(act.at, DEADLINES[State.OPENED])
    earliest = min((one.at for one in evidence), default=act.at)
    act.conn.execute(
        case_file.insert().values(
            case=name,
            unit_kind=unit.kind.value,
            unit=unit.name,
            number=unit.number,
            state=State.OPENED.value,
            urgency=0,
            due=ends,
            pressing=pressing(ends),
            opened=act.at,
            moved=act.at,
            since=min(act.at, earliest) - rules.window_days * DAY,
            snoozed=0,
            assignee="",
            opener=opener,
            merged_into="",
            verdict="",
            proposer="",
            words="",
            found=0,
            taught="",
            taught_until=0,
        )
    )
    opened = own_case(act.conn, name)
    points = urgency([reason.source], [one.what for one in evidence], rules)
    fact = CaseOpened(name, unit, reason.source, points, ends, reason.words, opener)
    act.append("cases.opened", [fact], about=lambda f: f.unit.name)
    for one in evidence:
        add(act, opened, one, rules, reason.source)
    for one in earlier_sanctions(act.conn, unit):
        add(act, opened, one, rules)
    return Placed(name, opened=True)


def _check_orders(act: Act, source: Source, evidence: list[Evidence]) -> None:
    named = [one.what.order for one in evidence if isinstance(one.what, Order)]
    if source is Source.ORDER and not named:
        raise EvidenceError("依指令立案须写明指令", "a case opened by an order names the order", "order")
    for name in named:
        if act.conn.execute(select(regulator_order.c.order).where(regulator_order.c.order == name)).first() is None:
            raise EvidenceError(f"没有指令 {name}", f"there is no order {name}", "order")


def _join(act: Act, row: Row[Any], source: Source, evidence: list[Evidence], rules: CaseRules, due: Due) -> Placed:
    new = [add(act, row, one, rules, source) for one in evidence]
    if any(new):
        if row.snoozed > act.at:
            _tend(act, row, "", assignee=row.assignee, snoozed=0)
        if State(row.state) in SETTLED:
            _step(act, row, Step.REOPEN, due, officer=act.actor)
    return Placed(row.case, opened=False)


def do_add_evidence(act: Act, case: str, one: Evidence, rules: CaseRules) -> bool:
    """Put what was found into a case that is not closed; False when that kind with that reference is in it already.

    Raises :class:`~clearbell.cases.errors.EvidenceError`, :class:`~clearbell.lifecycles.IllegalStepError`, and as
    :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    if row.state == State.CLOSED.value:
        raise IllegalStepError(State.CLOSED, kind_of(one.what), [Step.REOPEN.value])
    return add(act, row, one, rules)


def do_note(act: Act, case: str, words: str, rules: CaseRules, *, officer: str = "") -> None:
    """Put an officer's words into the case. Raises as :func:`do_add_evidence`."""
    do_add_evidence(act, case, Evidence(Note(words), act.at, officer or act.actor), rules)


def do_verify(act: Act, case: str, due: Due, *, officer: str = "") -> CaseMoved:
    """Begin to verify; the case is the officer's from now on when it is nobody's.

    Raises :class:`~clearbell.lifecycles.IllegalStepError`, and as :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    made = _step(act, row, Step.VERIFY, due, officer=officer)
    if not row.assignee:
        _tend(act, row, made.officer, assignee=made.officer, snoozed=row.snoozed)
    return made


def do_verdict(
    act: Act, case: str, verdict: Verdict, words: str, rules: CaseRules, due: Due, *, officer: str = ""
) -> CaseMoved:
    """Say what verification found. Where the pack asks for four eyes, the verdict waits for a second officer.

    A confirmed verdict needs evidence of one of the pack's kinds. Raises :class:`WordsNeededError`,
    :class:`NoProofError`, :class:`~clearbell.lifecycles.IllegalStepError`, and as
    :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    step = Step.PROPOSE if verdict.value in rules.four_eyes else STEP_OF[verdict]
    if State(row.state) is State.PROPOSED:
        raise IllegalStepError(State.PROPOSED, Step.PROPOSE, [Step.CONFIRM.value, Step.RETURN.value])
    move(TRANSITIONS, State(row.state), step)
    if not words.strip():
        raise WordsNeededError
    if verdict is Verdict.CONFIRMED and rules.proof:
        # What brought the case does not verify it: not an officer's first words, nor the order.
        kinds = {
            kind_of(one.what).value for one in evidence_in(act.conn, case) if one.joins is None and proves(one.what)
        }
        if kinds.isdisjoint(rules.proof):
            raise NoProofError(", ".join(rules.proof))
    return _step(act, row, step, due, words=words, verdict=verdict, officer=officer)


def do_second(act: Act, case: str, words: str, due: Due, *, agrees: bool, officer: str = "") -> CaseMoved:
    """A second officer confirms the proposed verdict, or sends the case back to verification.

    Raises :class:`SameOfficerError`, :class:`WordsNeededError` (a return says why),
    :class:`~clearbell.lifecycles.IllegalStepError`, and as :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    if State(row.state) is State.VERIFYING and agrees:
        raise SecondNeededError
    proposed = STEP_OF[Verdict(row.verdict)] if State(row.state) is State.PROPOSED else Step.CONFIRM
    step = proposed if agrees else Step.RETURN
    move(TRANSITIONS, State(row.state), step)
    who = officer or act.actor
    if who == row.proposer:
        raise SameOfficerError(who)
    if not agrees and not words.strip():
        raise WordsNeededError
    return _step(act, row, step, due, words=words, verdict=Verdict(row.verdict) if agrees else None, officer=who)


def do_reopen(act: Act, case: str, words: str, due: Due, *, officer: str = "") -> CaseMoved:
    """Verify a case again. Raises :class:`WordsNeededError`, :class:`AnotherOpenError` (a newer case is open),
    :class:`~clearbell.lifecycles.IllegalStepError`, and as :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    move(TRANSITIONS, State(row.state), Step.REOPEN)
    other = open_case(act.conn, unit_of(row))
    if other is not None and other.case != case:
        raise AnotherOpenError(other.case)
    return _worded(act, row, Step.REOPEN, words, due, officer)


def do_close(act: Act, case: str, words: str, due: Due, *, officer: str = "") -> CaseMoved:
    """End a case; those merged into it end with it. Raises as :func:`do_reopen`, but for the newer case."""
    row = own_case(act.conn, case)
    move(TRANSITIONS, State(row.state), Step.CLOSE)
    return _worded(act, row, Step.CLOSE, words, due, officer)


def do_appeal(act: Act, case: str, words: str, due: Due, *, officer: str = "") -> CaseMoved:
    """Take in an appeal against what was done. Raises as :func:`do_close`."""
    row = own_case(act.conn, case)
    move(TRANSITIONS, State(row.state), Step.APPEAL)
    return _worded(act, row, Step.APPEAL, words, due, officer)


def do_decide_appeal(act: Act, case: str, words: str, due: Due, *, upheld: bool, officer: str = "") -> CaseMoved:
    """Decide an appeal, by another officer than who proposed the verdict; upheld, the case is cleared.

    What was put in force is lifted by :func:`clearbell.desk.verdicts.do_settle_appeal`. Raises :class:`SameOfficerError`,
    and as :func:`do_close`.
    """
    row = own_case(act.conn, case)
    state, step = State(row.state), Step.OVERTURN if upheld else Step.DISMISS
    if state is not State.APPEALED:
        # A verdict may be overturned from other states too, but not by deciding an appeal that nobody made.
        possible = [one.value for was, one in TRANSITIONS if was is state and one is not Step.OVERTURN]
        raise IllegalStepError(state, step, possible)
    if (officer or act.actor) == row.proposer:
        raise SameOfficerError(row.proposer)
    return _worded(act, row, step, words, due, officer, Verdict.CLEARED if upheld else None)


def do_overturn(act: Act, case: str, words: str, due: Due, *, officer: str = "") -> CaseMoved:
    """Clear a case whose confirmed verdict was wrong after all; one that is closed stays closed.

    Raises as :func:`do_decide_appeal`. What follows is done by :func:`clearbell.desk.verdicts.do_overturn_verdict`.
    """
    row = own_case(act.conn, case)
    move(TRANSITIONS, State(row.state), Step.OVERTURN)
    if (officer or act.actor) == row.proposer:
        raise SameOfficerError(row.proposer)
    return _worded(act, row, Step.OVERTURN, words, due, officer, Verdict.CLEARED)


def do_record_sanction(
    act: Act, case: str, words: str, due: Due, one: Evidence, rules: CaseRules, officer: str
) -> None:
    """Say that a sanction follows from the verdict; :func:`clearbell.desk.verdicts.do_sanction` puts it in force.

    Raises as :func:`do_close`.
    """
    row = own_case(act.conn, case)
    move(TRANSITIONS, State(row.state), Step.SANCTION)
    add(act, row, one, rules)
    _worded(act, row, Step.SANCTION, words, due, officer)


def do_be_late(act: Act, case: str, deadline: str, due: int, rules: CaseRules) -> CaseLate:
    """Record that a deadline of a case passed (µs UTC): it is more urgent from now on, until it is closed.

    It comes back to the queue when it was put off. Raises as :func:`~clearbell.cases.files.own_case`.
    """
    row = own_case(act.conn, case)
    change(act, case, late=row.late + 1, snoozed=0)
    points = count_urgency(act.conn, case, rules)
    change(act, case, urgency=points)
    fact = CaseLate(case, unit_of(row), State(row.state), deadline, due, points)
    act.append("cases.late", [fact], about=lambda f: f.unit.name)
    return fact


def do_assign(act: Act, case: str, assignee: str, *, officer: str = "") -> None:
    """Give a case to an officer; empty: to nobody. Raises as :func:`do_snooze`, but for the time."""
    row = _alive(act, case, Tending.ASSIGN)
    _tend(act, row, officer or act.actor, assignee=assignee, snoozed=row.snoozed)


def do_snooze(act: Act, case: str, until: int, words: str, rules: CaseRules, *, officer: str = "") -> None:
    """Put a case off until then (µs UTC); 0: take it up again. Its deadline stays.

    It comes back sooner when a further reason joins it or its deadline passes. Raises :class:`SnoozeError`,
    :class:`WordsNeededError`, :class:`~clearbell.lifecycles.IllegalStepError` (it is closed), and as
    :func:`~clearbell.cases.files.own_case`.
    """
    row = _alive(act, case, Tending.SNOOZE)
    if until and not act.at < until <= act.at + rules.snooze_days * DAY:
        raise SnoozeError(
            f"延后须至将来,且不超过 {rules.snooze_days} 天",
            f"a case is put off to a time to come, within {rules.snooze_days} days",
            "until",
        )
    if until and not words.strip():
        raise WordsNeededError
    _tend(act, row, officer or act.actor, assignee=row.assignee, snoozed=until, words=words)


def _alive(act: Act, case: str, tried: Tending) -> Row[Any]:
    row = own_case(act.conn, case)
    if row.state == State.CLOSED.value:
        raise IllegalStepError(State.CLOSED, tried, [Step.REOPEN.value])
    return row


def _worded(
    act: Act, row: Row[Any], step: Step, words: str, due: Due, officer: str, verdict: Verdict | None = None
) -> CaseMoved:
    if not words.strip():
        raise WordsNeededError
    return _step(act, row, step, due, words=words, officer=officer, verdict=verdict)


def _step(
    act: Act,
    row: Row[Any],
    step: Step,
    due: Due,
    *,
    words: str = "",
    officer: str = "",
    verdict: Verdict | None = None,
) -> CaseMoved:
    to = move(TRANSITIONS, State(row.state), step).to
    who = officer or act.actor
    ends = due(act.at, DEADLINES[to]) if to in DEADLINES else 0
    values: dict[str, Any] = {"state": to.value, "due": ends, "moved": act.at, "snoozed": 0}
    if verdict is not None:
        found = to is not State.PROPOSED
        values |= {"verdict": verdict.value, "found": act.at if found else row.found}
        if State(row.state) is State.VERIFYING:
            values |= {"proposer": who, "words": words}
    elif step is Step.RETURN:
        values |= {"verdict": "", "proposer": "", "words": ""}
    change(act, row.case, **values)
    if values.get("found") == act.at:
        # The verdict is on those merged into it too: what was reported until now opens no case anew.
        for part in part_of(act.conn, row.case)[1:]:
            change(act, part, found=act.at)
    fact = CaseMoved(row.case, unit_of(row), step, to, who, words, ends, verdict)
    act.append("cases.moved", [fact], about=lambda f: f.unit.name)
    return fact


def _tend(act: Act, row: Row[Any], officer: str, *, assignee: str, snoozed: int, words: str = "") -> None:
    change(act, row.case, assignee=assignee, snoozed=snoozed)
    fact = CaseTended(row.case, unit_of(row), officer or act.actor, assignee, snoozed, words)
    act.append("cases.tended", [fact], about=lambda f: f.unit.name)
