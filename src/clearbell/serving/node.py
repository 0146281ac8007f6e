"""One running node: the engine, its views and counters, and the record, behind one lock."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from clearbell.calls import DAY, Action, Call, CallEnd, CodeDialled, Decision
from clearbell.ledger import Store
from clearbell.policy.model import Pack
from clearbell.records.journal import Journal, find_decision, read_journal
from clearbell.screening.engine import STALE, TOTAL, Engine
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import Views
from clearbell.screening.windows import H1, H24
from clearbell.serving.follower import ViewsFollower, open_views
from clearbell.serving.identifiers import decision_ids
from clearbell.serving.snapshots import FOLDER

log = structlog.get_logger()

RECENT = 50
_ALLOW = Action.ALLOW


class Counts(msgspec.Struct):
    """What a node did since it started."""

    calls: int = 0
    ends: int = 0
    by_action: dict[str, int] = msgspec.field(default_factory=dict)
    by_reason: dict[str, int] = msgspec.field(default_factory=dict)
    """Keyed by what decided: a symbol's name or ``total``."""
    fail_open: int = 0


class Node:
    """Screens calls from views in memory and records every decision before it is told to anyone.

    Safe to call from several threads. It keeps answering when the store is away.
    """

    def __init__(
        self,
        store: Store,
        pack: Pack,
        folder: Path,
        *,
        randomness: Callable[[int], bytes],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.store = store
        self.pack = pack
        self.home = folder
        self.randomness = randomness
        self.folder = folder / "journal"
        self._counts = Counts()
        # Calls that go on because nothing speaks against them: most.
        self._calm = 0
        self.started = store.clock.now()
        self._recent: collections.deque[Decision] = collections.deque(maxlen=RECENT)
        self._lock = threading.Lock()
        views = open_views(store, folder / FOLDER, progress)
        self._engine = Engine(pack, views, Traffic(pack), decision_ids(self.started, randomness))
        self._remember_traffic()
        self._journal = Journal(self.folder)
        self.follower = ViewsFollower(store, self._lock, lambda: self._engine.views, self._put_views, folder / FOLDER)

    def _put_views(self, views: Views) -> None:
        self._engine.views = views

    def _remember_traffic(self) -> None:
        """Bring the live counters back to what they were, from the record of the last day."""
        if not self.folder.is_dir():
            return
        replayed = 0
        for record in read_journal(self.folder, self.started - DAY):
            self._engine.remember(record)
            replayed += 1
        log.info("traffic-remembered", records=replayed)

    def start(self) -> None:
        """Begin to follow the ledger."""
        self.follower.start()

    def stop(self) -> None:
        """Stop following and close the record."""
        self.follower.stop()
        with self._lock:
            self._journal.close()

    @property
    def counts(self) -> Counts:
        """What it did so far."""
        with self._lock:
            counts = msgspec.structs.replace(
                self._counts, by_action=dict(self._counts.by_action), by_reason=dict(self._counts.by_reason)
            )
            calm = self._calm
        if calm:
            counts.calls += calm
            counts.by_action[_ALLOW.value] = counts.by_action.get(_ALLOW.value, 0) + calm
        return counts

    def screen(self, call: Call) -> Decision:
        """Decide a call and record the decision."""
        with self._lock:
            decision = self._engine.screen(call)
            if self.follower.stale:
                decision = msgspec.structs.replace(decision, marks=(*decision.marks, STALE))
            self._record(decision)
        return decision

    def fail_open(self, call: Call, why: str) -> Decision:
        """Let a call through that could not be judged, and record that."""
        with self._lock:
            decision = self._engine.fail_open(call, why)
            self._record(decision)
            self._counts.fail_open += 1
        return decision

    def _record(self, decision: Decision) -> None:
        self._journal.decided(decision)
        self._recent.append(decision)
        reason = decision.decided_by
        if decision.action is _ALLOW and reason == TOTAL:
            self._calm += 1
            return
        counts = self._counts
        counts.calls += 1
        action = decision.action.value
        counts.by_action[action] = counts.by_action.get(action, 0) + 1
        counts.by_reason[reason] = counts.by_reason.get(reason, 0) + 1

    def ended(self, end: CallEnd) -> None:
        """Learn how a call ended, and record it."""
        with self._lock:
            self._engine.ended(end)
            self._journal.ended(end)
            self._counts.ends += 1

    def code_dialled(self, dialled: CodeDialled) -> None:
        """Record that a subscriber reported the last call to him by dialling the code."""
        with self._lock:
            self._journal.code_dialled(dialled)

    def holder_of(self, number: int) -> str:
        """Who uses a number, as the registry says; empty when nobody registered it."""
        with self._lock:
            resource = self._engine.views.entitlements.resource_of(number)
        return resource.holder if resource is not None else ""

    def calls_lately(self, unit: int | str) -> tuple[int, int]:
        """Attempts of a number, or of a holder across its numbers, within the last hour and the last 24 hours."""
        now = self.store.clock.now()
        with self._lock:
            traffic = self._engine.traffic
            activity = traffic.number(unit) if isinstance(unit, int) else traffic.holder(unit)
            if activity is None:
                return 0, 0
            return activity.attempts(H1, now), activity.attempts(H24, now)

    def recent(self) -> list[Decision]:
        """The newest decisions, newest first."""
        with self._lock:
            return list(reversed(self._recent))

    def find(self, decision_id: str) -> Decision | None:
        """Return the recorded decision of that id, or None."""
        with self._lock:
            for decision in self._recent:
                if decision.id == decision_id:
                    return decision
        return find_decision(self.folder, decision_id)

    @property
    def views_seq(self) -> int:
        """Place in the ledger that the views have followed to."""
        return self._engine.views.seq

    def fingerprint(self) -> str:
        """Digest of the views' whole state, to compare with a rebuild from the ledger."""
        with self._lock:
            return self._engine.views.fingerprint()
