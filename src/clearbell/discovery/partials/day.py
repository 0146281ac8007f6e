"""The partial aggregates of days, as Ibis expressions over their calls: the same for every engine.

Each expression groups by ``day``, so it serves one day or many at once; nothing in it looks from one day to another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from clearbell.discovery.features import UnitKind
from clearbell.discovery.partials.columns import CALL_SUMS, IN_MAXIMA, IN_SUMS, MAXIMA, SUMS
from clearbell.discovery.partials.rows import call_sums, code_of, left_joined, region, timed, total
from clearbell.discovery.partials.rules import Rules

Hold = Callable[[ir.Table], ir.Table]
"""Has an engine work a table out once, for those that build on it."""
_UNIT = ("day", "unit")
_CALLING = (UnitKind.CALLER, UnitKind.HOLDER, UnitKind.TRUNK)


def day_partials(calls: ir.Table, rules: Rules, hold: Hold) -> dict[str, ir.Table]:
    """The partial tables of all days of ``calls``.

    ``callers``, ``holders``, ``trunks``, ``callees``: a row a day and unit, counts, sums and maxima.
    ``links``: a row a day and pair of numbers, either way. ``reach``: a row a day, holder or trunk, and number that it
    called or, where ``through``, that called through it. Units that have names are told by the codes of ``names``.
    """
    timed_calls = timed(calls, rules)
    names = hold(_names(timed_calls))
    rows = hold(_coded(timed_calls, names))
    pairs = {kind: hold(_pairs(rows, kind)) for kind in _CALLING}
    again = {kind: hold(_again(rows, pairs[kind], kind)) for kind in _CALLING}
    units = {kind: _units(rows, pairs, again[kind], kind, rules, hold) for kind in _CALLING}
    return {
        "callers": units[UnitKind.CALLER],
        "holders": units[UnitKind.HOLDER],
        "trunks": units[UnitKind.TRUNK],
        "names": names,
        "callees": _callees(rows),
        "links": _links(_with_repeats(pairs[UnitKind.CALLER], again[UnitKind.CALLER])),
        "reach": ibis.union(
            *(
                part
                for kind in (UnitKind.HOLDER, UnitKind.TRUNK)
                for part in (_reached(_with_repeats(pairs[kind], again[kind])), _through(rows, kind))
            )
        ),
    }


def _names(rows: ir.Table) -> ir.Table:
    """A code for each name of a holder or trunk, since sorting and grouping by numbers is cheaper."""
    named = ibis.union(
        *(
            rows.select("day", kind=ibis.literal(kind.value), name=kind.value)
            for kind in (UnitKind.HOLDER, UnitKind.TRUNK)
        )
    )
    named = named.filter(named.name != "").distinct()
    return named.mutate(unit=code_of(named.kind, named.name))


def _coded(rows: ir.Table, names: ir.Table) -> ir.Table:
    known = names.select("kind", "name", "unit").distinct()
    both = rows
    for kind in (UnitKind.HOLDER, UnitKind.TRUNK):
        of_kind = known.filter(known.kind == kind.value).select(name="name", **{f"{kind.value}_code": "unit"})
        both = both.left_join(of_kind, both[kind.value] == of_kind.name).drop("name")
    return both.select(
        *(name for name in rows.columns if name not in ("holder", "trunk")),
        holder=both.holder_code.coalesce(0),
        trunk=both.trunk_code.coalesce(0),
    )


def _of(rows: ir.Table, kind: UnitKind, *columns: str) -> ir.Table:
    """The calls of units of a kind, with no more columns than are asked for: DuckDB would keep a shared table aside whole."""
    unit = rows[kind.value]
    return rows.filter(unit > 0 if kind is UnitKind.CALLER else unit < 0).select("day", *columns, unit=kind.value)


def _units(
    rows: ir.Table, pairs: Mapping[UnitKind, ir.Table], again: ir.Table, kind: UnitKind, rules: Rules, hold: Hold
) -> ir.Table:
    mine = _of(rows, kind, "lasting", *CALL_SUMS[1:])
    whole = mine.group_by(_UNIT).agg(**call_sums(mine), busy_calls=mine.count(where=mine.lasting))
    parts = [_callee_sums(pairs[kind], kind), _callee_hour_max(again), _hour_max(_of(rows, kind, "hour"))]
    crowded = None
    if kind is UnitKind.CALLER:
        parts.append(_shared_on_trunks(_of(rows, kind, "trunk", "callee"), pairs[UnitKind.TRUNK]))
    if kind is not UnitKind.TRUNK:
        rhythm = hold(_rhythm(_of(rows, kind, "start", "callee", "end"), rules))
        parts.append(rhythm)
        crowded = rhythm.filter(rhythm.overlapping > 0)
    parts.append(_peaks(_of(rows, kind, "start", "end", "lasting"), crowded))
    return _unit_table(whole, parts)


def _pairs(rows: ir.Table, kind: UnitKind) -> ir.Table:
    """A row a day, unit and callee."""
    rows = _of(rows, kind, "callee", "start", "refused", *([] if kind is UnitKind.CALLER else ["caller"]))
    ends = {} if kind is UnitKind.CALLER else {"caller_low": rows.caller.min(), "caller_high": rows.caller.max()}
    return rows.group_by(*_UNIT, "callee").agg(
        attempts=rows.count(), first_refused=rows.start.min(where=rows.refused), **ends
    )


def _again(rows: ir.Table, pairs: ir.Table, kind: UnitKind) -> ir.Table:
    """The calls of pairs that had more than one that day: few, and the only ones that tell of hours and of repeats."""
    several = pairs.filter(pairs.attempts > 1).select(*_UNIT, "callee", "first_refused")
    return _of(rows, kind, "callee", "hour", "start").inner_join(several, [*_UNIT, "callee"])


def _with_repeats(pairs: ir.Table, again: ir.Table) -> ir.Table:
    """With the attempts of the day to a callee after it refused that day."""
    later = again.filter(again.start > again.first_refused)
    repeats = later.group_by(*_UNIT, "callee").agg(after=later.count())
    joined = pairs.left_join(repeats, [*_UNIT, "callee"])
    return joined.select(
        *_UNIT,
        "callee",
        "attempts",
        refused=joined.first_refused.notnull(),
        after=joined.after.coalesce(0),
    )


def _callee_sums(pairs: ir.Table, kind: UnitKind) -> ir.Table:
    """Of the callees of a unit's day: how many, and over which regions."""
    # Pseudonyms of called numbers, which are negative, tell no region.
    pairs = pairs.mutate(region=(pairs.callee > 0).ifelse(region(pairs.callee), 0))
    shared = {} if kind is UnitKind.CALLER else {"shared": pairs.count(where=pairs.caller_low < pairs.caller_high)}
    by_region = pairs.group_by(*_UNIT, "region").agg(
        callees=pairs.count(), attempts=total(pairs.attempts), most=pairs.attempts.max(), **shared
    )
    count, placed = by_region.attempts, by_region.region > 0
    summed = by_region.group_by(_UNIT).agg(
        day_callees=total(by_region.callees),
        callee_day_max=by_region.most.max(),
        regions=by_region.count(where=placed),
        all=total(count, placed),
        region_same=total(count * (count - 1), placed),
        bits=(count * count.log2()).sum(where=placed),
        **{name: total(by_region[name]) for name in shared},
    )
    everywhere = summed["all"]
    return summed.select(
        *_UNIT,
        "day_callees",
        "callee_day_max",
        "regions",
        "region_same",
        region_pairs=everywhere * (everywhere - 1),
        region_bits=everywhere * everywhere.nullif(0).log2() - summed.bits,
        **{name: summed[name] for name in shared},
    )


