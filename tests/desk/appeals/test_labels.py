"""Appeals against a label: what upholding one undoes, and what comes after."""

from __future__ import annotations

import datetime

import pytest

from cases.conftest import PACK, SETTINGS
from clearbell.appeals.errors import AppealError
from clearbell.appeals.model import FACTS, Ground, deadline_of
from clearbell.appeals.model import Subject as Against
from clearbell.calls import DAY
from clearbell.labels.queries import changes
from clearbell.ledger.verify import verify
from clearbell.policy.deadlines import due_after
from clearbell.policy.workdays import builtin_workdays
from clearbell.reports import do_file_reports, do_rebuild_reputation
from clearbell.reports.model import Reported
from clearbell.reports.queries import categories_of, reputation_of

NUMBER = 8613800000066


class World:
    def __init__(self, office):
        self.office = office
        self.store = office.store
        self.serial = 0

    @property
    def now(self):
        return self.store.clock.now()

    def report(self, days_ago, people, category="loans", *, publish=True):
        at = self.now - int(days_ago * DAY)
        reports = []
        for _ in range(people):
            self.serial += 1
            reports.append(Reported(f"r{self.serial}", "api", NUMBER, at, at, 8613700000000 + self.serial, category))
        with self.store.act("test") as act:
            do_file_reports(act, reports, SETTINGS)
        if publish:
            self.office.publish()

    def appeal(self, name="A", ground=Ground.WRONG_NAME, **more):
        return self.office.file(NUMBER, name, ground=ground, **more)

    def decide(self, name="A", **more):
        self.office.decide(name, **more)

    def label(self):
        return self.office.label(NUMBER)

    def reputation(self):
        with self.store.read() as conn:
            return reputation_of(conn, NUMBER)


@pytest.fixture
def world(office):
    return World(office)


def test_upheld_for_a_recycled_number_only_its_former_users_calls_are_set_aside(world):
    world.report(40, 6, "loans")
    world.report(2, 2, "property")
    assert world.label() is not None
    world.appeal(ground=Ground.RECYCLED, since=world.now - 10 * DAY)
    assert (world.office.preview().labels, world.office.preview().reports) == (1, 6)
    world.decide()
    assert world.label() is None
    assert world.reputation().reports == 2
    with world.store.read() as conn:
        assert categories_of(conn, [NUMBER]) == {NUMBER: {"property": 2}}
        assert [change.removed for change in changes(conn, 1)] == [True]
    # A call on the very day is the new user's; one before it never counts, however late it is reported.
    world.report(30, 5)
    assert (world.label(), world.reputation().reports) == (None, 2)
    world.report(10, 3)
    assert world.label().reporters == 5


def test_upheld_for_a_wrong_name_all_said_so_far_is_set_aside_and_nothing_later(world):
    world.report(3, 20)
    world.appeal()
    world.decide()
    assert world.label() is None
    assert (world.reputation().reports, world.reputation().evidence) == (0, 0.0)
    world.store.clock.move(2 * DAY)
    world.report(0, 5)
    assert world.label().reporters == 5


def test_what_is_left_after_upholding_is_published_in_the_same_act(world):
    world.report(40, 6, "loans")
    world.report(2, 5, "property")
    world.appeal(ground=Ground.RECYCLED, since=world.now - 10 * DAY)
    world.decide()
    assert (world.label().category, world.label().reporters) == ("property", 5)


def test_a_recount_keeps_what_was_set_aside(world):
    world.report(3, 20)
    world.appeal()
    world.decide()
    before = world.reputation()
    with world.store.act("test") as act:
        do_rebuild_reputation(act, SETTINGS)
    assert world.reputation() == before
    assert verify(world.store).fault is None


def test_who_complained_of_the_former_user_counts_anew_against_the_present_one(world):
    world.report(40, 6)
    world.appeal(ground=Ground.RECYCLED, since=world.now - 10 * DAY)
    world.decide()
    at = world.now - DAY
    with world.store.act("test") as act:
        again = [Reported(f"again-{n}", "api", NUMBER, at, at, 8613700000000 + n) for n in range(1, 7)]
        do_file_reports(act, again, SETTINGS)
    added_up = world.reputation()
    with world.store.act("test") as act:
        do_rebuild_reputation(act, SETTINGS)
    assert (added_up.reports, added_up.reporters) == (6, 6)
    assert (world.reputation().reports, world.reputation().reporters) == (6, 6)


def test_the_ledger_says_who_filed_and_who_decided(world):
    world.report(3, 6)
    world.appeal(filer="a clinic")
    world.decide()
    filed, decided = (next(entry.decode(FACTS)) for entry in world.store.entries(0, FACTS))
    assert (filed.filer, decided.officer, decided.words) == ("a clinic", "chief", "looked into")
    assert (filed.subject, filed.id, filed.appellant.value) == (Against.LABEL, str(NUMBER), "mislabelled")


def test_rejected_the_label_stays_and_one_may_appeal_again(world):
    world.report(3, 6)
    world.appeal()
    world.decide(upheld=False)
    assert world.label().reporters == 6
    world.appeal("B")
    assert world.office.row("B").state == "received"


def test_a_number_without_a_label_has_nothing_to_appeal_against(world):
    head = world.store.head()
    with pytest.raises(AppealError) as refusal:
        world.appeal()
    assert (refusal.value.zh, refusal.value.en) == (
        "没有该编号的判定、标注、处置、黑名单条目或案件结论可供申诉;请核对编号",
        "there is no decision, label, sanction, blacklist entry or verdict of that id to appeal against; check the id",
    )
    assert world.store.head() == head


def test_the_deadline_is_the_end_of_the_third_working_day():
    zone = datetime.timezone(datetime.timedelta(hours=8))
    # The National Day holiday of 2026 begins on a Thursday.
    filed = datetime.datetime(2026, 9, 30, 15, tzinfo=zone)
    days = builtin_workdays("cn")
    due = due_after(int(filed.timestamp() * 1e6), deadline_of(Against.LABEL), PACK, days)
    midnight = datetime.datetime.fromtimestamp(due / 1e6, zone)
    last = midnight.date() - datetime.timedelta(1)
    assert (midnight.hour, days.between(filed.date(), last), days.is_working(last)) == (0, 3, True)
    assert last > datetime.date(2026, 10, 7)
