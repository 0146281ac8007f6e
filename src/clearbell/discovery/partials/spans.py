"""Distinct counts that add up over days.

A pair that is active on a day and was last active on an earlier one is counted on that day by windows that begin after
the earlier one. So each row of a span table says: ``n`` count in every window whose first day is after ``after`` and at
most ``until``, and that holds the row's ``day``. Summed over the days of any window this counts each pair once, exactly.
Both-way pairs are counted alike, by the day from which both ways were seen.

Because a day's spans look back, they are made from the pairs of the :data:`~clearbell.discovery.features.LOOKBACK` days
that end with it; the days' other partials never look beyond their day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from clearbell.discovery.features import LOOKBACK
from clearbell.discovery.partials.columns import NAME_SPANS, NUMBER_SPANS
from clearbell.discovery.partials.rows import total

Hold = Callable[[ir.Table], ir.Table]
"""Has an engine work a table out once, for those that build on it."""


def number_partials(links: ir.Table, callees: ir.Table, first: int, last: int, hold: Hold) -> dict[str, ir.Table]:
    """Of numbers on the days ``first`` to ``last``, from the links of those days and the look-back before them:

    ``number_spans`` (``n`` of what ``counted`` tells), ``caller_days`` (plain sums), and ``callees`` of those days with
    ``first_callers``. What was never seen in the look-back counts in every window that holds its day, so it is among the
    plain sums: this is most of what there is, and no span has to be looked up for it.
    """
    told = hold(
        _with_before(
            links,
            ("low", "high"),
            {
                "up_before": links.up > 0,
                "down_before": links.down > 0,
                "up_refused_before": links.up_refused,
                "down_refused_before": links.down_refused,
            },
            first,
            last,
        )
    )
    sides = ibis.union(_side(told, "low", "high", "up", "down"), _side(told, "high", "low", "down", "up"))
    never = sides.day - LOOKBACK
    made, got = sides.filter(sides.made > 0), sides.filter(sides.got > 0)
    both_before = ibis.least(sides.made_before, sides.got_before)
    both = ibis.least(
        (sides.made > 0).ifelse(sides.day, sides.made_before), (sides.got > 0).ifelse(sides.day, sides.got_before)
    )
    mutual = sides.filter((both > both_before) & (sides.unit != sides.peer))
    spans = ibis.union(
        _number_span(made.filter(made.made_before > made.day - LOOKBACK), "callees", made.made_before, made.day),
        _number_span(got.filter(got.got_before > got.day - LOOKBACK), "in_callers", got.got_before, got.day),
        _number_span(
            sides.filter(sides.refused & (sides.refused_before > never)),
            "refusing_callees", sides.refused_before, sides.day,
        ),
        _number_span(mutual, "mutual_callees", both_before, both),
    )  # fmt: skip
    return {
        "number_spans": spans.group_by("day", "unit", "counted", "after", "until").agg(n=spans.count()),
        "caller_days": made.group_by("day", "unit").agg(
            first_callees=made.count(where=made.made_before == made.day - LOOKBACK),
            new_callees=made.count(where=made.made_before < made.day - 1),
            first_refusing=made.count(where=made.refused & (made.refused_before == made.day - LOOKBACK)),
            repeats=total((made.refused_before > made.day - LOOKBACK).ifelse(made.made, made.after)),
        ),
        "callees": _with_first_callers(callees.filter(callees.day.between(first, last)), got),
    }


def _number_span(pairs: ir.Table, counted: str, after: ir.IntegerValue, until: ir.IntegerValue) -> ir.Table:
    place = ibis.literal(NUMBER_SPANS.index(counted), "int64")
    return pairs.select("day", "unit", counted=place, after=after, until=until)


def _with_first_callers(callees: ir.Table, got: ir.Table) -> ir.Table:
    firsts = got.filter(got.got_before == got.day - LOOKBACK)
    counted = firsts.group_by("day", "unit").agg(first_callers=firsts.count())
    joined = callees.left_join(counted, ["day", "unit"])
    return joined.select(*callees.columns, first_callers=joined.first_callers.coalesce(0))


def name_spans(reach: ir.Table, first: int, last: int) -> ir.Table:
    """Spans of holders and trunks, likewise."""
    told = _with_before(
        reach,
        ("unit", "through", "item"),
        {"made_before": ibis.literal(True), "refused_before": reach.refused},
        first,
        last,
    )
    told = told.mutate(never=told.day - LOOKBACK)
    callees = told.filter(~told.through)
    return _summed(
        [
            _span(callees, "callees", "made_before"),
            _span(callees.filter(callees.refused), "refusing_callees", "refused_before"),
            _span(told.filter(told.through), "callers", "made_before"),
            _day_sums(callees),
        ]
    )


def _with_before(
    pairs: ir.Table, keys: Sequence[str], active: Mapping[str, ir.BooleanValue], first: int, last: int
) -> ir.Table:
    """The pairs of those days, each with the last earlier day of the look-back on which it was active in some sense.

    Where there is none, the day before the look-back stands.
    """
    pairs = pairs.mutate(**{f"{name}_held": condition for name, condition in active.items()})
    pairs = pairs.filter(pairs.day.between(first - LOOKBACK + 1, last))
    if first == last:
        # Few of the pairs are wanted: those of the day look theirs up.
        today, before = pairs.filter(pairs.day == last), pairs.filter(pairs.day < last)
        before = before.semi_join(today.select(*keys), list(keys))
        known = before.group_by(list(keys)).agg(
            **{name: before.day.max(where=before[f"{name}_held"]) for name in active}
        )
        found = today.left_join(known, list(keys))
    else:
        earlier = ibis.window(group_by=list(keys), order_by="day", rows=(None, -1))
        found = pairs.mutate(**{name: pairs.day.max(where=pairs[f"{name}_held"]).over(earlier) for name in active})
        found = found.filter(found.day >= first)
    never = found.day - LOOKBACK
    return found.select(
        *(name for name in pairs.columns if not name.endswith("_held")),
        **{name: ibis.greatest(found[name].coalesce(never), never) for name in active},
    )


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


def _span(pairs: ir.Table, counted: str, after: str) -> ir.Table:
    grouped = pairs.group_by("day", "unit", after=pairs[after], until=pairs.day).agg(n=pairs.count())
    return grouped.select(
        "day", "unit", "after", "until",
        **{name: grouped.n if name == counted else ibis.literal(0, "int64") for name in NAME_SPANS},
    )  # fmt: skip


def _day_sums(pairs: ir.Table) -> ir.Table:
    """Plain sums of a day, which count in every window that holds it."""
    counts = {
        "repeats": total((pairs.refused_before > pairs.never).ifelse(pairs.attempts, pairs.after)),
        "new_callees": pairs.count(where=pairs.made_before < pairs.day - 1),
        "first_callees": pairs.count(where=pairs.made_before == pairs.never),
    }
    grouped = pairs.group_by("day", "unit", after=pairs.never, until=pairs.day).agg(**counts)
    return grouped.select(
        "day", "unit", "after", "until",
        **{name: grouped[name] if name in counts else ibis.literal(0, "int64") for name in NAME_SPANS},
    )  # fmt: skip


def _summed(parts: Sequence[ir.Table]) -> ir.Table:
    rows = ibis.union(*parts)
    return rows.group_by("day", "unit", "after", "until").agg(**{name: total(rows[name]) for name in NAME_SPANS})
