"""How many recipients of a mass notice stand where: kept beside it, so that looking on does not read a million rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from clearbell.ledger import Act
from clearbell.notices.mass.model import Outcome
from clearbell.notices.mass.queries import counts_of
from clearbell.notices.mass.tables import mass

_BY_WORD = {outcome.word: outcome for outcome in Outcome}


def do_recount(act: Act, number: int) -> Counter[Outcome]:
    """Count all of them, and keep that."""
    counts = Counter(counts_of(act.conn, number))
    _put(act, number, counts)
    return counts


def do_shift(act: Act, number: int, by: Mapping[Outcome, int]) -> Counter[Outcome]:
    """Keep that so many more (or fewer) stand somewhere, after their rows were changed in the same act."""
    kept = act.conn.execute(select(mass.c.counts).where(mass.c.mass == number)).scalar_one()
    if not kept:
        return do_recount(act, number)
    counts = _read(kept)
    if any(by.values()):
        counts.update(by)
        _put(act, number, counts)
    return counts


def counts_kept(conn: Connection, row: Row[Any]) -> Counter[Outcome]:
    """Where the recipients of a notice stand, as it is kept beside it."""
    return _read(row.counts) if row.counts else Counter(counts_of(conn, row.mass))


def _read(kept: str) -> Counter[Outcome]:
    return Counter({_BY_WORD[word]: count for word, count in msgspec.json.decode(kept, type=dict[str, int]).items()})


def _put(act: Act, number: int, counts: Counter[Outcome]) -> None:
    told = {outcome.word: count for outcome, count in sorted(counts.items()) if count}
    act.conn.execute(update(mass).where(mass.c.mass == number).values(counts=msgspec.json.encode(told).decode()))
