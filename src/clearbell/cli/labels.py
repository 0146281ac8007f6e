"""``clearbell labels``: what is published about numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from clearbell.cli.cards import app as cards
from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from clearbell.labels.queries import Change
    from clearbell.ledger import Store

app = App(name="labels", help="What is published about numbers. 号码标注。")
app.command(cards)

_PAGE = 10_000


@app.command
def publish(*, pack: str = "cn", home: Path | None = None) -> None:
    """Publish what has changed since the last time: labels that are earned, renewed, or earned no more.

    A running node does so by itself.

    Parameters
    ----------
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.labels import publish_labels
    from clearbell.labels.settings import label_settings

    settings = label_settings(open_pack(pack))
    done = publish_labels(open_store(home), settings, actor=actor())
    say(
        f"版本 {done.version}:新标注 {done.published},更新 {done.renewed},取消 {done.removed}",
        f"version {done.version}: {done.published} labels new, {done.renewed} renewed, {done.removed} taken away",
    )


@app.command(name="list")
def list_(*, limit: int = 20, home: Path | None = None) -> None:
    """List the labels in force, those with the most complaints first.

    Parameters
    ----------
    limit
        How many are shown.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.labels.queries import count, labels
    from clearbell.numbering import format_e164

    store = open_store(home)
    now = store.clock.now()
    with store.read() as conn:
        found = labels(conn, now, limit)
        total = count(conn, now)
    show_table(
        table(
            words(f"标注 {len(found)}/{total}", f"labels {len(found)} of {total}"),
            ["号码", "类别", "举报人次", "热度", "证据", "至"]
            if language() == "zh"
            else ["number", "category", "complaints", "heat", "evidence", "until"],
            [
                (
                    format_e164(one.number),
                    one.category,
                    one.reporters,
                    f"{one.heat:.2f}",
                    f"{one.evidence:.2f}",
                    shown(one.until),
                )
                for one in found
            ],
            numeric=(2, 3, 4),
        )
    )


@app.command
def show(number: str, *, home: Path | None = None) -> None:
    """Show the label in force on a number.

    Parameters
    ----------
    number
        The number, in any form.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.labels.queries import label_of
    from clearbell.numbering import format_e164

    key = read_number(number)
    store = open_store(home)
    with store.read() as conn:
        found = label_of(conn, key, store.clock.now())
    written = format_e164(key)
    if found is None:
        say(f"{written} 没有标注", f"{written}: no label")
        return
    say(
        f"{written}:{found.category},{found.reporters} 人次举报,有效至 {shown(found.until)}",
        f"{written}: {found.category}, {found.reporters} complaints, until {shown(found.until)}",
    )


@app.command
def export(*, since: int = 0, out: Path | None = None, home: Path | None = None) -> None:
    """Write labels as CSV, or what changed since a version, tombstones (an empty category) among them.

    Keep the version of the last line, and ask with ``--since`` from there the next time.

    Parameters
    ----------
    since
        Version that the reader has; 0: everything in force.
    out
        File to write (default: standard output).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    if since < 0:
        refuse(f"--since {since}:版本不小于 0", f"--since {since}: a version is 0 or more")
    store = open_store(home)
    if out is None:
        _write(sys.stdout, _changes(store, since))
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            count = _write(file, _changes(store, since))
    except OSError as error:
        refuse(f"{out}: 无法写入:{error.strerror}", f"{out}: cannot be written: {error.strerror}")
    say(f"{count} 行写入 {out}", f"{count} rows written to {out}")


def _changes(store: Store, since: int) -> Iterator[Change]:
    from clearbell.labels.queries import changes

    with store.read() as conn:
        from_nothing = not since
        while page := changes(conn, since, _PAGE):
            yield from (change for change in page if not (from_nothing and change.removed))
            since = page[-1].version


def _write(file: TextIO, found: Iterator[Change]) -> int:
    import csv

    from clearbell.cli.fields import shown
    from clearbell.numbering import format_e164

    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["version", "number", "category", "complaints", "heat", "evidence", "at", "until"])
    rows = 0
    for change in found:
        one = change.label
        writer.writerow(
            [
                change.version,
                format_e164(one.number),
                one.category,
                one.reporters,
                f"{one.heat:.3f}",
                f"{one.evidence:.3f}",
                shown(one.at),
                shown(one.until),
            ]
        )
        rows += 1
    return rows
