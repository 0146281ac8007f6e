"""Acts on test calls: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, or_, select, update

from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.cases.files import own_case, unit_of
from clearbell.cases.model import UnitKind
from clearbell.ledger import Act
from clearbell.ledger.bulk import insert_rows
from clearbell.lifecycles import move
from clearbell.numbering import class_of
from clearbell.policy.testcalls import ALWAYS_SPARED
from clearbell.vault import Vault
from clearbell.verification import queries
from clearbell.verification.errors import (
    NeverCalledError,
    NumberBudgetError,
    OtherNumberError,
    OutsideHoursError,
    OwnLineError,
    PoolBudgetError,
    PoolBusyError,
    ReceivedError,
    TooSoonError,
    UnknownCallError,
)
from clearbell.verification.model import (
    TRANSITIONS,
    CallDone,
    CallEndedWithout,
    CallPlanned,
    CallPostponed,
    CallStarted,
    Evidence,
    LineCalled,
    Outcome,
    RecordingsRemoved,
    Script,
    State,
    Step,
)
from clearbell.verification.rules import CallRules
from clearbell.verification.tables import line_call, test_call, test_print

_LATE = 5 * MINUTE
"""A call that is being made for so long past its longest was left by whoever made it."""
_NO_EVIDENCE = msgspec.json.encode(Evidence())


class Plan(msgspec.Struct, frozen=True):
    """A test call to be made."""

    call: str
    """Id; unique."""
    number: int
    line: str
    own: int
    """The line's number."""
    pool: str
    script: Script = Script.SILENT
    why: str = ""
    case: str = ""


def check_number(rules: CallRules, number: int, own: int) -> None:
    """Raise :class:`NeverCalledError` or :class:`OwnLineError` for a number that is not to be called."""
    number_class = class_of(number, rules.country)
    if number_class in ALWAYS_SPARED or number_class in rules.rules.never:
        raise NeverCalledError(number, number_class)
    if number == own:
        raise OwnLineError(number)


def do_plan(act: Act, rules: CallRules, plan: Plan, chance: Callable[[], float] | None = None, *, due: int = 0) -> int:
    """Plan a test call; returns when it is due, µs UTC: ``due``, or drawn with ``chance``, or now.

    Raises :class:`~clearbell.verification.errors.VerificationError` of the kind that says why not, and
    :class:`~clearbell.cases.errors.CaseError` for a case that is not there.
    """
    check_number(rules, plan.number, plan.own)
    if plan.case:
        _check_case(act, plan.case, plan.number)
    last = queries.last_started(act.conn, plan.number)
    earliest = max(act.at, last + rules.rules.gap_minutes * MINUTE if last else 0)
    if not due:
        due = rules.draw(earliest, chance) if chance else act.at
    act.conn.execute(
        test_call.insert().values(
            call=plan.call,
            number=plan.number,
            line=plan.line,
            own=plan.own,
            pool=plan.pool,
            script=plan.script.value,
            why=plan.why,
            case_id=plan.case,
            planned=act.at,
            due=due,
            started=0,
            ended=0,
            state=State.PLANNED.value,
            outcome=Outcome.NONE.value,
            reason="",
            evidence=_NO_EVIDENCE,
            heard="",
            said="",
            prints=0,
        )
    )
    fact = CallPlanned(plan.call, plan.number, plan.line, plan.own, plan.pool, plan.script, due, plan.why, plan.case)
    act.append("verification.planned", [fact], about=lambda f: f.number)
    return due


