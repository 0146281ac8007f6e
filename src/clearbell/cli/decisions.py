"""``clearbell decisions``: the record of every call."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path
from typing import Literal

from cyclopts import App

from clearbell.cli.context import home_folder, language, refuse, words

app = App(name="decisions", help="Look at what was decided. 查看判定记录。")


@app.command
def show(decision: str, *, home: Path | None = None, pack: str = "cn") -> None:
    """Show one decision with its sum.

    Parameters
    ----------
    decision
        Id of the decision, as its answer carried it.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    pack
        Pack whose words explain it.
    """
    from clearbell.cli.judgement import print_decision
    from clearbell.cli.pack import open_pack
    from clearbell.records.journal import find_decision

    found = find_decision(home_folder(home) / "journal", decision)
    if found is None:
        refuse(f"没有编号为 {decision} 的判定", f"there is no decision with id {decision}")
    print_decision(found, open_pack(pack))


@app.command(name="list")
def list_(
    count: int = 20,
    *,
    action: Literal["allow", "label", "challenge", "reject"] | None = None,
    home: Path | None = None,
) -> None:
    """List the newest decisions; numbers are masked.

    Parameters
    ----------
    count
        How many.
    action
        Only those with this action.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import Decision
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.numbering import mask
    from clearbell.records.journal import read_journal_backwards

    decided = (
        record
        for record in read_journal_backwards(home_folder(home) / "journal")
        if isinstance(record, Decision) and (action is None or record.action.value == action)
    )
    rows = [
        (
            datetime.datetime.fromtimestamp(d.call.at / 1e6, datetime.UTC).isoformat(timespec="seconds"),
            mask(d.call.caller) if d.call.caller else "-",
            mask(d.call.callee) if d.call.callee else "-",
            d.action.value,
            d.decided_by,
            f"{d.total:+g}",
            d.id,
        )
        for d in itertools.islice(decided, count)
    ]
    zh = language() == "zh"
    columns = (
        ["时间", "主叫", "被叫", "处理", "决定因素", "总分", "编号"]
        if zh
        else ["time", "caller", "called", "action", "decided by", "total", "id"]
    )
    show_table(table(words("判定记录", "Decisions"), columns, rows, numeric=(5,)))
