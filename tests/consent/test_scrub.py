"""A calling list held against what subscribers said agrees with what screening would decide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, SECOND, Action, Answer
from clearbell.consent.granting import do_grant
from clearbell.consent.hours import read_hours
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished
from clearbell.consent.scrub import Question, Verdict, Why, scrub
from clearbell.consent.service import do_list, do_refuse, do_wish, do_withdraw
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.registry.model import HolderRegistered, NumbersAssigned, Purpose
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON, World

CALLER = 8657188880001
PEOPLE = [8613900000000 + n for n in range(12)]


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def do(store, what, *args):
    with store.act("cli:li") as act:
        return what(act, *args)


def verdicts(store, callees=PEOPLE, **more):
    question = Question("H", "loans", **{"at": store.clock.now(), "caller": CALLER, "zone": "Asia/Shanghai", **more})
    with store.read() as conn:
        return scrub(conn, question, callees)


def why(store, **more):
    return [verdict.why for verdict in verdicts(store, **more).values()]


def test_each_number_gets_its_own_reason(store, clock):
    now = clock.now()
    for place, (holder, purpose, until) in enumerate(
        [("H", "loans", 0), ("H", "*", now + DAY), ("H", "insurance", 0), ("G", "loans", 0), ("H", "loans", now + 1)]
    ):
        do(store, do_grant, [ConsentGranted(holder, PEOPLE[place], purpose, until)])
    do(store, do_grant, [ConsentGranted("H", number, "loans") for number in PEOPLE[5:10]])
    do(store, do_withdraw, ConsentWithdrawn("H", PEOPLE[5]))
    do(store, do_refuse, Refused(PEOPLE[6], "", CALLER))
    do(store, do_refuse, Refused(PEOPLE[7], "H"))
    do(store, do_wish, Wished(PEOPLE[8], ("retail", "loans")))
    do(store, do_list, Listed(PEOPLE[9], 8657188880000, 8657188889999, ListVerdict.BLOCK))
    do(store, do_list, Listed(PEOPLE[10], CALLER, CALLER, ListVerdict.ALLOW))
    clock.move(2)
    found = verdicts(store)
    assert found[PEOPLE[0]] == Verdict(Why.CONSENTED)
    assert found[PEOPLE[1]] == Verdict(Why.CONSENTED, now + DAY)
    assert [found[number].why for number in PEOPLE[2:]] == [
        Why.NO_CONSENT,
        Why.NO_CONSENT,
        Why.LAPSED,
        Why.WITHDRAWN,
        Why.REFUSED_NUMBER,
        Why.REFUSED,
        Why.WISH,
        Why.OWN_BLOCK,
        Why.OWN_ALLOW,
        Why.NO_CONSENT,
    ]


def test_what_is_no_number_or_an_emergency_number_is_never_called(store):
    found = verdicts(store, [0, 86110, PEOPLE[0], PEOPLE[0]])
    assert {number: verdict.why for number, verdict in found.items()} == {
        0: Why.NO_NUMBER,
        86110: Why.EMERGENCY,
        PEOPLE[0]: Why.NO_CONSENT,
    }


def test_a_barred_holder_may_call_nobody(store):
    do(store, do_grant, [ConsentGranted("H", PEOPLE[0], "loans")])
    assert set(why(store, barred=True)) == {Why.BARRED}


def test_a_consent_without_a_period_lapses_where_the_pack_says_so(store, clock):
    do(store, do_grant, [ConsentGranted("H", PEOPLE[0], "loans")])
    given = clock.now()
    assert verdicts(store, consent_days=90)[PEOPLE[0]] == Verdict(Why.CONSENTED, given + 90 * DAY)
    clock.move(90 * DAY)
    assert verdicts(store, consent_days=90)[PEOPLE[0]].why is Why.LAPSED
    assert verdicts(store)[PEOPLE[0]].why is Why.CONSENTED


def test_wishes_by_the_hour_say_until_when_and_from_when_again(store, clock):
    clock.move(NOON - clock.now())
    for number in PEOPLE[:6]:
        do(store, do_grant, [ConsentGranted("H", number, "loans", NOON + 3 * HOUR if number == PEOPLE[3] else 0)])
    hours = ["* 11:00-13:00", "loans 14:00-15:00", "insurance 00:00-24:00", "loans 20:00-22:00", "* 00:00-24:00"]
    for number, said in zip(PEOPLE, hours, strict=False):
        do(store, do_wish, Wished(number, hours=read_hours(said)))
    # Noon in China is five in the morning of a summer's day in London.
    do(store, do_wish, Wished(PEOPLE[5], hours=read_hours("loans 22:00-07:00"), zone="Europe/London"))
    found = verdicts(store)
    assert [found[number] for number in PEOPLE[:6]] == [
        Verdict(Why.WISH_HOURS, again=NOON + HOUR),
        Verdict(Why.CONSENTED, NOON + 2 * HOUR),
        Verdict(Why.CONSENTED),
        Verdict(Why.CONSENTED, NOON + 3 * HOUR),
        Verdict(Why.WISH_HOURS),
        Verdict(Why.WISH_HOURS, again=NOON + 2 * HOUR),
    ]
    later = verdicts(store, at=NOON + HOUR)
    assert later[PEOPLE[0]] == Verdict(Why.CONSENTED, NOON + 23 * HOUR)
    told = builtin_pack("cn").scrub.tells
    assert found[PEOPLE[0]].told(told) == found[PEOPLE[0]]
    assert found[PEOPLE[0]].told(()) == Verdict(Why.MAY_NOT)


@pytest.mark.process
def test_postgresql_says_the_same(postgresql_url):
    clock = MovableClock()
    clock.move(NOON - clock.now())
    store = Store.open(postgresql_url, clock=clock)
    try:
        store.create()
        for number in PEOPLE[:5]:
            do(store, do_grant, [ConsentGranted("H", number, "loans")])
        do(store, do_wish, Wished(PEOPLE[1], hours=read_hours("* 11:00-13:00")))
        do(store, do_wish, Wished(PEOPLE[2], ("loans",), hours=read_hours("* 11:00-13:00")))
        do(store, do_refuse, Refused(PEOPLE[3], "H"))
        do(store, do_list, Listed(PEOPLE[4], CALLER, CALLER, ListVerdict.BLOCK))
        clock.move(1)
        assert [verdicts(store)[number] for number in PEOPLE[:6]] == [
            Verdict(Why.CONSENTED),
            Verdict(Why.WISH_HOURS, again=NOON + HOUR),
            Verdict(Why.WISH),
            Verdict(Why.REFUSED),
            Verdict(Why.OWN_BLOCK),
            Verdict(Why.NO_CONSENT),
        ]
    finally:
        store.close()


def steps(store, count):
    """How many steps, of a thousand each, SQLite takes to scrub ``count`` numbers of which each gave a consent."""
    people = [8613700000000 + n for n in range(count)]
    do(store, do_grant, [ConsentGranted("H", number, "loans") for number in people])
    taken = 0

    def one_more():
        nonlocal taken
        taken += 1
        return 0

    with store.read() as conn:
        conn.connection.driver_connection.set_progress_handler(one_more, 1_000)
        found = scrub(conn, Question("H", "loans", store.clock.now(), CALLER), people)
        conn.connection.driver_connection.set_progress_handler(None, 1_000)
    assert {verdict.why for verdict in found.values()} == {Why.CONSENTED}
    return taken


def test_twice_the_numbers_take_twice_the_work_and_not_four_times(store):
    few = steps(store, 1_000)
    assert few > 20
    assert steps(store, 4_000) < 6 * few


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_scrubbing_and_screening_agree(data, tmp_path_factory):
    """Whatever subscribers said, a number that may be called is not refused for want of leave, and the other way."""
    clock = MovableClock()
    store = fresh_store(tmp_path_factory.mktemp("scrub"), clock)
    holders = st.sampled_from(["H", "G"])
    people = st.sampled_from(PEOPLE[:4])
    purposes = st.sampled_from(["loans", "insurance", "*"])
    words = st.one_of(
        st.builds(ConsentGranted, holders, people, purposes, st.sampled_from([0, clock.now() + 2 * DAY])),
        st.builds(ConsentWithdrawn, holders, people, purposes),
        st.builds(Refused, people, holders),
        st.builds(Refused, people, st.just(""), st.just(CALLER)),
        st.builds(Wished, people, st.sampled_from([(), ("loans",), ("retail",)])),
        st.builds(
            lambda owner, hours, zone: Wished(owner, hours=read_hours(hours), zone=zone),
            people,
            st.sampled_from(["loans 22:00-14:00", "* 00:00-24:00", "retail 00:00-24:00", "loans 20:00-21:00 mon-fri"]),
            st.sampled_from(["", "America/New_York"]),
        ),
        st.builds(Listed, people, st.just(CALLER), st.just(CALLER), st.sampled_from(ListVerdict)),
    )
    acts = {
        ConsentGranted: lambda act, fact: do_grant(act, [fact]),
        ConsentWithdrawn: do_withdraw,
        Refused: do_refuse,
        Wished: do_wish,
        Listed: do_list,
    }
    world = World()
    world.state(HolderRegistered("H", "p", "loans"))
    world.state(NumbersAssigned("r", "H", CALLER, CALLER, Purpose.COMMERCIAL))
    for fact in data.draw(st.lists(words, max_size=12)):
        clock.move(1000)
        try:
            do(store, acts[type(fact)], fact)
        except Exception as error:
            if not hasattr(error, "zh"):
                raise
            continue
        world.state(fact, at=clock.now())
    clock.move(data.draw(st.sampled_from([1000, 3 * DAY])))
    for number, verdict in verdicts(store, PEOPLE[:4]).items():
        decision = world.call(CALLER, number, at=clock.now())
        assert (decision.action is not Action.REJECT) is verdict.may, (verdict, decision)
        if not verdict.may:
            assert decision.answer is not Answer.NETWORK_BLOCKED
        assert (decision.decided_by == "WISH_HOURS") is (verdict.why is Why.WISH_HOURS)
        if verdict.again:
            later = {at: world.call(CALLER, number, at=at).decided_by for at in (verdict.again - SECOND, verdict.again)}
            assert [why == "WISH_HOURS" for why in later.values()] == [True, False]
    store.close()
