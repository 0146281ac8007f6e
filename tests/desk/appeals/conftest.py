"""Appeals filed and decided in a store that has cases, sanctions, labels and notices."""

from __future__ import annotations

import pytest

from cases.conftest import PACK, due
from clearbell.appeals.queries import appeal_of
from clearbell.desk.appeals.deciding import Asked, do_decide, do_take_in, preview
from clearbell.labels import publish_labels
from clearbell.labels.queries import label_of
from clearbell.labels.settings import label_settings
from desk.conftest import clock, store

__all__ = ["clock", "store"]


class Office:
    """Where appeals come in."""

    def __init__(self, store):
        self.store = store
        self.decisions = {}

    def file(self, about, name="A", statement="it was not me", **more):
        with self.store.act("clerk") as act:
            asked = Asked(str(about), statement, **more)
            return do_take_in(act, name, asked, self.decisions.get, PACK, due)

    def decide(self, name="A", reason="looked into", *, upheld=True, officer="chief"):
        with self.store.act("clerk") as act:
            return do_decide(act, name, reason, PACK, due, upheld=upheld, officer=officer)

    def preview(self, name="A"):
        with self.store.read() as conn:
            return preview(conn, name, self.store.clock.now())

    def row(self, name="A"):
        with self.store.read() as conn:
            return appeal_of(conn, name)

    def label(self, number):
        with self.store.read() as conn:
            return label_of(conn, number, self.store.clock.now())

    def publish(self):
        publish_labels(self.store, label_settings(PACK))


@pytest.fixture
def office(store):
    return Office(store)
