"""Adding decisions up from a node's journal. The place reached is kept with the sums, so each decision counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, select, update

from clearbell.calls import DAY, MINUTE, Decision
from clearbell.ledger import Act, Store
from clearbell.records.journal import decode_record
from clearbell.records.outcomes.tables import call_outcome, call_outcome_reached
from clearbell.records.segments import read_segment_from, segments

ACTOR = "system:outcomes"
AT_ONCE = 100_000
"""Records that are read in one act."""
_ID = "journal-id"


class Outcomes:
    """Follows one node's journal."""

    def __init__(
        self,
        store: Store,
        journal: Path,
        holder_of: Callable[[int], str],
        utc_offset_minutes: int,
        randomness: Callable[[int], bytes],
    ) -> None:
        """``holder_of``: who uses a calling number now; empty when nobody registered it."""
        self._store = store
        self._journal = journal
        self._holder_of = holder_of
        self._offset = utc_offset_minutes * MINUTE
        self._randomness = randomness

    def run(self) -> int:
        """Add up what is new in the journal; returns how many calls of registered holders that were."""
        name = self._name()
        with self._store.read() as conn:
            row = conn.execute(select(call_outcome_reached).where(call_outcome_reached.c.journal == name)).first()
        began = (row.segment, row.offset) if row is not None else ("", 0)
        reached, sums = self._read(*began)
        if reached != began:
            with self._store.act(ACTOR) as act:
                _put(act, sums)
                _move(act, name, reached)
        return sums.total()

    def _read(self, segment: str, offset: int) -> tuple[tuple[str, int], Counter[tuple[str, int, str, str]]]:
        reached = segment, offset
        sums: Counter[tuple[str, int, str, str]] = Counter()
        left = AT_ONCE
        for path in segments(self._journal):
            if path.name < segment:
                continue
            for after, raw in read_segment_from(path, offset if path.name == segment else 0):
                if not left:
                    return reached, sums
                left -= 1
                reached = path.name, after
                event = decode_record(raw)
                if isinstance(event, Decision) and (holder := self._holder_of(event.call.caller)):
                    day = (event.call.at + self._offset) // DAY
                    sums[holder, day, event.action.value, event.decided_by] += 1
        return reached, sums

    def _name(self) -> str:
        # The journal's own name: several nodes may keep theirs in folders of the same path.
        path = self._journal / _ID
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._randomness(16).hex(), encoding="ascii")
        return path.read_text(encoding="ascii").strip()


def do_forget_before(act: Act, day: int) -> int:
    """Remove sums of the days before ``day``; returns how many rows went."""
    return act.conn.execute(delete(call_outcome).where(call_outcome.c.day < day)).rowcount


def _put(act: Act, sums: Counter[tuple[str, int, str, str]]) -> None:
    for (holder, day, action, reason), calls in sorted(sums.items()):
        c = call_outcome.c
        same = (c.holder == holder) & (c.day == day) & (c.action == action) & (c.reason == reason)
        changed = act.conn.execute(update(call_outcome).where(same).values(calls=c.calls + calls)).rowcount
        if not changed:
            row = {"holder": holder, "day": day, "action": action, "reason": reason, "calls": calls}
            act.conn.execute(call_outcome.insert().values(row))


def _move(act: Act, name: str, reached: tuple[str, int]) -> None:
    place = {"segment": reached[0], "offset": reached[1]}
    mine = call_outcome_reached.c.journal == name
    if not act.conn.execute(update(call_outcome_reached).where(mine).values(place)).rowcount:
        act.conn.execute(call_outcome_reached.insert().values(journal=name, **place))
