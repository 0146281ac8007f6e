"""Open figures are whole months of what happened, and nobody is recognised in them."""

import datetime
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.appeals.model import Moved, State, Step
from clearbell.calls import DAY, HOUR
from clearbell.desk.figures import adding
from clearbell.desk.figures.adding import add_figures
from clearbell.desk.figures.model import CALLS, COLUMNS
from clearbell.desk.figures.queries import MONTHS, months, shown, since
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.records.outcomes.tables import day_outcome
from clearbell.reports.model import Reported
from clearbell.testing import MovableClock, fresh_store

PACK = builtin_pack("cn")
LEAST = PACK.figures.least


def micros(*when):
    return int(datetime.datetime(*when, tzinfo=datetime.timezone(datetime.timedelta(hours=8))).timestamp()) * 1_000_000


class Office:
    def __init__(self, folder):
        self.clock = MovableClock()
        self.clock.move(micros(2026, 10, 31, 23) - self.clock.now())
        self.store = fresh_store(folder, self.clock)
        self.serial = 0

    def reports(self, count):
        with self.store.act("test") as act:
            filed = [
                Reported(f"r{self.serial + n}", "api", 8613800000066, act.at, act.at, 8613700000000 + n, "loans")
                for n in range(count)
            ]
            act.append("reports.received", filed, about=lambda one: one.reporter)
        self.serial += count

    def moved(self, *states):
        with self.store.act("test") as act:
            facts = [Moved(f"a{n}", Step.UPHOLD, state, "li") for n, state in enumerate(states)]
            act.append("appeals.moved", facts, about=lambda one: one.appeal)

    def calls(self, day, action, count):
        with self.store.act("test") as act:
            act.conn.execute(day_outcome.insert().values(day=day, action=action, calls=count))

    def add(self):
        while add_figures(self.store, PACK.utc_offset_minutes):
            pass

    def months(self):
        with self.store.read() as conn:
            return {one.month: one.figures for one in months(conn, PACK, self.clock.now())}


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.store.close()


def test_what_happened_is_counted_once_on_its_local_day(office, monkeypatch):
    monkeypatch.setattr(adding, "AT_ONCE", 1)
    office.reports(LEAST)
    office.clock.move(HOUR - 1)
    office.reports(LEAST)
    # A moment later it is November in China, and still October in London.
    office.clock.move(1)
    office.reports(3 * LEAST)
    for _ in range(2):
        office.add()
    office.clock.move(30 * DAY)
    found = office.months()
    assert {month: figures["reports"] for month, figures in found.items()} == {
        "2026-10": 2 * LEAST,
        "2026-11": 3 * LEAST,
    }
    with office.store.read() as conn:
        assert since(conn) == (micros(2026, 10, 31) + 8 * HOUR) // DAY


def test_the_present_month_is_not_told(office):
    office.reports(LEAST)
    office.add()
    assert office.months() == {}
    office.clock.move(HOUR)
    assert list(office.months()) == ["2026-10"]


def test_only_appeals_that_were_upheld_are_granted(office):
    office.moved(*[State.UPHELD] * LEAST, State.REJECTED, State.REVIEWING)
    office.moved(State.REJECTED)
    office.add()
    office.clock.move(HOUR)
    assert office.months()["2026-10"]["granted"] == LEAST


def test_what_was_erased_since_still_happened(office):
    office.reports(LEAST)
    with office.store.act("test") as act:
        act.erase(8613700000000)
    office.add()
    office.clock.move(HOUR)
    assert office.months()["2026-10"]["reports"] == LEAST


def test_two_years_are_told_and_no_more(office):
    first = datetime.date(1970, 1, 1)
    for year, month in ((2024, 9), (2024, 10), (2026, 9), (2026, 10)):
        office.calls((datetime.date(year, month, 15) - first).days, "allow", 1_000)
    office.clock.move(-DAY)
    assert list(office.months()) == ["2026-09", "2024-10"]
    assert MONTHS == 24


@pytest.mark.process
def test_months_are_the_same_on_postgresql(postgresql_url):
    clock = MovableClock()
    clock.move(micros(2026, 11, 2) - clock.now())
    store = Store.open(postgresql_url, clock=clock)
    try:
        store.create()
        first = datetime.date(1970, 1, 1)
        with store.act("test") as act:
            for month, day, calls in ((9, 30, 100), (10, 1, 20), (10, 31, 30), (11, 1, 999)):
                row = {"day": (datetime.date(2026, month, day) - first).days, "action": "allow", "calls": calls}
                act.conn.execute(day_outcome.insert().values(row))
            act.append("reports.received", [Reported("r", "api", 1, 1, 1, 2, "loans")], about=lambda one: one.reporter)
        assert add_figures(store, 480) == 1
        with store.read() as conn:
            found = {one.month: one.figures["calls"] for one in months(conn, PACK, clock.now())}
        assert found == {"2026-10": 50, "2026-09": 100}
    finally:
        store.close()


def test_small_counts_and_the_sums_that_would_give_them_away_are_left_out():
    counts = Counter({"calls-allow": 1000, "calls-reject": LEAST - 1, "reports": LEAST, "cases": 1})
    found = shown(counts, LEAST)
    assert list(found) == list(COLUMNS)
    assert (found["calls"], found["calls-allow"], found["calls-reject"], found["calls-label"]) == (None, 1000, None, 0)
    assert (found["reports"], found["cases"], found["sanctions"]) == (LEAST, None, 0)
    assert shown(counts, 1)["calls"] == 999 + LEAST


@given(st.dictionaries(st.sampled_from(COLUMNS[1:]), st.integers(0, 40)), st.integers(1, 20))
def test_nothing_that_is_told_gives_a_small_count_away(counts, least):
    found = shown(Counter(counts), least)
    assert not [name for name, count in found.items() if count is not None and 0 < count < least]
    hidden = [name for name in CALLS if found[name] is None]
    assert (found["calls"] is None) == bool(hidden)
    if not hidden:
        assert found["calls"] == sum(found[name] for name in CALLS)


def test_counting_leaves_the_chain_as_it_was(office):
    office.reports(LEAST)
    head = office.store.head()
    office.add()
    assert office.store.head() == head
