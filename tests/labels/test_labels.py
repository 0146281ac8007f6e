from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from clearbell.calls import DAY, HOUR
from clearbell.labels import LabelSettings, Published, do_publish_labels, publish_labels
from clearbell.labels.model import FACTS, Labelled
from clearbell.labels.queries import changes, count, label_of, labels, last_version
from clearbell.labels.rules import bucket, category_of, matters
from clearbell.labels.tables import label, label_version
from clearbell.ledger.tables import ledger_follower
from clearbell.reports import (
    ReputationSettings,
    do_file_reports,
    do_forget_number,
    do_rebuild_reputation,
    do_withdraw_report,
)
from clearbell.reports.model import Reported
from clearbell.reports.tables import report, reputation
from clearbell.testing import MovableClock, fresh_store

NUMBER = 8613800000001
RULES = LabelSettings(min_reporters=3, min_score=2.5, days=90)


class World:
    def __init__(self, folder):
        self.clock = MovableClock()
        self.store = fresh_store(folder, self.clock)
        self.filed = 0

    def report(self, times=1, number=NUMBER, days_ago=0.2, **more):
        at = self.clock.now() - int(days_ago * DAY)
        reports = []
        for _ in range(times):
            self.filed += 1
            reports.append(Reported(f"r{self.filed}", "desk", number, at, at, **more))
        with self.store.act("desk:test") as act:
            do_file_reports(act, reports)
        return self.filed

    def withdraw(self, *reports):
        with self.store.act("desk:test") as act:
            for one in reports:
                do_withdraw_report(act, f"r{one}")

    def publish(self):
        return publish_labels(self.store, RULES)

    def label(self, number=NUMBER):
        with self.store.read() as conn:
            return label_of(conn, number, self.clock.now())

    def changes(self, since=0, limit=1000):
        with self.store.read() as conn:
            return changes(conn, since, limit)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.store.close()


def test_a_number_gets_a_label_when_enough_people_complain_and_not_before(world):
    world.report(2)
    assert world.publish() == Published(0)
    assert world.label() is None
    world.report(1)
    assert world.publish() == Published(1, published=1)
    given_label = world.label()
    assert (given_label.category, given_label.reporters) == ("nuisance", 3)
    assert 2.5 < given_label.heat <= given_label.evidence <= 3.0
    (entry,) = world.store.entries(0, ["labels.published"])
    assert list(entry.decode(FACTS)) == [given_label]


def test_one_person_complaining_every_day_gives_no_label(world):
    for day in range(30):
        world.report(days_ago=day + 0.2, reporter=8613900000009)
    assert world.publish() == Published(0)


def test_complaints_of_long_ago_give_no_label(world):
    world.report(10, days_ago=91)
    assert world.publish() == Published(0)
    world.report(3, number=2, days_ago=60)
    assert world.publish() == Published(0)  # three complaints have faded below 2.5 after 33 days


def test_nothing_new_publishes_nothing_and_appends_nothing(world):
    world.report(3)
    world.publish()
    head = world.store.head()
    assert world.publish() == Published(1)
    assert world.store.head() == head


def test_with_nothing_to_look_at_no_writer_is_kept_waiting(world):
    world.report(3)
    world.publish()
    world.publish()
    with world.store.act("cli:busy"):
        assert world.publish() == Published(1)


def test_more_complaints_are_published_only_when_their_count_reaches_the_next_bucket(world):
    world.report(4)
    assert world.publish().published == 1
    world.report(5)
    assert world.publish() == Published(1)
    assert world.label().reporters == 4
    world.report(1)
    assert world.publish() == Published(2, renewed=1)
    assert world.label().reporters == 10


def test_a_category_prevails_when_more_than_half_of_those_that_name_one_name_it(world):
    world.report(2, category="loans")
    world.report(2, category="property")
    world.report(4)
    world.publish()
    assert world.label().category == "nuisance"
    world.report(1, category="loans")
    assert world.publish().renewed == 1
    assert world.label().category == "loans"


def test_a_label_lapses_and_leaves_a_tombstone_that_readers_get(world):
    world.report(3)
    world.publish()
    until = world.label().until
    world.clock.move(until - world.clock.now() - 1)
    assert world.label() is not None
    world.clock.move(1)
    assert world.label() is None
    assert world.publish() == Published(2, removed=1)
    (gone,) = world.changes(since=1)
    assert (gone.version, gone.removed, gone.label.number) == (2, True, NUMBER)
    assert world.changes(since=0) == []
    assert world.publish() == Published(2)


def test_strong_evidence_lapses_when_the_last_complaint_is_90_days_old(world):
    world.report(50)
    world.publish()
    assert world.label().until == world.clock.now() - int(0.2 * DAY) + 90 * DAY


def test_a_label_still_earned_is_renewed_before_it_lapses_without_a_gap(world):
    world.report(50)
    world.publish()
    world.clock.move(30 * DAY)
    world.report(1)
    assert world.publish() == Published(1)  # enough time is left: no churn
    world.clock.move(59 * DAY)
    assert world.label() is not None
    assert world.publish() == Published(2, renewed=1)
    world.clock.move(25 * DAY)
    assert world.label() is not None


