"""``clearbell reports`` for officers: what was set aside, bad faith, attacks, verdicts, ranges and holders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from clearbell.ledger import Act

bad_faith = App(name="bad-faith", help="Marks of bad faith on reporters. 恶意举报标记。")


def act_on(home: Path | None, do: Callable[[Act], Any]) -> Any:
    """Do an act on the store; what the rules refuse is said in words."""
    from clearbell.lifecycles import IllegalStepError
    from clearbell.reports.refusals import RefusedReportError

    try:
        with open_store(home).act(actor()) as act:
            return do(act)
    except (RefusedReportError, IllegalStepError) as error:
        refuse(error.zh, error.en)


def match(*, pack: str = "cn", home: Path | None = None) -> None:
    """Look for the calls of reports that wait, and weigh those that can be weighed. A running node does so by itself.

    Parameters
    ----------
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.cli.records import open_lake
    from clearbell.desk.matching import Matcher
    from clearbell.reports.settings import reputation_settings

    rules = open_pack(pack)
    made = Matcher(open_store(home), open_lake(home, "", rules), lambda: (), reputation_settings(rules)).run()
    aside = sum(bool(one.why.value) for one in made)
    say(f"计入 {len(made) - aside} 件,搁置 {aside} 件", f"{len(made) - aside} count, {aside} were set aside")


def aside(*, why: str = "private", limit: int = 100, home: Path | None = None) -> None:
    """List reports that were set aside, the newest first.

    Parameters
    ----------
    why
        ``private`` (for an officer to look at), ``no-call``, ``contact``, ``stale``, ``burst`` or ``officer``.
    limit
        How many at most.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.numbering import format_e164, mask
    from clearbell.reports.model import Why
    from clearbell.reports.queries import reports_aside
    from clearbell.reports.wording import WHYS

    known = {one.value: one for one in Why if one is not Why.NOTHING}
    if why not in known:
        options = ", ".join(known)
        refuse(f"--why {why}:没有此理由;可用:{options}", f"--why {why}: there is no such reason; there are {options}")
    with open_store(home).read() as conn:
        found = reports_aside(conn, known[why], limit)
    show(
        table(
            WHYS[known[why]][language()],
            words("编号 被举报号码 举报人 来电时间", "report number reporter call").split(),
            [
                (
                    one.reported.report,
                    format_e164(one.reported.number),
                    mask(one.reported.reporter),
                    shown(one.reported.at),
                )
                for one in found
            ],
        )
    )


def decide(
    report: str,
    outcome: Literal["counts", "aside"],
    *,
    reason: str,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Decide a report that was set aside: it counts after all, or stays aside for good.

    Parameters
    ----------
    report
        Id of the report.
    outcome
        ``counts`` or ``aside``.
    reason
        Why, in words.
    officer
        Who decides (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.reports.settings import reputation_settings
    from clearbell.reports.weighing import do_decide_aside

    settings = reputation_settings(open_pack(pack))
    counts = outcome == "counts"
    act_on(
        home, lambda act: do_decide_aside(act, report, counts=counts, reason=reason, settings=settings, officer=officer)
    )
    say(
        f"举报 {report} {'现已计入' if counts else '不予计入'}",
        f"report {report} {'counts now' if counts else 'stays set aside'}",
    )


def attacked(*, days: int = 1, pack: str = "cn", home: Path | None = None) -> None:
    """List numbers about which many reports were set aside or are void: somebody may be out to harm them.

    Parameters
    ----------
    days
        How many days back.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import DAY
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.numbering import format_e164
    from clearbell.reports.queries import attacked as query

    store = open_store(home)
    now = store.clock.now()
    with store.read() as conn:
        found = query(conn, now - days * DAY, now + 1, open_pack(pack).reports.bombing)
    show(
        table(
            words("可能被恶意举报的号码", "numbers that may be under attack"),
            words("号码 搁置或作废 计入", "number aside counted").split(),
            [(format_e164(one.number), one.aside, one.counted) for one in found],
            numeric=(1, 2),
        )
    )


