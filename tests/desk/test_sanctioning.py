"""From the announcement to the end: told by two ways before it bites, milder in steps, over at its time."""

from __future__ import annotations

import pytest

from cases.conftest import PACK, RULES, due, report_matched
from clearbell.calls import DAY, HOUR
from clearbell.cases.erasure import do_forget_number as forget_cases
from clearbell.cases.evidence import Content, Evidence
from clearbell.cases.model import number_unit
from clearbell.cases.service import do_add_evidence
from clearbell.desk.erasing import do_forget_sanctions
from clearbell.desk.ladder import Asked, propose
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.desk.subjects import Subject
from clearbell.desk.touching import preview
from clearbell.desk.touching_words import lines
from clearbell.ledger.tables import ledger_sealed
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox, do_forget_recipient
from clearbell.notices.tables import notice
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact, erase_person
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.sanctions.model import Lifted, Rung, Target
from clearbell.sanctions.queries import notices_about, restrictions
from clearbell.sanctions.service import SanctionError, do_lift
from desk.conftest import OUTBOX, bitten, delivered, keep_up, row, unit
from desk.conftest import announce as announce_rung
from desk.conftest import confirmed as confirm

NUMBER, OTHER = 8613800000066, 8613900000001


def confirmed(store, case="c1"):
    confirm(store, NUMBER, case)


def announce(store, case="c1", rung=Rung.BARRED, **more):
    return announce_rung(store, rung, case, **more)


def contacts(store):
    with store.act("test") as act:
        for way, address in ((Way.SMS, str(OTHER)), (Way.MAIL, "zhang@example.net")):
            do_name_contact(act, Contact(ContactOf.NUMBER, str(NUMBER), way, address))


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


# ---- who is told, and of what


def told(store, event="ahead", name="c1/1"):
    with store.read() as conn:
        return {(one.channel, one.counts, bool(one.fault)) for one in notices_about(conn, name, event)}


def test_a_contact_named_later_is_told_of_what_has_not_bitten_yet(store):
    confirmed(store)
    announce(store)
    keep_up(store)
    assert told(store) == {("sms", False, False)}
    contacts(store)
    keep_up(store)
    assert told(store) == {("sms", False, False), ("sms", True, False), ("mail", True, False)}


def test_what_could_not_be_sent_is_sent_when_the_channel_is_there(store, clock):
    contacts(store)
    confirmed(store)
    fact = announce(store)
    no_mail = Outbox(frozenset({Channel.SMS}), OUTBOX.templates, OUTBOX.key)
    keep_up(store, no_mail)
    assert ("mail", True, True) in told(store)
    with store.act("test") as act:
        do_name_contact(act, Contact(ContactOf.NUMBER, str(NUMBER), Way.MAIL, "zhang@example.net"))
    keep_up(store)
    assert told(store) == {("sms", False, False), ("sms", True, False), ("mail", True, False)}
    delivered(store, "sms", "mail")
    clock.move(fact.start - clock.now())
    assert keep_up(store) == ["c1/1"]
    assert row(store).undelivered == "[]"


def test_two_addresses_of_one_kind_are_not_two_channels(store, clock):
    confirmed(store)
    with store.act("test") as act:
        for place in range(3):
            do_name_contact(act, Contact(ContactOf.NUMBER, str(NUMBER), Way.SMS, str(OTHER + place)))
    fact = announce(store)
    keep_up(store)
    delivered(store, "sms")
    clock.move(fact.start - clock.now())
    assert keep_up(store) == []


def test_nobody_hears_of_what_was_taken_back_before_anybody_was_told(store):
    contacts(store)
    confirmed(store)
    announce(store)
    with store.act("test") as act:
        do_lift(act, Lifted("c1/1", "a slip"))
    keep_up(store)
    with store.read() as conn:
        assert notices_about(conn, "c1/1") == []


def test_a_holders_other_lines_are_no_channel_when_the_holder_is_barred(store):
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Sales"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", OTHER, OTHER, Purpose.SERVICE)])
        do_name_contact(act, Contact(ContactOf.HOLDER, "H", Way.SMS, str(OTHER)))
        do_name_contact(act, Contact(ContactOf.PARTY, "p", Way.SMS, str(OTHER + 1)))
    confirm(store, "H")
    announce(store)
    keep_up(store)
    with store.read() as conn:
        names = [one.notice for one in notices_about(conn, "c1/1")]
        to = conn.execute(notice.select().where(notice.c.notice.in_(names))).all()
    assert [one.recipient for one in to] == [str(OTHER + 1)]


