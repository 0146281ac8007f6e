"""What a node finds out for cases by itself: it sums up the calls on record, and plans test calls."""

from __future__ import annotations

import hashlib
import random
import socket
from typing import Any

import structlog
from sqlalchemy import Row

from clearbell.calls import DAY, SECOND
from clearbell.cases.errors import CaseError
from clearbell.cases.evidence import Calls, Evidence
from clearbell.cases.files import units_in
from clearbell.cases.model import Unit, UnitKind
from clearbell.cases.service import do_add_evidence
from clearbell.lifecycles import IllegalStepError
from clearbell.records.lake import Lake
from clearbell.records.sums import CallSums, busiest_of, sums_of
from clearbell.serving.premises import Premises
from clearbell.verification.for_cases import are_planned, cases_verifying, do_cancel_idle, do_plan_for_case, idle_calls
from clearbell.verification.rules import call_rules
from clearbell.verification.settings import LineSettings, VerificationSettings

log = structlog.get_logger()

SOURCE = "records"
_ACTOR = "system:verification"
_AT_ONCE = 20
"""Cases looked into in one run; the next goes on."""


class CaseEvidence:
    """One node's look at the cases that are being verified. Run now and then, by one thread."""

    def __init__(self, node: Premises, lake: Lake, settings: VerificationSettings) -> None:
        self._node = node
        self._lake = lake
        self._rules = call_rules(node.pack)
        self._chance = random.SystemRandom().random
        self._lines: tuple[LineSettings, ...] = ()
        if self._rules.rules.for_cases.calls:
            self._lines = settings.for_cases
        # Each node has the records of its own switches: two of them give two summaries.
        whose = f"{socket.gethostname()}:{node.home.absolute()}"
        self._whose = hashlib.sha256(whose.encode()).hexdigest()[:8]
        self._done: set[tuple[str, int]] = set()

    def run(self) -> None:
        """Sum up and plan for each case whose verification began, and give up calls that no case waits for.

        Raises ``SQLAlchemyError`` and :class:`~clearbell.records.lake.LakeError`; the next run does what is left.
        """
        with self._node.store.read() as conn:
            rows = cases_verifying(conn)
            idle = bool(idle_calls(conn))
        self._done &= {(row.case, row.moved) for row in rows}
        # A node that was away for long does its other chores between, and can be stopped.
        for row in [row for row in rows if (row.case, row.moved) not in self._done][:_AT_ONCE]:
            self._look_into(row)
            self._done.add((row.case, row.moved))
        if idle:
            with self._node.store.act(_ACTOR) as act:
                given_up = do_cancel_idle(act)
            log.info("test-calls-given-up", calls=len(given_up))

    def _look_into(self, row: Row[Any]) -> None:
        now = self._node.store.clock.now()
        with self._node.store.read() as conn:
            units = units_in(conn, row.case)
        summed = self._sum(units, min(row.since, now - DAY), now)
        reference = f"{self._whose}/{row.moved}"
        numbers = self._numbers(units, row.since, now)
        with self._node.store.read() as conn:
            left = [number for number in numbers if not are_planned(conn, row.case, number, row.moved)]
        with self._node.store.act(_ACTOR) as act:
            try:
                if summed is not None:
                    one = Evidence(summed, act.at, SOURCE, reference)
                    do_add_evidence(act, row.case, one, self._node.pack.cases)
                made, spared = do_plan_for_case(
                    act, self._rules, row.case, left, self._lines, lambda: self._node.randomness(8).hex(), self._chance
                )
            except (CaseError, IllegalStepError) as error:
                # Closed or merged in this very moment.
                log.info("case-not-looked-into", case=row.case, error=str(error))
                return
        if made or spared:
            log.info("test-calls-planned", case=row.case, calls=len(made), spared=len(spared))

    def _sum(self, units: list[Unit], since: int, until: int) -> Calls | None:
        numbers = [unit.number for unit in units if unit.number]
        holders = [unit.name for unit in units if unit.kind is UnitKind.HOLDER]
        if not numbers and not holders:
            return None
        short = self._node.pack.thresholds["short_seconds"].value
        found = sums_of(self._lake, numbers, holders, since, until, float(short or 0))
        return _as_evidence(found)

    def _numbers(self, units: list[Unit], since: int, until: int) -> list[int]:
        """Whom to call: the numbers of the case, and of a holder those that called most."""
        if not self._lines:
            return []
        found = [unit.number for unit in units if unit.number]
        for unit in units:
            if unit.kind is UnitKind.HOLDER:
                most = self._rules.rules.for_cases.numbers
                found += busiest_of(self._lake, unit.name, since, until, most)
        return list(dict.fromkeys(found))


def _as_evidence(found: CallSums) -> Calls:
    return Calls(
        found.attempts,
        found.answered,
        found.callees,
        found.talk // SECOND,
        found.since,
        found.until,
        found.refused,
        found.short,
        found.hours,
    )
