"""No reply is no consent, and a subscriber who did not agree is not asked again (regime 5.6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY
from clearbell.consent.asking import Reply, do_ask, do_reply, read_reply
from clearbell.consent.errors import AskedBeforeError, LapsedBeforeGivenError, NeverAskedError, RefusedBeforeError
from clearbell.consent.model import Channel, ConsentAsked, ConsentWithdrawn, Refused
from clearbell.consent.queries import consents_of, in_force, refusals_of
from clearbell.consent.service import do_refuse, do_withdraw
from clearbell.testing import MovableClock, fresh_store

CALLEE = 8613900000002
ASK = ConsentAsked("H", CALLEE, "loans")


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def ask(store, fact=ASK, again_after=None):
    with store.act("api:H") as act:
        do_ask(act, fact, again_after)


def reply(store, text):
    with store.act("sms:gateway") as act:
        return do_reply(act, "H", CALLEE, "loans", text, channel=Channel.SMS)


def holds(store):
    with store.read() as conn:
        return in_force(conn, "H", CALLEE, "loans", store.clock.now())


def test_no_reply_and_an_unclear_reply_are_no_consent(store):
    ask(store)
    assert not holds(store)
    assert reply(store, "谁啊?") is Reply.UNCLEAR
    assert not holds(store)


def test_a_clear_yes_is_a_consent(store):
    ask(store)
    assert reply(store, " 同意。") is Reply.AGREED
    assert holds(store)


def test_a_yes_agrees_to_what_was_asked_and_no_more(store, clock):
    ask(store, ConsentAsked("H", CALLEE, "loans", per_day=2, until=clock.now() + DAY))
    reply(store, "Y")
    with store.read() as conn:
        [given] = consents_of(conn, CALLEE)
    assert (given.per_day, given.until, given.provenance) == (2, clock.now() + DAY, "subscriber")
    with pytest.raises(LapsedBeforeGivenError):
        ask(store, ConsentAsked("H", CALLEE, "retail", until=clock.now()))


def test_a_yes_to_nothing_is_no_consent(store):
    with pytest.raises(NeverAskedError, match="no record that H asked"):
        reply(store, "Y")
    assert not holds(store)


def test_a_no_refuses_the_holder(store):
    ask(store)
    assert reply(store, "TD") is Reply.REFUSED
    with store.read() as conn:
        assert [row.holder for row in refusals_of(conn, CALLEE)] == ["H"]
    with pytest.raises(RefusedBeforeError, match="must not be asked"):
        ask(store)


def test_who_did_not_reply_is_not_asked_again_about_the_same(store, clock):
    ask(store)
    clock.move(1000 * DAY)
    with pytest.raises(AskedBeforeError, match="asked this subscriber about loans before"):
        ask(store)
    ask(store, ConsentAsked("H", CALLEE, "insurance"))
    ask(store, ConsentAsked("G", CALLEE, "loans"))


def test_a_pack_may_allow_to_ask_again_later(store, clock):
    ask(store, again_after=90)
    clock.move(89 * DAY)
    with pytest.raises(AskedBeforeError):
        ask(store, again_after=90)
    clock.move(DAY)
    ask(store, again_after=90)


def test_who_agreed_and_took_it_back_is_not_asked_again(store, clock):
    ask(store)
    reply(store, "1")
    clock.move(DAY)
    with store.act("sms:gateway") as act:
        do_withdraw(act, ConsentWithdrawn("H", CALLEE))
    with pytest.raises(AskedBeforeError):
        ask(store)


def test_a_refused_holder_may_not_ask(store):
    with store.act("cli:li") as act:
        do_refuse(act, Refused(CALLEE, "H"))
    with pytest.raises(RefusedBeforeError):
        ask(store)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Y", Reply.AGREED),
        ("\uff39", Reply.AGREED),
        ("「同意」", Reply.UNCLEAR),
        ("是!", Reply.AGREED),
        ("1#", Reply.AGREED),
        ("退订", Reply.REFUSED),
        ("td", Reply.REFUSED),
        ("不同意", Reply.REFUSED),
        ("同意才怪", Reply.UNCLEAR),
        ("", Reply.UNCLEAR),
        ("Y N", Reply.UNCLEAR),
    ],
)
def test_only_a_clear_yes_agrees(text, meaning):
    assert read_reply(text) is meaning


@given(st.text())
def test_any_text_can_be_read(text):
    assert isinstance(read_reply(text), Reply)
