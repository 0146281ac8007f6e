"""``clearbell registry scorecards``: how the access that each provider gave is used."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import home_folder, open_store, words


def scorecards(*, days: int = 7, pack: str = "cn", home: Path | None = None) -> None:
    """Score providers' trunks by the node's record, complaints and restrictions, worst first.

    Parameters
    ----------
    days
        How many days, today among them; 31 at most.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import functools
    import os

    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.desk.scorecards import last_days
    from clearbell.desk.scorecards import scorecards as score
    from clearbell.desk.tallying import tally_complaints
    from clearbell.records.outcomes.adding import Outcomes
    from clearbell.registry.queries import holder_of

    offset = open_pack(pack).utc_offset_minutes
    store = open_store(home)
    folder = home_folder(home) / "journal"
    if folder.is_dir():
        # What no node has added up yet; one that runs may do so at the same time.
        with store.read() as conn:
            holder = functools.cache(functools.partial(holder_of, conn))
            Outcomes(store, folder, holder, offset, os.urandom).catch_up()
    period = last_days(store.clock.now(), days, offset)
    for day in range(period.first, period.last + 1):
        tally_complaints(store, day, offset)
    with store.read() as conn:
        cards = score(conn, period)
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
