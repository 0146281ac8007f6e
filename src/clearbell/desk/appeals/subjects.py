"""What an id names that can be appealed against, whom it concerns, and who decided it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from clearbell.appeals.errors import LetThroughError, NothingToAppealError, OwnWillError
from clearbell.appeals.model import Subject
from clearbell.calls import Answer, Decision
from clearbell.cases.errors import UnknownCaseError
from clearbell.cases.files import case_of, units_in
from clearbell.cases.model import UnitKind, Verdict
from clearbell.cases.queries import deciders
from clearbell.desk.sanctioning import contacts_for
from clearbell.labels.queries import label_of
from clearbell.labels.tables import label_imposed
from clearbell.ledger.tables import ledger_entry, ledger_sealed
from clearbell.numbering import to_key
from clearbell.registry.admission.queries import entry_of
from clearbell.registry.admission.tables import line
from clearbell.registry.contacts.model import Way
from clearbell.registry.contacts.queries import contacts_of_holder, contacts_of_number
from clearbell.registry.queries import holder_of
from clearbell.sanctions.model import Target
from clearbell.sanctions.queries import restriction_of, sanction_named, sanction_of

Look = Callable[[str], Decision | None]
"""The recorded decision of an id."""
RULE = "symbol:"
"""Before the name of the symbol that decided by itself, where a decision rests on no restriction."""


class Against(msgspec.Struct, frozen=True):
    """What an appeal is, or may be, against."""

    subject: Subject
    id: str
    number: int = 0
    """The number that it is about, when it is about one."""
    name: str = ""
    """Holder, trunk or access provider, when it is about one."""
    case: str = ""
    """The case that led to it."""
    rests_on: str = ""
    """Of a decision: the restriction that it rests on, or :data:`RULE` with the symbol that decided by itself."""


def find(conn: Connection, name: str, look: Look, home: str, at: int) -> Against:
    """What the id names at ``at`` (µs UTC): a sanction, restriction, entry, case, decision, or a number with a label.

    A restriction that carries out a sanction, and an entry that a sanction made, are that sanction; a case that was
    merged is the one it goes on in. ``home``: country of numbers without a calling code. Raises
    :class:`NothingToAppealError`, :class:`OwnWillError` and :class:`LetThroughError`.
    """
    name = name.strip()
    for one in (_sanction, _restriction, _entry, _case):
        found = one(conn, name)
        if found is not None:
            return found
    decision = look(name) if name else None
    if decision is not None:
        return _decision(conn, decision)
    number = to_key(name, home)
    if number and label_of(conn, number, at) is not None:
        return Against(Subject.LABEL, str(number), number, case=_case_of_label(conn, number))
    raise NothingToAppealError


def _sanction(conn: Connection, name: str) -> Against | None:
    row = sanction_named(conn, name) if name else None
    return None if row is None else Against(Subject.SANCTION, row.sanction, row.number, row.name, row.case_id)


def _restriction(conn: Connection, name: str) -> Against | None:
    row = restriction_of(conn, name) if name else None
    return None if row is None else Against(Subject.RESTRICTION, name, row.number, row.name)


def _entry(conn: Connection, name: str) -> Against | None:
    row = entry_of(conn, name) if name else None
    if row is None:
        return None
    made_by = sanction_of(conn, row.source)
    if made_by is not None:
        return _sanction(conn, made_by.sanction)
    return Against(Subject.BLACKLIST, name)


def _case(conn: Connection, name: str) -> Against | None:
    try:
        row = case_of(conn, name)
        while row.merged_into:
            row = case_of(conn, row.merged_into)
    except UnknownCaseError:
        return None
    if row.verdict != Verdict.CONFIRMED.value or not row.found:
        return None
    held = row.unit if row.unit_kind == UnitKind.HOLDER.value else ""
    return Against(Subject.VERDICT, row.case, row.number, held, row.case)


def _decision(conn: Connection, decision: Decision) -> Against:
    if decision.answer is Answer.UNWANTED:
        raise OwnWillError
    if decision.answer is Answer.CONTINUE:
        raise LetThroughError
    if not decision.call.caller:
        raise NothingToAppealError
    named = [str(charge.evidence["restriction"]) for charge in decision.charges if "restriction" in charge.evidence]
    found = _sanction(conn, named[0]) if named else None
    rests_on = named[0] if named else ""
    if not named and decision.answer is Answer.NOT_ENTITLED:
        rests_on = RULE + decision.decided_by
    return Against(
        Subject.DECISION,
        decision.id,
        decision.call.caller,
        # A holder's restriction stops its numbers: the appeal is about the holder too.
        found.name if found is not None else "",
        found.case if found is not None else "",
        found.id if found is not None else rests_on,
    )


def imposed_by(conn: Connection, number: int) -> list[str]:
    """Sanctions that put a label on the number itself, and not on it as one of its holder's."""
    names = conn.execute(select(label_imposed.c.sanction).where(label_imposed.c.number == number)).scalars()
    rows = [row for name in names if (row := sanction_of(conn, name)) is not None]
    return sorted(row.sanction for row in rows if row.number == number)


