"""The sender of a mass notice: it claims it, lets each channel's lane send, and ends it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.lanes import ACTOR, Lane, Sending
from clearbell.notices.mass.model import Event, MassState, Outcome
from clearbell.notices.mass.queries import counts_of, is_done
from clearbell.notices.mass.sending import Doubtful, do_begin, do_hold, do_let_go, do_recover
from clearbell.notices.mass.service import do_end_waiting, do_finish

_HOLD_SECONDS = 0.5
_LEASE = 60 * 1_000_000


class MassSender:
    """Sends one mass notice until it is finished, paused, cancelled or told to stop."""

    def __init__(self, sending: Sending, lanes: Sequence[Lane], doubtful: Doubtful, owner: str) -> None:
        """``doubtful``: what follows for what a killed sender had on the wire; ``owner``: this process's name."""
        self._sending, self._lanes, self._doubtful, self._owner = sending, lanes, doubtful, owner
        self._failure: BaseException | None = None
        self.counts: Counter[Outcome] = Counter()
        """Recipients by where they stand."""

    def run(self, stop: threading.Event, told: Callable[[Counter[Outcome]], None], receipts_seconds: float) -> None:
        """Send; afterwards wait so long for each further receipt. Raises :class:`TakenOverError`."""
        sending = self._sending
        store, number = sending.store, sending.number
        with store.act(ACTOR) as act:
            do_begin(act, number, sending.token, self._owner, act.at + _LEASE)
            do_recover(act, number, self._doubtful)
        threads = [
            threading.Thread(target=self._run_lane, args=(lane,), name=lane.channel.value) for lane in self._lanes
        ]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            while not self._over(stop, began, receipts_seconds):
                told(self.counts)
                stop.wait(_HOLD_SECONDS)
        finally:
            sending.over.set()
            for thread in threads:
                thread.join()
        if self._failure is not None:
            raise self._failure
        with store.act(ACTOR) as act:
            row, is_sent = sending.check(act.conn)
            if is_sent and is_done(counts_of(act.conn, number)):
                do_finish(act, number, officer=ACTOR)
            self.counts = counts_kept(act.conn, row)
            do_let_go(act, number, sending.token)
        told(self.counts)

    def _over(self, stop: threading.Event, began: float, receipts_seconds: float) -> bool:
        """Hold the notice for a while more, and tell whether there is nothing more to do."""
        sending = self._sending
        with sending.store.act(ACTOR) as act:
            row = do_hold(act, sending.number, sending.token, act.at + _LEASE)
            if row.not_after <= act.at:
                do_end_waiting(act, sending.number, Event.LAPSE, "its time was over")
            elif row.state == MassState.CANCELLED.value:
                do_end_waiting(act, sending.number, Event.CANCEL, "cancelled")
            row, is_sent = sending.check(act.conn)
            self.counts = counts_kept(act.conn, row)
        if stop.is_set() or not is_sent or sending.over.is_set():
            return True
        heard = max([began, *(lane.heard for lane in self._lanes)])
        waits = self.counts[Outcome.ACCEPTED] and time.monotonic() - heard <= receipts_seconds
        return is_done(self.counts) and not waits

    def _run_lane(self, lane: Lane) -> None:
        try:
            lane.run(self._sending)
        except BaseException as error:  # noqa: BLE001 raised again where the sender was started
            self._failure = self._failure or error
        finally:
            if self._failure is not None:
                self._sending.over.set()