# ---- at once


def test_fraud_bites_at_once_and_what_is_put_off_waits_to_be_told(store, clock):
    report_matched(store, NUMBER, range(8613900000001, 8613900000006), category="fraud")
    confirmed(store)
    with store.act("test") as act:
        do_add_evidence(act, "c1", Evidence(Content("fraud", 0.98), act.at, "content"), RULES)
    fact = announce(store, rung=None)
    assert (fact.rung, fact.at_once, fact.channels) == (Rung.OUTGOING_BARRED, True, 0)
    assert in_force(store) == [("c1/1", "outgoing_barred")]
    put_off = announce(store, rung=Rung.OUTGOING_BARRED, start=clock.now() + 60 * HOUR)
    assert (put_off.at_once, put_off.channels) == (False, 2)


# ---- repeats


def test_another_number_of_the_holder_is_no_way_around_the_ladder(store):
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Sales"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", NUMBER, NUMBER + 1, Purpose.SERVICE)])
    confirmed(store)
    announce(store, rung=None)
    with store.read() as conn:
        for about in (number_unit(NUMBER + 1), unit("H")):
            assert propose(conn, about, "", PACK, store.clock.now()).rung is Rung.RATE_LIMIT
        assert propose(conn, number_unit(NUMBER + 2), "", PACK, store.clock.now()).rung is Rung.WARNING


# ---- forgetting


def test_an_erased_number_stands_in_no_notice_that_others_got(store, clock):
    contacts(store)
    bitten(store, clock, Rung.BARRED, NUMBER)
    keep_up(store)

    def naming():
        with store.read() as conn:
            found = conn.execute(ledger_sealed.select().where(ledger_sealed.c.data.is_not(None))).all()
            rows = conn.execute(notice.select()).all()
        return [
            one
            for one in (*(bytes(f.data) for f in found), *(bytes(r.arguments) for r in rows))
            if str(NUMBER).encode() in one
        ]

    assert naming()
    with store.act("test") as act:
        erase_person(act, NUMBER)
        do_forget_sanctions(act, NUMBER)
        do_forget_recipient(act, NUMBER)
        forget_cases(act, NUMBER)
        act.erase(NUMBER)
    assert naming() == []


# ---- before it is decided


def test_what_it_would_touch_is_told_in_words_as_recorded(store, clock, golden):
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Sales"))
        do_register_party(act, PartyRegistered("carrier", PartyKind.COMPANY, "Example Access"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_open_trunk(act, TrunkOpened("t1", "carrier"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", NUMBER, NUMBER + 9, Purpose.SERVICE, ("t1",))])
    contacts(store)
    confirmed(store)
    head, said = store.head(), []
    for on, rung in (
        (None, None),
        (None, Rung.BARRED),
        (Subject(Target.TRUNK, name="t1"), Rung.OUTGOING_BARRED),
        (Subject(Target.PROVIDER, name="carrier"), Rung.BLACKLISTED),
    ):
        asked = Asked("selling", rung, on=on, words="again and again")
        found = preview(store, "c1", asked, PACK, due, officer="three")
        for language in ("zh", "en"):
            said += [*lines(found, PACK, language), ""]
    assert store.head() == head
    golden("preview.txt", "\n".join(said))


def test_notices_name_the_page_of_appeals_where_there_is_one(store):
    with store.act("test") as act:
        do_name_contact(act, Contact(ContactOf.NUMBER, "8613800000066", Way.MAIL, "clinic@example.test", "en"))
    confirm(store, 8613800000066)
    announce_rung(store, Rung.OUTGOING_BARRED)
    keep_up_sanctions(store, PACK, OUTBOX, "https://calls.example/appeal")
    with store.read() as conn:
        said = [bytes(row.arguments).decode() for row in conn.execute(notice.select()) if row.channel == "mail"]
    assert len(said) == 1
    assert "with us; once upheld it is lifted at once; online at https://calls.example/appeal" in said[0]
