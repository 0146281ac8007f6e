"""What a sanction does beside restricting calls is there with it and gone with it, and only its own is."""

from __future__ import annotations

import pytest

from cases.conftest import PACK, due, report_matched
from clearbell.calls import DAY
from clearbell.cases.service import do_appeal
from clearbell.desk.admission import Question, ask
from clearbell.desk.contracts import end_contract, reinstate_contract
from clearbell.desk.effects import do_lift_sanction, effects_of, listed_with
from clearbell.desk.reassignment import disconnect_number, rules_of
from clearbell.desk.verdicts import do_settle_appeal
from clearbell.labels import publish_labels
from clearbell.labels.erasure import do_forget_number
from clearbell.labels.queries import changes, label_of
from clearbell.labels.settings import label_settings
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.admission.model import Blacklisted, Outcome, Wanted
from clearbell.registry.admission.queries import listed
from clearbell.registry.admission.service import do_blacklist
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.service import Desk, do_approve, do_attach, do_file, do_review
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import contract_row, do_accept, do_offer
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.sanctions.model import Lifted, Rung, Target
from clearbell.sanctions.queries import sanctions
from clearbell.sanctions.service import SanctionError
from clearbell.testing.identities import credit_code, resident_id
from clearbell.vault import Kept
from desk.conftest import announce, bitten, confirmed, keep_up, row
from registry.applications.test_applications import GOOD

NUMBER, RANGE = 8613800000066, 8657199990000
KEYS = IdentityKey(b"k" * 32)


def lift(store, name="c1/1"):
    with store.act("test") as act:
        do_lift_sanction(act, Lifted(name, "put right"))


def label(store, number=NUMBER):
    with store.read() as conn:
        return label_of(conn, number, store.clock.now())


def publish(store):
    publish_labels(store, label_settings(PACK))


def firm(store, *, kind=PartyKind.COMPANY, name="Example Sales", last=RANGE + 9):
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("p", kind, name))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", RANGE, last, Purpose.SERVICE)])


def applied(store):
    """A holder H1 whose application was approved: its licence and legal person are known."""
    desk = Desk(PACK, builtin_workdays("cn"), KEYS)

    def do(who, what, *words):
        with store.act(f"web:{who}") as act:
            what(act, *words)

    do("clerk", do_file, desk, "A1", LineClass.TOLL_400, GOOD)
    for serial, paper in enumerate(FORMS[LineClass.TOLL_400].documents):
        do("clerk", do_attach, desk, "A1", paper.kind, Kept(f"{serial:064x}", "application/pdf", 100))
    do("one", do_review, "A1")
    do("two", do_approve, desk, "A1")


def asked(store, **who):
    with store.read() as conn:
        answer = ask(conn, Question(Wanted.SIM, "cmcc", **who), PACK, KEYS, store.clock.now())
    return answer.outcome, [reason.code for reason in answer.reasons]


# ---- label


def test_a_label_is_published_with_the_sanction_and_gone_at_its_end(store, clock):
    fact = bitten(store, clock, Rung.LABEL, NUMBER)
    shown = label(store)
    assert (shown.category, shown.until) == ("nuisance", fact.until)
    publish(store)
    assert label(store) == shown
    clock.move(fact.until - clock.now() - 1)
    publish(store)
    assert label(store) == shown
    clock.move(1)
    assert keep_up(store) == ["c1/1"]
    assert label(store) is None
    with store.read() as conn:
        [change] = changes(conn, 1)
    assert change.removed


def test_a_lifted_label_is_gone_at_once_and_what_complaints_earn_comes_back(store, clock):
    report_matched(store, NUMBER, range(8613900000001, 8613900000006), category="insurance")
    publish(store)
    earned = label(store)
    assert (earned.category, earned.reporters) == ("insurance", 5)
    bitten(store, clock, Rung.LABEL, NUMBER)
    assert (label(store).category, label(store).reporters) == ("nuisance", 5)
    publish(store)
    assert label(store).category == "nuisance"
    lift(store)
    assert label(store) is None
    publish(store)
    assert (label(store).category, label(store).until) == ("insurance", earned.until)


def test_a_holders_label_is_on_all_its_numbers(store, clock):
    firm(store)
    bitten(store, clock, Rung.LABEL, "H")
    assert all(label(store, number) for number in range(RANGE, RANGE + 10))
    with store.read() as conn:
        assert effects_of(conn, "c1/1").labelled == 10
    lift(store)
    assert not any(label(store, number) for number in range(RANGE, RANGE + 10))


def test_a_holder_of_too_many_numbers_is_not_labelled_as_a_whole(store):
    firm(store, last=RANGE + 10_000)
    confirmed(store, "H")
    head = store.head()
    with pytest.raises(SanctionError, match="label them one by one"):
        announce(store, Rung.LABEL)
    assert store.head() == head


def test_of_two_labels_the_other_stays(store, clock):
    bitten(store, clock, Rung.LABEL, NUMBER, "c1")
    announce(store, Rung.LABEL)
    clock.move(10 * DAY)
    keep_up(store)
    lift(store, "c1/1")
    assert label(store).until == row(store, "c1/2").until
    lift(store, "c1/2")
    assert label(store) is None


