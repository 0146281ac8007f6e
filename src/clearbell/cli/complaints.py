"""``clearbell reports complaints``: complaints that are owed an answer, passed on and answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cyclopts import App

from clearbell.cli.context import language, open_store, say, words
from clearbell.cli.reports_desk import act_on

app = App(name="complaints", help="Complaints that are owed an answer. 须答复的投诉。")


@app.command(name="list")
def list_(*, overdue: bool = False, limit: int = 100, home: Path | None = None) -> None:
    """List complaints that wait for their next step, the most pressing first.

    Parameters
    ----------
    overdue
        Only those whose deadline has passed.
    limit
        How many at most.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.numbering import format_e164
    from clearbell.reports.complaints.model import State
    from clearbell.reports.complaints.service import complaints_open
    from clearbell.reports.wording import STATES

    store = open_store(home)
    now = store.clock.now()
    with store.read() as conn:
        rows = complaints_open(conn, limit, due_before=now if overdue else 0)
    late = words("已逾期", "overdue")
    show(
        table(
            words("待办投诉", "complaints to be dealt with"),
            words("编号 被举报号码 状态 期限 接入方", "report number state due provider").split(),
            [
                (
                    row.report,
                    format_e164(row.number),
                    STATES[State(row.state)][language()],
                    shown(row.due) + (f" ({late})" if 0 < row.due < now else ""),
                    row.provider,
                )
                for row in rows
            ],
        )
    )


@app.command
def forward(report: str, provider: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Pass a complaint on to whoever connected the caller.

    Parameters
    ----------
    report
        Id of the report.
    provider
        The access provider.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.reports.complaints.service import do_forward

    _step(do_forward, report, provider, officer, pack, home)


@app.command
def handle(report: str, result: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Record what came of a complaint.

    Parameters
    ----------
    report
        Id of the report.
    result
        What was found and done, in words.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadlines.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.reports.complaints.service import do_handle

    _step(do_handle, report, result, officer, pack, home)


@app.command
def answer(report: str, text: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Answer the reporter.

    Parameters
    ----------
    report
        Id of the report.
    text
        The answer; it stands on the report's page.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.reports.complaints.service import do_answer

    _step(do_answer, report, text, officer, pack, home)


def _step(do: Callable[..., Any], report: str, said: str, officer: str, pack: str, home: Path | None) -> None:
    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays
    from clearbell.reports.wording import STATES

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)

    def due(at: int, name: str) -> int:
        return due_after(at, name, rules, workdays)

    made = act_on(home, lambda act: do(act, report, said, due, officer=officer))
    until = words(f",期限 {shown(made.due)}", f", due {shown(made.due)}") if made.due else ""
    state = STATES[made.state][language()]
    say(f"投诉 {report}:{state}{until}", f"complaint {report}: {state}{until}")
