"""Questions about campaigns."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from clearbell.discovery.campaigns.model import Bonds, Campaign, Chapter
from clearbell.discovery.campaigns.tables import campaign, campaign_number

_bonds = msgspec.json.Decoder(Bonds).decode


def campaigns_on(conn: Connection, day: int) -> list[Campaign]:
    """Campaigns that a local day (since 1970) belongs to, largest first; bonds are those of their last day."""
    rows = conn.execute(select(campaign).where(campaign.c.first_day <= day, campaign.c.last_day >= day)).all()
    found = []
    for row in rows:
        ours = select(campaign_number.c.number).where(
            campaign_number.c.campaign == row.campaign,
            campaign_number.c.joined <= day,
            (campaign_number.c.left == 0) | (campaign_number.c.left > day),
        )
        numbers = tuple(sorted(conn.execute(ours).scalars()))
        found.append(Campaign(row.campaign, row.first_day, row.last_day, numbers, _bonds(row.bonds)))
    return sorted(found, key=lambda one: (-len(one.numbers), one.campaign))


def campaign_of(conn: Connection, name: str) -> Campaign | None:
    """The campaign of that id, with the numbers that were in it on its last day; None: there is none."""
    row = conn.execute(select(campaign).where(campaign.c.campaign == name)).first()
    if row is None:
        return None
    ours = select(campaign_number.c.number).where(
        campaign_number.c.campaign == name,
        campaign_number.c.joined <= row.last_day,
        (campaign_number.c.left == 0) | (campaign_number.c.left > row.last_day),
    )
    numbers = tuple(sorted(conn.execute(ours).scalars()))
    return Campaign(row.campaign, row.first_day, row.last_day, numbers, _bonds(row.bonds))


def story(conn: Connection, name: str) -> list[Chapter]:
    """The days on which numbers joined or left a campaign, oldest first."""
    rows = conn.execute(
        select(campaign_number.c.joined, campaign_number.c.left).where(campaign_number.c.campaign == name)
    ).all()
    joined: dict[int, int] = {}
    left: dict[int, int] = {}
    for row in rows:
        joined[row.joined] = joined.get(row.joined, 0) + 1
        if row.left:
            left[row.left] = left.get(row.left, 0) + 1
    chapters = []
    numbers = 0
    for day in sorted({*joined, *left}):
        numbers += joined.get(day, 0) - left.get(day, 0)
        chapters.append(Chapter(day, joined.get(day, 0), left.get(day, 0), numbers))
    return chapters


def numbers_of(conn: Connection, name: str) -> list[int]:
    """Every number that was ever in a campaign, in order."""
    query = select(campaign_number.c.number).where(campaign_number.c.campaign == name).distinct()
    return list(conn.execute(query.order_by(campaign_number.c.number)).scalars())
