"""What a node does beside answering: weighs reports, publishes labels, opens cases, and removes what is past its time."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.calls import DAY
from clearbell.cases.errors import CaseError
from clearbell.cases.opening import open_cases
from clearbell.consent.evidence import remove_expired
from clearbell.labels.cards.showing import sweep_cards
from clearbell.labels.publishing import publish_labels
from clearbell.labels.settings import label_settings
from clearbell.policy.deadlines import due_after
from clearbell.policy.workdays import builtin_workdays
from clearbell.records.journal import remove_old_segments
from clearbell.records.opening import open_lake
from clearbell.records.retention import retire
from clearbell.reports.refusals import RefusedReportError
from clearbell.serving.node import Node
from clearbell.serving.reporting import Reporting
from clearbell.vault import Vault
from clearbell.verification.rules import call_rules
from clearbell.verification.service import do_fail_left, do_remove_expired

log = structlog.get_logger()

LABELS_SECONDS = 1.0
RETENTION_EVERY = 3600
CARDS_EVERY = 10
"""Without news, cards are looked at every so many rounds: for those whose time is over."""


class Upkeep:
    """One thread for the node's own chores."""

    def __init__(self, node: Node, vault: Vault) -> None:
        self._node = node
        self._vault = vault
        self._lake = open_lake(node.home, node.pack, node.randomness)
        self._reporting = Reporting(node, self._lake)
        self._workdays = builtin_workdays(node.pack.id)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the thread has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        rounds, swept = 0, 0
        while not self._stop.wait(LABELS_SECONDS):
            try:
                self._reporting.run()
                publish_labels(self._node.store, label_settings(self._node.pack))
                open_cases(self._node.store, self._node.pack.cases, self._due, self._node.randomness)
                head = self._node.store.head()
                if head != swept or rounds % CARDS_EVERY == 0:
                    sweep_cards(self._node.store)
                    swept = head
            except (SQLAlchemyError, OSError, RefusedReportError, CaseError) as error:
                log.warning("chores-not-done", error=str(error))
            if rounds % RETENTION_EVERY == 0:
                keep = self._node.pack.retention.decisions_days * DAY
                remove_old_segments(self._node.folder, self._node.store.clock.now() - keep)
                self._remove_evidence()
                retire(self._lake, self._node.pack, self._node.store.clock.now())
                self._keep_up_test_calls()
            rounds += 1

    def _due(self, at: int, name: str) -> int:
        return due_after(at, name, self._node.pack, self._workdays)

    def _remove_evidence(self) -> None:
        rule = self._node.pack.deadlines.get("evidence_kept")
        if rule is None or rule.value is None:
            return
        try:
            removed = remove_expired(self._node.store, self._vault, rule.value)
        except SQLAlchemyError as error:
            log.warning("evidence-not-removed", error=str(error))
            return
        if removed:
            log.info("evidence-removed", documents=removed)

    def _keep_up_test_calls(self) -> None:
        rules = call_rules(self._node.pack)
        try:
            with self._node.store.act("system:retention") as act:
                left = do_fail_left(act, rules)
                removed = do_remove_expired(act, self._vault, rules)
        except SQLAlchemyError as error:
            log.warning("recordings-not-removed", error=str(error))
            return
        if left or removed:
            log.info("test-calls-kept-up", interrupted=left, recordings=removed)
