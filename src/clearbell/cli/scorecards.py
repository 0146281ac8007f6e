"""``clearbell registry scorecards``: how the access that each provider gave is used."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import home_folder, open_store, words


def scorecards(*, days: float = 7, home: Path | None = None) -> None:
    """Score providers' trunks by the node's record, complaints and restrictions, worst first.

    Parameters
    ----------
    days
        How far back.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import DAY, Decision
    from clearbell.cli.tables import show, table
    from clearbell.desk.scorecards import scorecards as score
    from clearbell.records.journal import read_journal

    store = open_store(home)
    until = store.clock.now()
    since = until - int(days * DAY)
    folder = home_folder(home) / "journal"
    records = read_journal(folder, since) if folder.is_dir() else iter(())
    with store.read() as conn:
        cards = score(conn, (record for record in records if isinstance(record, Decision)), since, until)
    head = words(
        "接入方 中继 码号资源 呼叫 不想接的占比 投诉 每万次投诉 处置用时(小时) 屡犯主体 逾期未确认",
        "provider trunk resources attempts unwanted complaints per-10,000 hours-to-act repeat-offenders unacknowledged",
    ).split()
    rows = [
        (
            card.name or card.provider or words("未登记", "not registered"),
            card.trunk or "-",
            card.resources,
            card.attempts,
            f"{card.unwanted_share:.1%}",
            card.complaints,
            f"{card.complaints_per_10000:.1f}",
            "-" if card.hours_to_act is None else f"{card.hours_to_act:.1f}",
            ", ".join(card.repeat_offenders) or "-",
            card.unacknowledged,
        )
        for card in cards
    ]
    show(table(words("接入责任", "Access scorecards"), head, rows, numeric=(2, 3, 4, 5, 6, 7, 9)))
