"""An appeal against a label: who may decide it, what upholding undoes, and what comes after."""

from __future__ import annotations

import datetime

import pytest

from clearbell.calls import DAY
from clearbell.labels import LabelSettings, publish_labels
from clearbell.labels.appeals.errors import AppealError
from clearbell.labels.appeals.model import DEADLINE, FACTS, TRANSITIONS, Ground, State, Step
from clearbell.labels.appeals.service import appeal_of, appeals_open, do_appeal, do_decide
from clearbell.labels.erasure import do_forget_number
from clearbell.labels.queries import changes, label_of
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError
from clearbell.policy.deadlines import due_after
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.reports import ReputationSettings, do_file_reports, do_rebuild_reputation
from clearbell.reports.model import Reported
from clearbell.reports.queries import categories_of, reputation_of
from clearbell.testing import fresh_store

NUMBER = 8613800000066
SETTINGS = ReputationSettings(utc_offset_minutes=480)
LABELS = LabelSettings()


class World:
    def __init__(self, folder):
        self.store = fresh_store(folder)
        self.serial = 0

    @property
    def now(self):
        return self.store.clock.now()

    def report(self, days_ago, people, category="loans"):
        at = self.now - int(days_ago * DAY)
        reports = []
        for _ in range(people):
            self.serial += 1
            reports.append(Reported(f"r{self.serial}", "api", NUMBER, at, at, 8613700000000 + self.serial, category))
        with self.store.act("test") as act:
            do_file_reports(act, reports, SETTINGS)
        publish_labels(self.store, LABELS)

    def appeal(self, name="A", ground=Ground.WRONG_NAME, **more):
        with self.store.act("clerk") as act:
            return do_appeal(act, name, NUMBER, ground, **more)

    def decide(self, name="A", step=Step.UPHOLD, reason="looked into", officer="chief"):
        with self.store.act("clerk") as act:
            do_decide(act, name, step, reason, SETTINGS, officer=officer)
        publish_labels(self.store, LABELS)

    def label(self):
        with self.store.read() as conn:
            return label_of(conn, NUMBER, self.now)

    def reputation(self):
        with self.store.read() as conn:
            return reputation_of(conn, NUMBER)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_upheld_for_a_recycled_number_only_its_former_users_calls_are_set_aside(world):
    world.report(40, 6, "loans")
    world.report(2, 2, "property")
    assert world.label() is not None
    world.appeal(ground=Ground.RECYCLED, since=world.now - 10 * DAY)
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
    assert (filed.filer, decided.officer, decided.reason) == ("a clinic", "chief", "looked into")


def test_refused_the_label_stays_and_one_may_appeal_again(world):
    world.report(3, 6)
    world.appeal()
    world.decide(step=Step.REFUSE)
    assert world.label().reporters == 6
    world.appeal("B")
    with world.store.read() as conn:
        assert appeal_of(conn, "A").state == State.REFUSED.value
        assert [row.appeal for row in appeals_open(conn)] == ["B"]


def test_what_cannot_be_is_refused_in_both_languages_and_changes_nothing(world):
    def refused(act):
        with pytest.raises((AppealError, IllegalStepError)) as error:
            act()
        return error.value.column, error.value.zh, error.value.en

    assert refused(world.appeal) == (
        "number", "该号码没有标注,无需申诉", "the number has no label; there is nothing to appeal against",
    )  # fmt: skip
    world.report(3, 6)
    head = world.store.head()
    assert refused(lambda: world.appeal(ground=Ground.RECYCLED)) == (
        "since", "以二次放号为由须写明本人启用号码的日期,且不晚于今天",
        "for a recycled number say since when it is yours, a day not after today",
    )  # fmt: skip
    assert refused(lambda: world.appeal(ground=Ground.RECYCLED, since=world.now + DAY))[0] == "since"
    assert world.store.head() == head
    world.appeal()
    head = world.store.head()
    assert refused(lambda: world.appeal("B")) == (
        "number", "该号码已有未决申诉 A;请等待其结果", "the appeal A about the number is still open; wait for its answer",
    )  # fmt: skip
    assert refused(lambda: world.decide(officer="clerk")) == (
        "officer", "提交申诉的人不得自行决定,须由他人决定", "who filed the appeal may not decide it; someone else must",
    )  # fmt: skip
    assert refused(lambda: world.decide(reason=" ")) == ("reason", "须写明理由", "give a reason")
    assert refused(lambda: world.decide("C")) == ("appeal", "没有编号为 C 的申诉", "there is no appeal C")
    assert world.store.head() == head
    world.decide()
    head = world.store.head()
    assert refused(lambda: world.decide(step=Step.REFUSE))[0] == "step"
    assert world.store.head() == head


def test_every_step_leaves_received_for_good():
    assert {state for state, _ in TRANSITIONS} == {State.RECEIVED}
    assert all(transition.deadline in builtin_pack("cn").deadlines for transition in TRANSITIONS.values())


def test_the_deadline_is_the_end_of_the_third_working_day():
    zone = datetime.timezone(datetime.timedelta(hours=8))
    # The National Day holiday of 2026 begins on a Thursday.
    filed = datetime.datetime(2026, 9, 30, 15, tzinfo=zone)
    due = due_after(int(filed.timestamp() * 1e6), DEADLINE, builtin_pack("cn"), builtin_workdays("cn"))
    days = builtin_workdays("cn")
    midnight = datetime.datetime.fromtimestamp(due / 1e6, zone)
    last = midnight.date() - datetime.timedelta(1)
    assert (midnight.hour, days.between(filed.date(), last), days.is_working(last)) == (0, 3, True)
    assert last > datetime.date(2026, 10, 7)


def test_a_forgotten_numbers_appeals_go(world):
    world.report(3, 6)
    world.appeal(statement="I am a clinic")
    with world.store.act("test") as act:
        assert do_forget_number(act, NUMBER) == 2
    with world.store.read() as conn:
        assert appeal_of(conn, "A") is None
