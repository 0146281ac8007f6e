"""The partial aggregates of days, as Ibis expressions over their calls: the same for every engine.

Each expression groups by ``day``, so it serves one day or many at once; nothing in it looks from one day to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from clearbell.discovery.features import UnitKind
from clearbell.discovery.partials.columns import CALL_SUMS, IN_MAXIMA, IN_SUMS, MAXIMA, RHYTHM_SUMS, SUMS
from clearbell.discovery.partials.rows import call_sums, region, timed, total
from clearbell.discovery.partials.rules import Rules

Hold = Callable[[ir.Table], ir.Table]
"""Has an engine work a table out once, for those that build on it."""
_UNIT = ("day", "unit")


def day_partials(calls: ir.Table, rules: Rules, hold: Hold) -> dict[str, ir.Table]:
    """The partial tables of all days of ``calls``.

    ``callers``, ``holders``, ``trunks``, ``callees``: a row a day and unit, counts, sums and maxima.
    ``links``: a row a day and pair of numbers, either way. ``reach``: a row a day, holder or trunk, and number that it
    called (``callees``) or that called through it (``callers``).
    """
    rows = timed(calls, rules)
    groups = hold(_groups(rows, rules))
    meetings = hold(_meetings(rows))
    met = {
        UnitKind.CALLER: meetings.filter(meetings.caller > 0).rename(unit="caller"),
        UnitKind.HOLDER: meetings.filter(meetings.holder != "").rename(unit="holder"),
        UnitKind.TRUNK: meetings.filter(meetings.trunk != "").rename(unit="trunk"),
    }
    pairs = {kind: hold(_pairs(table, kind)) for kind, table in met.items()}
    repeats = {
        kind: _repeats(rows.rename(unit=kind.value), pairs[kind])
        for kind in (UnitKind.CALLER, UnitKind.HOLDER, UnitKind.TRUNK)
    }
    full = {kind: hold(_with_repeats(pairs[kind], repeats[kind])) for kind in pairs}
    trunk_pairs = pairs[UnitKind.TRUNK]
    crowded = trunk_pairs.filter(trunk_pairs.caller_low < trunk_pairs.caller_high).select("day", "callee", trunk="unit")
    by_caller = met[UnitKind.CALLER]
    shared = (
        by_caller.semi_join(crowded, ["day", "trunk", "callee"]).group_by(_UNIT).agg(shared=by_caller.callee.nunique())
    )
    units = {}
    for kind, table in met.items():
        mine = groups.rename(unit=kind.value)
        mine = mine.filter(mine.unit > 0) if kind is UnitKind.CALLER else mine.filter(mine.unit != "")
        whole = _rolled(mine, RHYTHM_SUMS if kind is UnitKind.CALLER else ())
        parts = [_callee_sums(pairs[kind], kind), _region_sums(pairs[kind]), _hour_max(table)]
        if kind is UnitKind.CALLER:
            parts.append(shared)
        if kind is UnitKind.HOLDER:
            parts.append(_rhythm_of_holders(rows, rules))
        parts.append(_peaks(rows, kind, whole))
        units[kind] = _unit_table(whole, parts)
    return {
        "callers": units[UnitKind.CALLER],
        "holders": units[UnitKind.HOLDER],
        "trunks": units[UnitKind.TRUNK],
        "callees": _callees(meetings),
        "links": _links(full[UnitKind.CALLER]),
        "reach": ibis.union(
            *(
                part
                for kind in (UnitKind.HOLDER, UnitKind.TRUNK)
                for part in (_reached(full[kind], kind), _through(met[kind], kind))
            )
        ),
    }


def _groups(rows: ir.Table, rules: Rules) -> ir.Table:
    """A row a day, number, holder and trunk: what numbers, holders and trunks are summed up from."""
    stepped = _stepped(rows, "caller")
    return stepped.group_by("day", "caller", "holder", "trunk").agg(
        **call_sums(stepped, rules), **_rhythm(stepped, rules), busy_calls=stepped.count(where=stepped.end > stepped.start),
        overlapping=stepped.count(where=stepped.start < stepped.end_before),
    )  # fmt: skip


def _stepped(rows: ir.Table, unit: str) -> ir.Table:
    """With the call before, of the same unit and day."""
    order = ibis.window(group_by=["day", unit], order_by=["start", "callee"])
    return rows.mutate(
        before=rows.start.lag(1).over(order),
        before_that=rows.start.lag(2).over(order),
        callee_before=rows.callee.lag(1).over(order),
        # Where any two calls overlap, two that follow each other do.
        end_before=rows.end.lag(1).over(order),
    )


def _rhythm(stepped: ir.Table, rules: Rules) -> dict[str, ir.IntegerScalar]:
    gap = stepped.start // 1000 - stepped.before // 1000
    gap_before = stepped.before // 1000 - stepped.before_that // 1000
    step = stepped.callee - stepped.callee_before
    return {
        "gaps": stepped.count(where=stepped.before.notnull()),
        "gap_ms": total(gap),
        "gap_ms_squares": total(gap * gap),
        "gap_pairs": stepped.count(where=stepped.before_that.notnull()),
        "regular": stepped.count(where=stepped.before_that.notnull() & ((gap - gap_before).abs() <= rules.regular_gap)),
        "sequential": stepped.count(where=stepped.before.notnull() & (step >= 1) & (step <= rules.sequential_step)),
    }


def _meetings(rows: ir.Table) -> ir.Table:
    """A row a day, clock hour, number, called number, holder and trunk."""
    return rows.group_by("day", "hour", "caller", "callee", "holder", "trunk").agg(
        attempts=rows.count(),
        answered=rows.count(where=rows.disposition == "answered"),
        first_refused=rows.start.min(where=rows.refused),
    )


def _pairs(met: ir.Table, kind: UnitKind) -> ir.Table:
    """A row a day, unit and callee."""
    extra = {} if kind is UnitKind.CALLER else {"low": met.caller.min(), "high": met.caller.max()}
    hourly = met.group_by("day", "unit", "callee", "hour").agg(
        attempts=total(met.attempts), first_refused=met.first_refused.min(), **extra
    )
    ends = {} if kind is UnitKind.CALLER else {"caller_low": hourly.low.min(), "caller_high": hourly.high.max()}
    return hourly.group_by("day", "unit", "callee").agg(
        attempts=total(hourly.attempts),
        hour_max=hourly.attempts.max(),
        first_refused=hourly.first_refused.min(),
        **ends,
    )


def _repeats(rows: ir.Table, pairs: ir.Table) -> ir.Table:
    """Attempts of a day to a callee after it refused that day."""
    again = pairs.filter(pairs.first_refused.notnull() & (pairs.attempts > 1)).select(*_UNIT, "callee", "first_refused")
    after = rows.select(*_UNIT, "callee", "start").inner_join(again, [*_UNIT, "callee"])
    after = after.filter(after.start > after.first_refused)
    return after.group_by(*_UNIT, "callee").agg(after=after.count())


def _with_repeats(pairs: ir.Table, repeats: ir.Table) -> ir.Table:
    joined = pairs.left_join(repeats, [*_UNIT, "callee"])
    return joined.select(
        *_UNIT,
        "callee",
        "attempts",
        refused=joined.first_refused.notnull(),
        after=joined.after.coalesce(0),
    )


def _callee_sums(pairs: ir.Table, kind: UnitKind) -> ir.Table:
    shared = {} if kind is UnitKind.CALLER else {"shared": pairs.count(where=pairs.caller_low < pairs.caller_high)}
    return pairs.group_by(_UNIT).agg(
        day_callees=pairs.count(), callee_day_max=pairs.attempts.max(), callee_hour_max=pairs.hour_max.max(), **shared
    )


def _region_sums(pairs: ir.Table) -> ir.Table:
    # Pseudonyms of called numbers, which are negative, tell no region.
    placed = pairs.filter(pairs.callee > 0)
    placed = placed.mutate(region=region(placed.callee))
    by_region = placed.group_by(*_UNIT, "region").agg(attempts=total(placed.attempts))
    count = by_region.attempts
    summed = by_region.group_by(_UNIT).agg(
        regions=by_region.count(),
        all=total(count),
        region_same=total(count * (count - 1)),
        bits=(count * count.log2()).sum(),
    )
    return summed.select(
        *_UNIT,
        "regions",
        "region_same",
        region_pairs=summed["all"] * (summed["all"] - 1),
        region_bits=summed["all"] * summed["all"].log2() - summed.bits,
    )


def _hour_max(met: ir.Table) -> ir.Table:
    hourly = met.group_by(*_UNIT, "hour").agg(attempts=total(met.attempts))
    return hourly.group_by(_UNIT).agg(hour_max=hourly.attempts.max())


def _rhythm_of_holders(rows: ir.Table, rules: Rules) -> ir.Table:
    stepped = _stepped(rows.filter(rows.holder != "").rename(unit="holder"), "unit")
    return stepped.group_by(_UNIT).agg(**_rhythm(stepped, rules))


def _peaks(rows: ir.Table, kind: UnitKind, whole: ir.Table) -> ir.Table:
    """Most calls at one time, of units that may have had two: by adding up beginnings and ends in their order.

    A call that ends when another begins has made room for it. A call counts on the day it began.
    """
    lasting = rows.filter(rows.end > rows.start).rename(unit=kind.value).select(*_UNIT, "start", "end")
    lasting = lasting.semi_join(whole.filter(whole.overlapping > 0), _UNIT) if kind is UnitKind.CALLER else lasting
    if kind is not UnitKind.CALLER:
        lasting = lasting.filter(lasting.unit != "")
    lasting = lasting.mutate(place=ibis.row_number().over(ibis.window(group_by=list(_UNIT), order_by="start")))
    events = ibis.union(
        lasting.select(*_UNIT, at="start", begun=lasting.place + 1),
        lasting.select(*_UNIT, at="end", begun=ibis.literal(0, "int64")),
    )
    # Of the events up to a beginning, ``begun`` are beginnings and the others ends: far cheaper than a running sum.
    passed = events.mutate(passed=ibis.row_number().over(ibis.window(group_by=list(_UNIT), order_by=["at", "begun"])))
    begins = passed.filter(passed.begun > 0)
    return begins.group_by(_UNIT).agg(most=(2 * begins.begun - begins.passed - 1).max())


def _rolled(groups: ir.Table, rhythm: Sequence[str]) -> ir.Table:
    return groups.group_by(_UNIT).agg(
        **{name: total(groups[name]) for name in (*CALL_SUMS, *rhythm)},
        busy_calls=total(groups.busy_calls),
        overlapping=total(groups.overlapping),
    )


def _unit_table(whole: ir.Table, parts: Sequence[ir.Table]) -> ir.Table:
    joined = whole
    for part in parts:
        joined = joined.left_join(part, list(_UNIT))
        joined = joined.select(*(name for name in joined.columns if not name.endswith("_right")))
    known = set(joined.columns)
    peak = joined.most.coalesce((joined.busy_calls > 0).ifelse(1, 0))
    columns = {}
    for name in (*SUMS, *MAXIMA):
        if name == "peak":
            columns[name] = peak.cast("int64")
        elif name == "day_max":
            columns[name] = joined.attempts
        elif name in known:
            columns[name] = joined[name].coalesce(0.0 if name == "region_bits" else 0)
        else:
            columns[name] = ibis.literal(0, "int64")
    return joined.select(*_UNIT, **columns)


def _callees(meetings: ir.Table) -> ir.Table:
    met = meetings.filter(meetings.callee != 0)
    by_caller = met.group_by("day", "callee", "hour", "caller").agg(
        attempts=total(met.attempts), answered=total(met.answered)
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


def _reached(pairs: ir.Table, kind: UnitKind) -> ir.Table:
    return pairs.select(
        "day", "unit", "attempts", "refused", "after",
        kind=ibis.literal(kind.value), what=ibis.literal("callees"), item="callee",
    )  # fmt: skip


def _through(met: ir.Table, kind: UnitKind) -> ir.Table:
    known = met.filter(met.caller > 0)
    grouped = known.group_by("day", "unit", "caller").agg(attempts=total(known.attempts))
    return grouped.select(
        "day", "unit", "attempts", refused=ibis.literal(False), after=ibis.literal(0, "int64"),
        kind=ibis.literal(kind.value), what=ibis.literal("callers"), item="caller",
    )  # fmt: skip
