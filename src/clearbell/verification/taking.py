"""Taking a call on a line that receives: noted when it rings, judged when it is over, and evidence where it calls back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from clearbell.calls import SECOND
from clearbell.cases.evidence import Content
from clearbell.ledger import Act
from clearbell.numbering import Number, parse
from clearbell.verification import agent, queries, sound
from clearbell.verification.calling import SOURCE_SPARE, Caller, found_in, into_case, judged, notice
from clearbell.verification.course import Course
from clearbell.verification.errors import ReceivedError
from clearbell.verification.model import Evidence
from clearbell.verification.service import do_receive, do_ring
from clearbell.verification.settings import LineSettings

log = structlog.get_logger()

CALL_BACK, CALL_FROM_ANOTHER = "call-back", "call-from-another"
"""What a case is told of a call to the line of its test call: from the number that was tested, or from another."""
_LATE = 30
"""Seconds after which a call past its longest was left by whoever took it."""


class Taken(msgspec.Struct, frozen=True):
    """A call that came in and is over."""

    received: str
    peer: str
    """SIP URI of who called."""
    began: int
    """When it began to ring, µs UTC."""
    course: Course
    recorded: agent.Recorded


def take_one(
    caller: Caller,
    line: LineSettings,
    wait_seconds: float,
    received: str,
    *,
    stopped: Callable[[], bool] = lambda: False,
    wanted: Callable[[], bool] = lambda: False,
) -> Taken | None:
    """Wait for a call to a line and answer it; None when nobody called, or the line was wanted or closed before.

    It is noted under the id ``received`` when it rings; :func:`record` tells what was heard.
    Raises :class:`~clearbell.verification.agent.AgentError`.
    """
    limits = caller.rules.rules
    # What is played begins with the answer, however long the wait.
    longest = line.answer_seconds + limits.talk_seconds + SOURCE_SPARE
    played = sound.write_wav(sound.script(notice(caller), longest))
    began: list[int] = []

    def rings(peer: str) -> None:
        began.append(caller.store.clock.now())
        try:
            with caller.store.act(caller.actor) as act:
                do_ring(act, received, (line.name, line.key), caller_of(peer))
        except SQLAlchemyError as error:
            # It is answered all the same, and recorded when it is over.
            log.warning("call-to-a-line-not-noted", line=line.name, error=str(error))

    taken = caller.take(
        caller.settings, line, played, int(wait_seconds * 1000), limits.talk_seconds * 1000, caller.now_ms,
        stopped, wanted, rings,
    )  # fmt: skip
    if taken is None:
        return None
    peer, course, recorded = taken
    return Taken(received, peer, began[0], course, recorded)


def record(caller: Caller, line: LineSettings, taken: Taken) -> None:
    """Judge what was heard in a call to a line and record it.

    A call that follows a test call of a case is evidence in that case: nobody else knows the line.
    """
    _, evidence, _, content = judged(caller, "", taken.course, taken.recorded)
    with caller.store.act(caller.actor) as act:
        found = (evidence, content)
        _receive(act, caller, taken.received, (line.name, line.key), caller_of(taken.peer), taken.began, *found)


def settle_left(caller: Caller, line: LineSettings, but: Collection[str] = ()) -> int:
    """Record the calls to a line whose taker was killed: that they came, and nothing of what was said; returns how many.

    ``but``: those that are being judged.
    """
    longest = int(line.answer_seconds + caller.rules.rules.talk_seconds + _LATE) * SECOND
    before = caller.store.clock.now() - longest
    with caller.store.read() as conn:
        if not _left(conn, line, before, but):
            return 0
    with caller.store.act(caller.actor) as act:
        rows = _left(act.conn, line, before, but)
        for row in rows:
            ended = Evidence(phrase="interrupted")
            who = (row.caller, row.caller_text)
            _receive(act, caller, row.received, (row.line, row.own), who, row.at, ended, None)
    return len(rows)


def _left(conn: Connection, line: LineSettings, before: int, but: Collection[str]) -> list[Row[Any]]:
    return [row for row in queries.left_coming(conn, line.name, before) if row.received not in but]


def _receive(
    act: Act,
    caller: Caller,
    received: str,
    line: tuple[str, int],
    who: tuple[int, str],
    began: int,
    evidence: Evidence,
    content: Content | None,
) -> None:
    try:
        behind = do_receive(act, caller.rules, received, line, who, began, evidence)
    except ReceivedError:
        # It took so long to judge that it was taken for left.
        log.warning("call-to-a-line-recorded-already", line=line[0], call=received)
        return
    if behind is not None and (tested := queries.call_of(act.conn, behind[0])) is not None and tested.case_id:
        found = found_in(CALL_BACK if behind[1] else CALL_FROM_ANOTHER, evidence, content)
        into_case(act, caller.rules, tested.case_id, found, received)


def caller_of(peer: str) -> tuple[int, str]:
    """Number and text of the caller in a SIP URI; 0 where it is no number."""
    user = peer.partition(":")[2].partition("@")[0].partition(";")[0] if "@" in peer else ""
    digits = user.removeprefix("+")
    # Networks write E.164 digits with or without the plus; a national number is read as the plan says.
    for text in (user, f"+{digits}"):
        read = parse(text)
        if isinstance(read, Number):
            return read.key, user
    return 0, user
