"""Acts on appeals: taking one in, its papers, its way to a decision.

What upholding undoes elsewhere is done by :mod:`clearbell.desk.appeals` in the same act.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, select, update

from clearbell.appeals.errors import (
    AppealOpenError,
    GroundError,
    NoPapersError,
    NoReasonError,
    NoSinceError,
    NoStatementError,
    NoWordsError,
    OwnAppealError,
    TooManyPapersError,
)
from clearbell.appeals.model import (
    PAPERS,
    TRANSITIONS,
    Filed,
    Ground,
    Late,
    Moved,
    Named,
    Paper,
    State,
    Step,
    Subject,
    Undone,
    sealed_for,
)
from clearbell.appeals.queries import appeal_of, find_appeal, open_against, papers_of
from clearbell.appeals.tables import appeal, appeal_paper
from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.vault import Kept

Due = Callable[[int, str], int]
"""When the pack's deadline of that name, begun at a time (µs UTC), is over; 0: never."""
MOST_PAPERS = 10


def do_file(
    act: Act, fact: Filed, *, contact: int = 0, language: str = "zh", papers: Sequence[tuple[str, Kept]] = ()
) -> None:
    """Take in an appeal. ``contact``: the number by which the appellant is told; ``papers``: name and document.

    Raises :class:`NoStatementError`, :class:`GroundError`, :class:`NoSinceError`, :class:`AppealOpenError` and
    :class:`TooManyPapersError`.
    """
    if not fact.statement.strip():
        raise NoStatementError
    recycled = fact.ground is Ground.RECYCLED
    if (recycled and not fact.number) or (fact.ground is Ground.WRONG_NAME and fact.subject is not Subject.LABEL):
        raise GroundError
    if recycled and not 0 < fact.since <= act.at:
        raise NoSinceError
    before = open_against(act.conn, fact.subject, fact.id)
    if before:
        raise AppealOpenError(before)
    assert find_appeal(act.conn, fact.appeal) is None  # noqa: S101 - ids are drawn at random
    fact = msgspec.structs.replace(fact, filer=fact.filer or act.actor)
    act.conn.execute(
        appeal.insert().values(
            appeal=fact.appeal,
            subject=fact.subject.value,
            id=fact.id,
            number=fact.number,
            name=fact.name,
            case_id=fact.case,
            rests_on=fact.rests_on,
            appellant=fact.appellant.value,
            contact=contact,
            language=language,
            proven=fact.proven,
            ground=fact.ground.value,
            since=fact.since,
            statement=fact.statement,
            filer=fact.filer,
            door=fact.door,
            state=State.RECEIVED.value,
            filed=act.at,
            due=fact.due,
            papers_words="",
            papers_asked=0,
            papers_due=0,
            late=0,
            reviewer="",
            officer="",
            reason="",
            decided=0,
            undone="",
        )
    )
    act.append("appeals.filed", [fact], about=lambda f: sealed_for(f.appeal))
    if contact:
        act.append("appeals.appellant", [Named(fact.appeal, contact, language)], about=lambda f: f.contact)
    _keep(act, fact.appeal, papers)


def do_review(act: Act, name: str, *, officer: str = "") -> Moved:
    """Begin to look into it. Raises as :func:`do_ask_papers`."""
    row = appeal_of(act.conn, name)
    return _move(act, row, Step.REVIEW, officer, due=row.due, reviewer=officer or act.actor)


