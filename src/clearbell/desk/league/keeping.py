"""Reckoning scorecards beside the pages, and reading what was reckoned last."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select

from clearbell.calls import DAY
from clearbell.desk.league.tables import scorecard_kept
from clearbell.desk.scorecards import MOST_DAYS, Period, Scorecard, scorecards
from clearbell.ledger import Store

ACTOR = "system:outcomes"
OFFERED = (1, 7, 14, MOST_DAYS)
"""Days of the periods that are kept, today the last of them."""
_DECODE = msgspec.json.Decoder(list[Scorecard]).decode


class Reckoned(msgspec.Struct, frozen=True):
    """Scorecards of a period, and when they were reckoned."""

    period: Period
    cards: list[Scorecard]
    at: int
    """µs UTC."""


def keep_scorecards(store: Store, period: Period) -> None:
    """Reckon a period's scorecards and keep them in place of those before; those of days before go a day later."""
    now = store.clock.now()
    with store.read() as conn:
        cards = msgspec.json.encode(scorecards(conn, period)).decode()
    c = scorecard_kept.c
    mine = (c.first == period.first) & (c.last == period.last)
    with store.act(ACTOR) as act:
        act.conn.execute(delete(scorecard_kept).where(mine | ((c.at < now - DAY) & (c.last < period.last))))
        act.conn.execute(insert(scorecard_kept).values(first=period.first, last=period.last, at=now, cards=cards))


def reckoned(conn: Connection, period: Period) -> Reckoned | None:
    """A period's scorecards as they were kept last; of a day that just began, those of as many days up to the one before.

    None: none are kept yet, as in the first moments of a node. Nothing is reckoned here: it may take seconds.
    """
    c = scorecard_kept.c
    same = (c.last - c.first == period.last - period.first, c.last <= period.last)
    row = conn.execute(select(scorecard_kept).where(*same).order_by(c.last.desc()).limit(1)).first()
    if row is None:
        return None
    return Reckoned(Period(row.first, row.last, period.utc_offset_minutes), _DECODE(row.cards), row.at)
