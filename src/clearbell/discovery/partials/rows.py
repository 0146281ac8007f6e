"""A call as the features see it: its local day and hour, and what it counts as."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.discovery.features import BAND_HOURS, BANDS, TALK_CLASSES
from clearbell.discovery.partials.columns import BAND_COLUMNS, TALK_COLUMNS
from clearbell.discovery.partials.rules import Rules

CALL_COLUMNS = (
    "start",
    "caller",
    "callee",
    "holder",
    "trunk",
    "ring",
    "duration",
    "disposition",
    "hangup",
    "cause",
    "attestation",
)
"""Columns of the lake that are read."""
_UNWANTED = 607
_DECLINED = (21, 603)


def timed(calls: ir.Table, rules: Rules) -> ir.Table:
    """Each call with its local ``day`` and ``hour`` (since 1970), ``minute`` of the day, ``end``, and if it was refused."""
    local = calls.start + rules.utc_offset_minutes * MINUTE
    table = calls.select(
        *CALL_COLUMNS,
        day=local // DAY,
        hour=local // HOUR,
        minute=(local % DAY) // MINUTE,
        end=calls.start + calls.ring + calls.duration,
    )
    # 607 is the callee's will whoever says it; 21 and 603 are so only when screening or a switch did not answer for him.
    refused = (
        (table.cause == _UNWANTED)
        | (table.cause.isin(_DECLINED) & (table.disposition != "refused"))
        | ((table.disposition == "answered") & (table.hangup == "callee") & (table.duration <= rules.refusal))
    )
    return table.mutate(refused=refused)


def call_sums(calls: ir.Table, rules: Rules) -> dict[str, ir.IntegerScalar]:
    """The aggregates :data:`CALL_SUMS` over timed calls."""
    answered = calls.disposition == "answered"
    by_caller = calls.hangup == "caller"

    def count(condition: ir.BooleanValue) -> ir.IntegerScalar:
        return calls.count(where=condition)

    return {
        "attempts": calls.count(),
        "answered": count(answered),
        "screened": count(calls.disposition == "refused"),
        "failed": count(calls.disposition == "failed"),
        "busy": count(calls.disposition == "busy"),
        "talk_us": total(calls.duration, answered),
        **_classes(calls, answered),
        "short": count(answered & (calls.duration <= rules.short)),
        "silent": count(answered & by_caller & (calls.duration < rules.silent)),
        "callee_hangups": count(answered & (calls.hangup == "callee")),
        "rang": count(calls.ring > 0),
        "ring_us": total(calls.ring),
        "one_ring": count(~answered & by_caller & (calls.ring > 0) & (calls.ring <= rules.one_ring)),
        "refused": count(calls.refused),
        "neighbour": count((calls.caller // 10_000 == calls.callee // 10_000) & (calls.caller > 0)),
        "foreign_home": _foreign_home(calls, rules),
        "attested_a": count(calls.attestation == "a"),
        "attested_b": count(calls.attestation == "b"),
        "attested_c": count(calls.attestation == "c"),
        "attestation_failed": count(calls.attestation == "failed"),
        "out_of_hours": count((calls.minute < rules.opens) | (calls.minute >= rules.closes)),
        **{
            column: count((calls.minute >= hour * 60) & (calls.minute < (hour + BAND_HOURS) * 60))
            for column, hour in zip(BAND_COLUMNS, BANDS, strict=True)
        },
    }


def total(column: ir.NumericColumn, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """The sum as int64, 0 of nothing."""
    # DuckDB's sum is of 128 bits, which Parquet would keep as floats. Ibis takes it for an int64 and would leave out a
    # cast to that; one to an int64 that is never null it writes down.
    return column.sum(where=where).cast(dt.Int64(nullable=False)).coalesce(0)


def _classes(calls: ir.Table, answered: ir.BooleanValue) -> dict[str, ir.IntegerScalar]:
    bounds = [bound * SECOND for bound in TALK_CLASSES]
    talks = {}
    for place, column in enumerate(TALK_COLUMNS):
        inside = answered
        if place > 0:
            inside &= calls.duration > bounds[place - 1]
        if place < len(bounds):
            inside &= calls.duration <= bounds[place]
        talks[column] = calls.count(where=inside)
    return talks


def _foreign_home(calls: ir.Table, rules: Rules) -> ir.IntegerScalar:
    if not rules.foreign_trunks:
        return calls.count(where=ibis.literal(False))
    home = calls.caller.cast("string").startswith(str(rules.country))
    return calls.count(where=calls.trunk.isin(rules.foreign_trunks) & home)


def region(number: ir.IntegerValue) -> ir.IntegerValue:
    """Where a number is, by its first digits: the 7-digit range of a Chinese mobile, else country and area code.

    Of other numbers the last seven digits are cut off; service numbers of less than 11 digits stand for themselves.
    """
    return ibis.cases(
        (number.between(8_613_000_000_000, 8_619_999_999_999), number // 10_000),
        (number.between(861_000_000_000, 861_099_999_999), number // 100_000_000),
        (number.between(862_000_000_000, 862_999_999_999), number // 100_000_000),
        (number.between(8_630_000_000_000, 8_699_999_999_999), number // 100_000_000),
        (number >= 10_000_000_000, number // 10_000_000),
        else_=number,
    )
