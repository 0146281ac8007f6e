"""A receipt that never comes is given up after the pack's hours, with a reason; one that comes after all still tells."""

from __future__ import annotations

from clearbell.calls import HOUR
from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.model import Event, Outcome
from clearbell.notices.mass.queries import counts_of, mass_of, reasons_of
from clearbell.notices.mass.sending import Change, do_begin, do_claim, do_keep, do_keep_receipts
from clearbell.notices.mass.service import do_finish, do_pause
from clearbell.notices.mass.settling import settle
from clearbell.notices.model import Channel
from clearbell.notices.transports.protocol import Receipt, ReceiptState
from clearbell.policy.pack import builtin_pack

RULES = builtin_pack("cn").mass_notices
FIRST = 8613900000000
PEOPLE = [FIRST + n for n in range(3)]


def accept(mass, number, people, channel=Channel.SMS):
    with mass.store.act("t") as act:
        do_claim(act, number, [channel], "", len(people), {"zh": 1})
        changes = [Change(str(one), channel, Event.ACCEPT, 1, 1, 0, f"m{one}") for one in people]
        do_keep(act, number, changes)


def stands(mass, number):
    with mass.store.read() as conn:
        row = mass_of(conn, number)
        assert counts_kept(conn, row) == counts_of(conn, number), "what is kept beside the notice is what its rows say"
        return counts_of(conn, number), row


def test_nothing_is_given_up_before_its_time(mass):
    number = mass.started(PEOPLE, Channel.SMS)
    accept(mass, number, PEOPLE)
    mass.clock.move(RULES.receipt_hours * HOUR - 1)
    assert settle(mass.store, RULES, "t") == 0
    assert stands(mass, number)[0] == {Outcome.ACCEPTED: 3}


def test_what_has_no_receipt_in_time_ends_with_that_as_its_reason_and_the_notice_is_settled(mass):
    number = mass.started(PEOPLE, Channel.SMS)
    accept(mass, number, PEOPLE)
    with mass.store.act("t") as act:
        do_keep_receipts(act, [Receipt(f"m{FIRST}", ReceiptState.DELIVERED, act.at, "", 0, str(FIRST))])
        do_finish(act, number, officer="t")
    mass.clock.move(RULES.receipt_hours * HOUR)
    assert settle(mass.store, RULES, "t") == 2
    counts, row = stands(mass, number)
    assert counts == {Outcome.DELIVERED: 1, Outcome.NO_RECEIPT: 2}
    assert row.settled == mass.clock.now()
    with mass.store.read() as conn:
        assert reasons_of(conn, number) == [(Outcome.NO_RECEIPT, "accepted, no receipt within 72 hours", 2)]
    assert mass.kinds()[-2:] == ["notices.mass-no-receipt", "notices.mass-settled"]
    head = mass.store.head()
    assert settle(mass.store, RULES, "t") == 0
    assert mass.store.head() == head, "once settled it is left alone"


def test_a_receipt_that_comes_after_all_still_tells(mass):
    number = mass.started(PEOPLE, Channel.SMS)
    accept(mass, number, PEOPLE)
    mass.clock.move(RULES.receipt_hours * HOUR)
    settle(mass.store, RULES, "t")
    with mass.store.act("t") as act:
        late = [
            Receipt(f"m{FIRST}", ReceiptState.DELIVERED, act.at, "", 0, str(FIRST)),
            Receipt(f"m{FIRST + 1}", ReceiptState.UNDELIVERED, act.at, "UNDELIV 011", 0, str(FIRST + 1)),
        ]
        do_keep_receipts(act, late)
    assert stands(mass, number)[0] == {Outcome.DELIVERED: 1, Outcome.FAILED: 1, Outcome.NO_RECEIPT: 1}


def test_between_the_hours_only_what_has_an_end_is_settled(mass):
    number = mass.started(PEOPLE, Channel.SMS)
    accept(mass, number, PEOPLE)
    mass.clock.move(RULES.receipt_hours * HOUR)
    assert settle(mass.store, RULES, "t", thorough=False) == 0
    assert stands(mass, number)[0] == {Outcome.ACCEPTED: 3}
    with mass.store.act("t") as act:
        receipts = [Receipt(f"m{one}", ReceiptState.DELIVERED, act.at, "", 0, str(one)) for one in PEOPLE]
        do_keep_receipts(act, receipts)
    settle(mass.store, RULES, "t", thorough=False)
    assert stands(mass, number)[1].settled


def test_a_paused_notice_whose_time_is_over_is_finished_and_whoever_was_not_told_has_that_as_reason(mass):
    number = mass.started(PEOPLE, Channel.SMS)
    with mass.store.act("t") as act:
        do_claim(act, number, [Channel.SMS], "", 1, {"zh": 1})
        do_pause(act, number, officer="li")
    settle(mass.store, RULES, "t")
    assert stands(mass, number)[1].state == "paused", "its time is not over"
    mass.clock.move(HOUR)
    settle(mass.store, RULES, "t")
    counts, row = stands(mass, number)
    assert counts == {Outcome.LAPSED: 2, Outcome.DOUBT: 1}
    assert (row.state, bool(row.settled)) == ("finished", True)


def test_a_notice_that_somebody_sends_is_left_to_its_sender(mass):
    number = mass.started(PEOPLE, Channel.SMS)
    mass.clock.move(HOUR)
    with mass.store.act("t") as act:
        do_begin(act, number, "s", "host", act.at + 60_000_000)
    settle(mass.store, RULES, "t")
    assert stands(mass, number)[1].state == "sending"


def test_mail_ends_with_the_relay_as_smtp_tells_no_more(mass):
    number = mass.started(["li@example.net"], Channel.MAIL)
    accept(mass, number, ["li@example.net"], Channel.MAIL)
    mass.clock.move(RULES.receipt_hours * HOUR)
    assert settle(mass.store, RULES, "t") == 1
    with mass.store.read() as conn:
        assert reasons_of(conn, number)[0][1] == "accepted by the mail relay, which tells no more"