def do_ask_papers(act: Act, name: str, words: str, due: Due, *, officer: str = "") -> Moved:
    """Ask the appellant for papers; until they come, or their time is over, the time to decide does not run.

    Raises :class:`~clearbell.appeals.errors.UnknownAppealError`, :class:`NoWordsError` and
    :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = appeal_of(act.conn, name)
    move(TRANSITIONS, State(row.state), Step.ASK_PAPERS)
    if not words.strip():
        raise NoWordsError
    ends = due(act.at, PAPERS)
    who = officer or act.actor
    more: dict[str, Any] = {
        "papers_words": words,
        "papers_asked": act.at,
        "papers_due": ends,
        "reviewer": row.reviewer or who,
    }
    return _move(act, row, Step.ASK_PAPERS, who, words=words, due=ends, **more)


def do_send_papers(act: Act, name: str, papers: Sequence[tuple[str, Kept]], *, sender: str = "") -> Moved:
    """Hand papers in, asked for or not. Raises as :func:`do_ask_papers`, :class:`NoPapersError` and
    :class:`TooManyPapersError`.
    """
    row = appeal_of(act.conn, name)
    move(TRANSITIONS, State(row.state), Step.SEND_PAPERS)
    if not papers:
        raise NoPapersError
    _keep(act, name, papers)
    return _move(act, row, Step.SEND_PAPERS, sender, **_running_again(act, row))


def do_lapse(act: Act, name: str) -> Moved:
    """The papers did not come in time. Raises as :func:`do_review`."""
    row = appeal_of(act.conn, name)
    return _move(act, row, Step.LAPSE, "", **_running_again(act, row))


def do_withdraw(act: Act, name: str, words: str = "", *, who: str = "") -> Moved:
    """The appellant takes it back. Raises as :func:`do_review`."""
    row = appeal_of(act.conn, name)
    return _move(act, row, Step.WITHDRAW, who, words=words, decided=act.at)


def do_settle(act: Act, name: str, step: Step, reason: str, undone: Undone, *, officer: str = "") -> Moved:
    """Keep how it was decided. Raises as :func:`do_review`, :class:`OwnAppealError` and :class:`NoReasonError`."""
    row = check_settle(act, name, step, reason, officer=officer)
    who = officer or act.actor
    more: dict[str, Any] = {"officer": who, "reason": reason, "decided": act.at}
    return _move(act, row, step, who, words=reason, undone=undone if step is Step.UPHOLD else None, **more)


def check_settle(act: Act, name: str, step: Step, reason: str, *, officer: str = "") -> Row[Any]:
    """The appeal, when it can be decided so. Raises as :func:`do_settle`."""
    row = appeal_of(act.conn, name)
    move(TRANSITIONS, State(row.state), step)
    if (officer or act.actor) == row.filer:
        raise OwnAppealError
    if not reason.strip():
        raise NoReasonError
    return row


def do_be_late(act: Act, name: str, due: int) -> None:
    """Record that it was not decided by ``due`` (µs UTC). Raises :class:`~clearbell.appeals.errors.UnknownAppealError`."""
    row = appeal_of(act.conn, name)
    act.conn.execute(update(appeal).where(appeal.c.appeal == name).values(late=row.late + 1))
    act.append("appeals.late", [Late(name, due)], about=lambda f: sealed_for(f.appeal))


def _running_again(act: Act, row: Row[Any]) -> dict[str, Any]:
    """The time to decide runs on from where it stood when papers were asked for."""
    if State(row.state) is not State.PAPERS_ASKED:
        return {"due": row.due}
    return {"due": row.due + (act.at - row.papers_asked) if row.due else 0, "papers_due": 0}


def _move(
    act: Act,
    row: Row[Any],
    step: Step,
    who: str,
    *,
    words: str = "",
    due: int = 0,
    undone: Undone | None = None,
    **more: Any,
) -> Moved:
    to = move(TRANSITIONS, State(row.state), step).to
    values: dict[str, Any] = {**more, "state": to.value}
    if undone is not None:
        values["undone"] = msgspec.json.encode(undone).decode()
    if due and to is not State.PAPERS_ASKED:
        values["due"] = due
    act.conn.execute(update(appeal).where(appeal.c.appeal == row.appeal).values(**values))
    fact = Moved(row.appeal, step, to, who or act.actor, words, due, undone)
    act.append("appeals.moved", [fact], about=lambda f: sealed_for(f.appeal))
    return fact


def _keep(act: Act, name: str, papers: Sequence[tuple[str, Kept]]) -> None:
    known = {row.digest for row in papers_of(act.conn, name)}
    new = {kept.digest: (title, kept) for title, kept in papers if kept.digest not in known}
    if len(known) + len(new) > MOST_PAPERS:
        raise TooManyPapersError(MOST_PAPERS)
    facts = [Paper(name, kept.digest, kept.media, kept.size, title[:200]) for title, kept in new.values()]
    for fact in facts:
        act.conn.execute(appeal_paper.insert().values(**msgspec.structs.asdict(fact), at=act.at))
    if facts:
        act.append("appeals.paper", facts, about=lambda f: sealed_for(f.appeal))


def is_named(act: Act, digest: str) -> bool:
    """Whether any appeal has the paper."""
    query = select(appeal_paper.c.digest).where(appeal_paper.c.digest == digest)
    return act.conn.execute(query.limit(1)).first() is not None
