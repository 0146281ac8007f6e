"""``clearbell deadlines``: what is due next, what is overdue, what passed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from clearbell.cli.context import language, open_store, refuse, words

app = App(name="deadlines", help="What is due, overdue, or passed. 期限。")
Kinds = Annotated[list[str] | None, Parameter(name="--kind", negative="")]


def _kinds(kinds: list[str] | None) -> list[str] | None:
    from clearbell.desk.deadlines.catalogue import EVERY

    known = [source.kind for source in EVERY]
    for kind in kinds or ():
        if kind not in known:
            refuse(
                f"没有期限 {kind};可用:{'、'.join(known)}",
                f"there is no deadline `{kind}`; there are {', '.join(known)}",
            )
    return kinds or None


@app.default
def list_(
    *,
    kind: Kinds = None,
    overdue: bool = False,
    days: float = 0,
    limit: int = 100,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """List what is not done yet, the soonest due first. Numbers are masked.

    What ends by itself and may be very many, such as consents, is listed when its kind is named.

    Parameters
    ----------
    kind
        Only this kind; give it again for more.
    overdue
        Only what is past its time.
    days
        Only what is due within so many days.
    limit
        How many at most.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import DAY
    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.desk.deadlines.queries import open_deadlines
    from clearbell.desk.deadlines.wording import name_of, subject_of

    chosen = _kinds(kind)
    rules = open_pack(pack)
    store = open_store(home)
    now = store.clock.now()
    by = now + int(days * DAY) if days else 0
    with store.read() as conn:
        rows = open_deadlines(conn, rules, now, kinds=chosen, overdue=overdue, by=by, limit=limit)
    late = words("已逾期", "overdue")
    show(
        table(
            words("期限", "Deadlines"),
            words("种类 事项 编号 期限", "kind what subject due").split(),
            [
                (
                    one.kind,
                    name_of(one.kind, "zh" if language() == "zh" else "en"),
                    subject_of(one.subject, one.number),
                    shown(one.due, zone=rules.timezone) + (f" ({late})" if one.overdue else ""),
                )
                for one in rows
            ],
        )
    )


@app.command
def passed(
    *, kind: Kinds = None, days: float = 30, limit: int = 100, pack: str = "cn", home: Path | None = None
) -> None:
    """List what the clock passed before it was done, the latest first. Numbers are masked.

    Parameters
    ----------
    kind
        Only this kind; give it again for more.
    days
        How far back.
    limit
        How many at most.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import DAY
    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.desk.deadlines.queries import passed_deadlines
    from clearbell.desk.deadlines.wording import name_of, subject_of

    chosen = _kinds(kind)
    zone = open_pack(pack).timezone
    store = open_store(home)
    since = store.clock.now() - int(days * DAY)
    with store.read() as conn:
        rows = passed_deadlines(conn, kinds=chosen, since=since, limit=limit)
    show(
        table(
            words("已过期限", "Deadlines that passed"),
            words("种类 事项 编号 期限 记录于", "kind what subject due recorded").split(),
            [
                (
                    row.kind,
                    name_of(row.kind, "zh" if language() == "zh" else "en"),
                    subject_of(row.subject, row.number),
                    shown(row.due, zone=zone),
                    shown(row.at, zone=zone),
                )
                for row in rows
            ],
        )
    )


@app.command(name="table")
def table_(*, everything: bool = False, pack: str = "cn") -> None:
    """Print the deadlines of the pack as a Markdown table.

    Parameters
    ----------
    everything
        Every time that the pack holds, and what becomes of it.
    pack
        Name or file of the rules.
    """
    from clearbell.cli.pack import open_pack
    from clearbell.desk.deadlines.wording import full_table, table

    draw = full_table if everything else table
    sys.stdout.write(draw(open_pack(pack), "zh" if language() == "zh" else "en"))
