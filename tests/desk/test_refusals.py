"""Every refusal of cases, sanctions and orders, in the words that a person reads; and that it changed nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from cases.conftest import EVE, PACK, RULES, due
from clearbell.appeals.errors import AppealError
from clearbell.calls import DAY, HOUR
from clearbell.cases import model as cases
from clearbell.cases import service as case_acts
from clearbell.cases.errors import CaseError
from clearbell.cases.evidence import Calls, Content, Evidence, Note, Order, Recording
from clearbell.cases.merging import do_merge, do_part
from clearbell.cases.model import Opened, Source, Unit, UnitKind, Verdict, number_unit
from clearbell.desk.effects import MOST_NUMBERS, do_lift_sanction, do_put_in_force
from clearbell.desk.ladder import Asked, do_announce_sanction
from clearbell.desk.ordering import Asked as OrderAsked
from clearbell.desk.ordering import Incoming, do_carry_out, do_take_in, usual_proof
from clearbell.desk.proving import looker
from clearbell.desk.verdicts import do_confirm, do_find, do_sanction, do_settle_appeal
from clearbell.ledger.tables import metadata
from clearbell.lifecycles import IllegalStepError, move
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.sanctions import model as sanctions
from clearbell.sanctions.life import do_announce
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.orders import model as orders
from clearbell.sanctions.orders.errors import OrderError
from clearbell.sanctions.orders.model import Bears, Kind, Outcome, Proof, ProofKind
from clearbell.sanctions.orders.queries import must_do_of
from clearbell.sanctions.orders.service import do_acknowledge, do_give_up, do_propose, do_prove
from clearbell.sanctions.orders.service import do_confirm as do_end_order
from clearbell.sanctions.service import SanctionError, do_restrict
from clearbell.vault import Vault
from desk.conftest import announce, bitten, confirmed

NUMBER, OTHER, SOLD, RANGE = 8613800000066, 8613800000077, 8613800000088, 8657100000000
PDF = b"%PDF-1.7 a receipt"


class Said:
    """Tries what must be refused, sees that nothing changed, and keeps the words."""

    def __init__(self, store):
        self.store = store
        self.lines = []

    def picture(self):
        with self.store.read() as conn:
            # Tests of other rooms add tables of their own to the metadata.
            ours = [table for table in metadata.sorted_tables if not table.name.startswith("test_")]
            rows = {table.name: conn.execute(select(table)).all() for table in ours}
        return rows, self.store.head()

    def no(self, what, do):
        before = self.picture()
        refusals = (AppealError, IllegalStepError, CaseError, SanctionError, OrderError)
        with pytest.raises(refusals) as refusal, self.store.act("test") as act:
            do(act)
        assert self.picture() == before, what
        error = refusal.value
        self.lines += [f"{what} [{error.column}]", f"  {error.zh}", f"  {error.en}", ""]

    def do(self, do):
        with self.store.act("test") as act:
            return do(act)

    def text(self):
        return "\n".join(self.lines)


@pytest.fixture
def said(store):
    return Said(store)


def of_cases(said, clock):
    def opening(reason, case="c9", **more):
        return lambda act: case_acts.do_open(act, case, reason, RULES, due, **more)

    about = number_unit(NUMBER)
    said.no("a case about nothing", opening(Opened(Source.OFFICER, Unit(UnitKind.HOLDER, " "), (), "x")))
    said.no("a case about no number", opening(Opened(Source.OFFICER, Unit(UnitKind.NUMBER, "12a"), (), "x")))
    said.no("an officer opens it without words", opening(Opened(Source.OFFICER, about)))
    said.no("nothing was seen", opening(Opened(Source.DETECTOR, about)))
    said.no("by an order that is not named", opening(Opened(Source.ORDER, about, (Evidence(Note("x"), EVE, "x"),))))
    said.no("by an order that is not there", opening(Opened(Source.ORDER, about, (Evidence(Order("O9"), EVE, "x"),))))
    said.do(opening(Opened(Source.OFFICER, about, (), "a look"), "c1", officer="opener"))
    said.no("a sanction before any verification", lambda act: do_announce_sanction(act, "c1", Asked("x"), PACK, due))
    said.do(lambda act: case_acts.do_verify(act, "c1", due, officer="one"))

    def find(verdict, words="they sell flats", who="one"):
        return lambda act: do_find(act, "c1", verdict, words, RULES, due, officer=who)

    said.no("reports alone", find(Verdict.CONFIRMED))
    said.no("a verdict without words", find(Verdict.CLEARED, " "))
    said.no("a verdict of one where two are asked for", lambda act: do_confirm(act, "c1", "", due, agrees=True))
    for what, evidence in {
        "a note without words": Note(" "),
        "a confidence that is none": Content("fraud", 1.2),
        "a recording that is not named": Recording("abc", 3.0),
        "more calls answered than made": Calls(1, 2, 0, 0, 0, 0, 1),
    }.items():
        one = Evidence(evidence, EVE, "test")
        said.no(what, lambda act, one=one: case_acts.do_add_evidence(act, "c1", one, RULES))
    ahead = Evidence(Note("x"), EVE + 9 * DAY, "test")
    said.no("evidence of tomorrow", lambda act: case_acts.do_add_evidence(act, "c1", ahead, RULES))
    said.no("put off too long", lambda act: case_acts.do_snooze(act, "c1", EVE + 99 * DAY, "x", RULES))
    said.no("merged into itself", lambda act: do_merge(act, "c1", "c1", "x", RULES))
    said.no("parted from none", lambda act: do_part(act, "c1", "x", RULES))
    said.no("a case that is not there", lambda act: case_acts.do_verify(act, "c8", due))
    said.do(lambda act: case_acts.do_note(act, "c1", "they sell flats", RULES, officer="one"))
    said.do(find(Verdict.CONFIRMED))
    said.no("another verdict while one waits", find(Verdict.CLEARED, who="two"))
    said.no("the same officer twice", lambda act: do_confirm(act, "c1", "", due, agrees=True, officer="one"))
    said.no("sent back without words", lambda act: do_confirm(act, "c1", "", due, agrees=False, officer="two"))
    said.no("a sanction while it waits", lambda act: do_announce_sanction(act, "c1", Asked("x"), PACK, due))
    said.do(lambda act: do_confirm(act, "c1", "", due, agrees=True, officer="two"))
    said.do(opening(Opened(Source.OFFICER, number_unit(OTHER), (), "a look"), "c2", officer="opener"))
    said.no("merged after the verdict", lambda act: do_merge(act, "c1", "c2", "x", RULES))
    said.do(lambda act: do_merge(act, "c2", "c1", "one script", RULES))
    said.no("what goes on elsewhere", lambda act: case_acts.do_verify(act, "c2", due))
    said.no(
        "who brought the case sanctions it",
        lambda act: do_announce_sanction(act, "c1", Asked("x"), PACK, due, officer="opener"),
    )
    said.no(
        "on whom the case is not about",
        lambda act: do_announce_sanction(act, "c1", Asked("x", on=number_unit(1)), PACK, due, officer="three"),
    )
    said.do(lambda act: do_announce_sanction(act, "c1", Asked("x"), PACK, due, officer="three"))
    said.do(lambda act: case_acts.do_appeal(act, "c1", "they appeal", due, officer="one"))
    said.no(
        "who proposed it decides the appeal",
        lambda act: do_settle_appeal(act, "c1", "no", due, upheld=False, officer="one"),
    )
    said.no(
        "who confirmed it decides the appeal",
        lambda act: do_settle_appeal(act, "c1", "no", due, upheld=False, officer="two"),
    )
    said.no(
        "who decided a sanction decides the appeal",
        lambda act: do_settle_appeal(act, "c1", "no", due, upheld=False, officer="three"),
    )
    said.do(lambda act: do_settle_appeal(act, "c1", "a mistake", due, upheld=True, officer="four"))
    said.do(lambda act: case_acts.do_close(act, "c1", "done", due))
    said.no("evidence for a closed case", lambda act: case_acts.do_note(act, "c1", "x", RULES))
    said.no("given to somebody when closed", lambda act: case_acts.do_assign(act, "c1", "two"))
    said.no("put off when closed", lambda act: case_acts.do_snooze(act, "c1", EVE + DAY, "x", RULES))
    said.do(opening(Opened(Source.OFFICER, about, (), "again"), "c3"))
    said.no("merged into a closed one", lambda act: do_merge(act, "c3", "c1", "x", RULES))
    said.no("reopened beside an open one", lambda act: case_acts.do_reopen(act, "c1", "x", due))


def of_sanctions(said, clock):
    store = said.store
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Sales"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", RANGE, RANGE + MOST_NUMBERS, Purpose.SERVICE)])
    confirmed(store, SOLD, "s1")
    confirmed(store, "H", "s2")

    def announcing(case="s1", **more):
        asked = Asked(**{"reason": "selling without consent", "words": "again", **more})
        return lambda act: do_announce_sanction(act, case, asked, PACK, due, officer="three")

    now = clock.now()
    said.no("no reason", announcing(reason=" "))
    said.no("a beginning in the past", announcing(start=now - 1_000_000))
    said.no("a beginning before the notice", announcing(rung=Rung.BARRED, start=now + HOUR))
    said.no("a backdated end", announcing(rung=Rung.BARRED, until=now - DAY))
    said.no("a rung that is not for a number", announcing(rung=Rung.BLACKLISTED))
    said.no("a limit on what is none", announcing(rung=Rung.BARRED, limit=9))
    said.no("harsher without words", announcing(rung=Rung.BARRED, words=""))
    said.no("a label on too many numbers", announcing("s2", rung=Rung.LABEL))
    said.no(
        "a reminder at once",
        lambda act: do_sanction(act, "s1", Rung.REMINDER, "x", RULES, due, officer="three"),
    )
    made = announce(store, Rung.BARRED, "s1")
    said.no("bites before its time", lambda act: do_put_in_force(act, made.sanction))
    said.no("the same id twice", lambda act: do_announce(act, msgspec.structs.replace(made)))
    said.no("on nobody", lambda act: do_announce(act, msgspec.structs.replace(made, sanction="s1/9", number=0)))
    said.no("bites without being there", lambda act: do_put_in_force(act, "s9/1"))
    said.no("taken back without a reason", lambda act: do_lift_sanction(act, Lifted(made.sanction, " ")))
    said.no("what is not there is lifted", lambda act: do_lift_sanction(act, Lifted("s9/1", "x")))
    clock.move(made.until - now)
    said.no("bites when all is over", lambda act: do_put_in_force(act, made.sanction))
    again = bitten(store, clock, Rung.BARRED, SOLD + 1, "s3")
    said.no("bites twice", lambda act: do_put_in_force(act, again.sanction))
    said.do(lambda act: do_lift_sanction(act, Lifted(again.sanction, "put right")))
    said.no("lifted twice", lambda act: do_lift_sanction(act, Lifted(again.sanction, "put right")))


def of_restrictions(said, clock):
    now = clock.now()
    base = Restricted("R1", Target.NUMBER, Rung.OUTGOING_BARRED, "an order", now, now + DAY, NUMBER)

    def restricting(**more):
        return lambda act: do_restrict(act, msgspec.structs.replace(base, **more))

    said.no("no reason", restricting(reason=" "))
    said.no("a beginning in the past", restricting(start=now - 1_000_000))
    said.no("a backdated end", restricting(until=now - DAY))
    said.no("on nobody", restricting(number=0))
    said.no("a rung that restricts nothing", restricting(rung=Rung.WARNING))
    said.no("a rate limit without a limit", restricting(rung=Rung.RATE_LIMIT))
    trunk = {"target": Target.TRUNK, "number": 0, "name": "t"}
    said.no("a rate limit on a trunk", restricting(rung=Rung.RATE_LIMIT, limit=9, **trunk))
    said.no("a bar on an access provider", restricting(**trunk | {"target": Target.PROVIDER}))
    said.no("by an order that is not there", restricting(order="O9"))
    said.do(restricting())
    said.no("the same id twice", restricting())


def of_orders(said, clock, vault):
    look, now = looker(PACK, vault), clock.now()

    def taking(*asks, **more):
        came = Incoming(
            **{"order": "O-1", "authority": "bureau", "reference": "no. 1", "text": "see to it", "asks": asks, **more}
        )
        return lambda act: do_take_in(act, came, PACK)

    other, off = OrderAsked(Kind.OTHER, detail="say how"), OrderAsked(Kind.SHUT_OFF, Bears.NUMBER, NUMBER)
    said.no("an id with a slash", taking(other, order="O/1"))
    said.no("no number of the authority's", taking(other, reference=" "))
    said.no("received tomorrow", taking(other, received=now + DAY))
    said.no("nothing is asked", taking())
    said.no("too much is asked", taking(*[other] * 1001))
    said.no("an authority that is none", taking(other, authority="mayor"))
    said.no("not for this authority", taking(off, authority="centre_12321"))
    said.no("on what it cannot bear", taking(OrderAsked(Kind.SHUT_OFF, Bears.LISTING, name="x")))
    said.no("on nothing", taking(OrderAsked(Kind.SHUT_OFF, Bears.NUMBER)))
    said.no("a rung for what is no shut-off", taking(OrderAsked(Kind.LIFT, Bears.NUMBER, NUMBER, rung=Rung.BARRED)))
    said.no("a rung that shuts nothing off", taking(OrderAsked(Kind.SHUT_OFF, Bears.NUMBER, NUMBER, rung=Rung.LABEL)))
    said.no("an end that has passed", taking(OrderAsked(Kind.SHUT_OFF, Bears.NUMBER, NUMBER, until=now)))
    said.no("a holder that is not registered", taking(OrderAsked(Kind.SHUT_OFF, Bears.HOLDER, name="H9")))
    said.no("a category that is none", taking(OrderAsked(Kind.LABEL, Bears.NUMBER, NUMBER, detail="spam")))
    ends = OrderAsked(Kind.SHUT_OFF, Bears.NUMBER, NUMBER, until=now + DAY)
    said.do(taking(other, off, other, ends))
    said.no("twice", taking(other, order="O-2"))
    said.no("an order that is not there", lambda act: do_acknowledge(act, "O-9"))

    def carrying(must_do):
        return lambda act: do_carry_out(act, must_do, PACK, due, look, new_case="oc", officer="one")

    paper = Proof(ProofKind.FILE, vault.put(PDF, 1000).digest)
    said.no("before it is acknowledged", carrying("O-1/2"))
    said.do(lambda act: do_acknowledge(act, "O-1", officer="one"))
    said.no("what people do", carrying("O-1/1"))
    said.no("proven by nothing", lambda act: usual_proof(must_do_of(act.conn, "O-1/1")))
    said.no("another kind of proof", lambda act: do_prove(act, "O-1/2", paper, look))
    said.no("a paper that is not there", lambda act: do_prove(act, "O-1/1", Proof(ProofKind.FILE, "0" * 64), look))
    said.no(
        "a sanction that is not there",
        lambda act: do_prove(act, "O-1/2", Proof(ProofKind.RESTRICTION, "s9/1"), look),
    )
    said.no("given up without words", lambda act: do_give_up(act, "O-1/1", " "))

    def proposing(outcome, words="so", who="one"):
        return lambda act: do_propose(act, "O-1", outcome, words, look, officer=who)

    said.no("done while some is open", proposing(Outcome.DONE))
    said.no("refused without words", proposing(Outcome.REFUSED, " "))
    said.do(lambda act: do_prove(act, "O-1/1", paper, look, officer="one"))
    said.no("refused when some is done", proposing(Outcome.REFUSED))
    said.do(carrying("O-1/2"))
    said.no("carried out twice", carrying("O-1/2"))
    clock.move(2 * DAY)
    said.no("after the end that it has", carrying("O-1/4"))
    said.do(lambda act: do_give_up(act, "O-1/4", "too late", officer="one"))
    said.do(lambda act: do_give_up(act, "O-1/3", "cannot", officer="one"))
    said.no("done when some cannot be", proposing(Outcome.DONE))
    said.do(proposing(Outcome.RETURNED))
    said.no("who dealt with it confirms", lambda act: do_end_order(act, "O-1", "", look, officer="one"))
    said.do(taking(other, order="O-3", reference="no. 3"))
    said.do(lambda act: do_acknowledge(act, "O-3", officer="one"))
    said.do(lambda act: do_prove(act, "O-3/1", paper, look, officer="one"))
    said.no(
        "returned when all is done", lambda act: do_propose(act, "O-3", Outcome.RETURNED, "so", look, officer="one")
    )
    said.no("ended before it is proposed", lambda act: do_end_order(act, "O-3", "", look, officer="two"))


def of_tables():
    """What each table says of each step that it does not have."""
    lines = []
    tables = {
        "sanction": (sanctions.TRANSITIONS, sanctions.State, sanctions.Step),
        "case": (cases.TRANSITIONS, cases.State, cases.Step),
        "order": (orders.TRANSITIONS, orders.State, orders.Step),
        "must-do": (orders.MUST_DO_TRANSITIONS, orders.MustDoState, orders.MustDoStep),
    }
    for name, (table, states, steps) in tables.items():
        for state in states:
            for step in steps:
                if (state, step) not in table:
                    with pytest.raises(IllegalStepError) as refusal:
                        move(table, state, step)
                    assert not re.search("[a-z]", refusal.value.zh)
                    lines += [f"{name}: {refusal.value.zh}", f"{name}: {refusal.value.en}"]
    return "\n".join(lines) + "\n"


def test_every_step_that_a_table_does_not_have_is_refused_by_its_name(golden):
    golden("steps.txt", of_tables())


def test_every_refusal_is_worded_as_recorded_and_changes_nothing(said, clock, tmp_path, golden):
    said.lines += ["==== cases", ""]
    of_cases(said, clock)
    said.lines += ["==== sanctions", ""]
    of_sanctions(said, clock)
    said.lines += ["==== restrictions", ""]
    of_restrictions(said, clock)
    said.lines += ["==== orders", ""]
    of_orders(said, clock, Vault(tmp_path / "documents", bytes(32), lambda size: bytes(size)))
    golden("refusals.txt", said.text())
    assert not missing(said.text())


SOURCES = Path(__file__).resolve().parents[2] / "src" / "clearbell"
ROOMS = ("cases", "sanctions", "desk/ladder.py", "desk/effects.py", "desk/verdicts.py", "desk/ordering.py")
#: Nothing leads there: it would be a fault of the program.
NEVER = {"处置未能实施"}


def missing(text):
    """Refusals that the rooms can make and the recorded text does not show."""
    found = set()
    for room in ROOMS:
        path = SOURCES / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and re.fullmatch(r"\w*Error|__init__", _name(node.func)) and node.args:
                    pieces = [
                        one.value
                        for arg in node.args
                        for one in ast.walk(arg)
                        if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    ]
                    found |= {piece for piece in pieces if re.search(r"[\u4e00-\u9fff]{3}", piece)}
    # What a room beneath words in a golden text of its own is recorded as well.
    text += "".join(one.read_text() for one in Path(__file__).resolve().parents[1].rglob("golden/*refusals*.txt"))
    return sorted(piece for piece in found - NEVER if piece not in text)


def _name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
