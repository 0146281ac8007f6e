"""The features of a window, merged from the partials of its days."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import msgspec

from clearbell.discovery.features import FEATURES, LOOKBACK, TALK_CLASSES, Feature, UnitKind
from clearbell.discovery.partials.columns import (
    BAND_COLUMNS,
    CALLER_DAYS,
    IN_MAXIMA,
    IN_SUMS,
    MAXIMA,
    NAME_SPANS,
    NUMBER_SPANS,
    SUMS,
    TALK_COLUMNS,
)
from clearbell.discovery.partials.rows import total

_KEY = ("unit", "window")


class Partials(msgspec.Struct, frozen=True):
    """Partial tables that hold at least the days of the look-back."""

    callers: ir.Table
    holders: ir.Table
    trunks: ir.Table
    caller_days: ir.Table
    callees: ir.Table
    number_spans: ir.Table
    name_spans: ir.Table


def window_features(partials: Partials, day: int, windows: Sequence[int]) -> ir.Table:
    """The feature rows of every unit active in windows of so many days that end with ``day``."""
    made = [_made(partials, kind, day, windows) for kind in (UnitKind.CALLER, UnitKind.HOLDER, UnitKind.TRUNK)]
    return ibis.union(*made, _got(partials, day, windows))


def _made(partials: Partials, kind: UnitKind, day: int, windows: Sequence[int]) -> ir.Table:
    table = {
        UnitKind.CALLER: partials.callers,
        UnitKind.HOLDER: partials.holders,
        UnitKind.TRUNK: partials.trunks,
    }[kind]
    days = _within(table, day, windows)
    merged = days.group_by(_KEY).agg(
        active_days=days.count(),
        **{name: days[name].sum() if name == "region_bits" else total(days[name]) for name in SUMS},
        **{name: days[name].max() for name in MAXIMA},
    )
    seen = table.filter(table.day.between(day - LOOKBACK + 1, day))
    merged = _joined(merged, seen.group_by("unit").agg(first_day=seen.day.min()), ["unit"])
    if kind is UnitKind.CALLER:
        merged = _joined(merged, _summed(partials.caller_days, CALLER_DAYS, day, windows), _KEY)
        merged = _joined(merged, _number_spans(partials.number_spans, day, windows), _KEY)
        merged = _joined(merged, _incoming(partials.callees, day, windows), _KEY)
    else:
        spans = partials.name_spans
        merged = _joined(merged, _name_spans(spans.filter(spans.kind == kind.value), day, windows), _KEY)
    return _row(merged, kind, day)


def _joined(merged: ir.Table, part: ir.Table, keys: Sequence[str]) -> ir.Table:
    both = merged.left_join(part, list(keys))
    return both.select(*(name for name in both.columns if not name.endswith("_right")))


def _within(table: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    """The rows of each window, with its length and its first day."""
    return ibis.union(
        *(
            table.filter(table.day.between(day - window + 1, day)).mutate(
                window=ibis.literal(window, "int64"), first=ibis.literal(day - window + 1, "int64")
            )
            for window in windows
        )
    )


def _got(partials: Partials, day: int, windows: Sequence[int]) -> ir.Table:
    merged = _incoming(partials.callees, day, windows)
    merged = _joined(merged, _number_spans(partials.number_spans, day, windows), _KEY)
    return _row(merged, UnitKind.CALLEE, day)


def _incoming(callees: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    days = _within(callees, day, windows)
    return days.group_by(_KEY).agg(
        **{name: total(days[name]) for name in (*IN_SUMS, "first_callers")},
        **{name: days[name].max() for name in IN_MAXIMA},
    )


def _summed(table: ir.Table, names: Sequence[str], day: int, windows: Sequence[int]) -> ir.Table:
    days = _within(table, day, windows)
    return days.group_by(_KEY).agg(**{name: total(days[name]) for name in names})


def _number_spans(spans: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    counted = _counted(spans, day, windows)
    return counted.group_by(_KEY).agg(
        **{name: total(counted.n, counted.counted == place) for place, name in enumerate(NUMBER_SPANS)}
    )


def _name_spans(spans: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    counted = _counted(spans, day, windows)
    return counted.group_by(_KEY).agg(**{name: total(counted[name]) for name in NAME_SPANS})


def _counted(spans: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    days = _within(spans, day, windows)
    return days.filter((days.after < days.first) & (days.until >= days.first))


def _row(merged: ir.Table, kind: UnitKind, day: int) -> ir.Table:
    values = _values(merged, kind, day)
    return merged.select(
        unit_kind=ibis.literal(kind.value),
        unit=merged.unit.cast("string"),
        day=ibis.literal(day, "int64"),
        window=merged.window,
        **{feature.name: _typed(values.get(feature.name), feature) for feature in FEATURES},
    )


def _typed(value: ir.Value | None, feature: Feature) -> ir.Value:
    kind = "int64" if feature.integer else "float64"
    return ibis.null(kind) if value is None else value.cast(kind)


def _over(top: ir.NumericValue, bottom: ir.NumericValue) -> ir.FloatingValue:
    """The quotient; null where there is nothing to divide by."""
    return top.cast("float64") / bottom.cast("float64").nullif(0.0)


def _values(m: ir.Table, kind: UnitKind, day: int) -> dict[str, ir.Value]:
    incoming: dict[str, ir.Value] = {}
    if kind in (UnitKind.CALLER, UnitKind.CALLEE):
        got = {name: m[name].coalesce(0) for name in (*IN_SUMS, *IN_MAXIMA)}
        got["in_callers"] = m.in_callers.coalesce(0) + m.first_callers.coalesce(0)
        incoming = {**got, "in_answer_share": _over(got["in_answered"], got["in_attempts"])}
    if kind is UnitKind.CALLEE:
        return incoming
    calls = m.attempts
    spans = {name: m[name].coalesce(0) for name in (NUMBER_SPANS if kind is UnitKind.CALLER else NAME_SPANS)}
    if kind is UnitKind.CALLER:
        sums = {name: m[name].coalesce(0) for name in CALLER_DAYS}
        spans["callees"] += sums["first_callees"]
        spans["refusing_callees"] += sums["first_refusing"]
        spans |= sums
    values: dict[str, ir.Value] = {
        "attempts": calls,
        "answered": m.answered,
        "answer_share": _over(m.answered, calls),
        "attempts_day_max": m.day_max,
        "attempts_hour_max": m.hour_max,
        "talk_mean_s": _over(m.talk_us, m.answered) / 1e6,
        "talk_median_s": _median(m),
        "ring_mean_s": _over(m.ring_us, m.rang) / 1e6,
        "peak_concurrency": m.peak,
        "callees": spans["callees"],
        "callee_share": _over(spans["callees"], calls),
        "callee_day_max": m.callee_day_max,
        "callee_hour_max": m.callee_hour_max,
        "new_callee_share": _over(spans["new_callees"], m.day_callees),
        "first_callee_share": _over(spans["first_callees"], m.day_callees),
        "shared_callee_share": _over(m.shared, m.day_callees),
        "regions_day_max": m.regions,
        "region_entropy": _over(m.region_bits, calls),
        "region_spread": 1.0 - _over(m.region_same, m.region_pairs),
        "refused": m.refused,
        "refusing_callees": spans["refusing_callees"],
        "repeats_after_refusal": spans["repeats"],
        "active_days": m.active_days,
        "age_days": day - m.first_day,
        **{f"{column}_share": _over(m[column], calls) for column in BAND_COLUMNS},
        **incoming,
    }
    for share, counted in _OF_ATTEMPTS.items():
        values[share] = _over(m[counted], calls)
    for share, counted in _OF_ANSWERED.items():
        values[share] = _over(m[counted], m.answered)
    if kind is UnitKind.CALLER:
        values["mutual_callees"] = spans["mutual_callees"]
        values["mutual_share"] = _over(spans["mutual_callees"], spans["callees"])
    else:
        values["callers"] = spans["callers"]
    if kind is not UnitKind.TRUNK:
        values.update(_rhythm(m))
    return values


_OF_ATTEMPTS = {
    "screened_share": "screened",
    "failed_share": "failed",
    "busy_share": "busy",
    "one_ring_share": "one_ring",
    "neighbour_share": "neighbour",
    "refused_share": "refused",
    "foreign_home_share": "foreign_home",
    "attested_a_share": "attested_a",
    "attested_b_share": "attested_b",
    "attested_c_share": "attested_c",
    "attestation_failed_share": "attestation_failed",
    "out_of_hours_share": "out_of_hours",
}
_OF_ANSWERED = {"short_share": "short", "silent_share": "silent", "callee_hangup_share": "callee_hangups"}


def _rhythm(m: ir.Table) -> dict[str, ir.Value]:
    mean = _over(m.gap_ms, m.gaps)
    spread = ibis.greatest(_over(m.gap_ms_squares, m.gaps) - mean * mean, 0.0)
    return {
        "gaps": m.gaps,
        "gap_mean_s": mean / 1000.0,
        "gap_variation": spread.sqrt() / mean.nullif(0.0),
        "regular_gap_share": _over(m.regular, m.gap_pairs),
        "sequential_share": _over(m.sequential, m.gaps),
    }


def _median(m: ir.Table) -> ir.Value:
    """The bound of the class that holds the lower of the two middle calls."""
    reached: ir.IntegerValue = ibis.literal(0, "int64")
    steps = []
    for column, bound in zip(TALK_COLUMNS, (*TALK_CLASSES, TALK_CLASSES[-1]), strict=True):
        reached = reached + m[column]
        steps.append(((m.answered > 0) & (reached * 2 >= m.answered), float(bound)))
    return ibis.cases(*steps, else_=ibis.null("float64"))
