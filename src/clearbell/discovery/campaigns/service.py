"""Acts on campaigns: the components of a day are told apart from those of before by whom they have in common."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from clearbell.discovery.campaigns.model import Bonds, CampaignJoined, CampaignLeft, Component
from clearbell.discovery.campaigns.tables import campaign, campaign_number
from clearbell.ledger import Act

_EPOCH = datetime.date(1970, 1, 1)


def do_follow(act: Act, day: int, found: Sequence[Component]) -> list[str]:
    """Carry the campaigns on to a local day; returns the campaign of each component, in their order.

    A component goes on with the campaign with which it has most numbers in common, the older one where two are equal;
    without any it begins a new one. Numbers that are in no component have left. A day that is not later than the last
    one followed changes nothing. Appends ``discovery.campaign-joined`` and ``discovery.campaign-left``.
    """
    conn = act.conn
    newest = conn.execute(select(func.max(campaign.c.last_day))).scalar()
    present = _present(conn)
    names = _names(conn, day, found, present)
    if newest is not None and day < newest:
        return names
    joined: list[CampaignJoined] = []
    left: list[CampaignLeft] = []
    for name, component in zip(names, found, strict=True):
        bonds = msgspec.json.encode(component.bonds).decode()
        if name in present:
            conn.execute(update(campaign).where(campaign.c.campaign == name).values(last_day=day, bonds=bonds))
        else:
            conn.execute(campaign.insert().values(campaign=name, first_day=day, last_day=day, bonds=bonds))
        new = sorted(set(component.numbers) - present.get(name, set()))
        joined.extend(CampaignJoined(name, number, day) for number in new)
    now = dict(zip(names, (set(one.numbers) for one in found), strict=True))
    for name, numbers in sorted(present.items()):
        left.extend(CampaignLeft(name, number, day) for number in sorted(numbers - now.get(name, set())))
    _write(conn, day, joined, left)
    if joined:
        act.append("discovery.campaign-joined", joined, about=lambda one: one.number)
    if left:
        act.append("discovery.campaign-left", left, about=lambda one: one.number)
    return names


def do_forget_number(act: Act, number: int) -> int:
    """Delete a number's place in campaigns, and what ties it there; returns how many rows went."""
    rows = act.conn.execute(delete(campaign_number).where(campaign_number.c.number == number)).rowcount
    for name, told in act.conn.execute(select(campaign.c.campaign, campaign.c.bonds)).all():
        known = msgspec.json.decode(told, type=Bonds)
        if any(number in one.numbers for one in known.anchors) or any(number in link.ends for link in known.shared):
            anchors = tuple(
                msgspec.structs.replace(one, numbers=tuple(n for n in one.numbers if n != number))
                for one in known.anchors
            )
            shared = tuple(link for link in known.shared if number not in link.ends)
            new = msgspec.json.encode(Bonds(known.pairs, anchors, shared)).decode()
            act.conn.execute(update(campaign).where(campaign.c.campaign == name).values(bonds=new))
    return rows


def _present(conn: Connection) -> dict[str, set[int]]:
    present: dict[str, set[int]] = {}
    query = select(campaign_number.c.campaign, campaign_number.c.number).where(campaign_number.c.left == 0)
    for name, number in conn.execute(query):
        present.setdefault(name, set()).add(number)
    return present


def _names(conn: Connection, day: int, found: Sequence[Component], present: dict[str, set[int]]) -> list[str]:
    overlaps = [
        (-len(numbers & set(component.numbers)), name, place)
        for place, component in enumerate(found)
        for name, numbers in present.items()
        if numbers & set(component.numbers)
    ]
    names: dict[int, str] = {}
    for _, name, place in sorted(overlaps):
        if place not in names and name not in names.values():
            names[place] = name
    prefix = f"C-{_EPOCH + datetime.timedelta(day)}-"
    known = conn.execute(select(func.max(campaign.c.campaign)).where(campaign.c.campaign.like(f"{prefix}%"))).scalar()
    serial = int(known.removeprefix(prefix)) if known else 0
    for place in range(len(found)):
        if place not in names:
            serial += 1
            names[place] = f"{prefix}{serial:04d}"
    return [names[place] for place in range(len(found))]


def _write(conn: Connection, day: int, joined: Iterable[CampaignJoined], left: Iterable[CampaignLeft]) -> None:
    rows = [{"campaign": one.campaign, "number": one.number, "joined": one.day, "left": 0} for one in joined]
    if rows:
        # Looked at again, a number may have left and come back on the same day.
        for row in rows:
            conn.execute(
                delete(campaign_number).where(
                    campaign_number.c.campaign == row["campaign"],
                    campaign_number.c.number == row["number"],
                    campaign_number.c.joined == day,
                )
            )
        conn.execute(campaign_number.insert(), rows)
    for one in left:
        conn.execute(
            update(campaign_number)
            .where(
                campaign_number.c.campaign == one.campaign,
                campaign_number.c.number == one.number,
                campaign_number.c.left == 0,
            )
            .values(left=day)
        )
