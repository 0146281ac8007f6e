"""Feature rows by hand, for the tests of detectors."""

from __future__ import annotations

import pyarrow as pa

from clearbell.discovery.detectors.model import Subject
from clearbell.discovery.detectors.standing import Registered, Standing
from clearbell.discovery.features_table import SCHEMA

NOBODY = Standing((), lambda _holder, _callees: 0, {})

PEST = {
    "attempts": 300, "answered": 75, "answer_share": 0.25, "attempts_day_max": 100, "attempts_hour_max": 40,
    "talk_mean_s": 14.0, "short_share": 0.6, "silent_share": 0.0, "callee_hangup_share": 0.8, "one_ring_share": 0.0,
    "failed_share": 0.01, "gaps": 290, "sequential_share": 0.0, "peak_concurrency": 3, "callees": 295,
    "callee_share": 0.98, "callee_day_max": 1, "callee_hour_max": 1, "first_callee_share": 1.0, "mutual_callees": 2,
    "mutual_share": 0.01, "neighbour_share": 0.0, "refused": 45, "refused_share": 0.15, "refusing_callees": 45,
    "repeats_after_refusal": 0, "foreign_home_share": 0.0, "out_of_hours_share": 0.0, "in_attempts": 4,
    "callers": 1,
}  # fmt: skip
"""Someone who sells to strangers."""
COURIER = PEST | {
    "answered": 255, "answer_share": 0.85, "callee_hangup_share": 0.4, "refused": 12, "refused_share": 0.04,
    "mutual_share": 0.15, "in_attempts": 60,
}  # fmt: skip
"""Calls as many strangers, as briefly; they answer, and ring back."""


def features(*rows, day=20_500):
    """A feature table: each row is (kind, unit, window, features)."""
    made = []
    for kind, unit, window, values in rows:
        made.append({"unit_kind": kind, "unit": str(unit), "day": day, "window": window, **values})
    return pa.Table.from_pylist(made, SCHEMA)


def held(numbers, holder, purpose, *, inbound_only=False):
    return [Registered(number, number, holder, purpose, inbound_only) for number in numbers]


def hits_of(looked, subject=None):
    return [hit for hit in looked.hits if subject is None or hit.subject is Subject(subject)]
