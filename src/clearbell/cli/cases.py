"""``clearbell cases``: the queue, the evidence page of a case, and what officers do with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App

from clearbell.cli.context import language, open_store, refuse, say, words
from clearbell.cli.hand_over import hand_over
from clearbell.cli.verdicts import (
    act_on,
    appeal,
    close,
    confirm,
    decide_appeal,
    export,
    reopen,
    sanction,
    told,
    unit_named,
    verdict,
)

if TYPE_CHECKING:
    from clearbell.cases.service import Due
    from clearbell.ledger import Act
    from clearbell.policy.model import CaseRules
    from clearbell.records.lake import Lake
    from clearbell.records.model import CallRecord

_MOST_CALLS = 10_000
"""Calls of a number that a story tells of, the latest."""

app = App(name="cases", help="Cases: verification and verdicts. 案件核查与认定。")
app.command(export, name="verdicts")
app.command(hand_over, name="hand-over")
for command in (verdict, confirm, sanction, appeal, decide_appeal, reopen, close):
    app.command(command)


@app.command(name="list")
def list_(
    *,
    state: str = "",
    assignee: str = "",
    snoozed: bool = False,
    overdue: bool = False,
    limit: int = 100,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """List the cases to be dealt with, the most urgent first.

    Parameters
    ----------
    state
        Only those in this state, such as ``verifying`` or ``closed``.
    assignee
        Only those of this officer.
    snoozed
        Those put off too.
    overdue
        Only those whose deadline has passed.
    limit
        How many at most.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.model import State
    from clearbell.cases.queries import queue, unit_of
    from clearbell.cases.wording import STATES, unit_words
    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table

    known = {one.value: one for one in State}
    if state and state not in known:
        options = ", ".join(known)
        refuse(f"--state {state}:没有此状态;可用:{options}", f"--state {state}: no such state; there are {options}")
    urgent_at = open_pack(pack).cases.urgency.urgent_at
    store = open_store(home)
    now = store.clock.now()
    with store.read() as conn:
        rows = queue(
            conn, now, limit, state=known.get(state), assignee=assignee, snoozed=snoozed, overdue=overdue
        )  # fmt: skip
    late, urgent = words("已逾期", "overdue"), words("紧急", "urgent")
    tongue: Literal["zh", "en"] = "zh" if language() == "zh" else "en"
    show(
        table(
            words("待办案件", "cases to be dealt with"),
            words("编号 对象 状态 紧急程度 期限 经办人", "case about state urgency due with").split(),
            [
                (
                    row.case,
                    unit_words(unit_of(row), tongue),
                    STATES[State(row.state)][tongue],
                    f"{row.urgency}" + (f" ({urgent})" if row.urgency >= urgent_at else ""),
                    shown(row.due) + (f" ({late})" if 0 < row.due < now else ""),
                    row.assignee,
                )
                for row in rows
            ],
        )
    )


