"""Columns that detectors read beside the features: quotients of them, and how the registry knows the unit."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.discovery.detectors.model import STANDING, Subject
from clearbell.discovery.detectors.standing import Standing
from clearbell.numbering import NumberClass, class_of
from clearbell.records.lake import Lake

_QUOTIENTS = (
    ("in_share", "in_attempts", "attempts"),
    ("repeat_share", "repeats_after_refusal", "attempts"),
    ("attempts_per_number", "attempts", "callers"),
    ("numbers_per_line", "callers", "peak_concurrency"),
    ("in_per_caller", "in_attempts", "in_callers"),
)


def widened(table: pa.Table, subject: Subject, standing: Standing) -> pa.Table:
    """The feature rows of one kind of unit, with the further columns."""
    known = set(table.column_names)
    for name, above, below in _QUOTIENTS:
        if above in known and below in known:
            table = table.append_column(name, _quotient(table.column(above), table.column(below)))
    units = table.column("unit").to_pylist()
    for name, flags in zip(STANDING, _standing(units, subject, standing), strict=True):
        table = table.append_column(name, pa.array(flags, pa.bool_()))
    return table


def _quotient(above: pa.ChunkedArray, below: pa.ChunkedArray) -> pa.ChunkedArray:
    divisor = pc.cast(pc.if_else(pc.greater(below, 0), below, None), pa.float64())
    return pc.divide(pc.cast(pc.fill_null(above, 0), pa.float64()), divisor)


def _standing(units: Sequence[str], subject: Subject, standing: Standing) -> list[list[bool]]:
    registered = [False] * len(units)
    commercial = [False] * len(units)
    inbound = [False] * len(units)
    for place, unit in enumerate(units):
        if subject is Subject.HOLDER:
            registered[place] = standing.knows(unit)
            commercial[place] = standing.commercial(unit)
        elif subject is Subject.CALLER:
            number = int(unit)
            of = standing.of(number)
            registered[place] = of is not None
            commercial[place] = of is not None and standing.commercial(of.holder)
            inbound[place] = of.inbound_only if of is not None else class_of(number) is NumberClass.TOLL_400
    other = [one and not two for one, two in zip(registered, commercial, strict=True)]
    return [[not one for one in registered], registered, commercial, other, inbound]


def with_inbound(holders: pa.Table, callers: pa.Table, standing: Standing) -> pa.Table:
    """Rows of holders with ``in_attempts``: the calls that came in to their numbers."""
    sums: dict[str, int] = {}
    came = callers.filter(pc.greater(pc.fill_null(callers.column("in_attempts"), 0), 0)).select(["unit", "in_attempts"])
    for unit, attempts in zip(came.column(0).to_pylist(), came.column(1).to_pylist(), strict=True):
        of = standing.of(int(unit))
        if of is not None:
            sums[of.holder] = sums.get(of.holder, 0) + attempts
    values = pa.array([sums.get(unit, 0) for unit in holders.column("unit").to_pylist()], pa.int64())
    return holders.set_column(holders.column_names.index("in_attempts"), "in_attempts", values)


def with_consents(holders: pa.Table, lake: Lake, day: int, window: int, standing: Standing) -> pa.Table:
    """Rows of holders with ``unconsented_share``: callees without a consent, of those that commercial holders called."""
    names = pa.array(standing.commercial_holders, pa.string())
    calls = lake.read(day - window + 1, day, ["holder", "callee"], pc.field("holder").isin(names))
    pairs = pa.table({"holder": pc.cast(calls.column("holder"), pa.string()), "callee": calls.column("callee")})
    callees = pairs.group_by("holder").aggregate([("callee", "distinct")])
    shares: dict[str, float] = {}
    for holder, distinct in zip(
        *(callees.column(name).to_pylist() for name in ("holder", "callee_distinct")), strict=True
    ):
        # The consent book knows nobody by a pseudonym.
        if called := [callee for callee in distinct if callee > 0]:
            shares[holder] = 1.0 - standing.consented(holder, called) / len(called)
    values = [shares.get(unit) for unit in holders.column("unit").to_pylist()]
    return holders.append_column("unconsented_share", pa.array(values, pa.float64()))


def with_refusals(holders: pa.Table, lake: Lake, day: int, window: int, standing: Standing) -> pa.Table:
    """Rows of holders with ``booked_repeats``: calls to those whose refusal stood in the consent book by then."""
    names = pa.array(sorted(standing.refusals), pa.string())
    columns = ["holder", "callee", "start"]
    calls = lake.read(day - window + 1, day, columns, pc.field("holder").isin(names))
    repeats: dict[str, int] = {}
    for holder, callee, start in zip(*(calls.column(name).to_pylist() for name in columns), strict=True):
        if (refused := standing.refusals[holder].get(callee)) is not None and start > refused:
            repeats[holder] = repeats.get(holder, 0) + 1
    values = [repeats.get(unit, 0) for unit in holders.column("unit").to_pylist()]
    return holders.append_column("booked_repeats", pa.array(values, pa.int64()))
