"""Steps of an application: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.numbering import to_key
from clearbell.policy.deadlines import due_after
from clearbell.policy.model import Pack
from clearbell.policy.workdays import Workdays
from clearbell.registry.applications.checks import DIGEST, Problem, find_problems
from clearbell.registry.applications.errors import (
    ApplicationTakenError,
    FourEyesError,
    NamesakeError,
    NewApplicationNeededError,
    NotAskedForError,
    OnBlacklistError,
    ReasonNeededError,
)
from clearbell.registry.applications.findings import do_find
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import (
    TRANSITIONS,
    ApplicationFiled,
    ApplicationMoved,
    DocumentAttached,
    Found,
    LineClass,
    Rule,
    State,
    Step,
)
from clearbell.registry.applications.queries import hits_of
from clearbell.registry.applications.tables import application, application_document
from clearbell.registry.errors import UnknownError
from clearbell.registry.identity import IdentityKey, is_resident_id, same_name
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.queries import party_of, party_row
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.vault import Kept

REVIEW, RECHECK, VALID = "application_review", "number_recheck", "number_valid"
"""Deadlines of the pack."""
_FIXED = ("purpose", "holder", "first", "last", "own_use", "entity_kind")


class Desk(msgspec.Struct, frozen=True):
    """What the steps are judged by."""

    pack: Pack
    workdays: Workdays
    identities: IdentityKey

    def day(self, at: int) -> datetime.date:
        """The day of a time (µs UTC) in the pack's zone."""
        zone = datetime.timezone(datetime.timedelta(minutes=self.pack.utc_offset_minutes))
        return datetime.datetime.fromtimestamp(at / 1e6, zone).date()

    def due(self, at: int, deadline: str) -> int:
        """When the pack's deadline, begun at a time, is over, µs UTC; 0: never."""
        return due_after(at, deadline, self.pack, self.workdays)


def do_file(
    act: Act, desk: Desk, name: str, line_class: LineClass, values: Mapping[str, str], *, party: str = ""
) -> list[Problem]:
    """File an application; returns what holds it up, nothing when it goes to review.

    ``party``: the registered party that applies; by default the one that the holder is, if it is registered.
    Raises :class:`ApplicationTakenError` for an id in use.
    """
    if act.conn.execute(select(application.c.state).where(application.c.application == name)).first():
        raise ApplicationTakenError(name)
    fields = _sealed(desk, line_class, values)
    act.conn.execute(
        application.insert().values(
            application=name,
            line_class=line_class.value,
            state=State.PENDING.value,
            fields=_json(fields),
            problems="[]",
            reason="",
            filed_by=act.actor,
            reviewed_by="",
            decided_by="",
            filed_at=act.at,
            changed_at=act.at,
            valid_until=0,
            recheck_at=0,
            due=desk.due(act.at, REVIEW),
            party=party or party_of(act.conn, fields.get("holder", "")),
        )
    )
    act.append("application.filed", [ApplicationFiled(name, line_class, fields)], about=_about)
    return _recheck_problems(act, desk, name)


def do_edit(act: Act, desk: Desk, name: str, changes: Mapping[str, str]) -> list[Problem]:
    """Change fields while the application is pending, held or refused; an empty value takes a field out.

    Raises ``IllegalStepError``.
    """
    row = application_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.EDIT).to
    line_class = LineClass(row.line_class)
    fields = {**msgspec.json.decode(row.fields, type=dict[str, str]), **_sealed(desk, line_class, changes)}
    fields = {key: value for key, value in fields.items() if value}
    # Refused and mended, it is reviewed anew.
    ends = desk.due(act.at, REVIEW) if row.state == State.REFUSED.value else row.due
    party = party_of(act.conn, fields.get("holder", "")) or row.party
    _set(act, name, state=state.value, fields=_json(fields), reason="", due=ends, party=party)
    act.append("application.edited", [ApplicationFiled(name, line_class, fields)], about=_about)
    return _recheck_problems(act, desk, name)


def do_attach(act: Act, desk: Desk, name: str, kind: str, kept: Kept) -> list[Problem]:
    """Attach a document that the vault keeps, in the place of an earlier one of its kind.

    Raises :class:`NotAskedForError` and ``IllegalStepError``.
    """
    row = application_row(act.conn, name)
    move(TRANSITIONS, State(row.state), Step.EDIT)
    known = [document.kind for document in FORMS[LineClass(row.line_class)].documents]
    if kind not in known:
        raise NotAskedForError(kind, ", ".join(known))
    same = (application_document.c.application == name) & (application_document.c.kind == kind)
    act.conn.execute(delete(application_document).where(same))
    act.conn.execute(application_document.insert().values(application=name, kind=kind, **msgspec.structs.asdict(kept)))
    act.append("application.document", [DocumentAttached(name, kind, kept.digest, kept.media, kept.size)])
    return _recheck_problems(act, desk, name)


