"""Mass notices that another officer approved, and a clock to move."""

from __future__ import annotations

import pytest

from clearbell.calls import HOUR
from clearbell.notices.mass.audience import CHANNELS, Gathered, Person, approve
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.model import Audience, Source, Words
from clearbell.notices.mass.service import do_draft, do_start, do_submit
from clearbell.policy.pack import builtin_pack
from clearbell.testing import MovableClock, fresh_store

RULES = builtin_pack("cn").mass_notices
FIRST = 8613900000000
WORDS = Words("今晚停机维护。", "Down tonight for maintenance.", "停机", "Maintenance")


class Post:
    """A store, and notices on their way."""

    def __init__(self, folder):
        self.clock = MovableClock()
        self.store = fresh_store(folder, self.clock)

    def started(self, recipients, channel, **more):
        """A notice to them on a channel, approved and started."""
        fields = {
            "name": "n",
            "words": WORDS,
            "audience": Audience(Source.LIST, list="x"),
            "not_after": self.clock.now() + HOUR,
            "channels": (channel,),
            **more,
        }
        people = [Person(str(one), CHANNELS.index(channel)) for one in recipients]
        with self.store.act("t") as act:
            number = do_draft(act, RULES, Draft(**fields), officer="li")
            do_submit(act, number, officer="li")
        approve(self.store, number, Gathered(people, {}), officer="wang", actor="t", token="x")
        with self.store.act("t") as act:
            do_start(act, number, officer="li")
        return number

    def kinds(self):
        return [entry.kind for entry in self.store.entries(0)]


@pytest.fixture
def mass(tmp_path):
    made = Post(tmp_path)
    yield made
    made.store.close()
