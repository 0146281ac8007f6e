"""Sanctions over HTTP: proposed, looked at, decided, shown, taken back."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient

from clearbell.calls import DAY
from clearbell.cases.evidence import Evidence, Finding
from clearbell.cases.service import do_add_evidence
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.ledger.tables import metadata
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.templates import builtin_templates
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.applications.service import Desk
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import do_accept, do_offer
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.sanctions.queries import restrictions
from clearbell.sanctions.service import do_restrict
from clearbell.testing import MovableClock, fresh_store
from clearbell.web.app import create_app
from desk.conftest import RULES, confirmed

PACK = builtin_pack("cn")
NUMBER, FREE = 8657188880001, 8613800000066
OUTBOX = Outbox(frozenset(Channel), builtin_templates(), NoticeKey(b"k" * 32, lambda size: b"x" * size))


class Gate:
    """A node that keeps facts and screens nothing."""

    def __init__(self, folder):
        self.pack = PACK
        self.store = fresh_store(folder, MovableClock())
        self.desk = Desk(PACK, builtin_workdays("cn"), IdentityKey(bytes(32)))

    def now(self):
        return self.store.clock.now()


@pytest.fixture
def gate(tmp_path):
    gate = Gate(tmp_path)
    with gate.store.act("test") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.PERSON, "Zhang San"))
        do_register_party(act, PartyRegistered("carrier", PartyKind.COMPANY, "Example Access"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_open_trunk(act, TrunkOpened("t1", "carrier"))
        do_open_trunk(act, TrunkOpened("t2", "carrier"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", NUMBER, NUMBER + 9, Purpose.SERVICE, ("t1",))])
        do_name_contact(act, Contact(ContactOf.PARTY, "carrier", Way.MAIL, "desk@example.net"))
        do_accept(act, "K1", "signer", do_offer(act, "K1", "H", Terms("service", "08:00-21:00", 60, 5)))
    confirmed(gate.store, NUMBER, "c1")
    confirmed(gate.store, "H", "c2")
    confirmed(gate.store, FREE, "c3")
    yield gate
    gate.store.close()


@pytest.fixture
def ask(gate):
    with TestClient(create_app(gate)) as client:

        def post(path, status=200, **body):
            reply = client.post(f"/v1/sanctions{path}", json=body)
            assert reply.status_code == status, reply.text
            return reply.json()

        def get(path="", status=200):
            reply = client.get(f"/v1/sanctions{path}")
            assert reply.status_code == status, reply.text
            return reply.json()

        post.get = get
        yield post


def everything(gate):
    with gate.store.read() as conn:
        # Tests of other rooms add tables of their own to the metadata.
        ours = [table for table in metadata.sorted_tables if not table.name.startswith("test_")]
        return [conn.execute(table.select()).all() for table in ours]


def keep_up(gate, by=0):
    gate.store.clock.move(by)
    return keep_up_sanctions(gate.store, PACK, OUTBOX)


def test_a_sanction_from_the_proposal_to_its_end(gate, ask):
    due_now = ask("/propose", case="c1")
    assert (due_now["rung"], due_now["earlier"]) == ("warning", [])
    assert "类别未定" in due_now["zh"]
    refused = ask("", 422, case="c1", reason="selling", rung="barred", officer="three")
    assert refused["where"] == "words"
    made = ask("", 201, case="c1", reason="selling", rung="barred", words="again and again", officer="three")
    one = made["sanction"]
    assert (one["sanction"], one["state"], one["on"]) == ("c1/1", "announced", f"+{NUMBER}")
    assert [stage["rung"] for stage in made["stages"]] == ["barred", "outgoing_barred", "rate_limit"]
    [listed] = ask.get("?state=announced")
    assert "*" in listed["on"]
    assert keep_up(gate, one["latest"] - gate.now()) == ["c1/1"]
    shown = ask.get("/c1/1")
    assert (shown["sanction"]["state"], shown["sanction"]["unproven"]) == ("in-force", True)
    assert shown["restrictions"] == ["c1/1"]
    assert [one["sanction"] for one in ask.get("?unproven=true")] == ["c1/1"]
    assert ask("/c1/1/lift", 422, reason=" ")["where"] == "reason"
    assert ask("/c1/1/lift", reason="put right")["sanction"]["state"] == "lifted"
    assert ask("/c1/1/lift", 422, reason="again")["en"] == "no restriction c1/1 is in force"
    assert ask.get("/c1/9", 404)["en"] == "there is no sanction c1/9"
    assert ask("/c1/9/lift", 404, reason="x")["where"] == "sanction"
    with gate.store.read() as conn:
        assert restrictions(conn, gate.now()) == []


def test_a_restriction_without_a_case_is_lifted_by_its_id(gate, ask):
    with gate.store.act("li") as act:
        do_restrict(act, Restricted("order 7", Target.NUMBER, Rung.BARRED, "an order", act.at, 0, FREE))
    assert ask("/lift", 422, restriction="order 7", reason=" ")["where"] == "reason"
    lifted = ask("/lift", restriction="order 7", reason="withdrawn by the authority")
    assert (lifted["restriction"], lifted["seq"]) == ("order 7", gate.store.head())
    with gate.store.read() as conn:
        assert restrictions(conn, gate.now()) == []
    assert ask("/lift", 422, restriction="order 7", reason="again")["en"] == "no restriction order 7 is in force"
    # A sanction is known by its id too, and its effects go with it.
    ask("", 201, case="c3", reason="selling", rung="label", words="it goes on", officer="three")
    keep_up(gate, 30 * DAY)
    ask("/lift", restriction="c3/1", reason="put right")
    assert ask.get("/c3/1")["sanction"]["state"] == "lifted"


def test_a_preview_tells_whom_it_would_touch_and_changes_nothing(gate, ask):
    before, head = everything(gate), gate.store.head()

    def look(**body):
        return ask("/preview", reason="selling", words="again", officer="three", **body)

    barred = look(case="c1", rung="barred")
    assert (barred["numbers"]["count"], barred["other_numbers"]["count"]) == (1, 9)
    assert (barred["holder"], barred["holder_name"]) == ("H", "Zhang San")
    assert (barred["outgoing_stopped"], barred["incoming_stopped"], barred["few"]) == (True, True, True)
    assert all("*" in one for one in barred["other_numbers"]["some"])
    held = look(case="c2", rung="label")
    assert (held["numbers"]["count"], held["labelled"]["count"]) == (10, 10)
    assert (held["outgoing_stopped"], held["incoming_stopped"]) == (False, False)
    assert look(case="c2", rung="contract_ended")["contracts"] == ["K1"]
    assert look(case="c2", rung="blacklisted")["listed"] == 1
    assert ask("/preview", 422, case="c1", reason="selling", rung="barred", officer="opener")["where"] == "officer"
    assert (everything(gate), gate.store.head()) == (before, head)


def test_what_a_preview_tells_is_what_happens(gate, ask):
    for rung in ("label", "contract_ended", "blacklisted"):
        body = {"case": "c2", "reason": "selling", "rung": rung, "words": "again", "officer": "three"}
        told = ask("/preview", **body)
        made = ask("", 201, **body)["sanction"]
        assert told["standing"] == [f"c2/{n}" for n in range(1, int(made["sanction"][-1]))]
        keep_up(gate, made["latest"] - gate.now())
        shown = ask.get(f"/{made['sanction']}")
        assert (told["labelled"]["count"], told["contracts"], told["listed"]) == (
            shown["labelled"], shown["contracts"], len(shown["listed"]),
        )  # fmt: skip


def test_the_ladder_bears_on_the_trunk_and_the_access_provider_that_connect_the_number(gate, ask):
    body = {"case": "c1", "reason": "selling", "words": "again", "officer": "three"}
    trunk = ask("/preview", trunk="t1", rung="outgoing_barred", **body)
    assert (trunk["target"], trunk["on"], trunk["outgoing_stopped"]) == ("trunk", "t1", True)
    assert trunk["ways"] == ["mail"]
    assert [stage["rung"] for stage in trunk["stages"]] == ["outgoing_barred"]
    made = ask("", 201, trunk="t1", rung="outgoing_barred", **body)["sanction"]
    keep_up(gate, made["latest"] - gate.now())
    with gate.store.read() as conn:
        assert [(one.target, one.name, one.rung) for one in restrictions(conn, gate.now())] == [
            ("trunk", "t1", "outgoing_barred")
        ]
    # Another trunk is no way out: the access provider answers for each.
    raised = ask("/propose", case="c1", provider="carrier")
    assert (raised["rung"], raised["earlier"]) == ("contract_ended", ["c1/1"])
    provider = ask("/preview", provider="carrier", **body)
    assert (provider["trunks"], provider["outgoing_stopped"], provider["rung"]) == (
        ["t1", "t2"],
        False,
        "contract_ended",
    )
    assert "no such rung" in ask("", 422, provider="carrier", rung="barred", **body)["en"]
    made = ask("", 201, provider="carrier", **body)["sanction"]
    keep_up(gate, made["latest"] - gate.now())
    assert ask.get("/c1/2")["sanction"]["state"] == "in-force"
    for other in ({"trunk": "t2"}, {"trunk": "t9"}, {"provider": "p"}, {"holder": "H"}):
        assert ask("", 422, **other, **body)["where"] == "target"
    assert ask("", 422, case="c3", trunk="t1", reason="x", words="x", officer="three")["where"] == "target"
    assert ask("", 400, trunk="t1", provider="carrier", **body)["where"] == "number"


def test_the_address_of_the_case_takes_a_trunk_too(gate):
    with TestClient(create_app(gate)) as client:
        body = {"reason": "selling", "words": "again", "officer": "three", "trunk": "t1"}
        reply = client.post("/v1/cases/c1/sanction", json=body)
        assert reply.status_code == 200, reply.text
        assert client.get("/v1/sanctions/c1/1").json()["sanction"]["on"] == "t1"
        refused = client.post("/v1/cases/c1/sanction", json={**body, "holder": "H"})
        assert (refused.status_code, refused.json()["where"]) == (400, "number")


def test_a_finding_that_saw_the_trunk_connects_it_to_the_case(gate, ask):
    with gate.store.act("test") as act:
        do_add_evidence(act, "c3", Evidence(Finding("sim_bank", {"trunk": "t2"}), act.at, "discovery", "f1"), RULES)
    made = ask("", 201, case="c3", trunk="t2", reason="a bank of SIMs", officer="three")["sanction"]
    assert (made["target"], made["on"], made["rung"]) == ("trunk", "t2", "warning")