def _callee_hour_max(again: ir.Table) -> ir.Table:
    hourly = again.group_by(*_UNIT, "callee", "hour").agg(attempts=again.count())
    return hourly.group_by(_UNIT).agg(callee_hour_max=hourly.attempts.max())


def _hour_max(rows: ir.Table) -> ir.Table:
    hourly = rows.group_by(*_UNIT, "hour").agg(attempts=rows.count())
    return hourly.group_by(_UNIT).agg(hour_max=hourly.attempts.max())


def _shared_on_trunks(callers: ir.Table, trunk_pairs: ir.Table) -> ir.Table:
    crowded = trunk_pairs.filter(trunk_pairs.caller_low < trunk_pairs.caller_high).select("day", "callee", trunk="unit")
    met = callers.semi_join(crowded, ["day", "trunk", "callee"])
    return met.group_by(_UNIT).agg(shared=met.callee.nunique())


def _rhythm(rows: ir.Table, rules: Rules) -> ir.Table:
    """From one call to the next of the same unit and day."""
    order = ibis.window(group_by=list(_UNIT), order_by=["start", "callee"])
    stepped = rows.select(
        *_UNIT,
        "start",
        "callee",
        before=rows.start.lag(1).over(order),
        before_that=rows.start.lag(2).over(order),
        callee_before=rows.callee.lag(1).over(order),
        end_before=rows.end.lag(1).over(order),
    )
    gap = stepped.start // 1000 - stepped.before // 1000
    gap_before = stepped.before // 1000 - stepped.before_that // 1000
    step = stepped.callee - stepped.callee_before
    return stepped.group_by(_UNIT).agg(
        gaps=stepped.count(where=stepped.before.notnull()),
        gap_ms=total(gap),
        gap_ms_squares=total(gap * gap),
        gap_pairs=stepped.count(where=stepped.before_that.notnull()),
        regular=stepped.count(where=(gap - gap_before).abs() <= rules.regular_gap),
        sequential=stepped.count(where=(step >= 1) & (step <= rules.sequential_step)),
        # Where any two calls overlap, two that follow each other do.
        overlapping=stepped.count(where=stepped.start < stepped.end_before),
    )


