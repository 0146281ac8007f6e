"""``clearbell sanctions``: the ladder, and restrictions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.ledger import Act

app = App(name="sanctions", help="Sanctions and restrictions. 处置与限制。")


def _act(home: Path | None, do: Callable[[Act], object]) -> None:
    from clearbell.sanctions.service import SanctionError

    try:
        with open_store(home).act(actor()) as act:
            do(act)
    except SanctionError as error:
        refuse(error.zh, error.en)


@app.command
def restrict(
    restriction: str,
    *,
    reason: str,
    number: str = "",
    holder: str = "",
    trunk: str = "",
    rung: Literal["rate_limit", "outgoing_barred", "barred", "contract_ended", "blacklisted"] = "outgoing_barred",
    until: str | None = None,
    limit: int = 0,
    order: str = "",
    home: Path | None = None,
) -> None:
    """Carry out an order: put a restriction in force at once on a number, a holder or a trunk.

    Without an order it takes a confirmed case: ``clearbell cases sanction``.

    Parameters
    ----------
    restriction
        Its id.
    reason
        Why; told to whom it bears on.
    number
        The number it bears on.
    holder
        The holder it bears on, with all its numbers.
    trunk
        The trunk it bears on.
    rung
        Its degree.
    until
        Its end: a date or ISO 8601 with a zone; none: until lifted.
    limit
        Calls an hour, for a rate limit.
    order
        The order it carries out.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment
    from clearbell.cli.fields import number as read_number
    from clearbell.sanctions.model import Restricted, Rung, Target
    from clearbell.sanctions.service import do_restrict

    if not order.strip():
        refuse(
            "没有认定违规的案件,不得处置;依指令处置须写明 --order,其他请用 clearbell cases sanction",
            "nothing is sanctioned without a confirmed case: name the order that it carries out with --order, "
            "or use clearbell cases sanction",
        )
    if sum(map(bool, (number, holder, trunk))) != 1:
        refuse("请写明号码、使用主体、中继三者之一", "name one of: number, holder, trunk")
    target = Target.NUMBER if number else Target.HOLDER if holder else Target.TRUNK

    def do(act: Act) -> None:
        do_restrict(
            act,
            Restricted(
                restriction,
                target,
                Rung(rung),
                reason,
                act.at,
                moment(until, "until"),
                read_number(number, "number") if number else 0,
                holder or trunk,
                limit,
                order,
            ),
        )

    _act(home, do)
    say(f"处置 {restriction} 已生效", f"restriction {restriction} is in force")


@app.command
def lift(restriction: str, *, reason: str, home: Path | None = None) -> None:
    """Lift a restriction before its time (复通)."""
    from clearbell.desk.effects import do_lift_sanction
    from clearbell.sanctions.model import Lifted

    _act(home, lambda act: do_lift_sanction(act, Lifted(restriction, reason)))
    say(f"处置 {restriction} 已解除", f"restriction {restriction} is lifted")


@app.command(name="list")
def list_(*, everything: bool = False, limit: int = 100, pack: str = "cn", home: Path | None = None) -> None:
    """List the restrictions in force; numbers are masked.

    Parameters
    ----------
    everything
        Lapsed and lifted ones too.
    limit
        How many at most.
    pack
        Name or file of the rules: they have the words of the rungs.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.numbering import mask
    from clearbell.sanctions.model import Target
    from clearbell.sanctions.queries import restrictions
    from clearbell.sanctions.wording import TARGETS

    rungs = open_pack(pack).rungs
    store = open_store(home)
    with store.read() as conn:
        rows = [
            (
                r.restriction,
                TARGETS[Target(r.target)][language()],
                r.name or mask(r.number),
                getattr(rungs[r.rung], language()),
                shown(r.start),
                shown(r.until),
                shown(r.lifted),
                r.reason,
            )
            for r in restrictions(conn, 0 if everything else store.clock.now(), limit)
        ]
    columns = (
        ["编号", "对象", "名称", "处置", "生效", "截止", "解除", "原因"]
        if language() == "zh"
        else ["id", "target", "name", "rung", "start", "until", "lifted", "reason"]
    )
    show(table(words("处置", "Restrictions"), columns, rows))


@app.command
def ladder(*, diagram: bool = False, pack: str = "cn") -> None:
    """Show the ladder: rungs, mildest first, with days, hours of notice, and what each steps down to.

    Parameters
    ----------
    diagram
        As a Mermaid drawing.
    pack
        Name or file of the rules.
    """
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.policy.ladder_drawing import drawn

    rules = open_pack(pack)
    if diagram:
        sys.stdout.write(drawn(rules))
        return
    rows = [
        (
            words(rules.rungs[name].zh, rules.rungs[name].en),
            one.days or "-",
            one.notice_hours,
            " ".join(one.units),
            f"{one.then} {one.then_days}" if one.then else "-",
            f"{one.status.value}: {one.source}",
        )
        for name, one in rules.ladder.rungs.items()
    ]
    columns = (
        ["处置", "天数", "提前小时", "对象", "其后", "依据"]
        if language() == "zh"
        else ["rung", "days", "notice hours", "bears on", "then", "source"]
    )
    show(table(words("处置阶梯", "The ladder"), columns, rows))


@app.command
def propose(case: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Say which rung a case's unit is due, and why."""
    from clearbell.cases.errors import CaseError
    from clearbell.cases.files import own_case, unit_of
    from clearbell.cases.queries import category_of
    from clearbell.cli.pack import open_pack
    from clearbell.desk.ladder import propose as due

    rules = open_pack(pack)
    store = open_store(home)
    try:
        with store.read() as conn:
            unit = unit_of(own_case(conn, case))
            found = due(conn, unit, category_of(conn, case), rules, store.clock.now())
    except CaseError as error:
        refuse(error.zh, error.en)
    rung = rules.rungs[found.rung.value]
    say(f"{rung.zh}:{found.zh}", f"{rung.en}: {found.en}")


