"""A mass notice needs two officers, and its lifecycle is what its table says."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from clearbell.calls import HOUR
from clearbell.lifecycles import IllegalStepError
from clearbell.notices.mass.audience import Gathered, Person, approve
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.errors import BadMassError, SameHandError
from clearbell.notices.mass.model import Audience, MassState, Outcome, Words
from clearbell.notices.mass.opting import do_opt_out
from clearbell.notices.mass.queries import counts_of, mass_of
from clearbell.notices.mass.sending import Doubtful, do_claim, do_keep_receipts, do_recover
from clearbell.notices.mass.service import do_cancel, do_draft, do_edit, do_start, do_submit
from clearbell.notices.model import Channel
from clearbell.notices.transports.protocol import Receipt, ReceiptState
from clearbell.policy.pack import builtin_pack
from clearbell.testing import fresh_store

RULES = builtin_pack("cn").mass_notices
FIRST = 8613900000000


@pytest.fixture
def store(tmp_path):
    made = fresh_store(tmp_path)
    yield made
    made.close()


def new(act, **more):
    fields = {"name": "n", "words": Words("停机", "down"), "audience": Audience(), "not_after": act.at + HOUR}
    return Draft(**{**fields, **more})


def approved(store, people=3):
    with store.act("t") as act:
        number = do_draft(act, RULES, new(act), officer="li")
        do_submit(act, number, officer="li")
    gathered = Gathered([Person(str(FIRST + n)) for n in range(people)], {})
    approve(store, number, gathered, officer="wang", actor="t", token="x")
    return number


def test_whoever_drafted_changed_or_submitted_it_cannot_approve_it(store):
    with store.act("t") as act:
        number = do_draft(act, RULES, new(act), officer="li")
        do_edit(act, RULES, number, new(act, name="m"), officer="zhao")
        do_submit(act, number, officer="sun")
    for officer in ("li", "zhao", "sun"):
        with pytest.raises(SameHandError):
            approve(store, number, Gathered([Person(str(FIRST))], {}), officer=officer, actor="t", token="x")
    approve(store, number, Gathered([Person(str(FIRST))], {}), officer="wang", actor="t", token="x")
    with store.read() as conn:
        row = mass_of(conn, number)
    assert (row.state, row.version, row.recipients, row.approved_by) == (MassState.APPROVED.value, 2, 1, "wang")


def test_nothing_is_sent_that_was_not_approved(store):
    with store.act("t") as act:
        number = do_draft(act, RULES, new(act), officer="li")
        with pytest.raises(IllegalStepError):
            do_start(act, number, officer="wang")


def test_words_that_are_missing_or_too_long_are_refused(store):
    with store.act("t") as act:
        for words in (Words("", "down"), Words("停", " "), Words("停" * 1000, "down")):
            with pytest.raises(BadMassError):
                do_draft(act, RULES, new(act, words=words), officer="li")


def test_whoever_opts_out_after_approval_is_excluded_and_the_cancelled_have_a_reason(store):
    number = approved(store)
    with store.act("t") as act:
        do_start(act, number, officer="li")
        do_opt_out(act, Channel.SMS, str(FIRST))
        rows, _ = do_claim(act, number, [Channel.SMS], "", 2, {"zh": 1})
        assert [row.recipient for row in rows] == [str(FIRST + 1)]
        do_cancel(act, number, "wrong text", officer="wang")
        counts = counts_of(act.conn, number)
    assert counts == {Outcome.EXCLUDED: 1, Outcome.TAKEN: 1, Outcome.CANCELLED: 1}


def test_what_a_killed_sender_held_is_in_doubt_until_a_receipt_tells(store):
    number = approved(store, people=1)
    with store.act("t") as act:
        do_start(act, number, officer="li")
        do_claim(act, number, [Channel.SMS], "", 1, {"zh": 1})
        assert do_recover(act, number, Doubtful(frozenset())) == 1
        assert counts_of(act.conn, number) == {Outcome.DOUBT: 1}
        receipt = Receipt("77", ReceiptState.DELIVERED, act.at, "", 0, str(FIRST))
        assert not do_keep_receipts(act, [receipt]).others
        assert counts_of(act.conn, number) == {Outcome.DELIVERED: 1}


def test_claiming_reads_those_who_are_due_again_by_the_index_and_not_the_whole_audience(store):
    number = approved(store)
    asked = []

    def note(_conn, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT") and "FROM mass_recipient" in statement:
            asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    with store.act("t") as act:
        do_start(act, number, officer="li")
        do_claim(act, number, [Channel.SMS], "", 2, {"zh": 1})
    event.remove(store.engine, "before_cursor_execute", note)
    with store.read() as conn:
        raw = conn.connection.driver_connection
        plans = [raw.execute(f"EXPLAIN QUERY PLAN {one}", given).fetchall()[0][3] for one, given in asked]
    assert "ix_mass_recipient_open (mass=? AND outcome=? AND due<?)" in plans[0]
    assert "(mass=? AND recipient>?)" in plans[1], "the waiting ones in order, from where it was"
