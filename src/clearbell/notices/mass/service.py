"""Steps of a mass notice that officers take. What the sender does is in ``sending``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row, func, select, update

from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.notices.errors import ChannelOffError, LapsedNoticeError
from clearbell.notices.mass.counting import do_recount, do_shift
from clearbell.notices.mass.drafting import Draft, check_draft
from clearbell.notices.mass.errors import NoOfficerError, SameHandError, TakenOverError
from clearbell.notices.mass.model import (
    OUTCOMES,
    TRANSITIONS,
    Audience,
    Event,
    MassApproved,
    MassDrafted,
    MassState,
    MassStep,
    MassStepped,
    Outcome,
    Words,
)
from clearbell.notices.mass.queries import counts_of, mass_of
from clearbell.notices.mass.tables import mass, mass_recipient
from clearbell.notices.model import Channel
from clearbell.policy.model import MassRules

_PAST = {
    MassStep.SUBMIT: "submitted",
    MassStep.RETURN: "returned",
    MassStep.START: "started",
    MassStep.PAUSE: "paused",
    MassStep.RESUME: "resumed",
    MassStep.FINISH: "finished",
    MassStep.CANCEL: "cancelled",
}


def do_draft(act: Act, rules: MassRules, new: Draft, *, officer: str, signature: str = "") -> int:
    """Draft a mass notice; returns its number. Raises a :class:`NoticeError` that says what is wrong."""
    _named(officer)
    check_draft(new, rules, act.at, signature)
    number: int = (act.conn.execute(select(func.max(mass.c.mass))).scalar_one() or 0) + 1
    act.conn.execute(
        mass.insert().values(
            mass=number,
            version=1,
            state=MassState.DRAFT.value,
            hands=officer,
            approved_by="",
            recipients=0,
            digest="",
            left_out=b"{}",
            token="",
            owner="",
            lease=0,
            reason="",
            counts="{}",
            settled=0,
            **_columns(act, new),
        )
    )
    _drafted(act, number, 1, new, officer)
    return number


def do_edit(act: Act, rules: MassRules, number: int, new: Draft, *, officer: str, signature: str = "") -> int:
    """Replace a draft by a new version; returns its version. Raises as :func:`do_draft` does, and for an illegal step."""
    row = mass_of(act.conn, number)
    move(TRANSITIONS, MassState(row.state), MassStep.EDIT)
    _named(officer)
    check_draft(new, rules, act.at, signature)
    hands = _with(row.hands, officer)
    act.conn.execute(
        update(mass).where(mass.c.mass == number).values(version=row.version + 1, hands=hands, **_columns(act, new))
    )
    _drafted(act, number, row.version + 1, new, officer)
    return int(row.version) + 1


def do_submit(act: Act, number: int, *, officer: str, on: Collection[Channel] | None = None) -> None:
    """Ask for approval. Raises :class:`ChannelOffError` where it needs a channel that is not ``on``; None: not known."""
    row = mass_of(act.conn, number)
    _named(officer)
    for channel in channels_of(row):
        if on is not None and channel not in on:
            raise ChannelOffError(channel)
    _lapsed(act, row)
    _step(act, row, MassStep.SUBMIT, officer, hands=_with(row.hands, officer))


def do_return(act: Act, number: int, reason: str, *, officer: str) -> None:
    """Give it back to be changed, with the reason."""
    row = mass_of(act.conn, number)
    _other(row, officer)
    _step(act, row, MassStep.RETURN, officer, reason)


def do_approve(
    act: Act, number: int, token: str, recipients: int, digest: str, left_out: dict[str, int], *, officer: str
) -> None:
    """Approve text and audience; the audience was put in under ``token`` by :mod:`audience`.

    Raises :class:`SameHandError`, :class:`TakenOverError` when somebody else fixed another audience meanwhile.
    """
    row = mass_of(act.conn, number)
    to = move(TRANSITIONS, MassState(row.state), MassStep.APPROVE).to
    _other(row, officer)
    _lapsed(act, row)
    if row.token != token:
        raise TakenOverError(row.owner)
    act.conn.execute(
        update(mass)
        .where(mass.c.mass == number)
        .values(
            state=to.value,
            since=act.at,
            approved_by=officer,
            recipients=recipients,
            digest=digest,
            left_out=msgspec.json.encode(left_out),
            counts=msgspec.json.encode({Outcome.WAITING.word: recipients}).decode(),
            token="",
            owner="",
            lease=0,
        )
    )
    act.append("notices.mass-approved", [MassApproved(number, row.version, officer, recipients, digest, left_out)])


def may_approve(row: Row[Any], officer: str) -> None:
    """Raise what :func:`do_approve` would, before an audience is fixed for nothing."""
    move(TRANSITIONS, MassState(row.state), MassStep.APPROVE)
    _other(row, officer)


def do_start(act: Act, number: int, *, officer: str) -> None:
    """Let it be sent."""
    row = mass_of(act.conn, number)
    _lapsed(act, row)
    _step(act, row, MassStep.START, officer)


def do_pause(act: Act, number: int, reason: str = "", *, officer: str) -> None:
    """Let nothing more be sent for now; what is on the wire is still answered."""
    _step(act, mass_of(act.conn, number), MassStep.PAUSE, officer, reason)


def do_resume(act: Act, number: int, *, officer: str) -> None:
    """Go on sending."""
    row = mass_of(act.conn, number)
    _lapsed(act, row)
    _step(act, row, MassStep.RESUME, officer)


def do_cancel(act: Act, number: int, reason: str, *, officer: str) -> None:
    """Send no more of it, ever. Whoever was not told yet is told nothing; what was sent cannot be called back."""
    row = mass_of(act.conn, number)
    move(TRANSITIONS, MassState(row.state), MassStep.CANCEL)
    do_end_waiting(act, number, Event.CANCEL, "cancelled")
    _step(act, row, MassStep.CANCEL, officer, reason, counts=_words(counts_of(act.conn, number)))


def do_finish(act: Act, number: int, *, officer: str) -> None:
    """Say that everyone was told or has a reason."""
    row = mass_of(act.conn, number)
    _step(act, row, MassStep.FINISH, officer, counts=_words(do_recount(act, number)))


def do_end_waiting(act: Act, number: int, event: Event, reason: str) -> int:
    """Everyone who was not claimed yet is told nothing, for ``reason``; returns how many."""
    moved: Counter[Outcome] = Counter()
    for outcome in (Outcome.WAITING, Outcome.POSTPONED):
        to = move(OUTCOMES, outcome, event).to
        ended = act.conn.execute(
            update(mass_recipient)
            .where(mass_recipient.c.mass == number, mass_recipient.c.outcome == int(outcome))
            .values(outcome=int(to), since=act.at, due=0, reason=reason)
        ).rowcount
        moved.update({outcome: -ended, to: ended})
    do_shift(act, number, moved)
    return sum(count for count in moved.values() if count > 0)


def words_of(row: Row[Any]) -> Words:
    """What it says."""
    return msgspec.json.decode(bytes(row.words), type=Words)


def audience_of(row: Row[Any]) -> Audience:
    """Who is meant."""
    return msgspec.json.decode(bytes(row.audience), type=Audience)


def channels_of(row: Row[Any]) -> tuple[Channel, ...]:
    """How it travels, the preferred channel first."""
    return tuple(Channel(name) for name in row.channels.split())


def _columns(act: Act, new: Draft) -> dict[str, Any]:
    return {
        "name": new.name,
        "purpose": new.purpose,
        "words": msgspec.json.encode(new.words),
        "audience": msgspec.json.encode(new.audience),
        "channels": " ".join(channel.value for channel in new.channels),
        "not_after": new.not_after,
        "since": act.at,
    }


def _drafted(act: Act, number: int, version: int, new: Draft, officer: str) -> None:
    fact = MassDrafted(
        number, version, new.name, new.purpose, new.words, new.audience, new.channels, new.not_after, officer
    )
    act.append("notices.mass-drafted", [fact])


def _step(
    act: Act,
    row: Row[Any],
    step: MassStep,
    officer: str,
    reason: str = "",
    *,
    counts: dict[str, int] | None = None,
    **more: Any,
) -> None:
    _named(officer)
    to = move(TRANSITIONS, MassState(row.state), step).to
    act.conn.execute(
        update(mass).where(mass.c.mass == row.mass).values(state=to.value, since=act.at, reason=reason, **more)
    )
    act.append(f"notices.mass-{_PAST[step]}", [MassStepped(row.mass, row.version, officer, reason, counts or {})])


def _words(counts: dict[Outcome, int]) -> dict[str, int]:
    return {outcome.word: count for outcome, count in sorted(counts.items())}


def _named(officer: str) -> None:
    if not officer.strip():
        raise NoOfficerError


def _other(row: Row[Any], officer: str) -> None:
    _named(officer)
    if officer in row.hands.split("\n"):
        raise SameHandError(officer)


def _with(hands: str, officer: str) -> str:
    return hands if officer in hands.split("\n") else f"{hands}\n{officer}"


def _lapsed(act: Act, row: Row[Any]) -> None:
    if row.not_after <= act.at:
        raise LapsedNoticeError
