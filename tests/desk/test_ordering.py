"""Orders are carried out through the ladder, and what proves them is looked at in the store as it stands."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from sqlalchemy import insert, select

from cases.conftest import EVE, PACK, due, opened
from clearbell.calls import DAY, HOUR
from clearbell.cases.evidence import Order, Sanction
from clearbell.cases.files import evidence_in, open_case
from clearbell.cases.model import Unit, UnitKind, number_unit
from clearbell.desk.ordering import Asked, Incoming, do_carry_out, do_take_in
from clearbell.desk.proving import looker
from clearbell.desk.replying import do_reply, page
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.labels.tables import label
from clearbell.ledger.tables import ledger_entry, ledger_sealed
from clearbell.ledger.verify import verify
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.tables import notice
from clearbell.notices.templates import builtin_templates
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkKind,
    TrunkOpened,
)
from clearbell.registry.service import (
    do_assign_numbers,
    do_open_trunk,
    do_register_holder,
    do_register_party,
)
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.orders.erasure import do_forget_number
from clearbell.sanctions.orders.errors import OrderError, UnprovenError
from clearbell.sanctions.orders.model import Bears, Kind, MustDoState, Outcome, Proof, ProofKind, State
from clearbell.sanctions.orders.queries import must_do_of, order_of
from clearbell.sanctions.orders.service import do_acknowledge, do_confirm, do_propose, do_prove
from clearbell.sanctions.queries import restrictions, sanction_of
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing import MovableClock, fresh_store
from clearbell.vault import Vault

MARKETER, OTHER = 8613800000066, 8613800000067
ONE, TWO = "officer-1", "officer-2"
PDF = b"%PDF-1.7 signed and sealed"
OUTBOX = Outbox(frozenset(Channel), builtin_templates(), NoticeKey(b"k" * 32, lambda size: b"x" * size))


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "documents", bytes(32), lambda size: bytes(size))


@pytest.fixture
def look(vault):
    return looker(PACK, vault)


def take_in(store, *asks, order="O-7", authority="bureau", pack=PACK, **more):
    came = Incoming(order, authority, f"no. {order}", "see to it", asks, **more)
    with store.act("clerk") as act:
        do_take_in(act, came, pack)
        do_acknowledge(act, order, officer=ONE)


def carry_out(store, look, must_do="O-7/1", pack=PACK):
    with store.act("test") as act:
        return do_carry_out(act, must_do, pack, due, look, new_case="c1", officer=ONE)


def prove(store, look, proof, must_do="O-7/1"):
    with store.act("test") as act:
        return do_prove(act, must_do, proof, look, officer=ONE)


def in_force(store):
    with store.read() as conn:
        return [(one.restriction, one.rung, one.order) for one in restrictions(conn, store.clock.now())]


def must_do(store, name="O-7/1"):
    with store.read() as conn:
        return must_do_of(conn, name)


def patient(pack=PACK):
    """The pack, with an authority whose shut-offs wait for the notice."""
    rules = pack.orders.authorities["bureau"]
    waits = {**pack.orders.authorities, "bureau": msgspec.structs.replace(rules, at_once=False)}
    return msgspec.structs.replace(pack, orders=msgspec.structs.replace(pack.orders, authorities=waits))


def test_a_shut_off_bites_at_once_where_the_pack_says_so_and_is_proven_by_being_in_force(store, look):
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER))
    made = carry_out(store, look)
    assert (made.reference, made.proven) == ("O-7/1", True)
    assert in_force(store) == [("O-7/1", "outgoing_barred", "O-7")]
    assert must_do(store).state == MustDoState.DONE.value
    with store.read() as conn:
        row = sanction_of(conn, "O-7/1")
        assert (row.order, row.ends, row.officer) == ("O-7", 0, ONE)
        assert "no. O-7" in row.reason
        seen = [one.what for one in evidence_in(conn, row.case_id)]
    assert Order("O-7") in seen
    assert Sanction("O-7/1", "outgoing_barred") in seen


def test_its_subject_is_told_and_can_appeal(store, look):
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER))
    carry_out(store, look)
    keep_up_sanctions(store, PACK, OUTBOX)
    with store.read() as conn:
        texts = [str(row) for row in conn.execute(select(notice))]
        case = sanction_of(conn, "O-7/1").case_id
    assert len(texts) == 1
    with store.act("appeals") as act:
        do_lift(act, Lifted("O-7/1", "the number was recycled"), undone=True)
    assert in_force(store) == []
    assert case == "c1"


def test_where_it_waits_for_the_notice_it_is_proven_only_once_it_has_bitten_and_bites_by_its_due_time(
    store, clock, look
):
    pack = patient()
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER, due=EVE + 10 * HOUR), pack=pack)
    assert not carry_out(store, look, pack=pack).proven
    with pytest.raises(UnprovenError) as refusal:
        prove(store, look, Proof(ProofKind.RESTRICTION, "O-7/1"))
    assert refusal.value.en == "must-do O-7/1 is not proven: the sanction O-7/1 is not in force (announced)"
    with pytest.raises(OrderError, match="the sanction O-7/1 is under way"):
        carry_out(store, look, pack=pack)
    clock.move(10 * HOUR)
    assert keep_up_sanctions(store, pack, OUTBOX) == ["O-7/1"]
    assert prove(store, look, Proof(ProofKind.RESTRICTION, "O-7/1")).saw == "O-7/1 outgoing_barred"


def restrict(store, number=MARKETER, rung=Rung.BARRED, until=0, **more):
    with store.act("test") as act:
        do_restrict(act, Restricted("r1", Target.NUMBER, rung, "x", act.at, until, number, **more))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"number": OTHER}, "bears on something else"),
        ({"rung": Rung.RATE_LIMIT, "limit": 5}, "milder than the order asks: `outgoing calls barred`"),
        ({"until": EVE + DAY}, "ends before the order lets it"),
    ],
)
def test_a_restriction_that_is_not_what_was_ordered_proves_nothing(store, look, made, words):
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER))
    restrict(store, **made)
    with pytest.raises(UnprovenError, match=words) as refusal:
        prove(store, look, Proof(ProofKind.RESTRICTION, "r1"))
    assert "未得到证明" in refusal.value.zh
    assert must_do(store).state == "open"


def test_one_that_was_there_before_and_is_harsher_proves_it(store, look):
    restrict(store)
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER))
    assert prove(store, look, Proof(ProofKind.RESTRICTION, "r1")).saw == "r1 barred"


def test_a_shut_off_that_was_lifted_meanwhile_ends_no_order(store, look):
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER))
    carry_out(store, look)
    with store.act("test") as act:
        do_propose(act, "O-7", Outcome.DONE, "", look, officer=ONE)
        do_lift(act, Lifted("O-7/1", "an appeal"), undone=True)
    with pytest.raises(UnprovenError, match="is not in force"), store.act("test") as act:
        do_confirm(act, "O-7", "", look, officer=TWO)
    with store.read() as conn:
        assert order_of(conn, "O-7").state == State.PROPOSED.value


def test_a_number_is_lifted_from_everything_that_restricts_it_or_will(store, look):
    restrict(store)
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER), order="O-6", pack=patient())
    carry_out(store, look, "O-6/1", patient())
    take_in(store, Asked(Kind.LIFT, Bears.NUMBER, MARKETER))
    with pytest.raises(UnprovenError) as refusal:
        prove(store, look, Proof(ProofKind.LIFTED))
    assert "r1" in refusal.value.en
    assert "O-6/1" in refusal.value.en
    assert carry_out(store, look).proven
    assert in_force(store) == []
    with store.read() as conn:
        assert sanction_of(conn, "O-6/1").state == "withdrawn"


def test_the_lift_of_one_restriction_leaves_the_others(store, look):
    restrict(store)
    take_in(store, Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER), order="O-6")
    carry_out(store, look, "O-6/1")
    take_in(store, Asked(Kind.LIFT, Bears.NUMBER, MARKETER, detail="r1"))
    assert carry_out(store, look).proven
    assert in_force(store) == [("O-6/1", "outgoing_barred", "O-6")]


def test_a_case_proves_it_only_when_it_is_about_the_subject_and_names_the_order(store, look):
    opened(store, MARKETER, "mine")
    opened(store, OTHER, "theirs")
    take_in(store, Asked(Kind.OPEN_CASE, Bears.NUMBER, MARKETER))
    for case, words in (("mine", "does not name the order"), ("theirs", "no case theirs about it"), ("x", "no case x")):
        with pytest.raises(UnprovenError, match=words):
            prove(store, look, Proof(ProofKind.CASE, case))
    made = carry_out(store, look)
    assert (made.reference, made.proven) == ("mine", True)


def registered(store):
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("P1", PartyKind.COMPANY, "Some Calls Ltd"))
        do_register_holder(act, HolderRegistered("H1", "P1"))
        do_open_trunk(act, TrunkOpened("T1", "P1", TrunkKind.DOMESTIC))
        numbers = NumbersAssigned("R1", "H1", 8657188880000, 8657188880009, Purpose.COMMERCIAL)
        do_assign_numbers(act, [numbers])


def test_holders_trunks_and_providers_are_shut_off_and_a_resource_is_released(store, look):
    registered(store)
    take_in(
        store,
        Asked(Kind.SHUT_OFF, Bears.HOLDER, name="H1", rung=Rung.BARRED),
        Asked(Kind.SHUT_OFF, Bears.TRUNK, name="T1"),
        Asked(Kind.SHUT_OFF, Bears.PROVIDER, name="P1"),
        Asked(Kind.STOP_RESOURCE, Bears.RESOURCE, name="R1"),
    )
    assert carry_out(store, look, "O-7/1").proven
    assert carry_out(store, look, "O-7/2").proven
    # The end of a contract is told ahead, whoever orders it.
    assert not carry_out(store, look, "O-7/3").proven
    with pytest.raises(UnprovenError, match="R1 is still in the registry"):
        prove(store, look, Proof(ProofKind.RELEASED), "O-7/4")
    assert carry_out(store, look, "O-7/4").proven
    with store.read() as conn:
        assert open_case(conn, Unit(UnitKind.HOLDER, "H1")).case == "c1"
        assert open_case(conn, number_unit(MARKETER)) is None


def test_a_label_is_proven_while_it_is_published(store, clock, look):
    take_in(store, Asked(Kind.LABEL, Bears.NUMBER, MARKETER, detail="loans"), Asked(Kind.LABEL, Bears.NUMBER, MARKETER))
    with pytest.raises(UnprovenError, match="no label is published"):
        prove(store, look, Proof(ProofKind.LABEL))
    with store.act("test") as act:
        act.conn.execute(
            insert(label).values(
                number=MARKETER, version=1, category="property", reporters=9, heat=1.0, evidence=9.0, at=EVE,
                until=EVE + DAY,
            )
        )  # fmt: skip
    with pytest.raises(UnprovenError, match="the label says property; the order asks for loans"):
        prove(store, look, Proof(ProofKind.LABEL))
    assert prove(store, look, Proof(ProofKind.LABEL), "O-7/2").saw == "property"
    with pytest.raises(OrderError, match="people do that one"):
        carry_out(store, look)


def test_a_file_is_proof_only_when_the_vault_has_it_whole(store, vault, look):
    take_in(store, Asked(Kind.HAND_OVER_RECORDS, Bears.NUMBER, MARKETER))
    with pytest.raises(UnprovenError, match="there is no document"):
        prove(store, look, Proof(ProofKind.FILE, "ab" * 32))
    with pytest.raises(UnprovenError, match="it is proven by one of: file"):
        prove(store, look, Proof(ProofKind.NOTICE, "n1"))
    kept = vault.put(PDF, 1000)
    assert prove(store, look, Proof(ProofKind.FILE, kept.digest)).saw == f"{kept.digest} {len(PDF)}"


def done(store, look, vault):
    kept = vault.put(PDF, 1000)
    take_in(
        store,
        Asked(Kind.SHUT_OFF, Bears.NUMBER, MARKETER),
        Asked(Kind.HAND_OVER_RECORDS, Bears.NUMBER, OTHER, due=EVE + DAY),
        document=kept,
    )
    carry_out(store, look)
    prove(store, look, Proof(ProofKind.FILE, vault.put(b"%PDF-1.7 receipt", 1000).digest, "by courier"), "O-7/2")
    with store.act("test") as act:
        do_propose(act, "O-7", Outcome.DONE, "", look, officer=ONE)
        do_confirm(act, "O-7", "", look, officer=TWO)


def test_the_reply_says_what_was_done_with_digests_and_places_in_the_ledger(store, look, vault, clock, golden):
    done(store, look, vault)
    clock.move(HOUR)
    with store.act("test") as act:
        reply = do_reply(act, "O-7", PACK, look, "zh", officer=TWO)
        english = do_reply(act, "O-7", PACK, look, "en", officer=TWO)
    assert hashlib.sha256(reply.json).hexdigest() == reply.digest
    told = msgspec.json.decode(reply.json)
    assert told["state"] == "done"
    assert [one["on"] for one in told["must_do"]] == ["+8613800000066", "+8613800000067"]
    assert [one["proof"]["holds_now"] for one in told["must_do"]] == [True, True]
    assert told["document_sha256"] == hashlib.sha256(PDF).hexdigest()
    kinds = {one["kind"] for one in told["ledger"]}
    assert {"order.received", "sanctions.announced", "sanctions.restricted", "cases.opened", "order.moved"} <= kinds
    with store.read() as conn:
        for one in told["ledger"]:
            row = conn.execute(select(ledger_entry).where(ledger_entry.c.seq == one["seq"])).one()
            assert (row.kind, bytes(row.hash).hex()) == (one["kind"], one["hash"])
        shown = [page(conn, "O-7", PACK, language, clock.now()) for language in ("zh", "en")]
    [first, _] = store.entries(0, ["order.replied"])
    assert reply.digest.encode() in first.facts[0]
    # The ledger is salted anew each time; digests of the JSON follow it.
    texts = [reply.text.replace(reply.digest, "DIGEST"), english.text.replace(english.digest, "DIGEST"), *shown]
    golden("order.txt", "\n".join(texts))


def test_a_reply_tells_that_a_proof_holds_no_more(store, look, vault):
    done(store, look, vault)
    with store.act("test") as act:
        do_lift(act, Lifted("O-7/1", "an appeal"), undone=True)
        reply = do_reply(act, "O-7", PACK, look, "en")
    assert [one["proof"]["holds_now"] for one in msgspec.json.decode(reply.json)["must_do"]] == [False, True]
    assert "it changed since, and holds no more" in reply.text


def test_a_person_is_erased_from_orders_and_the_ledger_verifies(store, look, vault):
    done(store, look, vault)
    document = hashlib.sha256(PDF).hexdigest()
    with store.act("test") as act:
        assert do_forget_number(act, vault, MARKETER) == 2
        act.erase(MARKETER)
        row = order_of(act.conn, "O-7")
        assert (row.text, row.document, row.reference) == ("", document, "no. O-7")
    assert must_do(store).number == 0
    assert vault.get(document) == PDF
    with store.act("test") as act:
        do_forget_number(act, vault, OTHER)
        act.erase(OTHER)
    assert not any((vault._folder).rglob("?" * 64))
    with store.read() as conn:
        left = [bytes(data) for data in conn.execute(select(ledger_sealed.c.data)).scalars() if data]
        mine = [data for data in left if b"O-7" in data and b"138000000" in data]
        assert mine == []
    assert verify(store).fault is None
