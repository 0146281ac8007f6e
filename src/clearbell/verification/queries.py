"""What is known about test calls and calls to our lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from clearbell.verification.model import Evidence, State
from clearbell.verification.tables import answered_line, line_call, test_call, test_print

_CHUNK = 500
_evidence = msgspec.json.Decoder(Evidence).decode


def evidence_of(row: Row[Any]) -> Evidence:
    """Evidence of a test call or of a call to a line."""
    return _evidence(bytes(row.evidence))


def call_of(conn: Connection, call: str) -> Row[Any] | None:
    """The test call of that id."""
    return conn.execute(select(test_call).where(test_call.c.call == call)).first()


def calls_like(
    conn: Connection, *, number: int = 0, case: str = "", state: State | None = None, limit: int = 50
) -> list[Row[Any]]:
    """The newest test calls: to a number, for a case, in a state, where these are given."""
    query = select(test_call).order_by(test_call.c.planned.desc(), test_call.c.call)
    if number:
        query = query.where(test_call.c.number == number)
    if case:
        query = query.where(test_call.c.case_id == case)
    if state is not None:
        query = query.where(test_call.c.state == state.value)
    return list(conn.execute(query.limit(limit)))


def due_calls(conn: Connection, now: int, limit: int = 50, *, line: str = "") -> list[str]:
    """Ids of planned calls whose time has come, the longest due first: of a line, or of those that nobody answers."""
    query = (
        select(test_call.c.call)
        .where(test_call.c.state == State.PLANNED.value, test_call.c.due <= now)
        .order_by(test_call.c.due, test_call.c.call)
    )
    if line:
        query = query.where(test_call.c.line == line)
    else:
        answered = select(answered_line.c.line).where(answered_line.c.lease > now)
        query = query.where(test_call.c.line.not_in(answered))
    return list(conn.execute(query.limit(limit)).scalars())


def started_since(conn: Connection, since: int, *, number: int = 0, pool: str = "") -> int:
    """How many test calls were started after ``since`` (µs UTC), to a number or by a pool."""
    query = select(func.count()).select_from(test_call).where(test_call.c.started > since)
    if number:
        query = query.where(test_call.c.number == number)
    if pool:
        query = query.where(test_call.c.pool == pool)
    count: int = conn.execute(query).scalar_one()
    return count


def in_progress(conn: Connection, pool: str) -> int:
    """How many test calls of a pool are being made."""
    count: int = conn.execute(
        select(func.count())
        .select_from(test_call)
        .where(test_call.c.pool == pool, test_call.c.state == State.CALLING.value)
    ).scalar_one()
    return count


def last_started(conn: Connection, number: int) -> int:
    """When the number was last test-called, µs UTC; 0: never."""
    newest: int | None = conn.execute(
        select(func.max(test_call.c.started)).where(test_call.c.number == number)
    ).scalar_one()
    return newest or 0


def prints_with(conn: Connection, hashes: Sequence[int], but: str = "") -> dict[str, list[tuple[int, int]]]:
    """Where these hashes occur: by test call, ``(hash, at)``; calls with only a few are left to the caller to drop."""
    found: dict[str, list[tuple[int, int]]] = {}
    for start in range(0, len(hashes), _CHUNK):
        chunk = list(hashes[start : start + _CHUNK])
        for row in conn.execute(select(test_print).where(test_print.c.hash.in_(chunk))):
            if row.call != but:
                found.setdefault(row.call, []).append((row.hash, row.at))
    return found


def calls_to_lines(conn: Connection, *, caller: int = 0, answers: str = "", limit: int = 50) -> list[Row[Any]]:
    """The newest calls to our lines: from a number, or following a test call, where these are given."""
    query = select(line_call).order_by(line_call.c.at.desc(), line_call.c.received)
    if caller:
        query = query.where(line_call.c.caller == caller)
    if answers:
        query = query.where(line_call.c.answers == answers)
    return list(conn.execute(query.limit(limit)))


def received_call(conn: Connection, received: str) -> Row[Any] | None:
    """The call to one of our lines of that id."""
    return conn.execute(select(line_call).where(line_call.c.received == received)).first()


def left_coming(conn: Connection, line: str, before: int) -> list[Row[Any]]:
    """Calls to a line that came before a time (µs UTC) and whose end nobody recorded."""
    mine = (line_call.c.line == line) & line_call.c.coming & (line_call.c.at < before)
    return list(conn.execute(select(line_call).where(mine).order_by(line_call.c.at)))


def line_as_held(conn: Connection, line: str) -> Row[Any] | None:
    """Who answers a line; None for one that no process answered yet."""
    return conn.execute(select(answered_line).where(answered_line.c.line == line)).first()


def call_behind(conn: Connection, own: int, caller: int, since: int) -> tuple[str, bool] | None:
    """The test call on a line that a call to it follows: one to the same number before others, then the newest.

    With it, whether it was made to the number that now calls.
    """
    rows = conn.execute(
        select(test_call.c.call, test_call.c.number)
        .where(test_call.c.own == own, test_call.c.started > since)
        .order_by(test_call.c.started.desc())
    ).all()
    same = [row.call for row in rows if caller and row.number == caller]
    if same:
        return same[0], True
    return (rows[0].call, False) if rows else None