def verdict(
    number: str, outcome: Literal["nuisance", "cleared"], *, since: str, until: str = "", home: Path | None = None
) -> None:
    """Tell a verdict on a number: its reporters' weight in what they say next follows from it.

    Parameters
    ----------
    number
        The number, in any form.
    outcome
        ``nuisance`` or ``cleared``.
    since
        First day of the calls that were judged.
    until
        Moment at which they end (default: now).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment
    from clearbell.cli.fields import number as read_number
    from clearbell.reports.reporters import do_learn_verdict

    key, first, last = read_number(number), moment(since, "since"), moment(until, "until") if until else 0
    count = act_on(
        home,
        lambda act: do_learn_verdict(act, key, nuisance=outcome == "nuisance", since=first, until=last or act.at + 1),
    )
    say(f"涉及 {count} 名举报人", f"{count} reporters were learned about")


def units(*, holder: str = "", within: str = "", width: int = 1000, limit: int = 20, home: Path | None = None) -> None:
    """Show what complaints about several numbers add up to: spread (how many numbers) and mass (their scores' sum).

    Parameters
    ----------
    holder
        All numbers of a holder.
    within
        One number: the range around it.
    width
        Numbers in a range (10, 100, 1000 or 10000). Without ``holder`` and ``within``, the heaviest ranges are listed.
    limit
        How many ranges are listed.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.tables import show, table
    from clearbell.desk.reputations import holder_reputation
    from clearbell.numbering import format_e164
    from clearbell.reports.queries import heaviest_ranges, unit_score

    if width not in (10, 100, 1000, 10_000):
        refuse(f"--width {width}:应为 10、100、1000 或 10000", f"--width {width}: write 10, 100, 1000 or 10000")
    store = open_store(home)
    now = store.clock.now()
    with store.read() as conn:
        if holder:
            rows = [(holder, holder_reputation(conn, holder, now))]
        elif within:
            first = read_number(within) // width * width
            rows = [(_span(first, width, format_e164), unit_score(conn, [(first, first + width - 1)], now))]
        else:
            rows = [
                (_span(one.first, width, format_e164), one.unit) for one in heaviest_ranges(conn, width, now, limit)
            ]
    show(
        table(
            words("号段与主体的信誉", "reputation of ranges and holders"),
            words("对象 涉及号码 举报 热度 证据", "unit numbers complaints heat evidence").split(),
            [
                (name, unit.numbers, unit.reports, f"{unit.score.heat:.2f}", f"{unit.score.evidence:.2f}")
                for name, unit in rows
            ],
            numeric=(1, 2, 3, 4),
        )
    )


def _span(first: int, width: int, written: Callable[[int], str]) -> str:
    return f"{written(first)} … {str(first + width - 1)[-len(str(width - 1)) :]}"


@bad_faith.command
def mark(
    reporter: str,
    *,
    since: str,
    until: str,
    reason: str,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Void what a reporter reported in a time, everywhere; lifting the mark brings all back.

    Parameters
    ----------
    reporter
        The reporter's number, in any form.
    since
        First moment of the time.
    until
        End of the time; it may lie ahead, then what he reports until then is void too.
    reason
        Why, in words.
    officer
        Who marks (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.consent.codes import new_code
    from clearbell.reports.reporters import do_mark_bad_faith
    from clearbell.reports.settings import reputation_settings

    settings, name = reputation_settings(open_pack(pack)), new_code(os.urandom)
    key, first, last = read_number(reporter), moment(since, "since"), moment(until, "until")
    count = act_on(home, lambda act: do_mark_bad_faith(act, name, key, first, last, reason, settings, officer=officer))
    say(f"标记 {name}:{count} 件举报作废", f"mark {name}: {count} reports are void")


@bad_faith.command
def lift(name: str, *, reason: str, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Lift a mark: the reports stand as they did before it.

    Parameters
    ----------
    name
        Id of the mark.
    reason
        Why, in words.
    officer
        Who lifts it (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.reports.reporters import do_lift_bad_faith
    from clearbell.reports.settings import reputation_settings

    settings = reputation_settings(open_pack(pack))
    count = act_on(home, lambda act: do_lift_bad_faith(act, name, reason, settings, officer=officer))
    say(f"已撤销标记 {name}:{count} 件举报恢复", f"mark {name} was lifted: {count} reports stand again")
