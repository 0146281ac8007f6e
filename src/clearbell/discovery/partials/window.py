"""The features of a window, merged from the partials of its days."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir
import msgspec

from clearbell.discovery.features import FEATURES, LOOKBACK, TALK_CLASSES, Feature, UnitKind
from clearbell.discovery.partials.columns import (
    BAND_COLUMNS,
    CALLER_DAYS,
    IN_MAXIMA,
    IN_SUMS,
    LARGE_SUMS,
    MAXIMA,
    NAME_SPANS,
    NUMBER_SPANS,
    SUMS,
    TALK_COLUMNS,
)
from clearbell.discovery.partials.rows import left_joined, small_total, total

Hold = Callable[[ir.Table], ir.Table]
"""Has an engine work a table out once, for those that build on it."""
_KEY = ("unit", "window")
_NAMED = "name_"
"""Before the columns of what is counted of names, which callers have from other tables."""


class Partials(msgspec.Struct, frozen=True):
    """Partial tables that hold at least the days of the look-back."""

    callers: ir.Table
    holders: ir.Table
    trunks: ir.Table
    names: ir.Table
    caller_days: ir.Table
    callees: ir.Table
    number_spans: ir.Table
    name_spans: ir.Table


def window_features(partials: Partials, day: int, windows: Sequence[int], hold: Hold) -> dict[str, ir.Table]:
    """The feature rows of every unit active in windows of so many days that end with ``day``.

    ``made`` of those that call, ``got`` of the called numbers: only with the columns that these have, since most rows
    are theirs and most columns are not.
    """
    incoming = hold(_incoming(partials, day, windows))
    # Spark keeps a small literal as a narrower number.
    incoming = incoming.mutate(window=incoming.window.cast("int64"))
    return {"made": _made(partials, incoming, day, windows), "got": _got(incoming, day)}


def _made(partials: Partials, incoming: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    """All kinds in one go: holders and trunks have codes, which are negative, where callers have their numbers."""
    units = ibis.union(*(_wide(table) for table in (partials.callers, partials.holders, partials.trunks)))
    days = _within(units, day, windows)
    merged = days.group_by(_KEY).agg(
        active_days=days.count(),
        **{name: _merged_sum(days[name]) for name in SUMS},
        **{name: days[name].max() for name in MAXIMA},
    )
    lookback = units.filter(units.day.between(day - LOOKBACK + 1, day))
    merged = left_joined(
        merged,
        (lookback.group_by("unit").agg(first_day=lookback.day.min()), ["unit"]),
        (_summed(partials.caller_days, CALLER_DAYS, day, windows), _KEY),
        (incoming.filter(incoming.unit > 0), _KEY),
        (_name_spans(partials.name_spans, day, windows), _KEY),
        (partials.names.select("kind", "name", "unit").distinct(), ["unit"]),
    )
    values = _made_values(merged, day)
    return merged.select(
        unit_kind=merged.kind.coalesce(UnitKind.CALLER.value),
        unit=merged.name.coalesce(merged.unit.cast("string")),
        day=ibis.literal(day, "int64"),
        window=merged.window,
        **{feature.name: _typed(values[feature.name], feature) for feature in FEATURES},
    )


def _wide(units: ir.Table) -> ir.Table:
    """With sums of one type: Spark has written columns that are 0 throughout as narrower numbers."""
    sums = {name: units[name].cast("float64" if name == "region_bits" else "int64") for name in (*SUMS, *MAXIMA)}
    return units.select("day", "unit", **sums)


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


def _incoming(partials: Partials, day: int, windows: Sequence[int]) -> ir.Table:
    """What came in to every number, and its spans."""
    days = _within(partials.callees, day, windows)
    merged = days.group_by(_KEY).agg(
        **{name: small_total(days[name]) for name in (*IN_SUMS, "first_callers")},
        **{name: days[name].max() for name in IN_MAXIMA},
    )
    counted = _counted(partials.number_spans, day, windows)
    spans = counted.group_by(_KEY).agg(
        **{name: small_total(counted.n, counted.counted == place) for place, name in enumerate(NUMBER_SPANS)}
    )
    both = merged.outer_join(spans, list(_KEY))
    return both.select(
        unit=both.unit.coalesce(both.unit_right),
        window=both.window.coalesce(both.window_right),
        called=both.in_attempts.notnull(),
        **{
            name: both[name].coalesce(0) + (both.first_callers.coalesce(0) if name == "in_callers" else 0)
            for name in (*IN_SUMS, *IN_MAXIMA, *NUMBER_SPANS)
        },
    )


def _got(incoming: ir.Table, day: int) -> ir.Table:
    rows = incoming.filter(incoming.called)
    values = _in_values(rows)
    return rows.select(
        unit_kind=ibis.literal(UnitKind.CALLEE.value),
        unit=rows.unit.cast("string"),
        day=ibis.literal(day, "int64"),
        window=rows.window,
        **{feature.name: _typed(values[feature.name], feature) for feature in FEATURES if feature.name in values},
    )


def _merged_sum(column: ir.NumericColumn) -> ir.NumericScalar:
    name = column.get_name()
    if name == "region_bits":
        return column.sum()
    return total(column) if name in LARGE_SUMS else small_total(column)


def _summed(table: ir.Table, names: Sequence[str], day: int, windows: Sequence[int]) -> ir.Table:
    days = _within(table, day, windows)
    return days.group_by(_KEY).agg(**{name: small_total(days[name]) for name in names})


def _name_spans(spans: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    counted = _counted(spans, day, windows)
    return counted.group_by(_KEY).agg(**{f"{_NAMED}{name}": total(counted[name]) for name in NAME_SPANS})


def _counted(spans: ir.Table, day: int, windows: Sequence[int]) -> ir.Table:
    days = _within(spans, day, windows)
    return days.filter((days.after < days.first) & (days.until >= days.first))


def _typed(value: ir.Value, feature: Feature) -> ir.Value:
    return value.cast("int64" if feature.integer else "float64")


def _over(top: ir.NumericValue, bottom: ir.NumericValue) -> ir.FloatingValue:
    """The quotient; null where there is nothing to divide by."""
    return top.cast("float64") / bottom.cast("float64").nullif(0.0)


def _in_values(m: ir.Table) -> dict[str, ir.Value]:
    got = {name: m[name].coalesce(0) for name in (*IN_SUMS, *IN_MAXIMA, "in_callers")}
    return {**got, "in_answer_share": _over(got["in_answered"], got["in_attempts"])}


def _made_values(m: ir.Table, day: int) -> dict[str, ir.Value]:
    calls, number = m.attempts, m.kind.isnull()
    days = {name: m[name].coalesce(0) for name in CALLER_DAYS}
    spans = {name: m[f"{_NAMED}{name}"].coalesce(0) for name in NAME_SPANS}
    spans["callees"] += m.callees.coalesce(0) + days["first_callees"]
    spans["refusing_callees"] += m.refusing_callees.coalesce(0) + days["first_refusing"]
    for name in ("new_callees", "first_callees", "repeats"):
        spans[name] += days[name]
    mutual = m.mutual_callees.coalesce(0)
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
    }
    for share, counted in _OF_ATTEMPTS.items():
        values[share] = _over(m[counted], calls)
    for share, counted in _OF_ANSWERED.items():
        values[share] = _over(m[counted], m.answered)
    of_numbers = {"mutual_callees": mutual, "mutual_share": _over(mutual, spans["callees"]), **_in_values(m)}
    of_names = {"callers": spans["callers"]}
    of_diallers = _rhythm(m)
    return {
        **values,
        **{name: number.ifelse(value, ibis.null(value.type())) for name, value in of_numbers.items()},
        **{name: number.ifelse(ibis.null(value.type()), value) for name, value in of_names.items()},
        **{
            name: (m.kind == UnitKind.TRUNK.value).ifelse(ibis.null(value.type()), value)
            for name, value in of_diallers.items()
        },
    }


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
