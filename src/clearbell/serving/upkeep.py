"""What a node does beside answering: weighs reports, publishes labels, opens cases and finds out for them, and removes
what is past its time.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator

import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.calls import DAY
from clearbell.cases.errors import CaseError
from clearbell.cases.opening import open_cases
from clearbell.consent.sums import keep_sums
from clearbell.desk.appeals.telling import tell_appellants
from clearbell.desk.deadlines.passing import pass_deadlines
from clearbell.desk.deadlines.sources import SOURCES, Works
from clearbell.desk.figures.adding import add_figures
from clearbell.desk.league.keeping import OFFERED, keep_scorecards
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.desk.scorecards import MOST_DAYS, last_days
from clearbell.desk.tallying import tally_complaints
from clearbell.labels.cards.showing import sweep_cards
from clearbell.labels.publishing import publish_labels
from clearbell.labels.settings import label_settings
from clearbell.notices.mass.settling import settle
from clearbell.notices.service import Outbox
from clearbell.policy.deadlines import Nature, due_after, terms_of
from clearbell.policy.workdays import builtin_workdays
from clearbell.records.checking import Damage, SegmentCheck
from clearbell.records.journal import remove_old_segments
from clearbell.records.lake import LakeError
from clearbell.records.opening import open_lake
from clearbell.records.outcomes.adding import Outcomes, do_forget_before
from clearbell.records.reading import JournalReader
from clearbell.records.retention import retire
from clearbell.reports.refusals import RefusedReportError
from clearbell.sanctions.errors import SanctionError
from clearbell.sanctions.orders.service import keep_up_orders
from clearbell.serving.case_evidence import CaseEvidence
from clearbell.serving.premises import Premises
from clearbell.serving.reporting import Reporting
from clearbell.vault import Vault
from clearbell.verification.rules import call_rules
from clearbell.verification.service import do_fail_left, do_remove_expired
from clearbell.verification.settings import VerificationSettings

log = structlog.get_logger()

ROUND_SECONDS = 1.0
RETENTION_EVERY = 3600
RECEIPTS_EVERY = 60
SCORES_SECONDS = 5.0
SUMS_SECONDS = 60.0
SCORES_SHARE = 40
"""Scorecards are reckoned anew after 5 seconds, or after 40 times as long as that took, so that it stays a small part of the work."""
TALLY_EVERY = 20
"""Complaints of one day are counted every so many rounds: of today, and by turns of one of the days before it."""
CHECKED_BYTES = 256 * 1024
"""Of the journal that are read again a round: some milliseconds, and 20 GB a day."""
CARDS_EVERY = 10
"""Without news, cards are looked at every so many rounds: for those whose time is over."""


class Upkeep:
    """A node's own chores: rounds of them in a thread, or one by one as :meth:`go_round` is called."""

    well = True
    """In a thread of the node they are done as long as it answers."""

    def __init__(
        self, node: Premises, vault: Vault, outbox: Outbox, verification: VerificationSettings, public_url: str = ""
    ) -> None:
        self._outbox = outbox
        self._appeal_page = f"{public_url.rstrip('/')}/appeal" if public_url else ""
        self._node = node
        self._vault = vault
        self._lake = open_lake(node.home, node.pack, node.randomness)
        # Both follow the journal, at the same pace mostly.
        self._reader = JournalReader(node.folder, keeps=True)
        self._reporting = Reporting(node, self._lake, self._reader)
        self._outcomes = Outcomes(
            node.store, node.folder, node.holder_of, node.pack.utc_offset_minutes, node.randomness, self._reader
        )
        self._case_evidence = CaseEvidence(node, self._lake, verification)
        self._swept = -1
        """Place in the ledger that cards were last looked at for."""
        self._scores: list[int] = []
        """Periods whose scorecards are to be reckoned in this turn, in days."""
        self._scores_at = 0.0
        """When the next turn begins, by the clock that never goes back."""
        self._sums_at = 0.0
        """When consents of those who have very many are counted next, by the same clock."""
        self._workdays = builtin_workdays(node.pack.id)
        self._journal_check = SegmentCheck(node.folder)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the thread has ended."""
        self._stop.set()
        self._thread.join()

    @property
    def damaged(self) -> tuple[Damage, ...]:
        """Segments of the journal of which not everything can be read, as far as they were read again."""
        return self._journal_check.damaged

    def _run(self) -> None:
        rounds = 0
        while not self._stop.wait(ROUND_SECONDS):
            self.go_round(rounds, self._stop)
            rounds += 1

    def go_round(self, rounds: int, stop: threading.Event | None = None) -> None:
        """Do every chore whose turn it is in the round of that number, counted from 0; none more once ``stop`` is set."""
        for failed, chore in self._turns(rounds):
            if stop is not None and stop.is_set():
                return
            self._do(failed, chore)

    def _turns(self, rounds: int) -> Iterator[tuple[str, Callable[[], None]]]:
        """The chores of a round, each with what is logged when it failed."""
        # First: after a start, pages wait for them, and others of the first round may have much to catch up with.
        yield "scorecards-not-kept", self._keep_scores
        yield "reports-not-weighed", self._reporting.run
        yield "consents-not-counted", self._count_consents
        yield "outcomes-not-added-up", self._add_up
        if rounds % TALLY_EVERY == 0:
            yield "complaints-not-added-up", functools.partial(self._tally, rounds // TALLY_EVERY)
        yield "journal-not-checked", self._check_journal
        yield "labels-not-published", self._publish
        yield "cases-not-opened", self._open_cases
        yield "cases-not-looked-into", self._case_evidence.run
        yield "sanctions-not-kept-up", self._keep_up_sanctions
        yield "appellants-not-told", self._tell_appellants
        yield "orders-not-kept-up", self._keep_up_orders
        yield "deadlines-not-passed", functools.partial(self._pass_deadlines, rounds)
        if rounds % CARDS_EVERY == 0:
            self._swept = -1
        yield "cards-not-swept", self._sweep_cards
        if rounds % RECEIPTS_EVERY == 0:
            thorough = rounds % RETENTION_EVERY == 0
            yield "mass-notices-not-settled", functools.partial(self._settle_mass_notices, thorough=thorough)
        if rounds % RETENTION_EVERY == 0:
            yield "old-records-not-removed", self._remove_records
            yield "recordings-not-removed", self._keep_up_test_calls

    def _do(self, failed: str, chore: Callable[[], None]) -> None:
        """Do a chore. One that fails is tried again the next time, and keeps none of the others from being done."""
        try:
            chore()
        except (SQLAlchemyError, OSError, LakeError, RefusedReportError, CaseError, SanctionError) as error:
            log.warning(failed, error=str(error))

    def _add_up(self) -> None:
        try:
            self._outcomes.run()
        finally:
            self._reader.forget()
        add_figures(self._node.store, self._node.pack.utc_offset_minutes)

    def _tally(self, turn: int) -> None:
        offset = self._node.pack.utc_offset_minutes
        today = last_days(self._node.store.clock.now(), 1, offset).last
        tally_complaints(self._node.store, today, offset)
        tally_complaints(self._node.store, today - 1 - turn % (MOST_DAYS - 1), offset)

    def _check_journal(self) -> None:
        for one in self._journal_check.step(CHECKED_BYTES):
            log.error("journal-damaged", segment=one.segment, readable=one.at, hidden=one.hidden)

    def _keep_scores(self) -> None:
        began = time.monotonic()
        if not self._scores:
            if began < self._scores_at:
                return
            self._scores = list(OFFERED)
        node = self._node
        # One a round: other chores do not wait for all of them.
        keep_scorecards(
            node.store, last_days(node.store.clock.now(), self._scores.pop(0), node.pack.utc_offset_minutes)
        )
        took = time.monotonic() - began
        self._scores_at = max(self._scores_at, began) + max(SCORES_SECONDS / len(OFFERED), took * SCORES_SHARE)

    def _count_consents(self) -> None:
        began = time.monotonic()
        if began < self._sums_at:
            return
        node = self._node
        days = node.pack.limit("consent_days")
        keep_sums(node.store, None if days is None else int(days * DAY), node.pack.utc_offset_minutes)
        self._sums_at = began + max(SUMS_SECONDS, (time.monotonic() - began) * SCORES_SHARE)

    def _publish(self) -> None:
        publish_labels(self._node.store, label_settings(self._node.pack))

    def _open_cases(self) -> None:
        open_cases(self._node.store, self._node.pack.cases, self._due, self._node.randomness)

    def _keep_up_sanctions(self) -> None:
        keep_up_sanctions(self._node.store, self._node.pack, self._outbox, self._appeal_page)

    def _tell_appellants(self) -> None:
        tell_appellants(self._node.store, self._node.pack, self._outbox)

    def _keep_up_orders(self) -> None:
        for one in keep_up_orders(self._node.store):
            log.warning("order-overdue", order=one.order, what=one.what)

    def _pass_deadlines(self, rounds: int) -> None:
        kinds = [source.kind for source in SOURCES if rounds % source.every == 0]
        for one in pass_deadlines(self._node.store, Works(self._node.pack, self._vault), kinds):
            nature = terms_of(one.kind).nature
            if nature is Nature.DUTY:
                log.warning("deadline-passed", deadline=one.kind, subject=one.subject)

    def _settle_mass_notices(self, *, thorough: bool) -> None:
        settle(self._node.store, self._node.pack.mass_notices, "system:mass-notices", thorough=thorough)

    def _sweep_cards(self) -> None:
        head = self._node.store.head()
        if head != self._swept:
            sweep_cards(self._node.store)
            self._swept = head

    def _remove_records(self) -> None:
        now = self._node.store.clock.now()
        remove_old_segments(self._node.folder, now - self._node.pack.retention.decisions_days * DAY)
        retire(self._lake, self._node.pack, now)
        with self._node.store.act("system:retention") as act:
            do_forget_before(act, self._lake.day_of(now) - self._node.pack.retention.decisions_days)

    def _due(self, at: int, name: str) -> int:
        return due_after(at, name, self._node.pack, self._workdays)

    def _keep_up_test_calls(self) -> None:
        rules = call_rules(self._node.pack)
        with self._node.store.act("system:retention") as act:
            left = do_fail_left(act, rules)
            removed = do_remove_expired(act, self._vault, rules)
        if left or removed:
            log.info("test-calls-kept-up", interrupted=left, recordings=removed)
