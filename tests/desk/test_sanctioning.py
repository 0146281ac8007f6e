"""From the announcement to the end: told by two ways before it bites, milder in steps, over at its time."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from cases.conftest import EVE, PACK, RULES, due, opened
from clearbell.calls import DAY, HOUR
from clearbell.cases.model import Verdict, number_unit
from clearbell.cases.service import do_note, do_verify
from clearbell.desk.ladder import Asked, do_announce_sanction, propose
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.desk.verdicts import do_confirm, do_find
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.tables import notice
from clearbell.notices.templates import builtin_templates
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.sanctions.model import Lifted, Rung
from clearbell.sanctions.queries import notices_about, restrictions, sanction_of
from clearbell.sanctions.service import SanctionError, do_lift
from clearbell.testing import MovableClock, fresh_store

NUMBER, OTHER = 8613800000066, 8613900000001
OUTBOX = Outbox(frozenset(Channel), builtin_templates(), NoticeKey(b"k" * 32, lambda size: b"x" * size))


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def confirmed(store, case="c1"):
    opened(store, NUMBER, case)
    with store.act("test") as act:
        do_verify(act, case, due, officer="one")
        do_note(act, case, "they sell flats", RULES, officer="one")
        do_find(act, case, Verdict.CONFIRMED, "they sell flats", RULES, due, officer="one")
        do_confirm(act, case, "", due, agrees=True, officer="two")


def announce(store, case="c1", **more):
    with store.act("test") as act:
        asked = Asked("selling without consent", **{"rung": Rung.BARRED, "words": "again and again", **more})
        return do_announce_sanction(act, case, asked, PACK, due, officer="three")


def contacts(store):
    with store.act("test") as act:
        for way, address in ((Way.SMS, str(OTHER)), (Way.MAIL, "zhang@example.net")):
            do_name_contact(act, Contact(ContactOf.NUMBER, str(NUMBER), way, address))


def delivered(store, *channels):
    with store.act("test") as act:
        for channel in channels:
            act.conn.execute(update(notice).where(notice.c.channel == channel).values(state="delivered"))


def keep_up(store):
    return keep_up_sanctions(store, PACK, OUTBOX)


def row(store, name="c1/1"):
    with store.read() as conn:
        return sanction_of(conn, name)


def in_force(store):
    with store.read() as conn:
        return [(one.restriction, one.rung) for one in restrictions(conn, store.clock.now())]


def test_it_bites_when_two_ways_were_delivered_of_which_the_line_itself_is_none(store, clock):
    contacts(store)
    confirmed(store)
    fact = announce(store)
    assert keep_up(store) == []
    with store.read() as conn:
        told = {(one.channel, one.counts) for one in notices_about(conn, "c1/1", "ahead")}
    assert told == {("sms", True), ("sms", False), ("mail", True)}
    delivered(store, "sms")
    clock.move(fact.start - clock.now())
    assert keep_up(store) == []
    assert in_force(store) == []
    delivered(store, "mail")
    assert keep_up(store) == ["c1/1"]
    assert in_force(store) == [("c1/1", "barred")]
    assert row(store).undelivered == "[]"


def test_it_does_not_bite_early_however_fast_the_notice_was(store, clock):
    contacts(store)
    confirmed(store)
    announce(store)
    keep_up(store)
    delivered(store, "sms", "mail")
    clock.move(47 * HOUR)
    assert keep_up(store) == []


def test_without_delivery_it_bites_at_the_latest_with_each_failure_on_record(store, clock):
    contacts(store)
    confirmed(store)
    fact = announce(store)
    clock.move(fact.latest - clock.now() - 1)
    assert keep_up(store) == []
    clock.move(1)
    assert keep_up(store) == ["c1/1"]
    assert "mail" in row(store).undelivered
    assert "sms" in row(store).undelivered


def test_it_steps_down_and_ends_at_its_times_by_itself_once(store, clock):
    confirmed(store)
    fact = announce(store)
    clock.move(fact.latest - clock.now())
    keep_up(store)
    seen = []
    for stage in fact.stages:
        clock.move(stage.until - clock.now())
        assert in_force(store) == []
        assert keep_up(store) == ["c1/1"]
        assert keep_up(store) == []
        seen.append([rung for _, rung in in_force(store)])
    assert seen == [["outgoing_barred"], ["rate_limit"], []]
    assert row(store).state == "expired"
    kinds = [entry.kind for entry in store.entries(0, ["sanctions.moved"])]
    assert len(kinds) == 4


def test_what_a_node_missed_while_it_was_down_never_lasts_longer(store, clock):
    confirmed(store)
    fact = announce(store)
    clock.move(fact.until - clock.now())
    assert keep_up(store) == ["c1/1"]
    assert row(store).state == "expired"
    assert in_force(store) == []


def test_a_repeat_is_due_one_rung_more_and_an_undone_one_is_not(store, clock):
    confirmed(store)
    announce(store, rung=None)
    assert row(store).rung == "warning"
    with store.read() as conn:
        assert propose(conn, number_unit(NUMBER), "", PACK, clock.now()).rung is Rung.RATE_LIMIT
        assert propose(conn, number_unit(NUMBER), "", PACK, clock.now() + 366 * DAY).rung is Rung.WARNING
        assert propose(conn, number_unit(OTHER), "fraud", PACK, clock.now()).rung is Rung.OUTGOING_BARRED
    with store.act("test") as act:
        do_lift(act, Lifted("c1/1", "a mistake"), undone=True)
    with store.read() as conn:
        assert propose(conn, number_unit(NUMBER), "", PACK, clock.now()).rung is Rung.WARNING


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"words": ""}, "harsher than the proposed `warning`"),
        ({"start": 1}, "in the past"),
        ({"until": 1}, "end before it begins"),
        ({"rung": Rung.BLACKLISTED}, "no such rung"),
    ],
)
def test_what_the_ladder_does_not_allow_is_refused_and_changes_nothing(store, more, words):
    confirmed(store)
    head = store.head()
    with pytest.raises(SanctionError, match=words):
        announce(store, **more)
    assert store.head() == head