@app.command
def preview(
    case: str,
    *,
    reason: str = "-",
    rung: str = "",
    number: str = "",
    holder: str = "",
    trunk: str = "",
    provider: str = "",
    words: str = "-",
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Say whom a sanction would touch: numbers, the holder's others, labels, contracts, who would be told.

    Nothing of it happens. What the decision would be refused for, this is refused for.

    Parameters
    ----------
    case
        Its id.
    reason
        Why.
    rung
        How severe (default: the rung that is due).
    number
        The number it would fall on, where the case is about several.
    holder
        The holder it would fall on.
    trunk
        The trunk it would fall on.
    provider
        The access provider it would fall on.
    words
        Why it is harsher than the rung that is due.
    officer
        Who would decide (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.errors import CaseError
    from clearbell.cli.pack import open_pack
    from clearbell.cli.verdicts import on_named
    from clearbell.desk.ladder import Asked
    from clearbell.desk.touching import preview as look
    from clearbell.desk.touching_words import lines
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays
    from clearbell.sanctions.model import Rung
    from clearbell.sanctions.service import SanctionError

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)
    if rung and rung not in rules.ladder.rungs:
        known = ", ".join(rules.ladder.rungs)
        refuse(f"--rung {rung}:没有此级;可用:{known}", f"--rung {rung}: no such rung; there are {known}")
    asked = Asked(reason, Rung(rung) if rung else None, on=on_named(number, holder, trunk, provider), words=words)
    try:
        found = look(
            open_store(home),
            case,
            asked,
            rules,
            lambda at, name: due_after(at, name, rules, workdays),
            officer=officer or actor(),
        )
    except (CaseError, SanctionError) as error:
        refuse(error.zh, error.en)
    sys.stdout.write("\n".join(lines(found, rules, "zh" if language() == "zh" else "en")) + "\n")


@app.command(name="show")
def show_(sanction: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Show a sanction, its rungs, and by which ways its subject was told.

    Parameters
    ----------
    sanction
        Its id.
    pack
        Name or file of the rules: they have the words of the rungs.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.desk.sanctioning import is_through
    from clearbell.sanctions.life import stages_of
    from clearbell.sanctions.model import State
    from clearbell.sanctions.queries import notices_about, sanction_named
    from clearbell.sanctions.wording import CHANNELS, EVENTS, STATES

    rungs = open_pack(pack).rungs
    with open_store(home).read() as conn:
        row = sanction_named(conn, sanction)
        if row is None:
            refuse(f"没有处置 {sanction}", f"there is no sanction {sanction}")
        told = [(one, is_through(conn, one)) for one in notices_about(conn, row.sanction)]
    state = STATES[State(row.state)]
    say(f"{row.sanction}:{state['zh']},{row.reason}", f"{row.sanction}: {state['en']}, {row.reason}")
    for stage in stages_of(row):
        rung = rungs[stage.rung.value]
        until = shown(stage.until) if stage.until else ""
        say(
            f"  {rung.zh} 至 {until or '解除为止'}",
            f"  {rung.en} until {until or 'it is lifted'}",
        )
    for one, through in told:
        event, channel = EVENTS[one.event.partition(" ")[0]], CHANNELS[one.channel]
        fault_zh, _, fault_en = one.fault.partition(" / ")
        say(
            f"  {event['zh']} {channel['zh']} {one.notice}:{'已送达' if through else fault_zh or '未送达'}",
            f"  {event['en']} {channel['en']} {one.notice}: {'delivered' if through else fault_en or fault_zh or 'not yet'}",
        )
    faults = [one.partition(" / ") for one in json.loads(row.undelivered)]
    if faults:
        zh, en = ";".join(one[0] for one in faults), "; ".join(one[2] or one[0] for one in faults)
        say(f"未送达即生效:{zh}", f"in force without delivery: {en}")
