"""Everyone else in the demo: who has an account, what an enterprise and a subscriber have, what an authority orders."""

from __future__ import annotations

import collections

from clearbell.access.keys import AccessKey
from clearbell.access.model import TENANTS, Step
from clearbell.access.service import do_make_account, do_step, do_void_invitation
from clearbell.access.settings import AccessSettings
from clearbell.calls import Decision
from clearbell.cases.service import Due
from clearbell.consent.errors import ConsentError
from clearbell.consent.hours import QuietHours
from clearbell.consent.model import Channel, Listed, ListVerdict, Refused, Wished
from clearbell.consent.service import do_list, do_refuse, do_wish
from clearbell.desk.ordering import Asked, Incoming, do_carry_out, do_take_in
from clearbell.desk.proving import looker
from clearbell.labels.cards.model import Texts
from clearbell.labels.cards.service import do_apply
from clearbell.ledger import Act, Store
from clearbell.policy.model import Pack
from clearbell.records.journal import read_journal
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.service import Desk, do_file
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import do_accept, do_offer
from clearbell.sanctions.orders.model import Bears, Kind
from clearbell.sanctions.orders.service import do_acknowledge, do_begin
from clearbell.serving.demo.officers import ACCOUNTS, FIRM, code_of
from clearbell.serving.node import Node
from clearbell.simulation.callers import Founding
from clearbell.vault import Vault

SETTINGS = AccessSettings(second_factor=())
"""No password and no second factor: who may look at the demo was asked at the real door."""
HOLDER = "call-centre-1"
_ORDERED = (8616300000001, 8616300000002)
# Region 000000 belongs to no place, so that neither number is anybody's.
_CREDIT, _PERSON, _AGENT = "91000000000000001N", "000000199001010018", "000000199001010026"


def do_make_accounts(act: Act, key: AccessKey, words: dict[str, str]) -> None:
    """An account for each role, active and without a password."""
    for name, role in ACCOUNTS.items():
        do_make_account(act, key, SETTINGS, name, words[f"role_{name}"], role, FIRM if role in TENANTS else "")
        do_step(act, name, Step.JOIN)
        do_void_invitation(act, name)


def firm_work(store: Store, desk: Desk, words: dict[str, str]) -> None:
    """The enterprise: an application that lacks papers, a contract in force and one that is offered, a name card."""
    name = f"{words['mark']} {HOLDER}"
    form = {
        "entity_name": name,
        "entity_kind": "company",
        "licence_name": name,
        "credit_code": _CREDIT,
        "licence_legal_name": words["person"],
        "licence_expiry": "9999-12-31",
        "address": words["address"],
        "legal_name": words["person"],
        "legal_id": _PERSON,
        "legal_phone": "+8616000000001",
        "handler_name": words["person"],
        "handler_id": _AGENT,
        "handler_phone": "+8616000000002",
        "purpose": "service",
        "scenario": words["scenario"],
        "industry": "insurance",
        "calls_per_day": "300",
        "own_use": "yes",
        "holder": HOLDER,
        "first": "96000",
    }
    with store.act("demo-firm") as act:
        do_file(act, desk, f"{FIRM}:demo-1", LineClass.SHORT_96, form, party=FIRM)
        for way, address in ((Way.SMS, "8616000000001"), (Way.MAIL, "demo@example.invalid")):
            do_name_contact(act, Contact(ContactOf.HOLDER, HOLDER, way, address, words["language"]))
    terms = Terms(words["terms"], "09:00-18:00", 60, 3)
    with store.act("demo-officer") as act:
        digest = do_offer(act, "demo-contract-1", HOLDER, terms)
        do_accept(act, "demo-contract-1", words["person"], digest)
        do_offer(act, "demo-contract-2", HOLDER, terms)
    with store.act("demo-firm") as act:
        texts = Texts(name[:20], name[:20])
        do_apply(
            act, f"{FIRM}:card", HOLDER, _CREDIT, texts, [(8695801000000, "")], desk.pack.cards, desk.identities
        )  # fmt: skip


def order_work(store: Store, pack: Pack, due: Due, vault: Vault, words: dict[str, str]) -> None:
    """An authority orders two numbers shut off: one is, the other waits; a second order was only received."""
    look = looker(pack, vault)
    asks = tuple(Asked(Kind.SHUT_OFF, Bears.NUMBER, number) for number in _ORDERED)
    with store.act("demo-regulator") as act:
        do_take_in(act, Incoming("DEMO-1", "bureau", words["reference"], words["order"], asks), pack)
    with store.act("demo-officer") as act:
        do_acknowledge(act, "DEMO-1", officer="demo-officer")
        do_begin(act, "DEMO-1", officer="demo-officer")
    with store.act("demo-officer") as act:
        do_carry_out(act, "DEMO-1/1", pack, due, look, new_case=code_of("order-1"), officer="demo-officer")
    with store.act("demo-regulator") as act:
        other = (Asked(Kind.HAND_OVER_RECORDS, Bears.NUMBER, _ORDERED[1]),)
        do_take_in(act, Incoming("DEMO-2", "police", words["reference"], words["order"], other), pack)


def subscriber_work(store: Store, node: Node, founding: Founding) -> int:
    """A subscriber with calls, consents, wishes and a list: who of those with a consent was called most; the number."""
    holding = {one.callee for one in founding.consents if one.holder == HOLDER}
    calls = collections.Counter(
        record.call.callee
        for record in read_journal(node.folder, 0)
        if isinstance(record, Decision) and record.call.callee in holding
    )
    number = calls.most_common(1)[0][0]
    with store.act("web:subscriber") as act:
        do_wish(act, Wished(number, ("property", "loans"), refuse_withheld=True, hours=(QuietHours("*", 1320, 480),)))
        do_list(act, Listed(number, 8616300000002, 8616300000002, ListVerdict.BLOCK))
        do_list(act, Listed(number, 8616000000001, 8616000000001, ListVerdict.ALLOW))
        try:
            do_refuse(act, Refused(number, "registered-marketer-1", 0, Channel.WEB))
        except ConsentError:
            return number
    return number