def _peaks(rows: ir.Table, crowded: ir.Table | None) -> ir.Table:
    """Most calls at one time, of the ``crowded`` units if given: by adding up beginnings and ends in their order.

    A call that ends when another begins has made room for it. A call counts on the day it began.
    """
    lasting = rows.filter(rows.lasting).select(*_UNIT, "start", "end")
    if crowded is not None:
        lasting = lasting.semi_join(crowded, _UNIT)
    lasting = lasting.mutate(place=ibis.row_number().over(ibis.window(group_by=list(_UNIT), order_by="start")))
    events = ibis.union(
        lasting.select(*_UNIT, at="start", begun=lasting.place + 1),
        lasting.select(*_UNIT, at="end", begun=ibis.literal(0, "int64")),
    )
    # Of the events up to a beginning, ``begun`` are beginnings and the others ends: far cheaper than a running sum.
    passed = events.mutate(passed=ibis.row_number().over(ibis.window(group_by=list(_UNIT), order_by=["at", "begun"])))
    begins = passed.filter(passed.begun > 0)
    return begins.group_by(_UNIT).agg(most=(2 * begins.begun - begins.passed - 1).max())


def _unit_table(whole: ir.Table, parts: Sequence[ir.Table]) -> ir.Table:
    joined = left_joined(whole, *((part, _UNIT) for part in parts))
    known = set(joined.columns)
    peak = joined.most.coalesce((joined.busy_calls > 0).ifelse(1, 0))
    columns = {}
    for name in (*SUMS, *MAXIMA):
        if name == "peak":
            columns[name] = peak.cast("int64")
        elif name == "day_max":
            columns[name] = joined.attempts
        elif name == "callee_hour_max":
            columns[name] = joined[name].coalesce(1)
        elif name in known:
            columns[name] = joined[name].coalesce(0.0 if name == "region_bits" else 0)
        else:
            columns[name] = ibis.literal(0, "int64")
    return joined.select(*_UNIT, **columns)


def _callees(rows: ir.Table) -> ir.Table:
    rows = rows.filter(rows.callee != 0).select("day", "hour", "callee", "caller", "answered")
    by_caller = rows.group_by("day", "callee", "hour", "caller").agg(
        attempts=rows.count(), answered=rows.count(where=rows.answered)
    )
    hourly = by_caller.group_by("day", "callee", "hour").agg(
        attempts=total(by_caller.attempts),
        answered=total(by_caller.answered),
        callers=by_caller.count(where=by_caller.caller > 0),
    )
    return hourly.group_by("day", unit=hourly.callee).agg(
        **dict(zip(IN_SUMS, (total(hourly.attempts), total(hourly.answered)), strict=True)),
        **dict(zip(IN_MAXIMA, (hourly.attempts.max(), hourly.callers.max()), strict=True)),
    )


def _links(pairs: ir.Table) -> ir.Table:
    """Pairs of numbers, the lower first; ``up`` is the way from lower to higher."""
    up = pairs.unit <= pairs.callee
    turned = pairs.select(
        "day",
        "attempts",
        "refused",
        "after",
        low=up.ifelse(pairs.unit, pairs.callee),
        high=up.ifelse(pairs.callee, pairs.unit),
        up=up,
    )
    return turned.group_by("day", "low", "high").agg(
        up=total(turned.attempts, turned.up),
        down=total(turned.attempts, ~turned.up),
        up_refused=turned.count(where=turned.up & turned.refused) > 0,
        down_refused=turned.count(where=~turned.up & turned.refused) > 0,
        up_after=total(turned.after, turned.up),
        down_after=total(turned.after, ~turned.up),
    )


def _reached(pairs: ir.Table) -> ir.Table:
    return pairs.select("day", "unit", "attempts", "refused", "after", through=ibis.literal(False), item="callee")


def _through(rows: ir.Table, kind: UnitKind) -> ir.Table:
    known = _of(rows.filter(rows.caller > 0), kind, "caller")
    grouped = known.group_by(*_UNIT, "caller").agg(attempts=known.count())
    return grouped.select(
        "day", "unit", "attempts", refused=ibis.literal(False), after=ibis.literal(0, "int64"),
        through=ibis.literal(True), item="caller",
    )  # fmt: skip
