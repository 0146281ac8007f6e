"""``clearbell erase``: forget a person."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import actor, open_store, say


def erase(number: str, *, home: Path | None = None) -> None:
    """Erase everything kept about a person's number; the ledger keeps verifying.

    Parameters
    ----------
    number
        The number, in any form.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.consent import service as consent
    from clearbell.labels import service as labels
    from clearbell.registry import service as registry
    from clearbell.reports import service as reports
    from clearbell.sanctions import service as sanctions

    key = read_number(number)
    store = open_store(home)
    with store.act(actor()) as act:
        rows = sum(room.erase_person(act, key) for room in (consent, registry, sanctions, reports, labels))
        facts = act.erase(key)
    say(
        f"已抹除账本中 {facts} 条内容和 {rows} 行现状;判定记录按保存期另行删除",
        f"erased {facts} facts of the ledger and {rows} rows of present state; "
        "the record of decisions is removed by its retention",
    )
