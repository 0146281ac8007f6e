"""Reading labels: of one number, and what changed since a version."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, select

from clearbell.labels.model import Labelled
from clearbell.labels.publishing import last_version
from clearbell.labels.tables import label, label_imposed

__all__ = [
    "Change",
    "changes",
    "count",
    "label_of",
    "labelled_by",
    "labels",
    "labels_in_bucket",
    "last_version",
    "strongest",
]
_COLUMNS = tuple(label.c[name] for name in Labelled.__struct_fields__)


class Change(msgspec.Struct, frozen=True):
    """A label as it now stands, or its tombstone, and the version it changed in."""

    version: int
    label: Labelled

    @property
    def removed(self) -> bool:
        """Whether it is a tombstone: nothing is published about the number any more."""
        return not self.label.category


def label_of(conn: Connection, number: int, at: int) -> Labelled | None:
    """The label in force on a number at ``at`` (µs UTC)."""
    query = select(*_COLUMNS).where(label.c.number == number, label.c.category != "", label.c.until > at)
    row = conn.execute(query).first()
    return Labelled(*row) if row else None


def labels(conn: Connection, at: int, limit: int = 100) -> list[Labelled]:
    """Labels in force at ``at`` (µs UTC), those with the most complaints first."""
    return [change.label for change in strongest(conn, at, limit)]


def strongest(conn: Connection, at: int, limit: int) -> list[Change]:
    """Labels in force at ``at`` (µs UTC) with their versions, those with the most complaints first."""
    query = select(label.c.version, *_COLUMNS).where(label.c.category != "", label.c.until > at)
    rows = conn.execute(query.order_by(label.c.reporters.desc(), label.c.number).limit(limit))
    return [Change(version, Labelled(*rest)) for version, *rest in rows]


def labels_in_bucket(conn: Connection, bucket: int, at: int) -> list[Labelled]:
    """Labels in force at ``at`` (µs UTC) on numbers whose digests begin with ``bucket``; see ``hashing``."""
    query = select(*_COLUMNS).where(label.c.bucket == bucket, label.c.category != "", label.c.until > at)
    return [Labelled(*row) for row in conn.execute(query.order_by(label.c.number))]


def count(conn: Connection, at: int) -> int:
    """How many labels are in force at ``at`` (µs UTC)."""
    query = select(func.count()).select_from(label).where(label.c.category != "", label.c.until > at)
    return conn.execute(query).scalar_one()


def labelled_by(conn: Connection, sanction: str) -> int:
    """How many numbers have a label that a sanction put there."""
    query = select(func.count()).select_from(label_imposed).where(label_imposed.c.sanction == sanction)
    return conn.execute(query).scalar_one()


def changes(conn: Connection, since_version: int, limit: int = 10_000) -> list[Change]:
    """Up to ``limit`` changes past a version, oldest first, tombstones among them.

    A reader keeps the version of the last change it got and asks from there; fewer than ``limit`` means it is up
    to date. One that asks from 0 starts anew and is spared tombstones.
    """
    query = select(label.c.version, *_COLUMNS).where(label.c.version > since_version)
    if not since_version:
        query = query.where(label.c.category != "")
    rows = conn.execute(query.order_by(label.c.version).limit(limit))
    return [Change(version, Labelled(*rest)) for version, *rest in rows]
