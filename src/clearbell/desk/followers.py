"""How the followers of the ledger do that every node keeps: what each does, how far it came, what waits for it."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, select

from clearbell.calls import MINUTE
from clearbell.cases import opening
from clearbell.desk import sanctioning
from clearbell.desk.appeals import telling
from clearbell.labels import publishing
from clearbell.ledger.tables import ledger_entry, ledger_follower
from clearbell.notices.model import State
from clearbell.notices.tables import notice

PATIENCE = 2 * MINUTE
"""What waits longer than this, µs, is told as a fault: each follower looks once a second."""
MOST = 10_000
"""Entries that are counted; of more it is only said that there are more."""


class Followed(msgspec.Struct, frozen=True):
    """A follower, and what it acts on."""

    name: str
    """As the ledger keeps its place."""
    kinds: tuple[str, ...]
    zh: str
    en: str


FOLLOWERS: tuple[Followed, ...] = (
    Followed(opening.FOLLOWER, tuple(opening.KINDS), "立案:举报与码号检测", "opens cases from reports and findings"),
    Followed(publishing.FOLLOWER, tuple(publishing.KINDS), "发布标注", "publishes labels"),
    Followed(sanctioning.FOLLOWER, tuple(sanctioning.KINDS), "处置告知", "tells the subjects of sanctions"),
    Followed(telling.FOLLOWER, tuple(telling.KINDS), "申诉告知", "tells appellants"),
)


class Standing(msgspec.Struct, frozen=True):
    """How a follower does. Times are µs UTC."""

    followed: Followed
    cursor: int
    """Place in the ledger that it has come to."""
    moved: int
    """When it last moved; 0: never."""
    behind: int
    """Entries past the cursor that concern it, at most :data:`MOST` counted."""
    lag: int
    """How long the oldest of them has been there, µs."""

    @property
    def well(self) -> bool:
        """Whether nothing waits longer than it should."""
        return self.lag <= PATIENCE


def followers_standing(conn: Connection, now: int) -> list[Standing]:
    """How each follower does at ``now`` (µs UTC)."""
    rows = {row.name: row for row in conn.execute(select(ledger_follower))}
    found = []
    for one in FOLLOWERS:
        row = rows.get(one.name)
        cursor = row.cursor if row is not None else 0
        new = select(ledger_entry.c.at).where(ledger_entry.c.seq > cursor, ledger_entry.c.kind.in_(one.kinds))
        waiting = new.order_by(ledger_entry.c.seq).limit(MOST).subquery()
        behind, since = conn.execute(select(func.count(), func.min(waiting.c.at)).select_from(waiting)).one()
        moved = row.moved_at if row is not None else 0
        found.append(Standing(one, cursor, moved, behind, max(0, now - since) if behind else 0))
    return found


class Waiting(msgspec.Struct, frozen=True):
    """Messages to people that wait on one channel."""

    channel: str
    count: int
    """Due, and not taken yet; at most :data:`MOST` counted."""
    lag: int
    """How long the oldest of them is due, µs."""

    @property
    def well(self) -> bool:
        """Whether none waits longer than it should."""
        return self.lag <= PATIENCE


def notices_waiting(conn: Connection, now: int) -> list[Waiting]:
    """Of each channel on which messages are due at ``now`` (µs UTC) and wait, how many and how long."""
    c = notice.c
    due = select(c.channel, c.due).where(c.state == State.QUEUED.value, c.due <= now, c.not_after > now)
    some = due.order_by(c.due).limit(MOST).subquery()
    query = select(some.c.channel, func.count(), func.min(some.c.due)).group_by(some.c.channel).order_by(some.c.channel)
    return [Waiting(channel, count, now - since) for channel, count, since in conn.execute(query)]
