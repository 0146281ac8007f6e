"""A store in which every deadline that waits for the clock can be started, by the act that starts it in real life."""

from __future__ import annotations

import datetime

import pytest

from cases.conftest import EVE, PACK, RULES, due
from clearbell.appeals.model import Ground
from clearbell.appeals.service import do_ask_papers
from clearbell.calls import DAY, HOUR
from clearbell.cases.evidence import Evidence, Sanction
from clearbell.cases.model import Opened, Source, Verdict, number_unit
from clearbell.cases.service import do_appeal as do_appeal_case
from clearbell.cases.service import do_note, do_open, do_record_sanction, do_second, do_verdict, do_verify
from clearbell.consent.evidence import EvidenceKind, do_keep
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted
from clearbell.desk.appeals.deciding import Asked, do_take_in
from clearbell.desk.deadlines.model import FACTS
from clearbell.desk.deadlines.passing import pass_deadlines
from clearbell.desk.deadlines.sources import Works
from clearbell.desk.reassignment import disconnect_number, rules_of
from clearbell.labels import publish_labels
from clearbell.labels.settings import label_settings
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack_text, load_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.admission.model import Blacklisted
from clearbell.registry.admission.service import do_blacklist
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.service import Desk, do_approve, do_attach, do_file, do_review
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import do_offer
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose, TrunkOpened
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.reports import do_file_reports
from clearbell.reports.complaints.service import do_forward, do_handle
from clearbell.reports.model import Reported
from clearbell.reports.settings import reputation_settings
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.sanctions.service import do_restrict
from clearbell.testing import MovableClock, fresh_store
from clearbell.vault import Kept as Document
from clearbell.vault import Vault
from registry.applications.test_applications import GOOD

from .walks import DECODE, Chores

SETTINGS = reputation_settings(PACK)
CHINA = datetime.timezone(datetime.timedelta(hours=8))
WITHOUT_RECHECK = load_pack(
    builtin_pack_text("cn").replace("number_recheck = { value = 365", "number_recheck = { value = false"), "cn.toml"
)


def day_begins(month, day, year=2026):
    """µs UTC."""
    return int(datetime.datetime(year, month, day, tzinfo=CHINA).timestamp()) * 1_000_000


