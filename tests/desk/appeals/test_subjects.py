"""What an id names, and whom it concerns: to anybody else there is no such thing."""

from __future__ import annotations

import pytest

from cases.conftest import PACK, report_matched
from clearbell.appeals.errors import AppealError, LetThroughError, NotYoursError, OwnWillError
from clearbell.appeals.model import Ground, Subject
from clearbell.calls import Action, Answer, Call, Charge, Decision
from clearbell.cases.model import Unit, UnitKind
from clearbell.desk.appeals.subjects import concerns, find
from clearbell.registry.admission.model import Blacklisted, LineIssued
from clearbell.registry.admission.service import do_blacklist, do_record_line
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.sanctions.model import Rung
from desk.conftest import announce, bitten, confirmed
from desk.test_effects import NUMBER, RANGE, firm

OTHER, CONTACT = 8613900000008, 8613900000009
REPORTERS = [8613900000001 + place for place in range(6)]


def decision(answer=Answer.NETWORK_BLOCKED, *charges, caller=NUMBER, name="D1"):
    call = Call("c", 1, caller, 8613900000002)
    return Decision(name, call, Action.REJECT, answer, charges, 0.0, charges[0].symbol if charges else "total", "cn")


def found(store, name, *decisions):
    known = {one.id: one for one in decisions}
    with store.read() as conn:
        return find(conn, name, known.get, PACK.home, store.clock.now())


def reaches(store, name, number, *decisions):
    against = found(store, name, *decisions)
    with store.read() as conn:
        return concerns(conn, against, number)


def test_every_kind_is_found_by_its_id(store, clock):
    report_matched(store, NUMBER, REPORTERS)
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    with store.act("test") as act:
        do_blacklist(act, Blacklisted("E1", "sold cards", "bureau", name="Li Lei"))
    one = found(store, " c1/1 ")
    assert (one.subject, one.id, one.number, one.case) == (Subject.SANCTION, "c1/1", NUMBER, "c1")
    assert found(store, "c1").subject is Subject.VERDICT
    assert found(store, "E1").subject is Subject.BLACKLIST
    summed = found(store, "D1", decision())
    assert (summed.subject, summed.number, summed.rests_on, summed.case) == (Subject.DECISION, NUMBER, "", "")
    barred = decision(
        Answer.NOT_ENTITLED, Charge("RESTRICTED_NUMBER", 0.0, {"restriction": "c1/1", "rung": "outgoing_barred"})
    )
    by = found(store, "D1", barred)
    assert (by.rests_on, by.case) == ("c1/1", "c1")
    forged = found(store, "D1", decision(Answer.NOT_ENTITLED, Charge("FOREIGN_HOME", 0.0, {})))
    assert forged.rests_on == "symbol:FOREIGN_HOME"


def test_what_is_no_matter_for_an_appeal_is_refused_with_the_reason(store):
    confirmed(store, NUMBER)
    for name in ("", "nothing", "c9", "13800000066"):
        with pytest.raises(AppealError, match="check the id"):
            found(store, name)
    with pytest.raises(OwnWillError):
        found(store, "D1", decision(Answer.UNWANTED))
    with pytest.raises(LetThroughError):
        found(store, "D1", decision(Answer.CONTINUE))
    with pytest.raises(AppealError, match="check the id"):
        found(store, "D1", decision(caller=0))


def test_it_concerns_the_number_its_holders_numbers_and_contacts_and_nobody_else(store, clock):
    firm(store)
    with store.act("test") as act:
        do_name_contact(act, Contact(ContactOf.NUMBER, str(NUMBER), Way.SMS, str(CONTACT)))
        do_name_contact(act, Contact(ContactOf.HOLDER, "H", Way.SMS, str(OTHER)))
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    bitten(store, clock, Rung.OUTGOING_BARRED, "H", "c2")
    for name in ("c1/1", "c1", "D1"):
        assert reaches(store, name, NUMBER, decision())
        assert reaches(store, name, CONTACT, decision())
        assert not reaches(store, name, OTHER, decision())
    for name in ("c2/1", "c2"):
        assert reaches(store, name, RANGE + 3)
        assert reaches(store, name, OTHER)
        assert not reaches(store, name, NUMBER)


def test_a_campaigns_verdict_concerns_the_numbers_in_it(store):
    confirmed(store, Unit(UnitKind.CAMPAIGN, "script-7"))
    assert not reaches(store, "c1", NUMBER)


def test_an_entry_concerns_whose_line_was_issued_to_the_person(store):
    with store.act("test") as act:
        do_record_line(act, LineIssued("L1", "cmcc", NUMBER, person="digest"))
        do_blacklist(act, Blacklisted("E1", "sold cards", "bureau", person="digest"))
        do_blacklist(act, Blacklisted("E2", "sold cards", "bureau", name="Li Lei"))
    assert reaches(store, "E1", NUMBER)
    assert not reaches(store, "E1", OTHER)
    assert not reaches(store, "E2", NUMBER)


def test_the_same_words_for_what_is_not_there_and_what_is_another_s(store, office):
    confirmed(store, NUMBER)
    announce(store, Rung.OUTGOING_BARRED)
    office.decisions["D1"] = decision(Answer.UNWANTED)
    said = set()
    for name in ("c1/1", "c1", "D1", "nothing", "c1/9", str(NUMBER)):
        head = store.head()
        with pytest.raises(NotYoursError) as refusal:
            office.file(name, contact=OTHER, proven=True)
        assert store.head() == head
        said.add((refusal.value.zh, refusal.value.en))
    assert said == {
        (
            "没有与您的号码有关的该编号;请核对编号,或改用登记的联系号码",
            "nothing of that id concerns your number; check the id, or use the contact number on record",
        )
    }
    assert office.file("c1/1", contact=NUMBER, proven=True).proven


def test_a_decision_that_rests_on_a_sanction_undoes_that(store, clock, office):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.decisions["D1"] = decision(
        Answer.NOT_ENTITLED, Charge("RESTRICTED_NUMBER", 0.0, {"restriction": "c1/1", "rung": "outgoing_barred"})
    )
    office.file("D1")
    assert (office.preview().sanctions, office.preview().verdict) == (("c1/1",), "c1")
    office.decide()
    assert office.row().state == "upheld"


def test_a_decision_by_score_sets_the_complaints_aside_and_one_by_a_rule_nothing(store, office):
    report_matched(store, NUMBER, REPORTERS)
    office.decisions["D1"] = decision()
    office.decisions["D2"] = decision(Answer.NOT_ENTITLED, Charge("FOREIGN_HOME", 0.0, {}), name="D2")
    office.file("D1")
    office.file("D2", "B", ground=Ground.MISTAKEN)
    assert office.preview().reports == 6
    assert office.preview("B").reports == 0
    office.decide()
    assert office.preview("B").reports == 0
