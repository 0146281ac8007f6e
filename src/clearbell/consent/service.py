"""What subscribers say: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from clearbell.consent.errors import (
    BadRangeError,
    ListFullError,
    NobodyRefusedError,
    NothingToWithdrawError,
    NotRefusedError,
)
from clearbell.consent.evidence import do_reckon_proofs
from clearbell.consent.hours import check_hours, write_hours
from clearbell.consent.model import ConsentWithdrawn, Listed, ListVerdict, RefusalEnded, Refused, Wished
from clearbell.consent.tables import asking, consent, evidence, own_list, receipt, refusal, wish
from clearbell.ledger import Act

LIST_MOST = 1_000
"""Lines a subscriber's list may have (regime 6.6)."""


def do_withdraw(act: Act, fact: ConsentWithdrawn) -> int:
    """Withdraw one or every purpose of a consent; returns how many ended.

    Raises :class:`NothingToWithdrawError` when none was in force.
    """
    ended = _withdraw(act, fact.holder, fact.callee, fact.purpose)
    if not ended:
        raise NothingToWithdrawError(fact.holder)
    act.append("consent.withdrawn", [fact], about=lambda f: f.callee)
    return ended


def _withdraw(act: Act, holder: str, callee: int, purpose: str) -> int:
    query = update(consent).where(consent.c.holder == holder, consent.c.callee == callee, consent.c.withdrawn == 0)
    if purpose != "*":
        query = query.where(consent.c.purpose == purpose)
    ended = act.conn.execute(query.values(withdrawn=act.at)).rowcount
    if ended:
        do_reckon_proofs(act.conn, [callee])
    return ended


def do_refuse(act: Act, fact: Refused) -> None:
    """Record that a subscriber refuses a holder or a number; ends every consent given to that holder.

    Raises :class:`NobodyRefusedError` when it names neither.
    """
    if not fact.holder and not fact.caller:
        raise NobodyRefusedError
    if fact.holder:
        _withdraw(act, fact.holder, fact.callee, "*")
        act.conn.execute(
            update(asking)
            .where(asking.c.callee == fact.callee, asking.c.holder == fact.holder, asking.c.answered == 0)
            .values(answered=act.at)
        )
    key = (refusal.c.callee == fact.callee) & (refusal.c.holder == fact.holder) & (refusal.c.caller == fact.caller)
    act.conn.execute(delete(refusal).where(key))
    act.conn.execute(
        refusal.insert().values(
            callee=fact.callee, holder=fact.holder, caller=fact.caller, at=act.at, channel=fact.channel.value
        )
    )
    act.append("consent.refused", [fact], about=lambda f: f.callee)


def do_end_refusal(act: Act, fact: RefusalEnded) -> None:
    """Take a refusal back; consents that it ended stay ended. Raises :class:`NotRefusedError`."""
    key = (refusal.c.callee == fact.callee) & (refusal.c.holder == fact.holder) & (refusal.c.caller == fact.caller)
    if not act.conn.execute(delete(refusal).where(key)).rowcount:
        raise NotRefusedError
    act.append("consent.refusal-ended", [fact], about=lambda f: f.callee)


def do_list(act: Act, fact: Listed) -> None:
    """Put a number or range on a subscriber's own list, or take it off.

    Raises :class:`BadRangeError`, or :class:`ListFullError` when the list has ``LIST_MOST`` lines.
    """
    if fact.first > fact.last or len(str(fact.first)) != len(str(fact.last)) or fact.first <= 0:
        raise BadRangeError(fact.first, fact.last)
    same = (own_list.c.owner == fact.owner) & (own_list.c.first == fact.first) & (own_list.c.last == fact.last)
    removed = act.conn.execute(delete(own_list).where(same)).rowcount
    if fact.verdict is not ListVerdict.NONE:
        if not removed:
            lines = act.conn.execute(
                select(func.count()).select_from(own_list).where(own_list.c.owner == fact.owner)
            ).scalar_one()
            if lines >= LIST_MOST:
                raise ListFullError(LIST_MOST)
        act.conn.execute(
            own_list.insert().values(owner=fact.owner, first=fact.first, last=fact.last, verdict=fact.verdict.value)
        )
    act.append("consent.listed", [fact], about=lambda f: f.owner)


def do_wish(act: Act, fact: Wished) -> None:
    """Replace a subscriber's wishes by category and hour.

    Raises :class:`BadHoursError`, :class:`TooManyHoursError`, :class:`BadZoneError`.
    """
    check_hours(fact.hours, fact.zone)
    act.conn.execute(delete(wish).where(wish.c.owner == fact.owner))
    if fact.refuse or fact.refuse_withheld or fact.hours:
        act.conn.execute(
            wish.insert().values(
                owner=fact.owner,
                refuse=" ".join(fact.refuse),
                refuse_withheld=fact.refuse_withheld,
                quiet=write_hours(fact.hours),
                zone=fact.zone,
            )
        )
    act.append("consent.wished", [fact], about=lambda f: f.owner)


def erase_person(act: Act, number: int) -> int:
    """Forget everything a subscriber said; returns how many rows went."""
    gone = 0
    tables = {
        evidence: "callee",
        consent: "callee",
        asking: "callee",
        receipt: "callee",
        refusal: "callee",
        own_list: "owner",
        wish: "owner",
    }
    for table, column in tables.items():
        gone += act.conn.execute(delete(table).where(table.c[column] == number)).rowcount
    return gone
