"""Who answers a line: one process at a time, by a lease; and how each line does."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from clearbell.calls import DAY, SECOND
from clearbell.ledger import Act
from clearbell.verification import queries
from clearbell.verification.errors import LineHeldError
from clearbell.verification.model import Doing, State
from clearbell.verification.settings import LineSettings
from clearbell.verification.tables import answered_line, line_call, test_call


class Holder(msgspec.Struct, frozen=True):
    """A process that answers lines."""

    owner: str
    """The node that it belongs to. Of two of its processes the second takes over from the first."""
    process: str
    """Unlike that of any other process."""


def do_hold(act: Act, line: LineSettings, holder: Holder, seconds: float) -> bool:
    """Answer a line for so long; False while another node does."""
    row = queries.line_as_held(act.conn, line.name)
    values = {
        "own": line.key,
        "pool": line.pool,
        "owner": holder.owner,
        "holder": holder.process,
        "lease": act.at + int(seconds * SECOND),
    }
    if row is None:
        act.conn.execute(answered_line.insert().values(line=line.name, **values, since=act.at, fault=""))
        return True
    held = row.lease > act.at
    if held and row.owner != holder.owner:
        return False
    if not held or row.holder != holder.process:
        values["since"] = act.at
    act.conn.execute(update(answered_line).where(answered_line.c.line == line.name).values(**values))
    return True


def do_keep_holding(act: Act, line: str, holder: Holder, seconds: float) -> bool:
    """Go on answering; False when another process took over."""
    mine = (answered_line.c.line == line) & (answered_line.c.holder == holder.process)
    until = act.at + int(seconds * SECOND)
    return act.conn.execute(update(answered_line).where(mine).values(lease=until)).rowcount == 1


def do_let_go(act: Act, line: str, holder: Holder) -> None:
    """Leave a line to whoever wants to answer it."""
    mine = (answered_line.c.line == line) & (answered_line.c.holder == holder.process)
    act.conn.execute(update(answered_line).where(mine).values(lease=0))


def do_note_fault(act: Act, line: str, fault: str) -> None:
    """Note why a line could not be answered; empty: it can be."""
    act.conn.execute(update(answered_line).where(answered_line.c.line == line).values(fault=fault[:300]))


def check_free(conn: Connection, now: int, line: str, holder: Holder | None) -> None:
    """Raise :class:`LineHeldError` for a line that another process answers."""
    row = queries.line_as_held(conn, line)
    if row is not None and row.lease > now and (holder is None or row.holder != holder.process):
        raise LineHeldError(line, row.owner)


class LineHealth(msgspec.Struct, frozen=True):
    """How a line does that calls are answered on. Times are µs UTC; 0: never, or none."""

    line: str
    number: str
    """Its own, E.164; empty for one that no node has answered yet."""
    pool: str
    owner: str
    """The node that answers it; empty: nobody does now."""
    since: int
    """Since when that node does."""
    doing: Doing
    calls: int
    """Calls to it within 24 hours."""
    back: int
    """Those of them that followed a test call of the line."""
    last: int
    """When it was called last."""
    planned: int
    """Test calls that are to be made on it."""
    fault: str
    """Why it could not be answered; empty: nothing."""

    @property
    def well(self) -> bool:
        """Whether somebody answers it."""
        return bool(self.owner)


def lines_health(conn: Connection, now: int, names: Collection[str] = ()) -> list[LineHealth]:
    """How each line does at ``now`` (µs UTC), by name. ``names``: those of the configuration, asked for in any case."""
    known = {row.line: row for row in conn.execute(select(answered_line))}
    return [_health(conn, name, known.get(name), now) for name in sorted({*known, *names})]


def _health(conn: Connection, name: str, row: Row[Any] | None, now: int) -> LineHealth:
    mine = line_call.c.line == name
    lately = select(func.count()).select_from(line_call).where(mine, line_call.c.at > now - DAY)
    held = row is not None and row.lease > now
    coming = conn.execute(select(line_call.c.received).where(mine, line_call.c.coming).limit(1)).first()
    made = test_call.c.line == name
    calling = select(test_call.c.call).where(made, test_call.c.state == State.CALLING.value)
    planned = select(func.count()).select_from(test_call).where(made, test_call.c.state == State.PLANNED.value)
    if not held:
        doing = Doing.UNANSWERED
    elif coming is not None:
        doing = Doing.IN_CALL
    else:
        doing = Doing.CALLING if conn.execute(calling.limit(1)).first() else Doing.WAITING
    return LineHealth(
        name,
        f"+{row.own}" if row is not None else "",
        row.pool if row is not None else "",
        row.owner if row is not None and held else "",
        row.since if row is not None and held else 0,
        doing,
        conn.execute(lately).scalar_one(),
        conn.execute(lately.where(line_call.c.answers != "")).scalar_one(),
        conn.execute(select(func.max(line_call.c.at)).where(mine)).scalar_one() or 0,
        conn.execute(planned).scalar_one(),
        row.fault if row is not None else "",
    )