def do_review(act: Act, name: str, looked: str = "") -> None:
    """Pass an application on to a second reviewer.

    ``looked``: what the officer found about a name that is on the shared blacklist. Raises :class:`FourEyesError`,
    :class:`OnBlacklistError`, :class:`NamesakeError` and ``IllegalStepError``.
    """
    row = application_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.REVIEW).to
    _other_eyes(act, row.filed_by)
    why = _not_listed(act, row, looked)
    _move(act, name, Step.REVIEW, state, why, {"reviewed_by": act.actor})


def do_approve(act: Act, desk: Desk, name: str, looked: str = "") -> str:
    """Approve an application and assign its numbers, in one act; returns the resource.

    ``looked`` and the blacklist's errors are those of :func:`do_review`: each officer looks. Raises
    :class:`FourEyesError`, ``IllegalStepError``, and the registry's errors where its rules refuse the numbers.
    """
    row = application_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.APPROVE).to
    _other_eyes(act, row.filed_by, row.reviewed_by)
    why = _not_listed(act, row, looked)
    fields = msgspec.json.decode(row.fields, type=dict[str, str])
    line_class = LineClass(row.line_class)
    party = f"org:{desk.identities.digest('credit-code', fields['credit_code'])[:24]}"
    if row.party and row.party != party:
        # Registered before, under an id of its own: its holders and accounts stay with it.
        party = row.party
    else:
        do_register_party(act, PartyRegistered(party, PartyKind(fields["entity_kind"]), fields["entity_name"]))
    do_register_holder(act, HolderRegistered(fields["holder"], party, fields["industry"]))
    first = to_key(fields["first"])
    numbers = NumbersAssigned(
        resource=f"application:{name}",
        holder=fields["holder"],
        first=first,
        last=to_key(fields.get("last", "")) or first,
        purpose=Purpose(fields["purpose"]),
        trunks=(fields["trunk"],) if line_class is LineClass.TRUNK else (),
        inbound_only=line_class is LineClass.TOLL_400,
        category=fields["industry"],
    )
    do_assign_numbers(act, [numbers])
    terms = {"valid_until": desk.due(act.at, VALID), "recheck_at": desk.due(act.at, RECHECK), "due": 0}
    _move(act, name, Step.APPROVE, state, why, {"decided_by": act.actor, "party": party, **terms})
    return numbers.resource


def do_refuse(act: Act, name: str, reason: str) -> None:
    """Refuse an application for a reason. Raises :class:`ReasonNeededError` and ``IllegalStepError``."""
    row = application_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.REFUSE).to
    if not reason.strip():
        raise ReasonNeededError
    _other_eyes(act, row.filed_by)
    _move(act, name, Step.REFUSE, state, (reason,), {"decided_by": act.actor, "reason": reason, "due": 0})


def do_withdraw(act: Act, name: str) -> None:
    """Take an application back. Raises ``IllegalStepError``."""
    state = move(TRANSITIONS, State(application_row(act.conn, name).state), Step.WITHDRAW).to
    _move(act, name, Step.WITHDRAW, state, values={"due": 0})


def do_recheck(act: Act, desk: Desk, name: str) -> list[Problem]:
    """Check an approved application again, as every year; with problems it stays as it is and they are returned.

    What it is valid for begins anew once that is over, and not before.
    """
    row = application_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.RECHECK).to
    problems = _problems(act, desk, row)
    if not problems:
        over = 0 < row.valid_until <= act.at
        valid_until = desk.due(act.at, VALID) if over else row.valid_until
        terms = {"recheck_at": desk.due(act.at, RECHECK), "valid_until": valid_until}
        _move(act, name, Step.RECHECK, state, values=terms)
    return problems


def do_change(act: Act, desk: Desk, name: str, changes: Mapping[str, str], changed_on: datetime.date) -> bool:
    """File a change of an approved holder's data (address, contact, legal person …) made on ``changed_on``.

    It is due within the pack's ``number_change_filed`` working days (regime 3.4, 5.13); later it is recorded and found
    all the same. Returns whether it was in time. Raises :class:`NewApplicationNeededError` for what only a new
    application can change, and ``IllegalStepError``.
    """
    row = application_row(act.conn, name)
    move(TRANSITIONS, State(row.state), Step.CHANGE)
    for field in changes:
        if field in _FIXED:
            raise NewApplicationNeededError(field)
    line_class = LineClass(row.line_class)
    fields = {**msgspec.json.decode(row.fields, type=dict[str, str]), **_sealed(desk, line_class, changes)}
    _set(act, name, fields=_json(fields))
    act.append("application.edited", [ApplicationFiled(name, line_class, fields)], about=_about)
    allowed = desk.pack.deadlines["number_change_filed"].value
    today = desk.day(act.at)
    took = desk.workdays.between(changed_on, today)
    in_time = allowed is None or took <= allowed
    if not in_time:
        evidence: dict[str, str | int] = {"changed_on": changed_on.isoformat(), "working_days": took}
        do_find(act, Found(Rule.LATE_CHANGE, f"application:{name}", today.isoformat(), evidence))
    return in_time


