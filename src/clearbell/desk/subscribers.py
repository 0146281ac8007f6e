"""Forgetting a subscriber who asks for it at his own door, without an officer.

The same number may be one that others complain about. What they said is theirs, and a caller must not be able to wipe a
case against himself: such a number is forgotten by an officer (``clearbell erase``) once nothing is open about it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from clearbell.appeals.erasure import do_forget_number as forget_appeals
from clearbell.cases.model import number_unit
from clearbell.cases.queries import cases_about
from clearbell.consent.evidence import do_forget_evidence
from clearbell.consent.service import erase_person as forget_consents
from clearbell.ledger import Act
from clearbell.notices.mass.audience import do_forget as forget_mass_notices
from clearbell.notices.service import do_forget_recipient as forget_notices
from clearbell.registry.queries import holder_of
from clearbell.reports.queries import reports_about
from clearbell.reports.service import do_forget_number as forget_reports
from clearbell.sanctions.model import Target
from clearbell.sanctions.queries import sanctions_on
from clearbell.vault import Vault


class ErasureByOfficerError(Exception):
    """The number is more than a subscriber's: an officer has to look at it first."""

    def __init__(self) -> None:
        self.zh = "此号码登记在使用主体名下,或涉及举报、案件、处置,不能自助抹除;请联系客服,由工作人员核实后办理"
        self.en = (
            "this number has a registered holder, or reports, cases or sanctions concern it, so it is not erased from here; "
            "ask customer service, where an officer looks at it first"
        )
        super().__init__(self.en)


def is_only_a_subscriber(conn: Connection, number: int) -> bool:
    """Whether nobody but the subscriber would lose anything with what is kept about the number."""
    return not (
        holder_of(conn, number)
        or reports_about(conn, number, 1)
        or cases_about(conn, number_unit(number), 1)
        or sanctions_on(conn, [(Target.NUMBER, number, "")])
    )


def do_forget_subscriber(act: Act, vault: Vault, number: int) -> int:
    """Forget what a subscriber said and was told; returns how many facts, rows and documents went.

    Raises :class:`ErasureByOfficerError`, and then nothing is changed.
    """
    if not is_only_a_subscriber(act.conn, number):
        raise ErasureByOfficerError
    documents = do_forget_evidence(act, vault, number) + forget_appeals(act, vault, number)
    rows = sum(forget(act, number) for forget in (forget_consents, forget_reports, forget_notices, forget_mass_notices))
    return documents + rows + act.erase(number)
