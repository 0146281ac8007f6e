"""Distinct proven reporters open a case by themselves, and so does a finding; numbers of reports do not."""

from __future__ import annotations

import contextlib
import os
import threading

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError

from cases.conftest import EVE, PACK, RULES, SETTINGS, due, facts, report_matched, seeded
from clearbell.calls import DAY
from clearbell.cases.evidence import Finding, Reports
from clearbell.cases.files import case_of, evidence_in
from clearbell.cases.model import Unit, UnitKind, Verdict, number_unit
from clearbell.cases.opening import distinct_reporters, open_cases
from clearbell.cases.queries import cases_about, queue
from clearbell.cases.service import do_close, do_verdict, do_verify
from clearbell.cases.tables import case_file
from clearbell.cases.wording import page
from clearbell.ledger import Store
from clearbell.registry.applications.findings import do_find
from clearbell.registry.applications.model import Found, Rule
from clearbell.registry.tables import resource
from clearbell.reports import do_withdraw_report
from clearbell.reports.model import Match
from clearbell.reports.resets import do_reset_number
from clearbell.testing import MovableClock

MARKETER, CLINIC = 8613800000066, 8657187000001
PEOPLE = [8613900000000 + place for place in range(40)]
LINE = RULES.reporters


def follow(store):
    return open_cases(store, RULES, due, os.urandom)


def about(store, number):
    with store.read() as conn:
        return cases_about(conn, number_unit(number))


def test_as_many_distinct_reporters_as_the_line_open_one_case(store):
    report_matched(store, MARKETER, PEOPLE[: LINE - 1])
    assert follow(store) == []
    report_matched(store, MARKETER, PEOPLE[LINE - 1 : LINE])
    [placed] = follow(store)
    assert placed.opened
    [row] = about(store, MARKETER)
    assert (row.case, row.state, row.opener) == (placed.case, "opened", "")
    with store.read() as conn:
        [one] = evidence_in(conn, placed.case)
    assert isinstance(one.what, Reports)
    assert (one.what.reporters, one.what.new, len(one.what.reports)) == (LINE, LINE, LINE)
    assert one.what.categories == {"property": LINE}


def test_thirty_reports_by_three_people_about_a_clinic_open_none(store):
    report_matched(store, CLINIC, PEOPLE[:3], times=10, category="health")
    assert follow(store) == []
    assert about(store, CLINIC) == []
    with store.read() as conn:
        assert distinct_reporters(conn, CLINIC, RULES, store.clock.now()) == 3


@pytest.mark.parametrize("match", [Match.NO_RECORDS, Match.NONE])
def test_reports_of_calls_that_are_not_on_record_open_none(store, match):
    report_matched(store, CLINIC, PEOPLE, match=match)
    assert follow(store) == []


def test_reports_before_the_window_or_taken_back_or_of_a_former_user_do_not_count(store, clock):
    report_matched(store, MARKETER, PEOPLE[:2])
    clock.move((RULES.window_days + 1) * DAY)
    report_matched(store, MARKETER, PEOPLE[2 : LINE + 1])
    assert follow(store) == []
    report_matched(store, CLINIC, PEOPLE[:LINE])
    with store.act("test") as act:
        do_withdraw_report(act, f"{CLINIC}-{PEOPLE[0]}-0", SETTINGS)
    assert follow(store) == []
    report_matched(store, CLINIC + 1, PEOPLE[:LINE])
    with store.act("test") as act:
        do_reset_number(act, CLINIC + 1, act.at, SETTINGS)
    assert follow(store) == []


def test_more_reporters_join_the_case_and_the_same_news_is_told_once(store):
    report_matched(store, MARKETER, PEOPLE[:LINE])
    [first] = follow(store)
    assert follow(store) == []
    report_matched(store, MARKETER, PEOPLE[LINE : LINE + 4])
    [more] = follow(store)
    assert (more.case, more.opened) == (first.case, False)
    with store.read() as conn:
        entries = [one.what for one in evidence_in(conn, first.case)]
        urgency = case_of(conn, first.case).urgency
    assert [(one.reporters, one.new) for one in entries] == [(LINE, LINE), (LINE + 4, 4)]
    assert urgency == RULES.urgency.reports + 4 * RULES.urgency.per_reporter


def test_a_verdict_is_on_all_that_was_reported_until_then(store, clock):
    report_matched(store, MARKETER, PEOPLE[:LINE])
    [placed] = follow(store)
    clock.move(DAY)
    with store.act("test") as act:
        do_verify(act, placed.case, due, officer="o1")
        do_verdict(act, placed.case, Verdict.CLEARED, "a courier", RULES, due, officer="o1")
        do_close(act, placed.case, "done", due, officer="o1")
    clock.move(DAY)
    report_matched(store, MARKETER, PEOPLE[LINE : 2 * LINE - 1])
    assert follow(store) == []
    report_matched(store, MARKETER, PEOPLE[2 * LINE - 1 : 2 * LINE])
    [again] = follow(store)
    assert again.opened
    assert len(about(store, MARKETER)) == 2


class BrokenError(Exception):
    """The process dies here."""


def dying(after):
    """Randomness that fails once ``after`` cases were named."""
    left = iter(range(after))

    def draw(size):
        if next(left, None) is None:
            raise BrokenError
        return os.urandom(size)

    return draw


