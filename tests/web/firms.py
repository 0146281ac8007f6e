"""Two firms with everything a firm can have, for tests that keep them apart."""

from __future__ import annotations

import dataclasses

from clearbell.appeals.model import Appellant, Filed, Ground, Subject
from clearbell.appeals.service import do_file as do_appeal
from clearbell.calls import DAY, HOUR
from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted
from clearbell.consent.own_grants import KIND
from clearbell.intake import BadCell
from clearbell.intake.quarantine import put
from clearbell.intake.tables import intake_run
from clearbell.labels.cards.model import Texts
from clearbell.labels.cards.service import do_apply
from clearbell.records.outcomes.tables import call_outcome
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.service import do_file
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import do_offer
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.reports import do_file_reports
from clearbell.reports.model import Reported
from clearbell.reports.settings import reputation_settings
from clearbell.sanctions.life import do_announce, do_bite
from clearbell.sanctions.model import Announced, Rung, Stage, Target
from clearbell.testing.identities import credit_code, resident_id

REPORTER = 8613700000777


@dataclasses.dataclass(frozen=True)
class Firm:
    """What one of them has, under names that nobody else's page may show."""

    party: str
    serial: int

    @property
    def name(self):
        return f"{self.party.title()} Ltd"

    @property
    def holder(self):
        return f"{self.party}-holder"

    @property
    def number(self):
        return 8657188880000 + 10 * self.serial

    @property
    def callee(self):
        return 8613900000100 + self.serial

    @property
    def application(self):
        return f"{self.party}:application"

    @property
    def contract(self):
        return f"{self.party}-contract"

    @property
    def card(self):
        return f"{self.party}:card"

    @property
    def case(self):
        return f"{self.party}-case"

    @property
    def sanction(self):
        return f"{self.party}-sanction"

    @property
    def appeal(self):
        return f"APPEAL{self.serial + 1}"

    @property
    def upload(self):
        return f"{self.party}-upload"

    @property
    def marks(self):
        """What tells of it: not to be read by another."""
        return self.party, self.party.title(), str(self.number)[2:], str(self.callee)[2:]

    def form(self, **changes):
        """The fields of an application of class 96."""
        return {
            "entity_name": self.name,
            "entity_kind": "company",
            "licence_name": self.name,
            "credit_code": credit_code(self.serial),
            "licence_legal_name": "甲",
            "licence_expiry": "9999-12-31",
            "address": f"1 {self.party.title()} Street",
            "legal_name": "甲",
            "legal_id": resident_id(self.serial),
            "legal_phone": "13800000001",
            "handler_name": "乙",
            "handler_id": resident_id(self.serial + 100),
            "handler_phone": "13800000002",
            "purpose": "service",
            "scenario": f"answers to clients of {self.party}",
            "industry": "insurance",
            "calls_per_day": "100",
            "own_use": "yes",
            "holder": self.holder,
            "first": "96123",
            **changes,
        }


def _uploaded(act, firm):
    """A file of consents that was taken in, one of its rows kept out."""
    place = {"position": 1, "lines": 2, "rows": 2, "stored": 1, "duplicates": 0, "quarantined": 1}
    run = {
        "run": firm.upload, "loader": f"{KIND}{firm.holder}", "file": f"{firm.party}.csv", "digest": "0" * 64,
        "actor": "enterprise", "started_at": act.at, "moved_at": act.at, "finished": True, **place,
    }  # fmt: skip
    act.conn.execute(intake_run.insert().values(run))
    wrong = BadCell("callee", "number-garbage", f"{firm.party} 不是号码", f"{firm.party} is no number")
    put(act.conn, firm.upload, [(2, 3, [wrong], f"{firm.party},x")])


def found(store, gate, firm):
    """Register a firm with a number, an application, a contract, a card, consents, reports, a case, a sanction and an appeal."""
    pack, desk = gate.pack, gate.desk
    with store.act("cli:test") as act:
        do_register_party(act, PartyRegistered(firm.party, PartyKind.COMPANY, firm.name))
        do_register_holder(act, HolderRegistered(firm.holder, firm.party, "insurance"))
        numbers = NumbersAssigned(
            f"{firm.party}-resource", firm.holder, firm.number, firm.number + 4, Purpose.COMMERCIAL
        )
        do_assign_numbers(act, [numbers])
        do_file(act, desk, firm.application, LineClass.SHORT_96, firm.form(), party=firm.party)
        do_offer(act, firm.contract, firm.holder, Terms(f"renewals of {firm.party}", "09:00-18:00", 60, 3))
        texts = Texts(firm.name, firm.name)
        do_apply(
            act, firm.card, firm.holder, credit_code(firm.serial), texts, [(firm.number, "")], pack.cards, desk.identities
        )  # fmt: skip
        do_grant(act, [ConsentGranted(firm.holder, firm.callee, "insurance", act.at + 20 * DAY)])
        reports = [
            Reported(f"{firm.party}-{n}", "api", firm.number, act.at - HOUR, act.at, REPORTER + n, "insurance")
            for n in range(2 + firm.serial)
        ]
        do_file_reports(act, reports, reputation_settings(pack))
        opened = Opened(Source.OFFICER, number_unit(firm.number), (), f"{firm.party} rings all day")
        do_open(act, firm.case, opened, pack.cases, desk.due, officer="officer")
        stage = Stage(Rung.RATE_LIMIT, act.at + 30 * DAY, 20)
        words = f"{firm.party} sells without consent"
        do_announce(
            act,
            Announced(
                firm.sanction,
                firm.case,
                Target.NUMBER,
                words,
                act.at,
                act.at + DAY,
                (stage,),
                firm.number,
                at_once=True,
            ),
        )
        do_bite(act, firm.sanction)
        statement = f"{firm.party} has consents"
        why = (Appellant.HOLDER, Ground.MISTAKEN, statement, firm.number)
        do_appeal(act, Filed(firm.appeal, Subject.VERDICT, firm.case, *why, filer="officer"))
        _uploaded(act, firm)
        for action, reason in (("allow", "total"), ("reject", "NO_CONSENT"), ("label", "total")):
            act.conn.execute(
                call_outcome.insert().values(
                    holder=firm.holder, day=act.at // DAY, action=action, reason=reason, calls=7 * firm.serial
                )
            )
