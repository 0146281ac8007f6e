"""``clearbell reports rank``: the list that should cover most of the coming day's nuisance calls."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from clearbell.cli.context import open_store, refuse, say, words

if TYPE_CHECKING:
    from typing import TextIO

    from clearbell.reports.ranking.choosing import Listing


def rank(
    *,
    size: int = 10_000,
    ranges: bool = True,
    at: str = "",
    least: int = 500,
    out: Path | None = None,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Learn from past reports which numbers and ranges will be complained of next, and list them as CSV.

    A range counts as many entries as it has numbers complained of before. Needs ``pip install 'clearbell[learn]'``.

    Parameters
    ----------
    size
        Entries the list may count.
    ranges
        List ranges of 100 and 1,000 numbers too, where new numbers keep turning up.
    at
        Day to make the list for, YYYY-MM-DD (default: today); only reports from before it are read.
    least
        Reports a day must have to be learned from.
    out
        File to write (default: standard output).
    pack
        Name or file of the rules: their zone cuts the days.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from rich.console import Console
    from rich.progress import Progress

    from clearbell.cli.fields import moment
    from clearbell.cli.pack import open_pack

    try:
        from clearbell.reports.ranking.past import TooFewDaysError
        from clearbell.reports.ranking.past import rank as rank_reports
    except ModuleNotFoundError as error:
        refuse(
            f"缺少 {error.name}:请运行 pip install 'clearbell[learn]'",
            f"{error.name} is missing: run pip install 'clearbell[learn]'",
        )
    if size < 1:
        refuse(f"--size {size}:至少为 1", f"--size {size}: at least 1")
    rules = open_pack(pack)
    store = open_store(home)
    when = moment(at, "--at") or store.clock.now()
    try:
        with store.read() as conn, Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(words("学习", "learning"), total=None)
            listing = rank_reports(
                conn,
                when,
                rules.utc_offset_minutes,
                size,
                with_ranges=ranges,
                least=least,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except TooFewDaysError as error:
        refuse(error.zh, error.en)
    if out is None:
        _write(sys.stdout, listing)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            _write(file, listing)
    except OSError as error:
        refuse(f"{out}: 无法写入:{error.strerror}", f"{out}: cannot be written: {error.strerror}")
    spans = sum(map(len, listing.ranges.values()))
    say(
        f"{len(listing.numbers)} 个号码、{spans} 个号段(计 {listing.entries} 条)写入 {out}",
        f"{len(listing.numbers)} numbers and {spans} ranges ({listing.entries} entries) written to {out}",
    )


def _write(file: TextIO, listing: Listing) -> None:
    import csv

    from clearbell.numbering import format_e164

    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["first", "last", "numbers"])
    for number in listing.numbers.tolist():
        writer.writerow([format_e164(number), format_e164(number), 1])
    for width, firsts in sorted(listing.ranges.items()):
        for first in firsts.tolist():
            writer.writerow([format_e164(first), format_e164(first + width - 1), width])
