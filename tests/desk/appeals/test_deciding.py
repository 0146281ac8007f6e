"""An appeal is decided by someone else, and upheld undoes every effect in one act."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cases.conftest import PACK, due, report_matched
from clearbell.access.tables import account
from clearbell.appeals.errors import AppealError, CaseAppealedError, MayNotDecideError, OwnDecisionError
from clearbell.appeals.model import Appellant, Ground, State, Undone
from clearbell.appeals.queries import undone_of
from clearbell.calls import DAY
from clearbell.cases.files import case_of
from clearbell.cases.queries import decided
from clearbell.cases.service import do_appeal, do_close
from clearbell.desk.appeals.deciding import barred_from, do_decide, do_take_back
from clearbell.desk.effects import do_lift_sanction
from clearbell.desk.ladder import propose
from clearbell.desk.verdicts import do_settle_appeal
from clearbell.enforcement.following import follow
from clearbell.enforcement.queries import tasks
from clearbell.enforcement.service import do_lease
from clearbell.enforcement.settings import WebhookTarget
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError
from clearbell.notices.tables import notice
from clearbell.registry.admission.model import Blacklisted
from clearbell.registry.admission.queries import listed
from clearbell.registry.admission.service import do_blacklist
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.reports.queries import reputation_of
from clearbell.reports.reporters import standings
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.queries import restrictions
from clearbell.sanctions.service import do_restrict
from desk.conftest import announce, bitten, confirmed, keep_up, row, unit
from desk.test_effects import NUMBER, applied, firm

REPORTERS = [8613900000001 + place for place in range(6)]


def in_force(store):
    with store.read() as conn:
        return [one.restriction for one in restrictions(conn, store.clock.now())]


def case(store, name="c1"):
    with store.read() as conn:
        return case_of(conn, name)


def refused(store, do, kind=AppealError):
    head = store.head()
    with pytest.raises(kind) as refusal:
        do()
    assert store.head() == head
    return refusal.value


def test_upheld_undoes_sanction_label_score_verdict_and_what_reporters_learned(store, clock, office):
    report_matched(store, NUMBER, REPORTERS, category="insurance")
    office.publish()
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    announce(store, Rung.LABEL)
    clock.move(4 * DAY)
    keep_up(store)
    assert in_force(store) == ["c1/1"]
    assert office.label(NUMBER) is not None
    with store.read() as conn:
        assert [one.verdict.value for one in decided(conn)] == ["confirmed"]
    office.file("c1/1")
    assert case(store).state == "appealed"
    foreseen = office.preview()
    assert foreseen == Undone(("c1/1", "c1/2"), (), "c1", 1, 6, notices=3)
    before = store.head()
    moved, undone = office.decide()
    assert undone == foreseen
    assert moved.state is State.UPHELD
    assert in_force(store) == []
    assert (row(store).state, row(store).undone, row(store).ended) == ("lifted", True, clock.now())
    assert (row(store, "c1/2").state, row(store, "c1/2").undone) == ("lifted", True)
    # Gone in the act itself, not with the next publication.
    assert office.label(NUMBER) is None
    office.publish()
    assert office.label(NUMBER) is None
    with store.read() as conn:
        assert (reputation_of(conn, NUMBER).reports, reputation_of(conn, NUMBER).evidence) == (0, 0.0)
        assert [one.verdict.value for one in decided(conn)] == ["cleared"]
        assert set(standings(conn, REPORTERS).values()) == {(1, 1)}
        kept = office.row()
        assert undone_of(kept) == undone
    assert (case(store).state, case(store).verdict) == ("cleared", "cleared")
    # One act: every entry has one time and one actor.
    done = [entry for entry in store.entries(before) if entry.actor == "clerk"]
    assert {entry.at for entry in done} == {clock.now()}
    assert {"sanctions.lifted", "reports.reset", "cases.moved", "appeals.moved"} <= {entry.kind for entry in done}
    assert verify(store).fault is None
    # A later sanction is not raised by one that should not have been.
    with store.read() as conn:
        assert propose(conn, unit(NUMBER), "", PACK, clock.now()).earlier == ()


def test_neither_who_filed_nor_who_decided_it_decides_the_appeal_nor_an_auditor(store, clock, office):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.file("c1/1")
    with store.act("test") as act:
        act.conn.execute(
            account.insert().values(
                account="aud", name="Aud", role="auditor", tenant="", state="active", password="", invitation=b"",
                invited_until=0, totp=b"", totp_step=0, failures=0, locked_until=0, made=0,
            )
        )  # fmt: skip
    with store.read() as conn:
        assert set(barred_from(conn, "A", clock.now())) == {"one", "two", "three"}
    for upheld in (True, False):
        for who in ("one", "two"):
            error = refused(store, lambda w=who, u=upheld: office.decide(upheld=u, officer=w), OwnDecisionError)
            assert error.en == (
                f"{who} took part in the verdict of case c1 and may not decide the appeal against it; someone else must"
            )
            assert error.zh == f"{who} 参与了案件 c1 的结论,不得决定对其的申诉;须由他人决定"
        error = refused(store, lambda u=upheld: office.decide(upheld=u, officer="three"), OwnDecisionError)
        assert error.en == "three decided the sanction c1/1 and may not decide the appeal against it; someone else must"
        assert error.zh == "three 决定了处置 c1/1,不得决定对其的申诉;须由他人决定"
        assert refused(store, lambda u=upheld: office.decide(upheld=u, officer="clerk")).column == "officer"
        error = refused(store, lambda u=upheld: office.decide(upheld=u, officer="aud"), MayNotDecideError)
        assert error.en == "the account aud is auditor, which may not decide appeals"
        assert refused(store, lambda u=upheld: office.decide(upheld=u, reason=" ")).column == "reason"
    assert in_force(store) == ["c1/1"]
    office.decide()
    head = store.head()
    with pytest.raises(IllegalStepError):
        office.decide(upheld=False)
    assert store.head() == head


def test_rejected_or_taken_back_everything_stands(store, clock, office):
    report_matched(store, NUMBER, REPORTERS)
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.file("c1/1")
    office.decide(upheld=False)
    assert (office.row().state, office.row().undone) == ("rejected", "")
    assert case(store).state == "sanctioned"
    office.file("c1/1", "B")
    assert case(store).state == "appealed"
    with store.act("web:appellant") as act:
        do_take_back(act, "B", due)
    assert office.row("B").state == "withdrawn"
    assert (case(store).state, case(store).verdict) == ("sanctioned", "confirmed")
    assert in_force(store) == ["c1/1"]
    with store.read() as conn:
        assert reputation_of(conn, NUMBER).reports == 6


def test_of_two_appeals_about_a_case_the_other_keeps_it_appealed(store, clock, office):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.file("c1/1")
    office.file("c1", "B")
    office.decide("B", upheld=False)
    assert case(store).state == "appealed"
    office.decide("A")
    assert case(store).state == "cleared"


def test_a_case_with_an_appeal_on_file_is_settled_by_that_one(store, clock, office):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.file("c1/1")

    def settle():
        with store.act("test") as act:
            do_settle_appeal(act, "c1", "x", due, upheld=True, officer="chief")

    assert refused(store, settle, CaseAppealedError).en == "the appeal A about the case is open; decide it there"
    office.decide(upheld=False)
    with store.act("test") as act:
        do_appeal(act, "c1", "again, on paper", due, officer="four")
        do_settle_appeal(act, "c1", "x", due, upheld=True, officer="chief")
    assert case(store).state == "cleared"


def test_one_that_was_only_announced_is_taken_back_with_its_notices(store, office):
    with store.act("test") as act:
        do_name_contact(act, Contact(ContactOf.NUMBER, str(NUMBER), Way.MAIL, "clinic@example.test"))
    confirmed(store, NUMBER)
    announce(store, Rung.OUTGOING_BARRED)
    keep_up(store)
    with store.read() as conn:
        queued = list(conn.execute(select(notice.c.state)).scalars())
    assert queued == ["queued", "queued"]
    office.file("c1/1")
    assert office.preview().notices == 2
    office.decide()
    assert row(store).state == "withdrawn"
    with store.read() as conn:
        assert set(conn.execute(select(notice.c.state)).scalars()) == {"withdrawn"}
    keep_up(store)


def test_one_that_is_over_raises_no_later_one_any_more(store, clock, office):
    fact = bitten(store, clock, Rung.WARNING, NUMBER)
    clock.move(fact.until - clock.now())
    keep_up(store)
    assert row(store).state == "expired"
    with store.act("test") as act:
        do_close(act, "c1", "done", due, officer="one")
    with store.read() as conn:
        assert propose(conn, unit(NUMBER), "", PACK, clock.now()).earlier == ("c1/1",)
    office.file("c1/1")
    assert office.preview() == Undone((), ("c1/1",), "c1")
    office.decide()
    assert (row(store).state, row(store).undone) == ("expired", True)
    assert (case(store).state, case(store).verdict) == ("closed", "cleared")
    with store.read() as conn:
        assert propose(conn, unit(NUMBER), "", PACK, clock.now()).earlier == ()
        assert [one.verdict.value for one in decided(conn)] == ["cleared"]


def test_a_holders_contract_and_blacklist_entries_come_back(store, clock, office):
    applied(store)
    bitten(store, clock, Rung.BLACKLISTED, "H1")
    with store.read() as conn:
        assert len(listed(conn, clock.now())) > 0
    office.file("sanction:c1/1#1")
    assert (office.row().subject, office.row().id, office.row().appellant) == ("sanction", "c1/1", "holder")
    undone = office.preview()
    assert undone.entries
    office.decide()
    with store.read() as conn:
        assert listed(conn, clock.now()) == []
    assert in_force(store) == []


def test_an_entry_of_the_blacklist_is_taken_off_and_not_by_who_reported_it(store, office):
    with store.act("police-desk") as act:
        do_blacklist(act, Blacklisted("E1", "sold cards", "bureau", name="Li Lei"))
    office.file("E1")
    for who in ("bureau", "police-desk"):
        assert "put the entry E1 on the blacklist" in refused(store, lambda w=who: office.decide(officer=w)).en
    office.decide()
    with store.read() as conn:
        assert listed(conn, store.clock.now()) == []


def test_a_bare_restriction_is_lifted_and_not_by_who_put_it_in_force(store, office):
    with store.act("ops") as act:
        do_restrict(act, Restricted("R1", Target.NUMBER, Rung.BARRED, "a test", act.at, number=NUMBER))
    office.file("R1")
    assert "decided the sanction R1" in refused(store, lambda: office.decide(officer="ops")).en
    assert office.preview().sanctions == ("R1",)
    office.decide()
    assert in_force(store) == []


def test_switches_that_were_told_are_told_to_lift_it(store, clock, office):
    target = WebhookTarget(name="drop", home=True, url="http://127.0.0.1:1/", secret_file="-")
    with store.act("test") as act:
        do_lease(act, target, "node", 3600)
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    follow(store, target, [target], PACK.enforcement)
    office.file("c1/1")
    assert office.preview().targets == ("drop",)
    office.decide()
    follow(store, target, [target], PACK.enforcement)
    with store.read() as conn:
        assert {one.state for one in tasks(conn, name="drop")} <= {"withdrawn", "due"}


def test_a_recycled_number_is_freed_and_what_its_former_user_did_stands(store, clock, office):
    report_matched(store, NUMBER, REPORTERS)
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    clock.move(DAY)
    office.file("c1/1", ground=Ground.RECYCLED, since=clock.now())
    assert case(store).state == "sanctioned"
    office.decide()
    assert in_force(store) == []
    assert row(store).undone is False
    assert (case(store).state, case(store).verdict) == ("sanctioned", "confirmed")
    with store.read() as conn:
        assert reputation_of(conn, NUMBER).reports == 0
        assert propose(conn, unit(NUMBER), "", PACK, clock.now()).earlier == ()


def test_a_holders_appeal_sets_aside_the_complaints_about_its_numbers(store, clock, office):
    firm(store)
    with store.read() as conn:
        number = 8657199990003
        assert reputation_of(conn, number) is None
    report_matched(store, number, REPORTERS)
    office.publish()
    bitten(store, clock, Rung.LABEL, "H")
    office.file("c1/1")
    assert office.preview() == Undone(("c1/1",), (), "c1", 10, 6)
    office.decide()
    with store.read() as conn:
        assert reputation_of(conn, number).reports == 0
    assert office.label(number) is None
    assert office.row().appellant == Appellant.HOLDER.value


def test_a_sanction_that_was_lifted_since_is_annulled(store, clock, office):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    with store.act("test") as act:
        do_lift_sanction(act, Lifted("c1/1", "papers seen"))
    office.file("c1/1")
    assert office.preview().annulled == ("c1/1",)
    office.decide()
    assert (row(store).state, row(store).undone) == ("lifted", True)


def test_an_act_that_fails_in_the_middle_changes_nothing(store, clock, office, monkeypatch):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.file("c1/1")
    head = store.head()

    def broken(*_args, **_more):
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr("clearbell.desk.appeals.undoing.do_reset_number", broken)
    report_matched(store, NUMBER, REPORTERS)
    head = store.head()
    with pytest.raises(OSError, match="disk"), store.act("test") as act:
        do_decide(act, "A", "so it is", PACK, due, upheld=True, officer="chief")
    assert store.head() == head
    assert in_force(store) == ["c1/1"]
    assert (case(store).state, office.row().state) == ("appealed", "received")
