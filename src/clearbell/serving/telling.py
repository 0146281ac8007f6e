"""Telling a city's story to a running node: calls are screened, what people then do reaches the services."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from clearbell.calls import MINUTE, Action, CallEnd
from clearbell.consent.errors import ConsentError
from clearbell.consent.model import Channel, ConsentWithdrawn, Refused
from clearbell.consent.service import do_refuse, do_withdraw
from clearbell.labels.publishing import publish_labels
from clearbell.labels.settings import label_settings
from clearbell.ledger import Store
from clearbell.reports.complaints.service import Due
from clearbell.reports.model import Reported
from clearbell.reports.service import do_file_reports
from clearbell.reports.settings import reputation_settings
from clearbell.serving.node import Node
from clearbell.simulation import Attempt, Event, Refusal, Report, Withdrawal
from clearbell.simulation.truth import Score

ACTOR = "system:simulation"
STEP = 10 * MINUTE
"""City time between two looks at what people did."""


class SettableClock(Protocol):
    """A clock that the story sets."""

    told: int

    def now(self) -> int:
        """The time, µs UTC."""
        ...


class Story(Protocol):
    """A city, or whatever else is told."""

    start: int

    @property
    def end(self) -> int:
        """Where the story ends, µs UTC."""
        ...

    def events(self) -> Iterator[Event]:
        """What happens, oldest first."""
        ...


class Telling:
    """One telling of a story. ``score`` holds what ground truth says of the decisions."""

    def __init__(
        self,
        city: Story,
        node: Node,
        store: Store,
        clock: SettableClock,
        *,
        said: Callable[[Reported], Reported] | None = None,
        records: bool = False,
        due: Due | None = None,
        follows: bool = False,
    ) -> None:
        """Tell ``city``.

        ``said``: what a reporter says besides; ``records``: reports wait until they were compared with the call records;
        ``due``: the pack's deadlines, by which those who complained are answered.
        ``follows``: the node follows the ledger by itself, and the story is no faster than it.
        """
        self.city = city
        self._said = said
        self._records = records
        self._due = due
        self._follows = follows
        self.node = node
        self.store = store
        self.clock = clock
        self.score = Score()
        self.reports = 0
        self._refused_calls: set[str] = set()
        self._filed: list[Reported] = []

    def tell(self, seconds: float, stop: threading.Event) -> Iterator[int]:
        """Tell the story over about ``seconds`` (0: at full speed); yields the city's time after each step."""
        began = time.monotonic()
        span = self.city.end - self.city.start
        due = self.city.start + STEP
        for event in self.city.events():
            at = event.call.at if isinstance(event, Attempt) else event.at
            self.clock.told = max(self.clock.told, at)
            if at >= due:
                self._file_reports()
                yield at
                due += STEP
                ahead = began + seconds * (at - self.city.start) / span - time.monotonic()
                if stop.wait(max(0.0, ahead)):
                    break
            self._take(event)
        self._file_reports()
        yield self.clock.told

    def _take(self, event: object) -> None:
        if isinstance(event, Attempt):
            decision = self.node.screen(event.call)
            self.score.add(event, decision.action, decision.decided_by)
            if decision.action is Action.REJECT:
                self._refused_calls.add(event.call.id)
        elif isinstance(event, CallEnd):
            # A call that was refused never rang, so it has no end.
            if event.id in self._refused_calls:
                self._refused_calls.discard(event.id)
            else:
                self.node.ended(event)
        elif isinstance(event, Report):
            filed = _reported(event)
            self._filed.append(self._said(filed) if self._said is not None else filed)
        elif isinstance(event, Refusal):
            with self.store.act(ACTOR) as act:
                caller = 0 if event.holder else event.caller
                do_refuse(act, Refused(event.callee, event.holder, caller, Channel.CALL))
        elif isinstance(event, Withdrawal):
            try:
                with self.store.act(ACTOR) as act:
                    do_withdraw(act, ConsentWithdrawn(event.holder, event.callee, "*", Channel.SMS))
            except ConsentError:
                # Lapsed before the story began, or refused since: nothing is left to withdraw.
                return

    def _file_reports(self) -> None:
        if self._filed:
            with self.store.act(ACTOR) as act:
                settings = reputation_settings(self.node.pack)
                self.reports += do_file_reports(act, self._filed, settings, records=self._records, due=self._due).stored
            self._filed.clear()
            publish_labels(self.store, label_settings(self.node.pack))
        # The follower polls by the machine's clock; the story is faster than that.
        if not self._follows:
            self.node.follower.catch_up()


def _reported(event: Report) -> Reported:
    digest = hashlib.sha256(f"{event.reporter}|{event.number}|{event.called_at}".encode()).hexdigest()[:24]
    return Reported(
        report=f"sim-{digest}",
        source="simulation",
        number=event.number,
        at=event.called_at,
        received=event.at,
        reporter=event.reporter,
        category=event.category,
    )
