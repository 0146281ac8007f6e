"""What ends when a number gets another user: it was the former one who said it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, or_, select, update

from clearbell.consent.evidence import do_reckon_proofs
from clearbell.consent.model import Channel, ConsentWithdrawn, Listed, ListVerdict, RefusalEnded, Wished
from clearbell.consent.service import do_list, do_wish
from clearbell.consent.tables import asking, consent, own_list, refusal, wish
from clearbell.ledger import Act


class Ended(msgspec.Struct, frozen=True):
    """How much of each kind ended."""

    consents: int = 0
    refusals: int = 0
    """The former user's, and those of others that named the number as a caller."""
    lines: int = 0
    """Of the own list."""
    wishes: int = 0


def do_end_former_user(act: Act, number: int, before: int) -> Ended:
    """End what was said by, or of, a number's user before ``before`` (µs UTC).

    As callee: consents given before, questions that were asked, refusals stated before; and the own list and the wishes,
    which do not tell when they were stated, when nothing else was said by the number since. As caller: other
    subscribers' refusals of the number. What they put on their own lists stays theirs to change.
    """
    consents = _end_consents(act, number, before)
    gone = or_(refusal.c.callee == number, refusal.c.caller == number) & (refusal.c.at < before)
    refusals = [
        RefusalEnded(row.callee, row.holder, row.caller) for row in act.conn.execute(select(refusal).where(gone)).all()
    ]
    if refusals:
        act.conn.execute(delete(refusal).where(gone))
        act.append("consent.refusal-ended", refusals, about=lambda fact: fact.callee)
    lines, wishes = _end_lists(act, number, before)
    return Ended(consents, len(refusals), lines, wishes)


def spoken_of(conn: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of up to some hundred numbers about which :func:`do_end_former_user` could find anything to end."""
    columns = (consent.c.callee, asking.c.callee, refusal.c.callee, refusal.c.caller, own_list.c.owner, wish.c.owner)
    found: set[int] = set()
    for column in columns:
        found |= set(conn.execute(select(column).where(column.in_(numbers)).distinct()).scalars())
    return found


def _end_consents(act: Act, number: int, before: int) -> int:
    former = (consent.c.callee == number) & (consent.c.given < before) & (consent.c.withdrawn == 0)
    rows = act.conn.execute(select(consent.c.holder, consent.c.purpose).where(former)).all()
    if rows:
        act.conn.execute(update(consent).where(former).values(withdrawn=act.at))
        do_reckon_proofs(act.conn, [number])
    # Without them the present user may be asked, whatever the former one did or did not answer.
    act.conn.execute(delete(asking).where(asking.c.callee == number, asking.c.asked < before))
    facts = [ConsentWithdrawn(row.holder, number, row.purpose, Channel.DESK) for row in rows]
    if facts:
        act.append("consent.withdrawn", facts, about=lambda fact: fact.callee)
    return len(facts)


def _spoke_since(act: Act, number: int, before: int) -> bool:
    given = select(consent.c.given).where(consent.c.callee == number, consent.c.given >= before)
    refused = select(refusal.c.at).where(refusal.c.callee == number, refusal.c.at >= before)
    return any(act.conn.execute(query.limit(1)).first() is not None for query in (given, refused))


def _end_lists(act: Act, number: int, before: int) -> tuple[int, int]:
    lines = act.conn.execute(select(own_list.c.first, own_list.c.last).where(own_list.c.owner == number)).all()
    wished = act.conn.execute(select(wish.c.owner).where(wish.c.owner == number)).first() is not None
    if not (lines or wished) or _spoke_since(act, number, before):
        return 0, 0
    for line in lines:
        do_list(act, Listed(number, line.first, line.last, ListVerdict.NONE))
    if wished:
        do_wish(act, Wished(number))
    return len(lines), int(wished)
