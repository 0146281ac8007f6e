"""Records of one name that are not one call: (source, id, start) names a record, and some switches use an id twice."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.intake import BadCell
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord

SAME_ID = BadCell(
    "",
    "same-id",
    "同一来源已有编号和开始时间都相同、主叫或被叫不同的呼叫;若确为另一呼叫,请改编号后导入",
    "this source has a call of the same id and start with another caller or called number; if this is a call of its own, "
    "give it another id and import it",
)
_COLUMNS = ["start", "id", "caller", "callee"]


def same_id(found: Sequence[CallRecord], new: Sequence[CallRecord], lake: Lake, source: str) -> list[int]:
    """Places in ``found``, records whose names are among ``new`` or in the lake, of those that are other calls.

    Only the numbers tell: what else a switch says of a call may be put right later. A number that was erased, or
    withheld, tells nothing.
    """
    numbers = {(one.start, one.id): (one.caller, one.callee) for one in new}
    by_day: dict[int, set[int]] = {}
    for one in found:
        if (one.start, one.id) not in numbers:
            by_day.setdefault(lake.day_of(one.start), set()).add(one.start)
    for day, starts in by_day.items():
        at_once = pc.field("start").isin(pa.array(sorted(starts), pa.int64()))
        table = lake.read(day, day, _COLUMNS, (pc.field("source") == source) & at_once)
        for start, id_, caller, callee in zip(*(column.to_pylist() for column in table.columns), strict=True):
            numbers[start, id_] = caller, callee
    return [place for place, one in enumerate(found) if _differs(one, *numbers[one.start, one.id], lake)]


def _differs(one: CallRecord, caller: int, callee: int, lake: Lake) -> bool:
    called = one.callee
    if callee < 0 and lake.pseudonyms is not None:
        called = lake.pseudonyms.all_of([called])[0]
    return bool((caller and one.caller and caller != one.caller) or (callee and called and callee != called))
