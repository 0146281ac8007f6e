"""What subscribers say: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from clearbell.consent.errors import (
    BadRangeError,
    LapsedBeforeGivenError,
    ListFullError,
    NobodyRefusedError,
    NothingToWithdrawError,
)
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished
from clearbell.consent.tables import consent, own_list, refusal, wish
from clearbell.ledger import Act

LIST_MOST = 1_000
"""Lines a subscriber's list may have (regime 6.6)."""


def do_grant(act: Act, grants: Sequence[ConsentGranted]) -> None:
    """Record consents, all or none. Each ends an earlier refusal of its holder by its subscriber.

    Raises :class:`LapsedBeforeGivenError` for one that would end before the act.
    """
    if not grants:
        return
    for grant in grants:
        if grant.until and grant.until <= act.at:
            raise LapsedBeforeGivenError
    insert = postgresql_insert(consent) if act.conn.dialect.name == "postgresql" else sqlite_insert(consent)
    replaced = {name: insert.excluded[name] for name in ("until", "channel", "evidence", "given", "withdrawn")}
    # Of two grants in one batch for the same pair and purpose the later one counts.
    latest = {(grant.holder, grant.callee, grant.purpose): grant for grant in grants}
    act.conn.execute(
        insert.on_conflict_do_update(index_elements=["holder", "callee", "purpose"], set_=replaced),
        [
            {
                "holder": grant.holder,
                "callee": grant.callee,
                "purpose": grant.purpose,
                "until": grant.until,
                "channel": grant.channel.value,
                "evidence": grant.evidence,
                "given": act.at,
                "withdrawn": 0,
            }
            for grant in latest.values()
        ],
    )
    if act.conn.execute(select(refusal.c.callee).limit(1)).first() is not None:
        for grant in latest.values():
            act.conn.execute(delete(refusal).where(refusal.c.callee == grant.callee, refusal.c.holder == grant.holder))
    act.append("consent.granted", grants, about=lambda grant: grant.callee)


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
    return act.conn.execute(query.values(withdrawn=act.at)).rowcount


def do_refuse(act: Act, fact: Refused) -> None:
    """Record that a subscriber refuses a holder or a number; ends every consent given to that holder.

    Raises :class:`NobodyRefusedError` when it names neither.
    """
    if not fact.holder and not fact.caller:
        raise NobodyRefusedError
    if fact.holder:
        _withdraw(act, fact.holder, fact.callee, "*")
    key = (refusal.c.callee == fact.callee) & (refusal.c.holder == fact.holder) & (refusal.c.caller == fact.caller)
    act.conn.execute(delete(refusal).where(key))
    act.conn.execute(
        refusal.insert().values(
            callee=fact.callee, holder=fact.holder, caller=fact.caller, at=act.at, channel=fact.channel.value
        )
    )
    act.append("consent.refused", [fact], about=lambda f: f.callee)


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
    """Replace a subscriber's wishes by category."""
    act.conn.execute(delete(wish).where(wish.c.owner == fact.owner))
    if fact.refuse or fact.refuse_withheld:
        act.conn.execute(
            wish.insert().values(owner=fact.owner, refuse=" ".join(fact.refuse), refuse_withheld=fact.refuse_withheld)
        )
    act.append("consent.wished", [fact], about=lambda f: f.owner)


def erase_person(act: Act, number: int) -> int:
    """Forget everything a subscriber said; returns how many rows went."""
    gone = 0
    for table, column in ((consent, "callee"), (refusal, "callee"), (own_list, "owner"), (wish, "owner")):
        gone += act.conn.execute(delete(table).where(table.c[column] == number)).rowcount
    return gone