@app.command(name="show")
def show_(case: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Show the evidence page of a case: where it stands, what opened it, what was seen and done.

    Parameters
    ----------
    case
        Its id.
    pack
        Name or file of the rules: they give the words of categories.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import sys

    from clearbell.cases.errors import CaseError
    from clearbell.cases.wording import page
    from clearbell.cli.pack import open_pack

    try:
        with open_store(home).read() as conn:
            sys.stdout.write(page(conn, case, open_pack(pack), "zh" if language() == "zh" else "en"))
    except CaseError as error:
        refuse(error.zh, error.en)


@app.command
def story(case: str, *, html: Path | None = None, pack: str = "cn", lake: str = "", home: Path | None = None) -> None:
    """Tell the whole story of a case: from the first call on record, every entry of the ledger, who acted, evidence, deadlines.

    Parameters
    ----------
    case
        Its id.
    html
        Page to write instead, with a drawn timeline, in Chinese and English, with nothing outside of it.
    pack
        Name or file of the rules: they give the words of categories.
    lake
        Folder of the call lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import sys

    from clearbell.cases.errors import CaseError
    from clearbell.cli.pack import open_pack
    from clearbell.cli.records import open_lake
    from clearbell.records.lake import LakeError
    from clearbell.story.gathering import gather, numbers_of
    from clearbell.story.page import page
    from clearbell.story.text import text

    rules = open_pack(pack)
    store = open_store(home)
    try:
        with store.read() as conn:
            numbers = numbers_of(conn, case)
        calls = _calls(open_lake(home, lake, rules), numbers)
        with store.read() as conn:
            told = gather(conn, case, rules, calls, store.clock.now())
    except (CaseError, LakeError) as error:
        refuse(error.zh, error.en)
    shown: Literal["zh", "en"] = "zh" if language() == "zh" else "en"
    if html is None:
        sys.stdout.write(text(told, rules, shown))
        return
    try:
        html.write_text(page(told, rules, shown), encoding="utf-8")
    except OSError as error:
        refuse(f"{html}: 无法写入:{error.strerror}", f"{html}: cannot be written: {error.strerror}")
    say(f"{len(told.events)} 项经过写入 {html}", f"{len(told.events)} things that happened, written to {html}")


def _calls(lake: Lake, numbers: list[int]) -> list[CallRecord]:
    from clearbell.records.between import calls_of

    return [call for number in numbers for call in calls_of(lake, number, _MOST_CALLS)]


@app.command(name="open")
def open_(
    *,
    reason: str,
    number: str = "",
    holder: str = "",
    campaign: str = "",
    order: str = "",
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Open a case, or join the one about the same that is open.

    Parameters
    ----------
    reason
        Why.
    number
        The number it is about.
    holder
        The holder it is about.
    campaign
        The campaign it is about.
    order
        The regulator's order that asks for it.
    officer
        Who opens it (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.evidence import Evidence, Order
    from clearbell.cases.model import Opened, Source
    from clearbell.cases.service import do_open
    from clearbell.consent.codes import new_code

    unit = unit_named(number, holder, campaign)

    def do(act: Act, rules: CaseRules, due: Due) -> Any:
        seen = (Evidence(Order(order), act.at, officer or act.actor, order),) if order else ()
        why = Opened(Source.ORDER if order else Source.OFFICER, unit, seen, reason)
        return do_open(act, new_code(os.urandom), why, rules, due, officer=officer)

    placed = act_on(home, pack, do)
    if not placed.opened:
        say(f"已并入未结案件 {placed.case}", f"it joined the case {placed.case}, which is open")
    told(placed.case, home)


@app.command
def follow(*, pack: str = "cn", home: Path | None = None) -> None:
    """Open cases for what was reported and found since the last time. A running node does so by itself.

    Parameters
    ----------
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.opening import open_cases
    from clearbell.cli.pack import open_pack
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)
    store = open_store(home)
    placed = open_cases(store, rules.cases, lambda at, name: due_after(at, name, rules, workdays), os.urandom)
    opened = sum(one.opened for one in placed)
    say(f"新立案 {opened} 件,并入 {len(placed) - opened} 件", f"{opened} opened, {len(placed) - opened} joined")


@app.command
def assign(case: str, assignee: str = "", *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Give a case to an officer; without a name: to nobody.

    Parameters
    ----------
    case
        Its id.
    assignee
        To whom.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_assign

    act_on(home, pack, lambda act, *_: do_assign(act, case, assignee, officer=officer))
    told(case, home)


@app.command
def snooze(
    case: str, until: str = "", *, reason: str = "", officer: str = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Put a case off; without a time: take it up again. Its deadline stays.

    Parameters
    ----------
    case
        Its id.
    until
        A date, or ISO 8601 with a zone.
    reason
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_snooze
    from clearbell.cli.fields import moment

    at = moment(until, "until")
    act_on(home, pack, lambda act, rules, _: do_snooze(act, case, at, reason, rules, officer=officer))
    told(case, home)


@app.command
def verify(case: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Begin to verify.

    Parameters
    ----------
    case
        Its id.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadline.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_verify

    act_on(home, pack, lambda act, _, due: do_verify(act, case, due, officer=officer))
    told(case, home)


@app.command
def note(case: str, text: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Note something in a case, as evidence.

    Parameters
    ----------
    case
        Its id.
    text
        What.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_note

    act_on(home, pack, lambda act, rules, _: do_note(act, case, text, rules, officer=officer))
    told(case, home)


@app.command
def merge(
    case: str, into: str = "", *, reason: str, officer: str = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Merge a case into another; without the other: part it again.

    Parameters
    ----------
    case
        Its id.
    into
        The case in which it goes on.
    reason
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.merging import do_merge, do_part

    if into:
        act_on(home, pack, lambda act, rules, _: do_merge(act, case, into, reason, rules, officer=officer))
        say(f"案件 {case} 已并入 {into}", f"case {case} was merged into {into}")
    else:
        act_on(home, pack, lambda act, rules, _: do_part(act, case, reason, rules, officer=officer))
        told(case, home)
