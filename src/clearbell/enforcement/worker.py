"""Looks after one target: makes tasks of what is new, tells the target, keeps what it answers, raises alarms.

Everything that is to be done stands in the store before it is tried, and everything that was answered is in the store
before more is tried. A process that is killed leaves a task that is due again; telling bears repetition. A lease keeps
it to one process at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.enforcement.adapters.protocol import Adapter, Delivery, Whole
from clearbell.enforcement.entries import entry_of, forgotten, restriction_of, wanted_entries
from clearbell.enforcement.errors import UnreachableError
from clearbell.enforcement.following import do_end_passed, follow
from clearbell.enforcement.model import Entry, Operation, Resynced
from clearbell.enforcement.progress import Delivered, do_keep, do_lapse, do_note, do_take
from clearbell.enforcement.queries import due_tasks, ended_puts, lapsed_tasks, sent_tasks, target_of
from clearbell.enforcement.service import do_keep_resynced, do_lease, do_release_lease
from clearbell.enforcement.settings import AnyTarget
from clearbell.ledger import Store
from clearbell.policy.enforcement import EnforcementRules

log = structlog.get_logger()

ACTOR = "system:enforcement"
LEASE_SECONDS = 90
"""Longer than an adapter's longest call; a process that starts again under its name does not wait for it."""
_IDLE_SECONDS = 0.25


class Worker:
    """One target and its adapter. ``step`` is called by one thread."""

    def __init__(
        self,
        store: Store,
        one: AnyTarget,
        everyone: Sequence[AnyTarget],
        adapter: Adapter,
        rules: EnforcementRules,
        *,
        owner: str,
    ) -> None:
        """``owner``: this process's name. Of two processes with one name, the second takes over from the first."""
        self._store = store
        self._one = one
        self._everyone = everyone
        self._adapter = adapter
        self._rules = rules
        self._owner = owner
        self._held = 0
        """Until when the target is ours, µs UTC."""
        self._loaded = False
        self._fault = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"enforcement-{one.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and leave the target to others; returns when the thread has ended."""
        self._stop.set()
        self._thread.join()

    def step(self) -> int:
        """Do what there is to do now; returns how many tasks were told or acknowledged. Waits for the target only."""
        if not self._hold():
            return 0
        follow(self._store, self._one, self._everyone, self._rules)
        self._end_and_lapse()
        if not self._loaded:
            self._adapter.load(self._wanted())
            self._loaded = True
        try:
            self._sync()
            done = self._keep(self._look())
        except UnreachableError as error:
            self._note(str(error))
            done = 0
        else:
            self._note("")
        return done + self._tell()

    def close(self) -> None:
        """Take leave of the target, and leave it to others."""
        self._adapter.close()
        with self._store.act(ACTOR) as act:
            do_release_lease(act, self._one.name, self._owner)
        self._held = 0

    def _hold(self) -> bool:
        now = self._store.clock.now()
        if now < self._held - LEASE_SECONDS * 500_000:
            return True
        with self._store.act(ACTOR) as act:
            mine = do_lease(act, self._one, self._owner, LEASE_SECONDS)
            until = act.at + LEASE_SECONDS * 1_000_000
        if not mine or now >= self._held:
            # Whoever had it meanwhile told it things that this process does not know of.
            self._loaded = False
        self._held = until if mine else 0
        return mine

    def _end_and_lapse(self) -> None:
        name, now = self._one.name, self._store.clock.now()
        # Looked at without a write transaction: most of the time there is nothing to do.
        with self._store.read() as conn:
            if not ended_puts(conn, name, now) and not lapsed_tasks(conn, name, now):
                return
        with self._store.act(ACTOR) as act:
            do_end_passed(act, self._one, self._rules)
            alarms = do_lapse(act, name)
        if alarms:
            log.warning("enforcement-overdue", target=name, tasks=alarms)

    def _wanted(self) -> list[Entry]:
        with self._store.read() as conn:
            return wanted_entries(conn, self._one.name, self._store.clock.now())

    def _sync(self) -> None:
        with self._store.read() as conn:
            row = target_of(conn, self._one.name)
        asked = row.why or "asked" if row is not None and row.resync else ""
        why = asked or self._adapter.check(self._store.clock.now())
        if not why:
            return
        wanted = self._wanted()
        whole: Whole = self._adapter.tell_all(wanted, self._store.clock.now())
        if asked or whole.put or whole.removed or not (row is not None and row.synced):
            log.info("enforcement-resynced", target=self._one.name, why=why, put=whole.put, removed=whole.removed)
            with self._store.act(ACTOR) as act:
                do_keep_resynced(act, Resynced(self._one.name, why, len(wanted), whole.put, whole.removed))

    def _look(self) -> list[Delivered]:
        with self._store.read() as conn:
            waiting = sent_tasks(conn, self._one.name)
        return self._adapter.look(waiting, self._store.clock.now())

    def _tell(self) -> int:
        name, now, most = self._one.name, self._store.clock.now(), self._adapter.most
        again = self._adapter.tells_again
        with self._store.read() as conn:
            if not due_tasks(conn, name, now, 1, again=again):
                return 0
        with self._store.act(ACTOR) as act:
            rows = do_take(act, name, most, self._rules, again=again, together=self._adapter.together)
            deliveries = []
            for row in rows:
                known = restriction_of(act.conn, row.restriction)
                entry = entry_of(act.conn, known) if known is not None else forgotten(row.restriction)
                deliveries.append(Delivery(entry, Operation(row.operation), row.serial, row.attempts + 1))
        return self._keep(self._adapter.tell(deliveries, self._store.clock.now()))

    def _keep(self, told: Sequence[Delivered]) -> int:
        if not told:
            return 0
        with self._store.act(ACTOR) as act:
            kept = do_keep(act, self._one.name, told, self._rules)
            if any(not one.fault for one in told):
                do_note(act, self._one.name, seen=act.at, fault="")
        for one in told:
            if one.fault:
                log.info("enforcement-not-through", target=self._one.name, restriction=one.restriction, fault=one.fault)
        return kept

    def _note(self, fault: str) -> None:
        if fault == self._fault:
            return
        if fault:
            log.warning("enforcement-target-unreachable", target=self._one.name, fault=fault)
        with self._store.act(ACTOR) as act:
            do_note(act, self._one.name, fault=fault[:300], **({} if fault else {"seen": act.at}))
        self._fault = fault

    def _run(self) -> None:
        missed = 0
        while not self._stop.is_set():
            try:
                done = self.step()
            except (SQLAlchemyError, OSError) as error:
                missed += 1
                done = 0
                if missed == 1:
                    log.warning("enforcement-held-up", target=self._one.name, error=str(error))
            else:
                missed = 0
            if not done:
                self._stop.wait(_IDLE_SECONDS)
        try:
            self.close()
        except (SQLAlchemyError, OSError) as error:
            log.warning("enforcement-left", target=self._one.name, error=str(error))