def do_lapse(act: Act, name: str) -> bool:
    """Let an approval lapse whose re-check is overdue or whose validity is over; False when it is neither."""
    row = application_row(act.conn, name)
    over = 0 < row.recheck_at <= act.at or 0 < row.valid_until <= act.at
    if row.state != State.APPROVED.value or not over:
        return False
    _move(act, name, Step.LAPSE, move(TRANSITIONS, State.APPROVED, Step.LAPSE).to)
    return True


def application_row(conn: Connection, name: str) -> Row[Any]:
    """An application as it stands. Raises :class:`UnknownError`."""
    row = conn.execute(select(application).where(application.c.application == name)).first()
    if row is None:
        raise UnknownError("申请", "application", name, "application")
    return row


def _recheck_problems(act: Act, desk: Desk, name: str) -> list[Problem]:
    row = application_row(act.conn, name)
    problems = _problems(act, desk, row)
    _set(act, name, problems=msgspec.json.encode(problems).decode())
    step = Step.HOLD if problems else Step.CLEAR
    transition = TRANSITIONS.get((State(row.state), step))
    if transition is not None:
        # While it waits for the applicant, no review is due.
        ends = {"due": 0 if problems else desk.due(act.at, REVIEW)}
        _move(act, name, step, transition.to, tuple(f"{p.field}:{p.code}" for p in problems), ends)
    return problems


def _problems(act: Act, desk: Desk, row: Row[Any]) -> list[Problem]:
    documents = act.conn.execute(
        select(application_document.c.kind).where(application_document.c.application == row.application)
    ).scalars()
    fields = msgspec.json.decode(row.fields, type=dict[str, str])
    line_class = LineClass(row.line_class)
    found = find_problems(line_class, fields, set(documents), desk.pack.categories, desk.day(act.at))
    registered, named = party_row(act.conn, row.party), fields.get("entity_name", "").strip()
    if registered is not None and named and not same_name(named, registered.name):
        zh = f"单位全称与登记的主体名称不一致:「{named}」与「{registered.name}」"
        en = f"the organisation is not the registered party: `{named}`, `{registered.name}`"
        found.append(Problem("entity_name", "names-disagree", zh, en))
    return found


def _sealed(desk: Desk, line_class: LineClass, values: Mapping[str, str]) -> dict[str, str]:
    """The values with well-formed identity numbers turned into digests; a malformed one is not kept at all."""
    kinds = {field.name: field.kind for field in FORMS[line_class].fields}
    sealed = {}
    for name, value in values.items():
        text = value.strip()
        if kinds.get(name) == "id" and text:
            text = DIGEST + desk.identities.digest("id", text) if is_resident_id(text) else "?"
        sealed[name] = text
    return sealed


def _other_eyes(act: Act, *others: str) -> None:
    if act.actor in others:
        raise FourEyesError(act.actor)


def _not_listed(act: Act, row: Row[Any], looked: str) -> tuple[str, ...]:
    """The officer's words on a namesake; none are needed where no name is on the blacklist."""
    found = hits_of(act.conn, row, act.at)
    certain = next((one for one in found if one.is_certain), None)
    if certain is not None:
        raise OnBlacklistError(certain.entry, certain.breach)
    if found and not looked.strip():
        raise NamesakeError(", ".join(one.entry for one in found))
    return (looked.strip(),) if found else ()


def _move(
    act: Act, name: str, step: Step, state: State, why: tuple[str, ...] = (), values: Mapping[str, Any] | None = None
) -> None:
    _set(act, name, state=state.value, **(values or {}))
    act.append("application.moved", [ApplicationMoved(name, step, state, why)])


def _set(act: Act, name: str, **values: Any) -> None:
    act.conn.execute(update(application).where(application.c.application == name).values(changed_at=act.at, **values))


def _json(fields: Mapping[str, str]) -> str:
    return msgspec.json.encode(fields, order="sorted").decode()


def _about(fact: ApplicationFiled) -> str:
    return f"application:{fact.application}"