def test_a_follower_that_dies_at_any_case_opens_each_once_when_it_starts_again(store):
    for place in range(6):
        report_matched(store, MARKETER + place, PEOPLE[:LINE])
    for after in range(3):
        with pytest.raises(BrokenError):
            open_cases(store, RULES, due, dying(after), at_once=2)
        with store.read() as conn:
            # Acts of two numbers land whole or not at all.
            assert len(queue(conn, store.clock.now())) % 2 == 0
    assert len(facts(store, "cases.opened")) == 2
    # Another process, as after a restart.
    other = Store.open(str(store.engine.url), clock=store.clock)
    assert [one.opened for one in open_cases(other, RULES, due, os.urandom, at_once=2)] == [True] * 4
    assert follow(store) == []
    assert len(facts(store, "cases.opened")) == 6
    assert [len(about(store, MARKETER + place)) for place in range(6)] == [1] * 6
    other.close()


def test_reports_that_come_while_many_cases_are_opened_are_not_missed(store):
    for place in range(1, 4):
        report_matched(store, MARKETER + place, PEOPLE[:LINE])
    late = iter([lambda: report_matched(store, MARKETER, PEOPLE[:LINE])])

    class Watched:
        """A store in which somebody reports between two acts."""

        def __getattr__(self, name):
            return getattr(store, name)

        @contextlib.contextmanager
        def act(self, actor):
            with store.act(actor) as act:
                yield act
            next(late, lambda: None)()

    opened = open_cases(Watched(), RULES, due, os.urandom, at_once=1)
    assert len(opened) == 3
    assert [one.opened for one in follow(store)] == [True]
    assert len(about(store, MARKETER)) == 1


def test_two_nodes_that_follow_at_once_open_one_case(store):
    report_matched(store, MARKETER, PEOPLE[:LINE])
    stores = [Store.open(str(store.engine.url), clock=store.clock) for _ in range(2)]
    found = []
    threads = [threading.Thread(target=lambda one=one: found.extend(follow(one))) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.opened for one in found] == [True]
    assert len(about(store, MARKETER)) == 1
    for one in stores:
        one.close()


def test_a_crowd_is_named_in_part_and_told_again_only_when_it_grows(store):
    crowd = [8613700000000 + place for place in range(230)]
    report_matched(store, MARKETER, crowd)
    [placed] = follow(store)
    with store.read() as conn:
        [one] = evidence_in(conn, placed.case)
    assert (one.what.reporters, one.what.new, len(one.what.reports)) == (230, 230, 200)
    report_matched(store, MARKETER, crowd[:1], tag="again")
    assert follow(store) == []
    report_matched(store, MARKETER, [8613700009999])
    assert [one.opened for one in follow(store)] == [False]


def test_a_finding_opens_a_case_about_the_number_or_its_holder(store):
    row = {"holder": "H1", "purpose": "service", "trunks": "", "inbound_only": True, "category": ""}
    with store.engine.begin() as conn:
        conn.execute(resource.insert().values(resource="R1", first=CLINIC, last=CLINIC, **row))
        conn.execute(resource.insert().values(resource="R2", first=CLINIC + 10, last=CLINIC + 19, **row))
    with store.act("system:watch") as act:
        do_find(act, Found(Rule.INBOUND_USED_OUTBOUND, "R1", "2026-09-30", {"calls": 40, "holder": "H1"}))
        do_find(act, Found(Rule.SUBLETTING, "R2", "2026-09-30", {"calls": 7, "holder": "H1"}))
    placed = follow(store)
    assert [one.opened for one in placed] == [True, True]
    [row] = about(store, CLINIC)
    with store.read() as conn:
        [held] = cases_about(conn, Unit(UnitKind.HOLDER, "H1"))
        [seen] = evidence_in(conn, row.case)
        assert row.urgency == held.urgency == RULES.urgency.finding
    assert seen.what == Finding(Rule.INBOUND_USED_OUTBOUND.value, {"calls": 40, "holder": "H1"})
    assert follow(store) == []


def test_no_reporter_is_named_in_a_case(store):
    report_matched(store, MARKETER, PEOPLE[:LINE], tag="")
    follow(store)
    for kind in ("cases.opened", "cases.evidence"):
        for raw in facts(store, kind):
            for name, value in msgspec.json.decode(raw).items():
                assert value not in PEOPLE, name


@pytest.mark.process
def test_cases_open_and_are_told_on_postgresql_as_on_sqlite(postgresql_url, tmp_path):
    told = []
    for url in (postgresql_url, f"sqlite:///{tmp_path / 'clearbell.db'}"):
        store = Store.open(url, clock=MovableClock(EVE))
        store.create()
        report_matched(store, MARKETER, PEOPLE[: LINE + 2])
        report_matched(store, CLINIC, PEOPLE[:3], times=10)
        [placed] = open_cases(store, RULES, due, seeded())
        with pytest.raises(IntegrityError), store.engine.begin() as conn:
            conn.execute(case_file.insert().values(**(case_of(conn, placed.case)._asdict() | {"case": "another"})))
        with store.read() as conn:
            told.append(page(conn, placed.case, PACK, "en"))
        assert open_cases(store, RULES, due, seeded()) == []
        store.close()
    assert told[0] == told[1]
    assert "7 distinct proven reporters" in told[0]
