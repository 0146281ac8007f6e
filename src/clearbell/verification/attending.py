"""Answering a line for as long as it is ours: calls to it are taken, and its planned calls are made in between.

A line is one telephone: it is in one call at a time. Whoever calls while it is in a call finds it busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.calls import SECOND
from clearbell.verification import queries
from clearbell.verification.agent import AgentError
from clearbell.verification.calling import Caller, make_due_call
from clearbell.verification.lines import Holder, do_hold, do_keep_holding, do_let_go, do_note_fault
from clearbell.verification.settings import LineSettings
from clearbell.verification.taking import Taken, record, settle_left, take_one

log = structlog.get_logger()

LEASE_SECONDS = 20.0
"""How long a line stays ours without a word: what another node waits when this one is killed."""
_TURN_SECONDS = 600.0
"""How long one user agent waits for a call at the most; then another takes its place."""
_LOOK_SECONDS = 1.0
"""How often the store is asked for planned calls."""
_AGAIN_SECONDS = 5.0
"""After a fault, and while another node answers the line."""


class Attendant:
    """Answers one line. Run by one thread; what was heard is judged by another, so that the line is answered meanwhile."""

    def __init__(
        self,
        caller: Caller,
        line: LineSettings,
        holder: Holder,
        *,
        new_id: Callable[[], str],
        chance: Callable[[], float],
        stopped: Callable[[], bool],
        leaving: Callable[[], bool] = lambda: False,
        dials: bool = True,
        fails: bool = False,
    ) -> None:
        """``stopped``: hang up and end. ``leaving``: end when nobody calls. ``dials``: make the line's planned calls.

        ``fails``: :class:`AgentError` ends it; else it is noted, and the line left to other nodes for a while.
        """
        caller.holder = holder
        self._caller = caller
        self._line = line
        self._holder = holder
        self._new_id = new_id
        self._chance = chance
        self._stopped = stopped
        self._leaving = leaving
        self._dials = dials
        self._fails = fails
        self._held = 0
        """Until when the line is ours, µs UTC."""
        self._lost = False
        """Another process took over."""
        self._pending: set[str] = set()
        """Calls that came in and are being judged."""
        self._fault: str | None = None
        self._looked = 0
        self._judge = ThreadPoolExecutor(1, thread_name_prefix="judging")
        self.taken = 0
        """How many calls came in."""
        self.dialling = False
        """A test call is being made, which is not to be waited for when the line is closed."""

    def run(self, until_ms: int = 0) -> None:
        """Answer the line until stopped, or until so many ms of the steady clock."""
        try:
            while not self._ends() and not (until_ms and self._caller.now_ms() >= until_ms):
                try:
                    done = self.step(until_ms)
                except (SQLAlchemyError, OSError) as error:
                    log.warning("line-held-up", line=self._line.name, error=str(error))
                    done = False
                if not done:
                    self._pause(_AGAIN_SECONDS)
        finally:
            self.close()

    def step(self, until_ms: int = 0) -> bool:
        """Answer one call or make one; False when the line cannot be answered now."""
        if not self._hold():
            return False
        settle_left(self._caller, self._line, self._pending)
        call = self._due()
        if call:
            self._make(call)
            return True
        wait = _TURN_SECONDS
        if until_ms:
            wait = min(wait, max(0.1, (until_ms - self._caller.now_ms()) / 1000))
        try:
            taken = take_one(self._caller, self._line, wait, self._new_id(), stopped=self._closes, wanted=self._wanted)
        except AgentError as error:
            self._note(error.en)
            self._let_go()
            if self._fails:
                raise
            return False
        if taken is not None:
            self.taken += 1
            self._pending.add(taken.received)
            self._judge.submit(self._record, taken)
        return True

    def close(self) -> None:
        """Finish what was heard, and leave the line to others."""
        self._judge.shutdown(wait=True)
        self._let_go()

    def _make(self, call: str) -> None:
        limits = self._caller.rules.rules
        # Nobody else is to answer the line while it is in this call.
        self._keep(limits.ring_seconds + limits.talk_seconds + 2 * LEASE_SECONDS)
        self.dialling = True
        try:
            found = make_due_call(self._caller, call, self._chance)
        finally:
            self.dialling = False
        if isinstance(found, AgentError):
            self._note(found.en)
        log.info("test-call", call=call, found=str(found))

    def _record(self, taken: Taken) -> None:
        """Nobody can make the caller say it again: while the store is away, it is tried until we are to end."""
        try:
            while True:
                last = self._ends()
                try:
                    record(self._caller, self._line, taken)
                except (SQLAlchemyError, OSError) as error:
                    log.warning("call-to-a-line-not-recorded", line=self._line.name, error=str(error))
                    if last:
                        return
                    self._pause(_AGAIN_SECONDS)
                else:
                    log.info("call-to-a-line", line=self._line.name, talk_ms=taken.course.talk_ms)
                    return
        except Exception as error:  # noqa: BLE001 whatever a recording does to the ear, the line goes on
            log.error("call-to-a-line-not-judged", line=self._line.name, error=repr(error))
        finally:
            self._pending.discard(taken.received)

    def _hold(self) -> bool:
        now = self._caller.store.clock.now()
        with self._caller.store.act(self._caller.actor) as act:
            mine = do_hold(act, self._line, self._holder, LEASE_SECONDS)
        self._held = now + int(LEASE_SECONDS * SECOND) if mine else 0
        self._lost = not mine
        return mine

    def _keep(self, seconds: float) -> bool:
        now = self._caller.store.clock.now()
        with self._caller.store.act(self._caller.actor) as act:
            kept = do_keep_holding(act, self._line.name, self._holder, seconds)
        self._held = now + int(seconds * SECOND) if kept else 0
        return kept

    def _let_go(self) -> None:
        self._held = 0
        try:
            with self._caller.store.act(self._caller.actor) as act:
                do_let_go(act, self._line.name, self._holder)
        except (SQLAlchemyError, OSError) as error:
            log.warning("line-not-left", line=self._line.name, error=str(error))

    def _ends(self) -> bool:
        return self._stopped() or self._leaving()

    def _closes(self) -> bool:
        """Whether to hang up; asked all the time, so the lease is renewed here, also in a call."""
        now = self._caller.store.clock.now()
        if now >= self._held - int(LEASE_SECONDS * SECOND) // 2 and not self._lost:
            try:
                self._lost = not self._keep(LEASE_SECONDS)
                # The user agent has been up for a while.
                self._note("")
            except (SQLAlchemyError, OSError) as error:
                # Nobody else gets the line from a store that is away.
                self._held = now + int(LEASE_SECONDS * SECOND)
                log.warning("line-held-up", line=self._line.name, error=str(error))
        return self._stopped()

    def _wanted(self) -> bool:
        """Whether the user agent is to stop waiting for calls."""
        if self._lost or self._leaving():
            return True
        now = self._caller.now_ms()
        if now - self._looked < _LOOK_SECONDS * 1000:
            return False
        self._looked = now
        try:
            return bool(self._due())
        except (SQLAlchemyError, OSError):
            return False

    def _due(self) -> str:
        """A planned call of the line that may be made now; empty: none."""
        if not self._dials:
            return ""
        with self._caller.store.read() as conn:
            calls = queries.due_calls(conn, self._caller.store.clock.now(), 1, line=self._line.name)
            most = self._caller.rules.rules.concurrency
            if not calls or queries.in_progress(conn, self._line.pool) >= most:
                return ""
            return calls[0]

    def _note(self, fault: str) -> None:
        if fault == self._fault:
            return
        if fault:
            log.warning("line-not-answered", line=self._line.name, fault=fault)
        with self._caller.store.act(self._caller.actor) as act:
            do_note_fault(act, self._line.name, fault)
        self._fault = fault

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._ends():
            time.sleep(0.1)
