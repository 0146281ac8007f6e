"""Distinct counts that add up over days.

A pair that is active on a day and was last active on an earlier one is counted on that day by windows that begin after
the earlier one. So each row of a span table says: ``n`` count in every window whose first day is after ``after`` and at
most ``until``, and that holds the row's ``day``. Summed over the days of any window this counts each pair once, exactly.
Both-way pairs are counted alike, by the day from which both ways were seen.

Because a day's spans look back, they are made from the pairs of the :data:`~clearbell.discovery.features.LOOKBACK` days
that end with it; the days' other partials never look beyond their day.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from clearbell.discovery.features import LOOKBACK
from clearbell.discovery.partials.columns import NAME_SPANS, NUMBER_SPANS
from clearbell.discovery.partials.rows import total


def number_spans(links: ir.Table, first: int, last: int) -> ir.Table:
    """Spans of numbers on the days ``first`` to ``last``, from the links of those days and the look-back before them."""
    seen = _of_those_days(links, ("low", "high"), first, last)
    earlier = ibis.window(group_by=["low", "high"], order_by="day", rows=(None, -1))
    never = seen.day - LOOKBACK
    before = {
        name: ibis.greatest(seen.day.max(where=active).over(earlier).coalesce(never), never)
        for name, active in (
            ("up_before", seen.up > 0),
            ("down_before", seen.down > 0),
            ("up_refused_before", seen.up_refused),
            ("down_refused_before", seen.down_refused),
        )
    }
    told = seen.mutate(**before)
    told = told.filter(told.day.between(first, last))
    sides = ibis.union(_side(told, "low", "high", "up", "down"), _side(told, "high", "low", "down", "up"))
    out, back = sides.made > 0, sides.got > 0
    both_before = ibis.least(sides.made_before, sides.got_before)
    both = ibis.least(out.ifelse(sides.day, sides.made_before), back.ifelse(sides.day, sides.got_before))
    never = sides.day - LOOKBACK
    return _summed(
        ("unit",),
        NUMBER_SPANS,
        [
            _span(sides.filter(out), ("unit",), NUMBER_SPANS, "callees", "made_before"),
            _span(sides.filter(back), ("unit",), NUMBER_SPANS, "in_callers", "got_before"),
            _span(sides.filter(sides.refused), ("unit",), NUMBER_SPANS, "refusing_callees", "refused_before"),
            _span(
                sides.mutate(both_before=both_before, both=both).filter((both > both_before) & (sides.unit != sides.peer)),
                ("unit",), NUMBER_SPANS, "mutual_callees", "both_before", "both",
            ),
            *_day_sums(sides.filter(out).mutate(never=never), ("unit",), NUMBER_SPANS, "made"),
        ],
    )  # fmt: skip


def name_spans(reach: ir.Table, first: int, last: int) -> ir.Table:
    """Spans of holders and trunks, likewise."""
    keys = ("kind", "what", "unit", "item")
    seen = _of_those_days(reach, keys, first, last)
    earlier = ibis.window(group_by=list(keys), order_by="day", rows=(None, -1))
    never = seen.day - LOOKBACK
    told = seen.mutate(
        made_before=ibis.greatest(seen.day.max().over(earlier).coalesce(never), never),
        refused_before=ibis.greatest(seen.day.max(where=seen.refused).over(earlier).coalesce(never), never),
        never=never,
    )
    told = told.filter(told.day.between(first, last))
    callees = told.filter(told.what == "callees")
    unit = ("kind", "unit")
    return _summed(
        unit,
        NAME_SPANS,
        [
            _span(callees, unit, NAME_SPANS, "callees", "made_before"),
            _span(callees.filter(callees.refused), unit, NAME_SPANS, "refusing_callees", "refused_before"),
            _span(told.filter(told.what == "callers"), unit, NAME_SPANS, "callers", "made_before"),
            *_day_sums(callees, unit, NAME_SPANS, "attempts"),
        ],
    )


def _of_those_days(pairs: ir.Table, keys: Sequence[str], first: int, last: int) -> ir.Table:
    """What the look-back holds of the pairs that are active on those days."""
    pairs = pairs.filter(pairs.day.between(first - LOOKBACK + 1, last))
    active = pairs.filter(pairs.day >= first).select(*keys).distinct()
    return pairs.semi_join(active, list(keys))


def _side(links: ir.Table, unit: str, peer: str, way: str, back: str) -> ir.Table:
    return links.select(
        "day",
        unit=links[unit],
        peer=links[peer],
        made=links[way],
        got=links[back],
        refused=links[f"{way}_refused"],
        after=links[f"{way}_after"],
        made_before=links[f"{way}_before"],
        got_before=links[f"{back}_before"],
        refused_before=links[f"{way}_refused_before"],
    )


def _span(
    pairs: ir.Table, unit: Sequence[str], names: Sequence[str], counted: str, after: str, until: str = "day"
) -> ir.Table:
    grouped = pairs.group_by("day", *unit, after=pairs[after], until=pairs[until]).agg(n=pairs.count())
    return _as_row(grouped, unit, names, counted)


def _as_row(grouped: ir.Table, unit: Sequence[str], names: Sequence[str], counted: str) -> ir.Table:
    return grouped.select(
        "day", *unit, "after", "until",
        **{name: grouped.n if name == counted else ibis.literal(0, "int64") for name in names},
    )  # fmt: skip


def _day_sums(pairs: ir.Table, unit: Sequence[str], names: Sequence[str], made: str) -> list[ir.Table]:
    """Plain sums of a day, which count in every window that holds it."""
    again = (pairs.refused_before > pairs.never).ifelse(pairs[made], pairs.after)
    counts = {
        "repeats": total(again),
        "new_callees": pairs.count(where=pairs.made_before < pairs.day - 1),
        "first_callees": pairs.count(where=pairs.made_before == pairs.never),
    }
    grouped = pairs.group_by("day", *unit, after=pairs.never, until=pairs.day).agg(**counts)
    return [
        grouped.select(
            "day", *unit, "after", "until",
            **{name: grouped[name] if name in counts else ibis.literal(0, "int64") for name in names},
        )
    ]  # fmt: skip


def _summed(unit: Sequence[str], names: Sequence[str], parts: Sequence[ir.Table]) -> ir.Table:
    rows = ibis.union(*parts)
    return rows.group_by("day", *unit, "after", "until").agg(**{name: total(rows[name]) for name in names})
