"""Holding features against the pack's limits, whole columns at a time."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.discovery.detectors.model import Detector, Hit, Level, Looked, Sign
from clearbell.policy.model import DetectorRule


def look(detector: Detector, rule: DetectorRule, rows: pa.Table) -> Looked:
    """What a detector finds among rows of its kind of unit and of the rule's window.

    ``rows`` has ``unit`` and the columns that the detector reads; a group's row has ``members`` too.
    """
    if rule.warning is None and rule.critical is None:
        return Looked((), 0, 0, off=True)
    for column in detector.where:
        rows = rows.filter(rows.column(column))
    enough = pc.fill_null(pc.greater_equal(rows.column(detector.sample), rule.min_sample), False)
    applies = rows.filter(enough)
    critical = _reaches(detector, rule.critical, applies)
    warned = pc.or_(_reaches(detector, rule.warning, applies), critical)
    found = applies.append_column("is_critical", critical).filter(warned)
    hits = tuple(_hit(detector, rule, row) for row in found.to_pylist())
    return Looked(hits, len(applies) - len(hits), len(rows) - len(applies))


def _reaches(detector: Detector, limits: Mapping[str, float] | None, rows: pa.Table) -> pa.ChunkedArray:
    if limits is None:
        return pa.chunked_array([pa.array([False] * len(rows), pa.bool_())])
    shown = [_shows(sign, limits, rows) for sign in detector.needs]
    if detector.tells:
        telling = [pc.cast(_shows(sign, limits, rows), pa.int8()) for sign in detector.tells]
        shown.append(pc.greater_equal(functools.reduce(pc.add, telling), limits["signs"]))
    return functools.reduce(pc.and_, shown)


def _shows(sign: Sign, limits: Mapping[str, float], rows: pa.Table) -> pa.ChunkedArray:
    compare = pc.greater_equal if sign.at_least else pc.less_equal
    return pc.fill_null(compare(rows.column(sign.feature), limits[sign.feature]), False)


def _hit(detector: Detector, rule: DetectorRule, row: Mapping[str, Any]) -> Hit:
    level = Level.CRITICAL if row["is_critical"] else Level.WARNING
    limits = rule.critical if level is Level.CRITICAL else rule.warning
    evidence = {name: row[name] for name in detector.evidence if row[name] is not None}
    compare = {True: operator.ge, False: operator.le}
    reached = {
        sign.feature: limits[sign.feature]
        for sign in (*detector.needs, *detector.tells)
        if limits is not None
        and (value := row[sign.feature]) is not None
        and compare[sign.at_least](value, limits[sign.feature])
    }
    return Hit(
        detector=detector.name,
        subject=detector.subject,
        unit=str(row["unit"]),
        level=level,
        window=rule.window,
        evidence={name: float(value) for name, value in evidence.items()},
        limits=reached,
        members=tuple(row.get("members") or ()),
    )
