"""Adding decisions up from a node's journal. The place reached is kept with the sums, so each decision counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Table, and_, delete, select, update

from clearbell.calls import DAY, MINUTE
from clearbell.ledger import Act, Store
from clearbell.records.outcomes.tables import call_outcome, call_outcome_reached, day_outcome, trunk_outcome
from clearbell.records.reading import JournalReader, NotedDecision, Place

ACTOR = "system:outcomes"
AT_ONCE = 100_000
"""Records that are read in one act."""
_ID = "journal-id"
Sums: TypeAlias = Counter[tuple[str | int, ...]]
"""Calls by the columns of a table of sums."""


class Outcomes:
    """Follows one node's journal."""

    def __init__(
        self,
        store: Store,
        journal: Path,
        holder_of: Callable[[int], str],
        utc_offset_minutes: int,
        randomness: Callable[[int], bytes],
        reader: JournalReader | None = None,
    ) -> None:
        """``holder_of``: who uses a calling number now; empty when nobody registered it.

        ``reader``: of the same journal, shared with others who follow it.
        """
        self._store = store
        self._reader = reader or JournalReader(journal)
        self._journal = journal
        self._holder_of = holder_of
        self._offset = utc_offset_minutes * MINUTE
        self._randomness = randomness

    def run(self) -> int:
        """Add up what is new in the journal; returns how many calls of registered holders that were.

        Another process may add up the same journal: each record counts once.
        """
        name = self._name()
        with self._store.read() as conn:
            began = _reached(conn, name)
        reached, sums, trunks, days = self._read(began)
        if reached != began:
            with self._store.act(ACTOR) as act:
                if _reached(act.conn, name) != began:
                    return 0
                _put(act, call_outcome, sums)
                _put(act, trunk_outcome, trunks)
                _put(act, day_outcome, days)
                _move(act, name, reached)
        return sums.total()

    def catch_up(self) -> None:
        """Add up all that is new."""
        name, before = self._name(), None
        while True:
            self.run()
            with self._store.read() as conn:
                now = _reached(conn, name)
            if now == before:
                return
            before = now

    def _read(self, began: Place) -> tuple[Place, Sums, Sums, Sums]:
        """How far was read, and the sums of registered holders, of trunks and of days."""
        reached = began
        sums: Sums = Counter()
        trunks: Sums = Counter()
        days: Sums = Counter()
        holder_of, offset = self._holder_of, self._offset
        for stretch in self._reader.read(began, AT_ONCE):
            reached = stretch.reached
            for event in stretch.events:
                if not isinstance(event, NotedDecision):
                    continue
                call, action = event.call, event.action
                day = (call.at + offset) // DAY
                days[day, action] += 1
                if call.trunk:
                    trunks[call.trunk, day, action] += 1
                if holder := holder_of(call.caller):
                    sums[holder, day, action, event.decided_by] += 1
        return reached, sums, trunks, days

    def _name(self) -> str:
        # The journal's own name: several nodes may keep theirs in folders of the same path.
        path = self._journal / _ID
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._randomness(16).hex(), encoding="ascii")
        return path.read_text(encoding="ascii").strip()


def _reached(conn: Connection, name: str) -> Place:
    """Where a journal was added up to."""
    row = conn.execute(select(call_outcome_reached).where(call_outcome_reached.c.journal == name)).first()
    return Place(row.segment, row.offset) if row is not None else Place()


def do_forget_before(act: Act, day: int) -> int:
    """Remove sums of the days before ``day``; returns how many rows went."""
    return sum(
        act.conn.execute(delete(table).where(table.c.day < day)).rowcount for table in (call_outcome, trunk_outcome)
    )


def _put(act: Act, table: Table, sums: Sums) -> None:
    # The last column is the count, the others tell rows apart.
    *names, counted = (column.name for column in table.columns)
    calls = table.c[counted]
    for key, count in sorted(sums.items()):
        row = dict(zip(names, key, strict=True))
        same = and_(*(table.c[name] == value for name, value in row.items()))
        if not act.conn.execute(update(table).where(same).values({counted: calls + count})).rowcount:
            act.conn.execute(table.insert().values({**row, counted: count}))


def _move(act: Act, name: str, reached: Place) -> None:
    place = {"segment": reached.segment, "offset": reached.offset}
    mine = call_outcome_reached.c.journal == name
    if not act.conn.execute(update(call_outcome_reached).where(mine).values(place)).rowcount:
        act.conn.execute(call_outcome_reached.insert().values(journal=name, **place))
