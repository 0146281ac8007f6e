"""``clearbell cases``: verdicts, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from clearbell.cases.model import Unit
    from clearbell.cases.service import Due
    from clearbell.desk.verdicts import Found
    from clearbell.ledger import Act
    from clearbell.policy.model import CaseRules


def act_on(home: Path | None, pack: str, do: Callable[[Act, CaseRules, Due], Any]) -> Any:
    """Do an act on the store with the pack's rules and deadlines; what is refused is said in words."""
    from clearbell.appeals.errors import AppealError
    from clearbell.cases.errors import CaseError
    from clearbell.cli.pack import open_pack
    from clearbell.lifecycles import IllegalStepError
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays
    from clearbell.sanctions.service import SanctionError

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)
    try:
        with open_store(home).act(actor()) as act:
            return do(act, rules.cases, lambda at, name: due_after(at, name, rules, workdays))
    except (AppealError, CaseError, IllegalStepError, SanctionError) as error:
        refuse(error.zh, error.en)


def told(case: str, home: Path | None) -> None:
    """Say where a case stands."""
    from clearbell.cases.model import State
    from clearbell.cases.queries import case_of
    from clearbell.cases.wording import STATES
    from clearbell.cli.fields import shown

    with open_store(home).read() as conn:
        row = case_of(conn, case)
    state = STATES[State(row.state)][language()]
    until = words(f",期限 {shown(row.due)}", f", due {shown(row.due)}") if row.due else ""
    say(f"案件 {case}:{state}{until}", f"case {case}: {state}{until}")


def unit_named(number: str, holder: str, campaign: str = "") -> Unit:
    """The one of them that is named; ends the command when it is not exactly one."""
    from clearbell.cases.model import Unit, UnitKind, number_unit
    from clearbell.cli.fields import number as read_number

    if sum(map(bool, (number, holder, campaign))) != 1:
        refuse(
            "须且仅须写明 --number、--holder、--campaign 之一", "name exactly one of --number, --holder and --campaign"
        )
    if number:
        return number_unit(read_number(number, "--number"))
    return Unit(UnitKind.HOLDER, holder) if holder else Unit(UnitKind.CAMPAIGN, campaign)


def _followed(found: Found) -> None:
    from clearbell.numbering import mask

    if found.taught:
        wrong = ", ".join(mask(one) for one in found.wrong)
        say(
            f"{found.taught} 名举报人据此评定" + (f";举报有误者:{wrong}" if wrong else ""),
            f"{found.taught} reporters learned from it" + (f"; wrong were {wrong}" if wrong else ""),
        )
    for name in found.lifted:
        say(f"处置 {name} 已解除", f"restriction {name} is lifted")