def test_an_erased_number_has_no_label_of_a_sanction(store, clock):
    bitten(store, clock, Rung.LABEL, NUMBER)
    with store.act("test") as act:
        do_forget_number(act, NUMBER)
    publish(store)
    assert label(store) is None


# ---- contract


def contract(store, name="C1", holder="H"):
    with store.act("test") as act:
        do_accept(act, name, "signer", do_offer(act, name, holder, Terms("service", "08:00-21:00", 60, 5)))


def state(store, name="C1"):
    with store.read() as conn:
        return contract_row(conn, name).state


def test_contracts_end_with_the_sanction_and_are_in_force_again_when_it_is_lifted(store, clock):
    firm(store)
    contract(store, "C1")
    contract(store, "C2")
    with store.act("test") as act:
        end_contract(act, "C2", "it moved away")
    bitten(store, clock, Rung.CONTRACT_ENDED, "H")
    assert (state(store), state(store, "C2")) == ("ended", "ended")
    with store.read() as conn:
        assert effects_of(conn, "c1/1").contracts == ("C1",)
    lift(store)
    assert (state(store), state(store, "C2")) == ("in-force", "ended")


def test_a_contract_taken_up_again_lifts_the_sanction_that_ended_it(store, clock):
    firm(store)
    contract(store)
    bitten(store, clock, Rung.CONTRACT_ENDED, "H")
    with store.act("test") as act:
        reinstate_contract(act, "C1", "put right")
    assert (state(store), row(store).state) == ("in-force", "lifted")


# ---- blacklist


def test_the_licence_and_the_legal_person_are_listed_until_it_ends(store, clock):
    applied(store)
    fact = bitten(store, clock, Rung.BLACKLISTED, "H1")
    boss = {"person_id": resident_id(1)}
    other = {"credit_code": credit_code(5), "legal_id": resident_id(1), "legal_name": "甲"}
    same = {"credit_code": credit_code(1), "legal_id": resident_id(7), "legal_name": "丙"}
    assert asked(store, **boss) == (Outcome.REFUSE, ["blacklisted-legal-person"])
    assert "blacklisted-legal-person" in asked(store, **other)[1]
    assert "blacklisted-licence" in asked(store, **same)[1]
    clock.move(fact.until - clock.now())
    keep_up(store)
    assert asked(store, **boss)[0] is Outcome.APPROVE


def test_an_upheld_appeal_takes_its_entry_off_the_blacklist_and_no_other(store, clock):
    applied(store)
    bitten(store, clock, Rung.BLACKLISTED, "H1")
    with store.act("test") as act:
        do_blacklist(act, Blacklisted("B1", "card trade", "police", name="丁"))
        do_appeal(act, "c1", "it was not us", due)
    with store.act("test") as act:
        found = do_settle_appeal(act, "c1", "it was not them", due, upheld=True, officer="four")
    assert found.lifted == ("c1/1",)
    with store.read() as conn:
        assert [one.entry for one in listed(conn, clock.now())] == ["B1"]
        assert effects_of(conn, "c1/1").entries == ()
    assert row(store).undone


def test_a_person_of_whom_only_the_name_is_known_is_listed_by_it(store, clock):
    firm(store, kind=PartyKind.PERSON, name="丁")
    bitten(store, clock, Rung.BLACKLISTED, "H")
    with store.read() as conn:
        [entry] = listed(conn, clock.now())
    assert (entry.name, entry.licence, entry.person) == ("丁", "", "")


def test_an_access_provider_that_uses_no_numbers_is_listed_by_its_credit_code_or_its_name(store, clock):
    for party, listed_as in ((credit_code(3), (credit_code(3), "")), ("ap9", ("", "Example Access"))):
        with store.act("test") as act:
            do_register_party(act, PartyRegistered(party, PartyKind.COMPANY, "Example Access"))
        with store.read() as conn:
            [(licence, _, name)] = listed_with(conn, Target.PROVIDER, party)
        assert (licence, name) == listed_as
    with store.read() as conn:
        assert listed_with(conn, Target.PROVIDER, "nobody") == []
        assert listed_with(conn, Target.TRUNK, "ap9") == []


def test_a_company_of_which_no_application_tells_more_is_listed_by_its_name_until_it_is_lifted(store, clock):
    firm(store, name="Loans Ltd")
    bitten(store, clock, Rung.BLACKLISTED, "H")
    with store.read() as conn:
        assert [(one.name, one.licence) for one in listed(conn, clock.now())] == [("LOANSLTD", "")]
    lift(store)
    with store.read() as conn:
        assert listed(conn, clock.now()) == []


# ---- a number that changes hands


def test_what_stands_against_a_number_ends_when_it_changes_hands(store, clock):
    bitten(store, clock, Rung.LABEL, NUMBER)
    day = rules_of(PACK).zone.day_of(clock.now())
    with store.act("test") as act:
        disconnect_number(act, NUMBER, day, rules_of(PACK))
    assert label(store) is None
    with store.read() as conn:
        assert [one.state for one in sanctions(conn)] == ["lifted"]
