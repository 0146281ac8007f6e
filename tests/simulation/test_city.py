"""A city is reproducible, in order of time, and true to its own truth."""

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import Action, CallEnd
from clearbell.consent.queries import consents_of
from clearbell.numbering import NumberClass, class_of
from clearbell.registry.queries import resource_of
from clearbell.simulation import PRESETS, Attempt, CallerKind, City, Report
from clearbell.simulation.callers import subscriber_number
from clearbell.simulation.drive import invite
from clearbell.simulation.files import write_files
from clearbell.simulation.founding import found
from clearbell.simulation.truth import Score
from clearbell.sip.codec import Request, parse
from clearbell.testing import MovableClock, fresh_store

TINY = PRESETS["tiny"]


def times(city):
    return [e.call.at if isinstance(e, Attempt) else e.at for e in city.events()]


@given(st.integers(0, 10**6))
@settings(max_examples=6, deadline=None)
def test_the_same_seed_tells_the_same_story_in_order_of_time(seed):
    first = list(City(TINY, seed).events())
    assert first == list(City(TINY, seed).events())
    at = times(City(TINY, seed))
    assert at == sorted(at)
    calls = [e.call for e in first if isinstance(e, Attempt)]
    assert len({call.id for call in calls}) == len(calls)
    assert all(call.caller != call.callee for call in calls)


def test_another_seed_tells_another_story():
    assert list(City(TINY, 1).events()) != list(City(TINY, 2).events())


def test_every_kind_calls_in_a_town_and_nuisance_is_never_wanted():
    seen = {}
    for event in City(PRESETS["town"], 3).events():
        if isinstance(event, Attempt):
            seen.setdefault(event.kind, set()).add(event.wanted)
    assert set(seen) == set(CallerKind)
    for kind, wanted in seen.items():
        if kind.nuisance:
            assert wanted == {False}
        elif kind is not CallerKind.CALL_CENTRE:
            assert wanted == {True}
    assert seen[CallerKind.CALL_CENTRE] == {True, False}


def test_most_calls_are_lawful_and_most_reports_honest():
    city = City(PRESETS["town"], 4)
    reports = [e for e in city.events() if isinstance(e, Report)]
    assert sum(r.honest for r in reports) > len(reports) / 2
    assert any(not r.honest for r in reports)


def test_ends_follow_their_calls():
    begun = {}
    for event in City(TINY, 5).events():
        if isinstance(event, Attempt):
            begun[event.call.id] = event.call
        elif isinstance(event, CallEnd):
            call = begun[event.id]
            assert event.at == call.at + event.ring + event.duration
            assert (event.duration > 0) is event.answered


@given(st.integers(0, 9_999_998))
def test_subscribers_have_mobile_numbers_of_their_own(place):
    assert class_of(subscriber_number(place)) is NumberClass.MOBILE
    assert subscriber_number(place) != subscriber_number(place + 1)


def test_no_two_of_many_subscribers_share_a_number():
    assert len({subscriber_number(place) for place in range(200_000)}) == 200_000


def test_a_city_can_be_founded_in_a_store(tmp_path):
    city = City(TINY, 6)
    store = fresh_store(tmp_path, MovableClock(city.start))
    found(store, city.founding)
    grant = city.founding.consents[-1]
    with store.read() as conn:
        assert any(row.holder == grant.holder for row in consents_of(conn, grant.callee))
        for fact in city.founding.numbers:
            assert resource_of(conn, fact.first).holder == fact.holder
    store.close()


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_files_hold_every_call_and_report(tmp_path, form):
    *_, seen = write_files(City(TINY, 7).events(), tmp_path, form)
    events = list(City(TINY, 7).events())
    calls = sum(isinstance(e, Attempt) for e in events)
    assert seen == len(events)
    if form == "parquet":
        table = pq.read_table(tmp_path / "calls.parquet")
        assert table.num_rows == calls
        assert set(table.column("kind").to_pylist()) <= {kind.label for kind in CallerKind}
    else:
        assert len((tmp_path / "calls.csv").read_text().splitlines()) == calls + 1


def test_an_invite_of_the_city_can_be_parsed():
    attempt = next(e for e in City(TINY, 8).events() if isinstance(e, Attempt))
    read = parse(invite(attempt, 5060, 1))
    assert isinstance(read, Request)
    assert str(attempt.call.callee).encode() in read.uri


def test_a_score_adds_up():
    score = Score()
    attempts = [e for e in City(TINY, 9).events() if isinstance(e, Attempt)][:500]
    for n, attempt in enumerate(attempts):
        score.add(attempt, Action.REJECT if n % 3 else Action.ALLOW, "x")
    assert score.total == 500
    assert sum(sum(actions.values()) for _, _, actions in score.by_kind()) == 500
    total = sum(score.share(action, wanted=True) for action in Action)
    assert total == pytest.approx(1.0)


def test_presets_grow():
    sizes = [PRESETS[name].subscribers for name in ("tiny", "town", "city", "country")]
    assert sizes == sorted(sizes)
    assert msgspec.structs.replace(TINY, days=2).days == 2
