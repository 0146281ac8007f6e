from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import Column, Integer, Table, Text, select

from clearbell.intake import BadCell, Stored, places
from clearbell.ledger.tables import metadata
from clearbell.testing import fresh_store

taken = metadata.tables.get("test_taken")
if taken is None:
    taken = Table("test_taken", metadata, Column("place", Integer, primary_key=True), Column("name", Text))


class Named(msgspec.Struct, frozen=True):
    name: str


class Names:
    """A loader that refuses empty names at reading and ``refused`` ones at storing; equal names are duplicates."""

    name = "test.names"
    required = ("name", "age")

    def __init__(self):
        self.stops_at = None

    def bind(self, header):
        at = places(header, self.required)["name"]

        def read(row):
            if not row[at].strip():
                return [BadCell("name", "empty", "没有名字", "there is no name")]
            return Named(row[at])

        return read

    def store(self, act, items):
        if self.stops_at is not None and any(item.name == self.stops_at for item in items):
            raise KeyboardInterrupt
        known = set(act.conn.execute(select(taken.c.name)).scalars())
        refused = []
        duplicates = 0
        for place, item in enumerate(items):
            if item.name == "refused":
                refused.append((place, BadCell("name", "refused", "拒收", "not taken")))
            elif item.name in known:
                duplicates += 1
            else:
                known.add(item.name)
                act.conn.execute(taken.insert().values(name=item.name))
        return Stored(len(items) - duplicates - len(refused), duplicates, refused)


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    with store.engine.begin() as conn:
        taken.create(conn, checkfirst=True)
    yield store
    store.close()


@pytest.fixture
def names():
    return Names()


@pytest.fixture
def stored_names(store):
    def read():
        with store.read() as conn:
            return list(conn.execute(select(taken.c.name).order_by(taken.c.place)).scalars())

    return read
