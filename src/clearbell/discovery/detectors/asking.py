"""All detectors over one day: the feature rows of each kind of unit, widened once, then asked in the order of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.discovery.detectors import DETECTORS
from clearbell.discovery.detectors.bombed import DETECTOR as BOMBED
from clearbell.discovery.detectors.bombing import DETECTOR as BOMBING
from clearbell.discovery.detectors.columns import widened, with_consents, with_inbound, with_refusals
from clearbell.discovery.detectors.groups import GROUP_SCHEMA, trunk_groups, victim_groups
from clearbell.discovery.detectors.judging import look
from clearbell.discovery.detectors.model import Detector, Looked, Subject
from clearbell.discovery.detectors.standing import Standing
from clearbell.policy.model import DetectorRule
from clearbell.records.lake import Lake

Progress = Callable[[int, int], None]
"""Told detectors done and detectors in all."""


class Asking:
    """The detectors' questions about one day."""

    def __init__(
        self, features: pa.Table, lake: Lake, day: int, standing: Standing, rules: Mapping[str, DetectorRule]
    ) -> None:
        """``features``: rows of the day in the columns of the feature table, of every window that a rule asks for."""
        self._features = features.filter(pc.equal(features.column("day"), day))
        self._lake = lake
        self._day = day
        self._standing = standing
        self._rules = rules
        self._rows: dict[tuple[Subject, int], pa.Table] = {}
        self._victims: list[int] = []

    def all(self, progress: Progress, detectors: Sequence[Detector] = DETECTORS) -> dict[str, Looked]:
        """What every detector finds, by its name."""
        found: dict[str, Looked] = {}
        for done, detector in enumerate(detectors):
            progress(done, len(detectors))
            rule = self._rules[detector.name]
            found[detector.name] = look(detector, rule, self._of(detector, rule))
            if detector is BOMBED:
                self._victims = [int(hit.unit) for hit in found[detector.name].hits]
        progress(len(detectors), len(detectors))
        return found

    def _of(self, detector: Detector, rule: DetectorRule) -> pa.Table:
        if detector.subject is not Subject.GROUP:
            return self._widened(detector.subject, rule.window)
        limits = rule.warning or rule.critical
        if limits is None:
            return GROUP_SCHEMA.empty_table()
        if detector is BOMBING:
            return victim_groups(self._widened(Subject.CALLER, 1), self._victims, self._lake, self._day, limits)
        callers = self._widened(Subject.CALLER, rule.window)
        unknown = callers.filter(callers.column("unregistered"))
        return trunk_groups(unknown, self._lake, self._day, rule.window, limits)

    def _widened(self, subject: Subject, window: int) -> pa.Table:
        known = self._rows.get((subject, window))
        if known is None:
            known = self._rows[subject, window] = self._make(subject, window)
        return known

    def _make(self, subject: Subject, window: int) -> pa.Table:
        rows = self._plain(subject, window)
        if subject is Subject.HOLDER:
            rows = with_inbound(rows, self._plain(Subject.CALLER, window), self._standing)
            rows = with_consents(rows, self._lake, self._day, window, self._standing)
            rows = with_refusals(rows, self._lake, self._day, window, self._standing)
        return widened(rows, subject, self._standing)

    def _plain(self, subject: Subject, window: int) -> pa.Table:
        features = self._features
        return features.filter(
            pc.and_(pc.equal(features.column("unit_kind"), subject.value), pc.equal(features.column("window"), window))
        )
