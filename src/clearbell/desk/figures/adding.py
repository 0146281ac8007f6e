"""Adding figures up: a follower of the ledger counts what happened on each day, every entry once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import update

from clearbell.appeals.model import FACTS as APPEAL_FACTS
from clearbell.appeals.model import State
from clearbell.calls import DAY, MINUTE
from clearbell.desk.figures.model import What
from clearbell.desk.figures.tables import figure
from clearbell.ledger import Act, Entry, Store
from clearbell.ledger.followers import advance

NAME = "figures"
AT_ONCE = 200
"""Entries that are read in one act."""
_COUNTED = {
    "reports.received": What.REPORTS,
    "cases.opened": What.CASES,
    "sanctions.announced": What.SANCTIONS,
    "appeals.filed": What.APPEALS,
}
"""Kinds of which each fact counts, also one that was erased since: that it happened is nobody's data."""
_MOVED = "appeals.moved"


def add_figures(store: Store, utc_offset_minutes: int) -> int:
    """Count the next entries of the ledger; returns how many were read, so that nobody waits for a long ledger."""

    def effect(act: Act, entries: list[Entry]) -> None:
        sums: Counter[tuple[int, What]] = Counter()
        for entry in entries:
            day = (entry.at + utc_offset_minutes * MINUTE) // DAY
            for what, count in _of(entry):
                sums[day, what] += count
        for (day, what), count in sorted(sums.items(), key=lambda one: (one[0][0], one[0][1].value)):
            same = (figure.c.day == day) & (figure.c.what == what.value)
            if not act.conn.execute(update(figure).where(same).values(count=figure.c.count + count)).rowcount:
                act.conn.execute(figure.insert().values(day=day, what=what.value, count=count))

    return advance(store, NAME, {*_COUNTED, _MOVED}, effect, limit=AT_ONCE)


def _of(entry: Entry) -> Iterator[tuple[What, int]]:
    if entry.kind in _COUNTED:
        yield _COUNTED[entry.kind], len(entry.facts)
        return
    granted = sum(fact.state is State.UPHELD for fact in entry.decode(APPEAL_FACTS))
    if granted:
        yield What.GRANTED, granted