def do_start(act: Act, rules: CallRules, call: str) -> Row[Any]:
    """Take a planned call in hand, where the budgets and the hours allow one now; returns it.

    Raises :class:`~clearbell.verification.errors.VerificationError` of the kind that says why not, and
    :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = _step(act, call, Step.START)
    check_number(rules, row.number, row.own)
    limits, conn = rules.rules, act.conn
    if not rules.within_hours(act.at):
        raise OutsideHoursError(rules.hours, act.at, rules.utc_offset_minutes)
    if queries.started_since(conn, act.at - DAY, number=row.number) >= limits.per_number_day:
        raise NumberBudgetError(limits.per_number_day)
    wait = queries.last_started(conn, row.number) + limits.gap_minutes * MINUTE - act.at
    if queries.last_started(conn, row.number) and wait > 0:
        raise TooSoonError(-(-wait // MINUTE))
    if queries.started_since(conn, act.at - DAY, pool=row.pool) >= limits.per_pool_day:
        raise PoolBudgetError(row.pool, limits.per_pool_day)
    if queries.in_progress(conn, row.pool) >= limits.concurrency:
        raise PoolBusyError(row.pool, limits.concurrency)
    conn.execute(
        update(test_call).where(test_call.c.call == call).values(state=State.CALLING.value, started=act.at, reason="")
    )
    act.append("verification.started", [CallStarted(call, row.number)], about=lambda f: f.number)
    return row


def do_postpone(act: Act, rules: CallRules, call: str, reason: str, chance: Callable[[], float]) -> int:
    """Draw another time for a call that may not be made now; returns it, µs UTC. Raises as :func:`do_finish` does."""
    row = _step(act, call, Step.POSTPONE)
    due = rules.draw(act.at + rules.rules.gap_minutes * MINUTE, chance)
    act.conn.execute(update(test_call).where(test_call.c.call == call).values(due=due, reason=reason))
    fact = CallPostponed(call, row.number, due, reason)
    act.append("verification.postponed", [fact], about=lambda f: f.number)
    return due


def do_finish(
    act: Act, call: str, outcome: Outcome, evidence: Evidence, prints: Sequence[tuple[int, int]] = ()
) -> None:
    """Record what a call found, and the ``(hash, at)`` by which its sound is recognised.

    Raises :class:`UnknownCallError` and :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = _step(act, call, Step.FINISH)
    kept = sorted(set(prints))
    act.conn.execute(
        update(test_call)
        .where(test_call.c.call == call)
        .values(
            state=State.DONE.value,
            ended=act.at,
            outcome=outcome.value,
            evidence=msgspec.json.encode(evidence),
            heard=evidence.heard,
            said=evidence.said,
            prints=len(kept),
        )
    )
    insert_rows(act.conn, test_print, ("hash", "call", "at"), [(hash_, call, at) for hash_, at in kept])
    act.append("verification.done", [CallDone(call, row.number, outcome, evidence)], about=lambda f: f.number)


def do_fail(act: Act, call: str, reason: str) -> None:
    """Record that no call came about. Raises as :func:`do_finish` does."""
    _end(act, call, Step.FAIL, "verification.failed", reason, Outcome.FAILED)


def do_cancel(act: Act, call: str, reason: str) -> None:
    """Give a call up that is planned or being made. Raises as :func:`do_finish` does."""
    _end(act, call, Step.CANCEL, "verification.cancelled", reason, Outcome.NONE)


def do_fail_left(act: Act, rules: CallRules) -> int:
    """Fail the calls whose maker went away; returns how many."""
    longest = (rules.rules.ring_seconds + rules.rules.talk_seconds) * SECOND + _LATE
    left = act.conn.execute(
        select(test_call.c.call).where(test_call.c.state == State.CALLING.value, test_call.c.started < act.at - longest)
    ).scalars()
    calls = list(left)
    for call in calls:
        do_fail(act, call, "interrupted")
    return len(calls)


def do_ring(act: Act, received: str, line: tuple[str, int], caller: tuple[int, str]) -> None:
    """A call comes in on one of our lines (its name and number), from a caller (number and text).

    Written down before it is answered, so that it is known of also when whoever takes it is killed.
    """
    name, own = line
    number, text = caller
    act.conn.execute(
        line_call.insert().values(
            received=received,
            caller=number,
            caller_text=text,
            line=name,
            own=own,
            at=act.at,
            evidence=_NO_EVIDENCE,
            heard="",
            answers="",
            same_number=False,
            coming=True,
        )
    )


def do_receive(
    act: Act,
    rules: CallRules,
    received: str,
    line: tuple[str, int],
    caller: tuple[int, str],
    at: int,
    evidence: Evidence,
) -> tuple[str, bool] | None:
    """Record a call to one of our lines (its name and number), from a caller (number and text).

    Returns the test call that it follows within the pack's time, and whether it came from the number then called.
    Raises :class:`~clearbell.verification.errors.ReceivedError` for one that is recorded already.
    """
    name, own = line
    number, text = caller
    row = queries.received_call(act.conn, received)
    if row is not None and not row.coming:
        raise ReceivedError(received)
    behind = queries.call_behind(act.conn, own, number, at - rules.rules.call_back_hours * HOUR)
    answers, same = behind or ("", False)
    values = {
        "caller": number,
        "caller_text": text,
        "line": name,
        "own": own,
        "at": at,
        "evidence": msgspec.json.encode(evidence),
        "heard": evidence.heard,
        "answers": answers,
        "same_number": same,
        "coming": False,
    }
    if row is None:
        act.conn.execute(line_call.insert().values(received=received, **values))
    else:
        act.conn.execute(update(line_call).where(line_call.c.received == received).values(**values))
    fact = LineCalled(received, number, text, name, own, at, evidence, answers, same)
    act.append("verification.received", [fact], about=lambda f: f.caller or f.caller_text or f.line)
    return behind


