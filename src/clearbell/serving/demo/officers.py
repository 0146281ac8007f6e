"""What the officers of the demo do: cases in every state, each with what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import func, select

from clearbell.access.model import Role
from clearbell.appeals.service import do_review
from clearbell.cases.evidence import Content, Evidence, VerificationCall
from clearbell.cases.model import Opened, Source, Verdict, number_unit
from clearbell.cases.service import Due, do_add_evidence, do_open, do_verify
from clearbell.cases.tables import case_file
from clearbell.desk.appeals.deciding import Asked as Appealed
from clearbell.desk.appeals.deciding import do_decide, do_take_in
from clearbell.desk.ladder import Asked, do_announce_sanction
from clearbell.desk.verdicts import do_confirm, do_find
from clearbell.ledger import Act, Store
from clearbell.policy.model import Pack
from clearbell.sanctions.model import Rung
from clearbell.sanctions.tables import sanction

ACCOUNTS: dict[str, Role] = {
    "demo-officer": Role.OFFICER,
    "demo-second": Role.OFFICER,
    "demo-lead": Role.SUPERVISOR,
    "demo-centre": Role.COMPLAINTS,
    "demo-regulator": Role.REGULATOR,
    "demo-auditor": Role.AUDITOR,
    "demo-admin": Role.ADMINISTRATOR,
    "demo-firm": Role.ENTERPRISE,
}
"""Everyone who has an account in the demo; nobody has a password."""
FIRM = "p-call-centre-1"
"""The party of the enterprise's account."""
CLINIC = 8657107000000
"""The clinic that liars report."""


class CaseWork:
    """The work on the cases that opened by themselves, at the story's times."""

    def __init__(self, store: Store, pack: Pack, due: Due, words: dict[str, str], code: Callable[[str], str]) -> None:
        """``code``: the id of what is filed, from a word that tells it from others."""
        self._store, self._pack, self._due, self._words, self._code = store, pack, due, words, code
        self._appeals: list[str] = []

    def count(self) -> int:
        """How many cases there are."""
        with self._store.read() as conn:
            return int(conn.execute(select(func.count()).select_from(case_file)).scalar_one())

    def take_first(self) -> None:
        """Confirm and sanction three of the first days' cases, and clear the clinic that liars report."""
        cases = self._opened()
        for place, case in enumerate(cases[:3]):
            self._verify(case)
            self._find(case, Verdict.CONFIRMED, self._words["confirmed"])
            with self._act("demo-lead") as act:
                do_confirm(act, case, self._words["second"], self._due, agrees=True, officer="demo-lead")
            self._sanction(case, (Rung.OUTGOING_BARRED, Rung.RATE_LIMIT, Rung.LABEL)[place])
        clinic = self._code("clinic")
        with self._act("demo-centre") as act:
            opened = Opened(Source.OFFICER, number_unit(CLINIC), (), self._words["looking"])
            do_open(act, clinic, opened, self._pack.cases, self._due, officer="demo-centre")
        self._verify(clinic)
        self._find(clinic, Verdict.CLEARED, self._words["cleared"])

    def appeal(self) -> None:
        """Their subjects appeal against two of the sanctions."""
        for place, name in enumerate(self._in_force()[:2]):
            appeal = self._code(f"appeal-{place}")
            asked = Appealed(name, self._words["statement"], filer="demo-centre", language=self._words["language"])
            with self._act("demo-centre") as act:
                do_take_in(act, appeal, asked, lambda _id: None, self._pack, self._due)
            self._appeals.append(appeal)

    def decide_appeal(self) -> None:
        """One of them is upheld by who had no hand in it; the other is looked into."""
        for place, appeal in enumerate(self._appeals):
            with self._act("demo-second") as act:
                do_review(act, appeal, officer="demo-second")
                if not place:
                    do_decide(
                        act, appeal, self._words["upheld"], self._pack, self._due, upheld=True, officer="demo-second"
                    )

    def take_second(self) -> None:
        """Of the newest cases one is sanctioned but not yet in force, one confirmed, one waits for its second officer."""
        for place, case in enumerate(self._opened()[:4]):
            self._verify(case)
            if place == 3:
                break
            self._find(case, Verdict.CONFIRMED, self._words["confirmed"])
            if place == 2:
                continue
            with self._act("demo-lead") as act:
                do_confirm(act, case, self._words["second"], self._due, agrees=True, officer="demo-lead")
            if place == 0:
                self._sanction(case, Rung.OUTGOING_BARRED)

    def _act(self, who: str) -> AbstractContextManager[Act]:
        return self._store.act(who)

    def _opened(self) -> list[str]:
        query = (
            select(case_file.c.case)
            .where(case_file.c.state == "opened", case_file.c.opener == "")
            .order_by(case_file.c.urgency.desc(), case_file.c.number)
        )
        with self._store.read() as conn:
            return list(conn.execute(query).scalars())

    def _in_force(self) -> list[str]:
        query = select(sanction.c.sanction).where(sanction.c.state == "in-force").order_by(sanction.c.sanction)
        with self._store.read() as conn:
            return list(conn.execute(query).scalars())

    def _verify(self, case: str) -> None:
        with self._act("demo-officer") as act:
            do_verify(act, case, self._due, officer="demo-officer")
            called = VerificationCall("answered", 21, text=self._words["heard"], confidence=0.83)
            do_add_evidence(act, case, Evidence(called, act.at, "demo-line", f"{case}-call"), self._pack.cases)
            heard = Content("property", 0.91, spoke=tuple(self._words["heard"].split()[:3]))
            do_add_evidence(act, case, Evidence(heard, act.at, "demo-line", f"{case}-heard"), self._pack.cases)

    def _find(self, case: str, verdict: Verdict, words: str) -> None:
        with self._act("demo-officer") as act:
            do_find(act, case, verdict, words, self._pack.cases, self._due, officer="demo-officer")

    def _sanction(self, case: str, rung: Rung) -> None:
        asked = Asked(self._words["reason"], rung, words=self._words["second"])
        with self._act("demo-officer") as act:
            do_announce_sanction(act, case, asked, self._pack, self._due, officer="demo-officer")


def code_of(word: str) -> str:
    """An id in the form of those that are drawn at random, from a word."""
    digits = hashlib.sha256(f"demo/{word}".encode()).digest()
    return "DEMO" + "".join("ABCDEFGHJKMNPQRSTUVWXYZ23456789"[one % 31] for one in digits[:10])