def test_a_complaint_in_the_second_half_of_a_labels_time_renews_it(world):
    world.report(50)
    world.publish()
    world.clock.move(50 * DAY)
    world.report(1)
    assert world.publish() == Published(2, renewed=1)


def test_withdrawn_reports_take_the_label_away(world):
    last = world.report(3)
    world.publish()
    world.withdraw(last)
    assert world.publish() == Published(2, removed=1)
    assert world.label() is None
    world.report(1)
    assert world.publish() == Published(3, published=1)
    assert [change.version for change in world.changes()] == [3]


def test_the_label_of_a_forgotten_number_goes(world):
    world.report(3)
    world.publish()
    with world.store.act("cli:test") as act:
        do_forget_number(act, NUMBER)
        act.erase(NUMBER)
    assert world.publish() == Published(2, removed=1)
    assert world.label() is None


def test_after_a_recount_every_number_is_looked_at_anew(world):
    world.report(3, days_ago=20)
    world.publish()
    with world.store.act("cli:test") as act:
        do_rebuild_reputation(act, ReputationSettings(evidence_days=5.0))
    assert world.publish() == Published(2, removed=1)


def test_a_publication_that_does_not_commit_is_done_whole_the_next_time(world):
    world.report(3)
    with contextlib.suppress(KeyboardInterrupt), world.store.act("system:labels") as act:
        assert do_publish_labels(act, world.store, RULES, act.at).published == 1
        raise KeyboardInterrupt
    assert world.store.entries(0, ["labels.published"]) == []
    assert world.label() is None
    assert world.publish() == Published(1, published=1)
    assert len(world.store.entries(0, ["labels.published"])) == 1


def test_reading_the_same_reports_again_doubles_nothing(world):
    world.report(3)
    world.publish()
    with world.store.engine.begin() as conn:
        conn.execute(update(ledger_follower).values(cursor=0))
    assert world.publish() == Published(1)


def test_pages_of_changes_follow_one_another_and_end_at_the_last_version(world):
    for number in range(1, 8):
        world.report(3, number=number)
    world.publish()
    seen, since = [], 0
    while page := world.changes(since, limit=3):
        seen += [change.label.number for change in page]
        since = page[-1].version
    assert seen == list(range(1, 8))
    with world.store.read() as conn:
        assert since == last_version(conn) == 7
        assert count(conn, world.clock.now()) == 7
        assert [one.number for one in labels(conn, world.clock.now(), 2)] == [1, 2]


def test_buckets_are_those_that_readers_see():
    edges = [n for n in range(1, 1000) if bucket(n) != bucket(n - 1)]
    assert edges == [2, 4, 10, 20, 50, 100, 200, 400, 800]


def test_no_category_prevails_in_a_draw_and_none_where_none_is_named():
    assert category_of({"loans": 2, "property": 2}) == "nuisance"
    assert category_of({}) == "nuisance"
    assert category_of({"loans": 1}) == "loans"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 3), st.sampled_from(["", "loans"]), st.integers(0, 40)), max_size=8
    )
)
def test_a_reader_that_follows_the_versions_holds_what_one_look_at_everything_would_publish(world, steps):
    for table in (label, label_version, report, reputation):
        with world.store.engine.begin() as conn:
            conn.execute(table.delete())
    held, since = {}, 0
    for number, times, category, days in steps:
        if times:
            world.report(times, number=number, category=category)
        world.clock.move(days * DAY + HOUR)
        world.publish()
        for change in world.changes(since):
            since = change.version
            held[change.label.number] = change.label
    now = world.clock.now()
    alive = {n: one for n, one in held.items() if one.category and one.until > now}
    with world.store.read() as conn:
        assert alive == {one.number: one for one in labels(conn, now, 99)}
    # A second look at everything, with nothing published, finds the same: but for differences that do not matter.
    with world.store.engine.begin() as conn:
        conn.execute(label.delete())
        conn.execute(update(ledger_follower).values(cursor=0))
    world.publish()
    with world.store.read() as conn:
        fresh = {one.number: one for one in labels(conn, now, 99)}
    assert {n: (one.category, bucket(one.reporters)) for n, one in fresh.items()} == {
        n: (one.category, bucket(one.reporters)) for n, one in alive.items()
    }


def test_what_a_reader_must_be_told_is_a_new_category_a_new_bucket_or_time_running_out():
    old = Labelled(NUMBER, "loans", 5, 5.0, 5.0, 0, 90 * DAY)
    assert not matters(old, msgspec.structs.replace(old, reporters=9, heat=1.0, at=DAY, until=95 * DAY), RULES)
    assert matters(old, msgspec.structs.replace(old, reporters=10), RULES)
    assert matters(old, msgspec.structs.replace(old, category="property"), RULES)
    assert matters(old, msgspec.structs.replace(old, at=46 * DAY, until=95 * DAY), RULES)
    assert not matters(old, msgspec.structs.replace(old, at=46 * DAY), RULES)
