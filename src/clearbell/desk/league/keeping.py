"""Reckoning scorecards beside the pages, and reading what was reckoned last."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select

from clearbell.calls import DAY, MINUTE
from clearbell.desk.league.tables import scorecard_kept
from clearbell.desk.scorecards import MOST_DAYS, Period, Scorecard, scorecards
from clearbell.ledger import Store

ACTOR = "system:outcomes"
OFFERED = (1, 7, 14, MOST_DAYS)
"""Days of the periods that are kept, today the last of them."""
KEPT_FOR = 15 * MINUTE
"""Older ones, which only a node that stands still leaves behind, are not shown."""
_DECODE = msgspec.json.Decoder(list[Scorecard]).decode


class Reckoned(msgspec.Struct, frozen=True):
    """Scorecards, and when they were reckoned."""

    cards: list[Scorecard]
    at: int
    """µs UTC."""


def keep_scorecards(store: Store, period: Period) -> None:
    """Reckon a period's scorecards and keep them in place of those before; what nobody kept up for a day is removed."""
    now = store.clock.now()
    with store.read() as conn:
        cards = msgspec.json.encode(scorecards(conn, period)).decode()
    c = scorecard_kept.c
    mine = (c.first == period.first) & (c.last == period.last)
    with store.act(ACTOR) as act:
        act.conn.execute(delete(scorecard_kept).where(mine | (c.at < now - DAY)))
        act.conn.execute(insert(scorecard_kept).values(first=period.first, last=period.last, at=now, cards=cards))


def reckoned(conn: Connection, period: Period, now: int) -> Reckoned:
    """A period's scorecards as they were kept last, or reckoned at ``now`` (µs UTC) where nobody keeps them."""
    c = scorecard_kept.c
    row = conn.execute(select(c.at, c.cards).where(c.first == period.first, c.last == period.last)).first()
    if row is not None and now - KEPT_FOR < row.at <= now:
        return Reckoned(_DECODE(row.cards), row.at)
    return Reckoned(scorecards(conn, period), now)