def verdict(
    case: str,
    outcome: Literal["confirmed", "cleared", "inconclusive"],
    words: str,
    *,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Say what verification found. Where the pack asks for four eyes, it waits for a second officer.

    Parameters
    ----------
    case
        Its id.
    outcome
        ``confirmed``, ``cleared`` or ``inconclusive``.
    words
        On what grounds.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.model import Verdict
    from clearbell.desk.verdicts import do_find

    found = act_on(
        home, pack, lambda act, rules, due: do_find(act, case, Verdict(outcome), words, rules, due, officer=officer)
    )
    told(case, home)
    _followed(found)


def confirm(
    case: str,
    outcome: Literal["agree", "return"] = "agree",
    words: str = "",
    *,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Second officer: confirm the proposed verdict, or send the case back.

    Parameters
    ----------
    case
        Its id.
    outcome
        ``agree`` or ``return``.
    words
        Why; needed to send it back.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.desk.verdicts import do_confirm

    agrees = outcome == "agree"
    found = act_on(home, pack, lambda act, _, due: do_confirm(act, case, words, due, agrees=agrees, officer=officer))
    told(case, home)
    _followed(found)


def decide_appeal(
    case: str,
    outcome: Literal["uphold", "dismiss"],
    words: str,
    *,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Decide an appeal; upheld, every restriction of the case is lifted at once.

    Parameters
    ----------
    case
        Its id.
    outcome
        ``uphold`` or ``dismiss``.
    words
        On what grounds.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.desk.verdicts import do_settle_appeal

    upheld = outcome == "uphold"
    found = act_on(
        home, pack, lambda act, _, due: do_settle_appeal(act, case, words, due, upheld=upheld, officer=officer)
    )
    told(case, home)
    _followed(found)


def appeal(case: str, words: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Take in an appeal against what was done.

    Parameters
    ----------
    case
        Its id.
    words
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_appeal

    act_on(home, pack, lambda act, _, due: do_appeal(act, case, words, due, officer=officer))
    told(case, home)


def reopen(case: str, words: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Verify a case again.

    Parameters
    ----------
    case
        Its id.
    words
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_reopen

    act_on(home, pack, lambda act, _, due: do_reopen(act, case, words, due, officer=officer))
    told(case, home)


def close(case: str, words: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """End a case; those merged into it end with it.

    Parameters
    ----------
    case
        Its id.
    words
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.service import do_close

    act_on(home, pack, lambda act, _, due: do_close(act, case, words, due, officer=officer))
    told(case, home)


def on_named(number: str, holder: str, trunk: str, provider: str) -> Any:
    """On whom a sanction falls, as it was named; None: on what the case is about."""
    from clearbell.desk.subjects import Subject
    from clearbell.sanctions.model import Target

    if sum(map(bool, (number, holder, trunk, provider))) > 1:
        refuse("号码、使用主体、中继、接入方只能写一个", "name only one of number, holder, trunk and provider")
    if trunk or provider:
        return Subject(Target.TRUNK if trunk else Target.PROVIDER, name=trunk or provider)
    return unit_named(number, holder) if number or holder else None


def sanction(
    case: str,
    *,
    reason: str,
    rung: Literal[
        "",
        "reminder",
        "warning",
        "rate_limit",
        "label",
        "outgoing_barred",
        "barred",
        "contract_ended",
        "blacklisted",
    ] = "",
    start: str = "",
    until: str = "",
    limit: int = 0,
    number: str = "",
    holder: str = "",
    trunk: str = "",
    provider: str = "",
    order: str = "",
    words: str = "",
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Announce a sanction of a confirmed case by the ladder. It bites once its subject was told; an urgent one at once.

    Parameters
    ----------
    case
        Its id.
    reason
        Why; told to whom it bears on.
    rung
        How severe (default: the rung that is due).
    start
        When it bites at the earliest (default: as soon as the ladder allows).
    until
        The end of the rung: a date or ISO 8601 with a zone (default: as the ladder says).
    limit
        Calls an hour, for ``rate_limit`` (default: the ladder's).
    number
        The number it falls on, where the case is about several.
    holder
        The holder it falls on, where the case is about several.
    trunk
        The trunk it falls on: one that connects what the case is about.
    provider
        The access provider it falls on: whoever connected such a trunk.
    order
        The regulator's order that it carries out.
    words
        Why it is harsher than the rung that is due.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment, shown
    from clearbell.cli.pack import open_pack
    from clearbell.desk.ladder import Asked, do_announce_sanction
    from clearbell.sanctions.model import Rung

    rules = open_pack(pack)
    asked = Asked(
        reason,
        Rung(rung) if rung else None,
        moment(start, "--start"),
        moment(until, "--until"),
        limit,
        on_named(number, holder, trunk, provider),
        order,
        words,
    )
    fact = act_on(home, pack, lambda act, _, due: do_announce_sanction(act, case, asked, rules, due, officer=officer))
    name = rules.rungs[fact.rung.value]
    if fact.at_once:
        say(f"处置 {fact.sanction}({name.zh})已生效", f"restriction {fact.sanction} ({name.en}) is in force")
    else:
        say(
            f"处置 {fact.sanction}({name.zh})已公告,告知送达后自 {shown(fact.start)} 起生效,最迟 {shown(fact.latest)}",
            f"sanction {fact.sanction} ({name.en}) is announced: it bites from {shown(fact.start)} on once its subject "
            f"was told, at the latest {shown(fact.latest)}",
        )
    if fact.proposed is not None and fact.proposed is not fact.rung:
        due_rung = rules.rungs[fact.proposed.value]
        say(f"阶梯建议为「{due_rung.zh}」", f"by the ladder `{due_rung.en}` is due")
    told(case, home)


def export(out: Path, *, home: Path | None = None) -> None:
    """Write the verdicts on numbers as CSV, for ``clearbell train`` and ``clearbell evaluate``.

    Parameters
    ----------
    out
        File to write.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import csv

    from clearbell.cases.queries import decided
    from clearbell.discovery.learning.verdicts import COLUMNS
    from clearbell.labels.feeds import shown_utc
    from clearbell.numbering import format_e164

    with open_store(home).read() as conn:
        found = decided(conn)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows((format_e164(one.number), one.verdict.value, shown_utc(one.at)) for one in found)
    except OSError as error:
        refuse(f"{out}: 无法写入:{error.strerror}", f"{out}: cannot be written: {error.strerror}")
    say(f"{len(found)} 个结论写入 {out}", f"{len(found)} verdicts written to {out}")
