"""``clearbell labels appeals``: appeals against labels, taken in and decided."""

from __future__ import annotations

import os
from pathlib import Path

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words
from clearbell.labels.appeals.model import Ground

app = App(name="appeals", help="Appeals against labels. 标注申诉。")


@app.command(name="file")
def file_(
    number: str,
    *,
    ground: Ground,
    since: str = "",
    statement: str = "",
    evidence: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Take in an appeal against the label on a number.

    Parameters
    ----------
    number
        The number, in any form.
    ground
        ``recycled``: it had another user before; ``wrong-name``: the label says what its user is not.
    since
        Day since which the number is the appellant's (recycled).
    statement
        What the appellant says.
    evidence
        File of the papers, or its SHA-256.
    pack
        Name or file of the rules: they give the deadline.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import digest, moment, shown
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.consent.codes import new_code
    from clearbell.labels.appeals.errors import AppealError
    from clearbell.labels.appeals.model import DEADLINE
    from clearbell.labels.appeals.service import do_appeal
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays

    rules = open_pack(pack)
    key = read_number(number)
    try:
        with open_store(home).act(actor()) as act:
            fact = do_appeal(
                act,
                new_code(os.urandom),
                key,
                ground,
                since=moment(since, "--since"),
                statement=statement,
                evidence=digest(evidence),
                due=due_after(act.at, DEADLINE, rules, builtin_workdays(rules.id)),
            )
    except AppealError as error:
        refuse(error.zh, error.en)
    say(f"申诉 {fact.appeal},答复期限 {shown(fact.due)}", f"appeal {fact.appeal}, to be answered by {shown(fact.due)}")


@app.command(name="list")
def list_(*, limit: int = 100, home: Path | None = None) -> None:
    """List the appeals that are not decided, the most pressing first.

    Parameters
    ----------
    limit
        How many are shown.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.labels.appeals.service import appeals_open
    from clearbell.numbering import mask

    with open_store(home).read() as conn:
        rows = appeals_open(conn, limit)
    heads = (
        ["编号", "号码", "理由", "陈述", "提交", "期限"]
        if language() == "zh"
        else ["appeal", "number", "ground", "statement", "filed", "due"]
    )
    grounds = {
        Ground.RECYCLED.value: words("二次放号", "recycled number"),
        Ground.WRONG_NAME.value: words("标注名不符", "wrong name"),
    }
    lines = [
        (row.appeal, mask(row.number), grounds[row.ground], row.statement, shown(row.filed), shown(row.due))
        for row in rows
    ]
    show(table(words("未决申诉", "open appeals"), heads, lines))


@app.command
def uphold(appeal: str, *, reason: str, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Uphold an appeal: the complaints it is about count no more, and the label goes at once.

    Parameters
    ----------
    appeal
        Its id.
    reason
        Why.
    officer
        Who decides; someone else than who filed it.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    _decide(appeal, reason, officer, pack, home, upheld=True)


@app.command(name="refuse")
def refuse_(appeal: str, *, reason: str, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Refuse an appeal: the label stays.

    Parameters
    ----------
    appeal
        Its id.
    reason
        Why.
    officer
        Who decides; someone else than who filed it.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    _decide(appeal, reason, officer, pack, home, upheld=False)


def _decide(appeal: str, reason: str, officer: str, pack: str, home: Path | None, *, upheld: bool) -> None:
    from clearbell.cli.pack import open_pack
    from clearbell.consent.codes import plain_code
    from clearbell.labels import publish_labels
    from clearbell.labels.appeals.errors import AppealError
    from clearbell.labels.appeals.model import Step
    from clearbell.labels.appeals.service import do_decide
    from clearbell.labels.settings import label_settings
    from clearbell.lifecycles import IllegalStepError
    from clearbell.reports.refusals import RefusedReportError
    from clearbell.reports.settings import reputation_settings

    rules = open_pack(pack)
    store = open_store(home)
    step = Step.UPHOLD if upheld else Step.REFUSE
    try:
        with store.act(actor()) as act:
            do_decide(act, plain_code(appeal), step, reason, reputation_settings(rules), officer=officer)
    except (AppealError, IllegalStepError, RefusedReportError) as error:
        refuse(error.zh, error.en)
    if upheld:
        # A running node would do so within a second; without one the label would stay.
        publish_labels(store, label_settings(rules), actor=actor())
        say(f"申诉 {appeal} 成立,标注已重新评定", f"appeal {appeal} is upheld; the label was judged anew")
    else:
        say(f"申诉 {appeal} 不成立", f"appeal {appeal} is refused")