class World:
    """The working day before the long holiday of October 2026, and what may begin on it."""

    def __init__(self, folder, store=None):
        self.clock = MovableClock(EVE) if store is None else store.clock
        self.store = store or fresh_store(folder, self.clock)
        self.works = Works(PACK, Vault(folder / "documents", b"k" * 32, lambda size: b"n" * size))
        self.serial = 0
        self._chores = None
        self._lines = {}

    def number(self):
        self.serial += 1
        return 8613800000000 + self.serial

    def act(self, what, *args, who="test", **more):
        with self.store.act(who) as act:
            return what(act, *args, **more)

    def passing(self, kinds=None):
        return pass_deadlines(self.store, self.works, kinds)

    def passing_on(self, store):
        """The clock of a node on the same database."""
        return pass_deadlines(store, self.works)

    @property
    def chores(self):
        """All that a node does of itself; another one after a restart."""
        if self._chores is None or self._chores.store is not self.store:
            self._chores = Chores(self, self.store)
        return self._chores

    def facts(self, kind):
        """Every fact of a kind in the ledger."""
        return [fact for entry in self.store.entries(0, [kind], 100_000) for fact in entry.decode(DECODE)]

    def carriers(self):
        """Two carriers, ``ap1`` and ``ap2``, each with a trunk, and numbers to come on them."""
        if self._lines:
            return
        for n in (1, 2):
            self.act(do_register_party, PartyRegistered(f"ap{n}", PartyKind.COMPANY, f"Carrier {n}"))
            self.act(do_register_holder, HolderRegistered(f"AP{n}", f"ap{n}"))
            self.act(do_open_trunk, TrunkOpened(f"T{n}", f"ap{n}"))
            self._lines[f"T{n}"] = f"AP{n}"

    def line(self, trunk):
        """A new number that a carrier connected."""
        number = self.number()
        fact = NumbersAssigned(f"r{number}", self._lines[trunk], number, number, Purpose.SERVICE, (trunk,))
        self.act(do_assign_numbers, [fact])
        return number

    def passed(self, kind=""):
        """Facts of the ledger that say that deadlines passed."""
        facts = [fact for entry in self.store.entries(0, ["deadlines.passed"], 100_000) for fact in entry.decode(FACTS)]
        return [fact for fact in facts if not kind or fact.kind == kind]

    def restart(self):
        """The node ends and begins anew on the same database."""
        url = self.store.engine.url
        self.store.close()
        self.store = Store.open(url.render_as_string(hide_password=False), clock=self.clock)

    def second(self):
        """Another server on the same database."""
        url = self.store.engine.url.render_as_string(hide_password=False)
        return Store.open(url, clock=self.clock)

    def case(self, name):
        number = number_unit(self.number())
        self.act(do_open, name, Opened(Source.OFFICER, number, (), "a look"), RULES, due, officer="one")

    def verifying(self, name):
        self.case(name)
        self.act(do_verify, name, due, officer="one")

    def proposed(self, name):
        self.verifying(name)
        self.act(do_note, name, "they sell flats", RULES, officer="one")
        self.act(do_verdict, name, Verdict.CONFIRMED, "they sell flats", RULES, due, officer="one")

    def confirmed(self, name):
        self.proposed(name)
        self.act(do_second, name, "", due, agrees=True, officer="two")

    def appealed(self, name):
        self.confirmed(name)
        one = Evidence(Sanction("s", "warning"), self.clock.now(), "three", f"s-{name}")
        self.act(do_record_sanction, name, "warned", due, one, RULES, "three")
        self.act(do_appeal_case, name, "not me", due, officer="four")

    def complaint(self, name):
        at = self.clock.now()
        one = Reported(name, "api", self.number(), at - HOUR, at, 8613900000009)
        self.act(do_file_reports, [one], SETTINGS, due=due)

    def forwarded(self, name):
        self.complaint(name)
        self.act(do_forward, name, "ap", due, officer="one")

    def handled(self, name):
        self.forwarded(name)
        self.act(do_handle, name, "the line was cut", due, officer="one")

    def application(self, name, pack=PACK):
        desk = Desk(pack, builtin_workdays("cn"), IdentityKey(b"k" * 32))
        self.serial += 1
        values = {**GOOD, "first": f"400{self.serial:07d}", "holder": f"H-{name}"}
        self.act(do_file, desk, name, LineClass.TOLL_400, values, who="web:clerk")
        for n, paper in enumerate(FORMS[LineClass.TOLL_400].documents):
            kept = Document(f"{n:064x}", "application/pdf", 100)
            problems = self.act(do_attach, desk, name, paper.kind, kept, who="web:clerk")
        assert problems == []
        return desk

    def approved(self, name, pack=PACK):
        desk = self.application(name, pack)
        self.act(do_review, name, who="web:first")
        self.act(do_approve, desk, name, who="web:second")
        return desk

    def label_appeal(self, name):
        number, at = self.number(), self.clock.now()
        made = [Reported(f"{name}-{n}", "csv", number, at - HOUR, at, 8613700000000 + n, "loans") for n in range(6)]
        self.act(do_file_reports, made, SETTINGS)
        publish_labels(self.store, label_settings(PACK))
        asked = Asked(str(number), "a clinic", Ground.WRONG_NAME, filer="someone")
        self.act(do_take_in, name, asked, lambda _: None, PACK, due)

    def entry_appeal(self, name):
        self.act(do_blacklist, Blacklisted(f"entry-{name}", "sold cards", "bureau", name="Li Lei"))
        asked = Asked(f"entry-{name}", "not me", filer="someone")
        self.act(do_take_in, name, asked, lambda _: None, PACK, due)

    def papers_asked(self, name):
        self.entry_appeal(name)
        self.act(do_ask_papers, name, "the licence", due)

    def recording(self, _name):
        self.serial += 1
        kept = self.works.vault.put(b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes([self.serial]), 1000)
        self.act(do_keep, kept, EvidenceKind.RECORDING, "H", self.number())

    def disconnected(self, _name):
        day = datetime.datetime.fromtimestamp(self.clock.now() / 1e6, CHINA).date()
        self.act(disconnect_number, self.number(), day, rules_of(PACK))

    def offer(self, name):
        self.act(do_register_party, PartyRegistered(f"p{name}", PartyKind.COMPANY, "Example Insurance"))
        self.act(do_register_holder, HolderRegistered(f"h{name}", f"p{name}"))
        self.act(do_offer, name, f"h{name}", Terms("保单回访", "09:00-20:00", 40, 3))

    def restricted(self, name):
        now = self.clock.now()
        self.act(
            do_restrict,
            Restricted(name, Target.NUMBER, Rung.BARRED, "by order", now, now + 20 * DAY, self.number()),
        )

    def consent(self, _name):
        self.act(do_grant, [ConsentGranted("H", self.number(), "loans", self.clock.now() + 90 * DAY)])


STARTS = {
    # The long holiday is over on 8 October, and Saturday the 10th is worked.
    "case_verify": (World.case, day_begins(10, 11)),
    "case_verdict": (World.verifying, day_begins(10, 21)),
    "case_second": (World.proposed, day_begins(10, 10)),
    "case_action": (World.confirmed, day_begins(10, 11)),
    "case_appeal": (World.appealed, day_begins(10, 21)),
    "report_forward": (World.complaint, day_begins(10, 11)),
    "report_handle": (World.forwarded, day_begins(10, 28)),
    "report_answer": (World.handled, day_begins(10, 11)),
    "label_appeal": (World.label_appeal, day_begins(10, 11)),
    "appeal": (World.entry_appeal, day_begins(10, 21)),
    "appeal_papers": (World.papers_asked, day_begins(10, 21)),
    "application_review": (World.application, day_begins(10, 16)),
    "number_recheck": (World.approved, EVE + 365 * DAY),
    "number_valid": (lambda world, name: world.approved(name, WITHOUT_RECHECK), EVE + 1825 * DAY),
    "number_ageing": (World.disconnected, day_begins(11, 15)),
    "evidence_kept": (World.recording, EVE + 30 * DAY),
    "contract_offer": (World.offer, EVE + 30 * DAY),
    "restriction_ends": (World.restricted, EVE + 20 * DAY),
    "consent_ends": (World.consent, EVE + 90 * DAY),
}
"""By kind: what starts it, and when it is over, worked out by hand."""


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.store.close()
