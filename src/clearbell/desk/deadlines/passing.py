"""Letting deadlines pass: each once, with its fact and what follows from it, in one act.

Everything is decided inside an act, from what is in the store then, and what passed is a row with a key: of two servers
one records it, and one that was killed in the middle recorded all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import structlog
from sqlalchemy import ColumnElement, Connection, Row, delete, exists, select

from clearbell.appeals.errors import AppealError
from clearbell.calls import HOUR
from clearbell.cases.errors import CaseError
from clearbell.desk.deadlines.model import Passed
from clearbell.desk.deadlines.sources import SOURCES, Kept, Source, Works
from clearbell.desk.deadlines.tables import deadline_mark, deadline_passed
from clearbell.ledger import Act, Store
from clearbell.ledger.bulk import insert_rows, put_rows
from clearbell.lifecycles import IllegalStepError
from clearbell.policy.model import Pack
from clearbell.registry.errors import RegistryError
from clearbell.vault import VaultError

log = structlog.get_logger()

ACTOR = "system:deadlines"
_PAGE = 5_000
_SLACK = HOUR
"""How far the clocks of two servers may differ."""


def pass_deadlines(
    store: Store, works: Works, kinds: Collection[str] | None = None, *, actor: str = ACTOR
) -> list[Passed]:
    """Record every deadline that is over and was not met, and do what follows; returns those that passed now.

    ``kinds``: only these. When none is over, no writer is kept waiting. One whose consequence fails is logged and tried
    again the next time, and keeps no other kind from passing.
    """
    now = store.clock.now()
    with store.read() as conn:
        over = [
            source
            for source in SOURCES
            if (kinds is None or source.kind in kinds) and _over(conn, source, works.pack, now, limit=1)
        ]
    return [one for source in over for one in _pass(store, source, works, actor)]


def do_forget_number(act: Act, number: int) -> int:
    """Forget which deadlines named a number passed; returns how many rows went. Sealed facts go by ``Act.erase``.

    What they were about is to be forgotten in the same act, or it would pass again.
    """
    return act.conn.execute(delete(deadline_passed).where(deadline_passed.c.number == number)).rowcount


def _pass(store: Store, source: Source, works: Works, actor: str) -> Iterator[Passed]:
    while True:
        with store.read() as conn:
            over = _over(conn, source, works.pack, store.clock.now(), limit=_PAGE)
        failed = False
        for start in range(0, len(over), source.at_once):
            some = {(row.subject, row.due) for row in over[start : start + source.at_once]}
            try:
                with store.act(actor) as act:
                    passed = _do_pass(act, source, some, works)
            except (AppealError, CaseError, RegistryError, IllegalStepError, VaultError, OSError) as error:
                failed = True
                first = min(over[start : start + source.at_once], key=lambda row: (row.subject, row.due))
                # What a subject tells of a person is kept out of logs.
                named = "" if first.number else first.subject
                log.warning("deadline-not-passed", deadline=source.kind, subject=named, error=str(error))
            else:
                yield from passed
        if failed or len(over) < _PAGE:
            return


def _do_pass(act: Act, source: Source, some: Collection[tuple[str, int]], works: Works) -> list[Passed]:
    # Looked at again inside the act: another server may have been faster, or somebody met it.
    over = _over(act.conn, source, works.pack, act.at, [subject for subject, _ in some])
    passed = [Passed(source.kind, subject, due, number) for subject, due, number in over if (subject, due) in some]
    if not passed:
        return []
    columns = ("kind", "subject", "due", "at", "number")
    insert_rows(
        act.conn, deadline_passed, columns, [(one.kind, one.subject, one.due, act.at, one.number) for one in passed]
    )
    named = [one for one in passed if one.number]
    plain = [one for one in passed if not one.number]
    if plain:
        act.append("deadlines.passed", plain)
    if named:
        act.append("deadlines.passed", named, about=lambda one: one.number)
    if source.stays:
        put_rows(act.conn, deadline_mark, ("kind", "until"), [(source.kind, passed[-1].due)], ("kind",))
    if source.then is not None:
        source.then(act, passed, works)
    return passed


def _over(
    conn: Connection, source: Source, pack: Pack, now: int, subjects: Sequence[str] = (), limit: int | None = None
) -> list[Row[str, int, int]]:
    """What is over at ``now`` and is not recorded, the longest over first."""
    mark = 0
    if source.stays:
        mark = conn.execute(select(deadline_mark.c.until).where(deadline_mark.c.kind == source.kind)).scalar() or 0
    found: list[Row[str, int, int]] = []
    for kept in source.places(pack):
        where = [kept.open, kept.since > 0, kept.since <= now - kept.after, ~recorded(source.kind, kept)]
        if subjects:
            where.append(kept.subject.in_(subjects))
        if source.stays:
            where.append(kept.since > mark - _SLACK - kept.after)
        found += conn.execute(select(*kept.columns).where(*where).order_by(*kept.order).limit(limit))
    return sorted(found, key=lambda row: (row.due, row.subject))[:limit]


def recorded(kind: str, kept: Kept) -> ColumnElement[bool]:
    """That a deadline passed already."""
    return exists().where(
        deadline_passed.c.kind == kind, deadline_passed.c.subject == kept.subject, deadline_passed.c.due == kept.due
    )
