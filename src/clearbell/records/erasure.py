"""Forgetting a person's number in the lake: the calls stay, and no longer tell whose they were."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.records.lake import Lake

_SIDES = ("caller", "callee")


def forget_number(lake: Lake, number: int) -> int:
    """Write 0 (no number) in place of a number, and of its pseudonym, in every day; returns in how many records.

    Day by day and part by part: interrupted, it is run again. What was imported stays known by its id, so importing the
    same file again does not bring the number back.
    """
    names = {number} if lake.pseudonyms is None else {number, lake.pseudonyms.of(number)}
    gone = pa.array(sorted(names), pa.int64())
    records = 0

    def blank(table: pa.Table) -> pa.Table | None:
        nonlocal records
        hit = {side: pc.is_in(table.column(side), value_set=gone) for side in _SIDES}
        either = pc.sum(pc.or_(hit["caller"], hit["callee"])).as_py() or 0
        if not either:
            return None
        records += either
        for side in _SIDES:
            column = pc.if_else(hit[side], pa.scalar(0, pa.int64()), table.column(side))
            table = table.set_column(table.schema.get_field_index(side), side, column)
        return table

    for day in lake.days():
        lake.rewrite(day, blank)
    return records