def _case_of_label(conn: Connection, number: int) -> str:
    named = imposed_by(conn, number)
    row = sanction_of(conn, named[0]) if named else None
    return row.case_id if row is not None else ""


def concerns(conn: Connection, against: Against, number: int) -> bool:
    """Whether somebody who holds ``number`` may appeal: it is about the number, or the number is a contact's."""
    if number == against.number or (against.name and holder_of(conn, number) == against.name):
        return True
    row = sanction_of(conn, against.rests_on or against.id)
    if row is None and against.subject is Subject.RESTRICTION:
        row = restriction_of(conn, against.id)
    told = contacts_for(conn, Target(row.target), row.number, row.name) if row is not None else []
    if against.number:
        told += contacts_of_number(conn, against.number)
    if against.subject is Subject.VERDICT:
        units = units_in(conn, against.case)
        if any(unit.number == number for unit in units):
            return True
        held = [unit.name for unit in units if unit.kind is UnitKind.HOLDER]
        if holder_of(conn, number) in {*held} - {""}:
            return True
        told += [one for name in held for one in contacts_of_holder(conn, name)]
    if any(one.way is Way.SMS and one.address == str(number) for one in told):
        return True
    return against.subject is Subject.BLACKLIST and _is_persons(conn, against.id, number)


def _is_persons(conn: Connection, entry: str, number: int) -> bool:
    """Whether a line in use was issued under the number to the person of a blacklist entry."""
    row = entry_of(conn, entry)
    query = select(line.c.line).where(line.c.number == number, line.c.ended == 0)
    if row is None or not row.person:
        return False
    return conn.execute(query.where(line.c.person == row.person).limit(1)).first() is not None


def decided_by(conn: Connection, against: Against, sanctions: list[str]) -> dict[str, tuple[str, str]]:
    """Who decided what is appealed against, with what that was in Chinese and English. They may not decide the appeal.

    ``sanctions``: those that upholding undoes.
    """
    found: dict[str, tuple[str, str]] = {}
    if against.case:
        for who in deciders(conn, against.case):
            found[who] = (f"参与了案件 {against.case} 的结论", f"took part in the verdict of case {against.case}")
    for name in sanctions:
        row = sanction_of(conn, name)
        who = row.officer if row is not None else _actor(conn, "sanctions.restricted", name)
        found[who] = (f"决定了处置 {name}", f"decided the sanction {name}")
    if against.subject is Subject.BLACKLIST:
        entry = entry_of(conn, against.id)
        zh, en = f"登记了黑名单条目 {against.id}", f"put the entry {against.id} on the blacklist"
        found[entry.source if entry is not None else ""] = (zh, en)
        found[_actor(conn, "admission.blacklisted", against.id)] = (zh, en)
    found.pop("", None)
    return found


def _actor(conn: Connection, kind: str, name: str) -> str:
    """Who acted when the ledger says so of that id; empty where it was erased."""
    marked = f'"{name}"'.encode()
    query = (
        select(ledger_entry.c.actor, ledger_entry.c.body, ledger_sealed.c.data)
        .outerjoin(ledger_sealed, ledger_sealed.c.seq == ledger_entry.c.seq)
        .where(ledger_entry.c.kind == kind)
    )
    for row in conn.execute(query):
        if marked in bytes(row.body) or (row.data is not None and marked in bytes(row.data)):
            return str(row.actor)
    return ""


def against_of(row: Row[Any]) -> Against:
    """What the appeal of a row is against."""
    return Against(Subject(row.subject), row.id, row.number, row.name, row.case_id, row.rests_on)


def target_of(conn: Connection, against: Against) -> Target | None:
    """What kind of thing it is about, where that is no single number."""
    row = sanction_of(conn, against.rests_on or against.id) or restriction_of(conn, against.rests_on or against.id)
    if row is not None:
        return Target(row.target)
    return Target.HOLDER if against.name else None