def do_remove_expired(act: Act, vault: Vault, rules: CallRules) -> int:
    """Remove recordings and prints that are past their time; returns how many recordings went."""
    before = act.at - rules.rules.recordings_days * DAY
    old_calls = (test_call.c.ended > 0) & (test_call.c.ended <= before)
    digests: set[str] = set()
    for table, aged, column in (
        (test_call, old_calls, "heard"),
        (test_call, old_calls, "said"),
        (line_call, line_call.c.at <= before, "heard"),
    ):
        digests |= set(act.conn.execute(select(table.c[column]).where(aged, table.c[column] != "")).scalars())
        act.conn.execute(update(table).where(aged, table.c[column] != "").values({column: ""}))
    gone = _drop(act, vault, digests)
    stale = select(test_call.c.call).where(
        test_call.c.prints > 0, test_call.c.ended <= act.at - rules.rules.prints_days * DAY
    )
    calls = list(act.conn.execute(stale).scalars())
    for call in calls:
        act.conn.execute(delete(test_print).where(test_print.c.call == call))
        act.conn.execute(update(test_call).where(test_call.c.call == call).values(prints=0))
    if gone:
        act.append("verification.recordings-removed", [RecordingsRemoved(tuple(sorted(gone)))])
    return len(gone)


def do_forget_number(act: Act, vault: Vault, number: int) -> int:
    """Delete everything about a number, recordings too; returns how many rows went. Facts go by ``Act.erase``."""
    mine = test_call.c.number == number
    rows = act.conn.execute(select(test_call.c.call, test_call.c.heard, test_call.c.said).where(mine)).all()
    theirs = act.conn.execute(select(line_call.c.heard).where(line_call.c.caller == number)).scalars()
    digests = {digest for row in rows for digest in (row.heard, row.said)} | set(theirs)
    calls = [row.call for row in rows]
    for call in calls:
        act.conn.execute(delete(test_print).where(test_print.c.call == call))
    gone = act.conn.execute(delete(test_call).where(mine)).rowcount
    gone += act.conn.execute(delete(line_call).where(line_call.c.caller == number)).rowcount
    _drop(act, vault, digests - {""})
    return gone


def _drop(act: Act, vault: Vault, digests: set[str]) -> set[str]:
    """Remove what no row names any more: two calls that heard the same share one document."""
    gone = set()
    for digest in digests:
        used = act.conn.execute(
            select(test_call.c.call).where(or_(test_call.c.heard == digest, test_call.c.said == digest)).limit(1)
        ).first()
        used = (
            used or act.conn.execute(select(line_call.c.received).where(line_call.c.heard == digest).limit(1)).first()
        )
        if used is None:
            vault.remove(digest)
            gone.add(digest)
    return gone


def _check_case(act: Act, case: str, number: int) -> None:
    # Evidence in the wrong case would punish the wrong one.
    unit = unit_of(own_case(act.conn, case))
    if unit.kind is UnitKind.NUMBER and unit.number != number:
        raise OtherNumberError(case, unit.name)


def _step(act: Act, call: str, step: Step) -> Row[Any]:
    row = queries.call_of(act.conn, call)
    if row is None:
        raise UnknownCallError(call)
    move(TRANSITIONS, State(row.state), step)
    return row


def _end(act: Act, call: str, step: Step, kind: str, reason: str, outcome: Outcome) -> None:
    row = _step(act, call, step)
    to = move(TRANSITIONS, State(row.state), step).to
    act.conn.execute(
        update(test_call)
        .where(test_call.c.call == call)
        .values(state=to.value, ended=act.at, reason=reason, outcome=outcome.value)
    )
    act.append(kind, [CallEndedWithout(call, row.number, reason)], about=lambda f: f.number)
