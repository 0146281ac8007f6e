"""Taking an appeal in, wherever in the house what it is against is, and deciding it: by someone else, with all effects."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from clearbell.access.model import GRANTS, Permission, Role
from clearbell.access.tables import account
from clearbell.appeals.errors import AppealError, MayNotDecideError, NotYoursError, OwnDecisionError
from clearbell.appeals.model import Appellant, Filed, Ground, Moved, State, Step, Subject, Undone, deadline_of
from clearbell.appeals.queries import appeal_of, open_about_case
from clearbell.appeals.service import check_settle, do_file, do_settle, do_withdraw
from clearbell.cases.files import case_of
from clearbell.cases.model import State as CaseState
from clearbell.cases.service import Due, do_appeal, do_decide_appeal
from clearbell.desk.appeals.subjects import Against, Look, against_of, concerns, decided_by, find
from clearbell.desk.appeals.undoing import Plan, do_undo, overturned, plan_of
from clearbell.ledger import Act
from clearbell.policy.model import Pack
from clearbell.registry.model import PartyKind
from clearbell.registry.queries import resource_of
from clearbell.vault import Kept


class Asked(msgspec.Struct, frozen=True):
    """An appeal as it comes in."""

    id: str
    """Of a decision, sanction, restriction, blacklist entry or case; or a number with a label."""
    statement: str
    ground: Ground = Ground.MISTAKEN
    since: int = 0
    """Since when the number is the appellant's, µs UTC."""
    appellant: Appellant | None = None
    """None: as it follows from what it is against."""
    contact: int = 0
    """The number by which the appellant is told; 0: none."""
    language: str = "zh"
    filer: str = ""
    """Who took it in."""
    door: str = "desk"
    proven: bool = False
    """The appellant proved to hold ``contact``: then it must concern that number."""
    papers: tuple[tuple[str, Kept], ...] = ()


def do_take_in(act: Act, name: str, asked: Asked, look: Look, pack: Pack, due: Due) -> Filed:
    """Take an appeal in under the id ``name``; a sanctioned case that it is about is appealed against from now on.

    Raises :class:`NotYoursError` where the proven number is not concerned, or there is nothing of that id; and as
    :func:`~clearbell.desk.appeals.subjects.find` and :func:`~clearbell.appeals.service.do_file`.
    """
    against = check_proven(act.conn, asked, look, pack, act.at)
    fact = Filed(
        name,
        against.subject,
        against.id,
        asked.appellant or _appellant(act.conn, against, asked.ground),
        asked.ground,
        asked.statement,
        against.number,
        against.name,
        against.case,
        against.rests_on,
        asked.since,
        due(act.at, deadline_of(against.subject)),
        asked.filer,
        asked.door,
        asked.proven,
    )
    do_file(act, fact, contact=asked.contact, language=asked.language, papers=asked.papers)
    case = "" if asked.ground is Ground.RECYCLED else overturned(act.conn, against)
    if case and case_of(act.conn, case).state == CaseState.SANCTIONED.value:
        do_appeal(act, case, f"{name}: {asked.statement}", due, officer=asked.filer)
    return fact


def check_proven(conn: Connection, asked: Asked, look: Look, pack: Pack, at: int) -> Against:
    """What the appeal is against, where the appellant may appeal at ``at`` (µs UTC). Raises as :func:`do_take_in`."""
    if not asked.proven:
        return find(conn, asked.id, look, pack.home, at)
    try:
        against = find(conn, asked.id, look, pack.home, at)
    except AppealError as error:
        # Whether there is such a thing is told to nobody whom it does not concern.
        raise NotYoursError from error
    if not concerns(conn, against, asked.contact):
        raise NotYoursError
    return against


def _appellant(conn: Connection, against: Against, ground: Ground) -> Appellant:
    if against.subject is Subject.LABEL and ground is not Ground.MISTAKEN:
        return Appellant.MISLABELLED
    held = resource_of(conn, against.number) if against.number else None
    if against.name or (held is not None and held.party_kind != PartyKind.PERSON.value):
        return Appellant.HOLDER
    return Appellant.SUBSCRIBER


def preview(conn: Connection, name: str, at: int) -> Undone:
    """What upholding the appeal would undo at ``at`` (µs UTC). Raises ``UnknownAppealError``."""
    return plan_of(conn, appeal_of(conn, name), at).undone


def barred_from(conn: Connection, name: str, at: int) -> dict[str, tuple[str, str]]:
    """Who may not decide the appeal because they decided what it is against, with what that was (zh, en)."""
    row = appeal_of(conn, name)
    return _barred(conn, against_of(row), plan_of(conn, row, at))


def _barred(conn: Connection, against: Against, plan: Plan) -> dict[str, tuple[str, str]]:
    return decided_by(conn, against, plan.sanctions)


def do_decide(
    act: Act, name: str, reason: str, pack: Pack, due: Due, *, upheld: bool, officer: str = ""
) -> tuple[Moved, Undone]:
    """Decide an appeal; upheld, every effect of what it is against is undone in the same act.

    Neither who took it in decides it, nor who decided the sanction, the verdict or the entry. Raises
    :class:`OwnDecisionError`, :class:`MayNotDecideError` (an account whose role does not decide appeals), and as
    :func:`~clearbell.appeals.service.do_settle` and :func:`~clearbell.desk.appeals.undoing.do_undo`.
    """
    step = Step.UPHOLD if upheld else Step.REJECT
    row = check_settle(act, name, step, reason, officer=officer)
    who = officer or act.actor
    _check_role(act.conn, who)
    against, plan = against_of(row), plan_of(act.conn, row, act.at)
    barred = _barred(act.conn, against, plan)
    if who in barred:
        raise OwnDecisionError(who, *barred[who])
    if upheld:
        do_undo(act, row, plan, reason, pack, due, officer=who)
    moved = do_settle(act, name, step, reason, plan.undone if upheld else Undone(), officer=who)
    if not upheld:
        _let_case_stand(act, row.case_id, name, reason, due, who)
    return moved, plan.undone if upheld else Undone()


def do_take_back(act: Act, name: str, due: Due, *, who: str = "", words: str = "") -> Moved:
    """The appellant takes the appeal back; what was done stands. Raises as :func:`~clearbell.appeals.service.do_withdraw`."""
    row = appeal_of(act.conn, name)
    moved = do_withdraw(act, name, words, who=who)
    _let_case_stand(act, row.case_id, name, words or f"{name}: {State.WITHDRAWN.value}", due, who or act.actor)
    return moved


def _let_case_stand(act: Act, case: str, name: str, words: str, due: Due, who: str) -> None:
    """A case that no other open appeal is about stands as it did before."""
    if not case or open_about_case(act.conn, case, name):
        return
    row = case_of(act.conn, case)
    if row.state == CaseState.APPEALED.value and not row.merged_into and who != row.proposer:
        do_decide_appeal(act, case, words, due, upheld=False, officer=who)


def _check_role(conn: Connection, who: str) -> None:
    role = conn.execute(select(account.c.role).where(account.c.account == who)).scalar_one_or_none()
    if role is not None and Permission.APPEALS_DECIDE not in GRANTS[Role(role)]:
        raise MayNotDecideError(who, role)
