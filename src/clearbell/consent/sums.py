"""What consents a holder has, counted for a page: where there are few, at once; where there are very many, beside the pages."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, func, insert, literal, select

from clearbell.calls import DAY
from clearbell.consent.holdings import Holding, Week, holding, weeks
from clearbell.consent.tables import consent, consent_sum
from clearbell.ledger import Store

ACTOR = "system:consents"
MANY = 50_000
"""Consents of one holder that a page still counts."""
WEEKS = 26
SOON_DAYS = 30
_DECODE = msgspec.json.Decoder(list[Week]).decode


class Counted(msgspec.Struct, frozen=True):
    """Consents of several holders."""

    holding: Holding
    weeks: list[Week]
    """The oldest first."""
    at: int
    """As of when, µs UTC: the oldest of the sums that were kept; 0: all were counted now."""
    missing: bool
    """Somebody has very many that are not counted yet; these are in no figure."""


def counted(
    conn: Connection,
    holders: Select[Any],
    now: int,
    lapse: int | None,
    utc_offset_minutes: int,
    many: int = MANY,
) -> Counted:
    """What the holders have. Reads at most ``many`` consents of each."""
    kept = {row.holder: row for row in conn.execute(select(consent_sum).where(consent_sum.c.holder.in_(holders)))}
    few: list[str] = []
    missing = False
    for name in conn.execute(holders).scalars():
        if name in kept:
            continue
        some = select(literal(1)).select_from(consent).where(consent.c.holder == name).limit(many + 1).subquery()
        if conn.execute(select(func.count()).select_from(some)).scalar_one() > many:
            missing = True
        else:
            few.append(name)
    those = holders.where(holders.selected_columns[0].in_(few))
    total = holding(conn, those, now, now + SOON_DAYS * DAY, lapse)
    grown = weeks(conn, those, now, WEEKS, utc_offset_minutes)
    by_week = {one.begins: one for one in grown}
    for row in kept.values():
        total = Holding(total.in_force + row.in_force, total.lapsing + row.lapsing, total.withdrawn + row.withdrawn)
        for one in _DECODE(row.weeks):
            if (so_far := by_week.get(one.begins)) is not None:
                by_week[one.begins] = Week(one.begins, so_far.given + one.given, so_far.withdrawn + one.withdrawn)
    at = min((row.at for row in kept.values()), default=0)
    return Counted(total, [by_week[one.begins] for one in grown], at, missing)


def keep_sums(store: Store, lapse: int | None, utc_offset_minutes: int, many: int = MANY) -> int:
    """Reckon the sums of holders with more than ``many`` consents anew; returns of how many. It reads an index through."""
    now = store.clock.now()
    rows = []
    with store.read() as conn:
        query = select(consent.c.holder).group_by(consent.c.holder).having(func.count() > many)
        for name in list(conn.execute(query).scalars()):
            of_it = select(literal(name))
            has = holding(conn, of_it, now, now + SOON_DAYS * DAY, lapse)
            grown = msgspec.json.encode(weeks(conn, of_it, now, WEEKS, utc_offset_minutes)).decode()
            rows.append(
                {"holder": name, "in_force": has.in_force, "lapsing": has.lapsing, "withdrawn": has.withdrawn,
                 "weeks": grown, "at": now}
            )  # fmt: skip
        known = conn.execute(select(consent_sum.c.holder).limit(1)).first() is not None
    if rows or known:
        with store.act(ACTOR) as act:
            act.conn.execute(delete(consent_sum))
            if rows:
                act.conn.execute(insert(consent_sum), rows)
    return len(rows)
