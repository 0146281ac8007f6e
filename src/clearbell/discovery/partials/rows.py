"""A call as the features see it: its local day and hour, and what it counts as."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.discovery.features import BAND_HOURS, BANDS, TALK_CLASSES
from clearbell.discovery.partials.columns import BAND_COLUMNS, CALL_SUMS, TALK_COLUMNS
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
    """Each call with its local ``day`` and ``hour`` (since 1970), ``end``, and a column for each thing that it counts as.

    These are the call's part of :data:`CALL_SUMS`: flags where calls are counted, else µs; ``lasting`` calls ended after they began.
    """
    local = calls.start + rules.utc_offset_minutes * MINUTE
    rows = calls.select(
        *CALL_COLUMNS,
        day=local // DAY,
        hour=local // HOUR,
        minute=(local % DAY) // MINUTE,
        end=calls.start + calls.ring + calls.duration,
        answered=calls.disposition == "answered",
    )
    return rows.select(
        "day", "hour", "start", "end", "caller", "callee", "holder", "trunk", lasting=rows.end > rows.start, **_counted(rows, rules)
    )  # fmt: skip


def _counted(rows: ir.Table, rules: Rules) -> dict[str, ir.Value]:
    answered = rows.answered
    by_caller, by_callee = rows.hangup == "caller", rows.hangup == "callee"
    return {
        "answered": answered,
        "screened": rows.disposition == "refused",
        "failed": rows.disposition == "failed",
        "busy": rows.disposition == "busy",
        "talk_us": answered.ifelse(rows.duration, 0),
        **_classes(rows),
        "short": answered & (rows.duration <= rules.short),
        "silent": answered & by_caller & (rows.duration < rules.silent),
        "callee_hangups": answered & by_callee,
        "rang": rows.ring > 0,
        "ring_us": rows.ring,
        "one_ring": ~answered & by_caller & (rows.ring > 0) & (rows.ring <= rules.one_ring),
        # 607 is the callee's will whoever says it; 21 and 603 are so only when screening or a switch did not answer for him.
        "refused": (rows.cause == _UNWANTED)
        | (rows.cause.isin(_DECLINED) & (rows.disposition != "refused"))
        | (answered & by_callee & (rows.duration <= rules.refusal)),
        "neighbour": (rows.caller // 10_000 == rows.callee // 10_000) & (rows.caller > 0),
        "foreign_home": _foreign_home(rows, rules),
        "attested_a": rows.attestation == "a",
        "attested_b": rows.attestation == "b",
        "attested_c": rows.attestation == "c",
        "attestation_failed": rows.attestation == "failed",
        "out_of_hours": (rows.minute < rules.opens) | (rows.minute >= rules.closes),
        **{
            column: (rows.minute >= hour * 60) & (rows.minute < (hour + BAND_HOURS) * 60)
            for column, hour in zip(BAND_COLUMNS, BANDS, strict=True)
        },
    }


def call_sums(rows: ir.Table) -> dict[str, ir.IntegerScalar]:
    """The aggregates :data:`CALL_SUMS` over timed calls."""
    sums = {"attempts": rows.count()}
    for name in CALL_SUMS[1:]:
        counted = rows[name]
        sums[name] = rows.count(where=counted) if isinstance(counted, ir.BooleanValue) else total(counted)
    return sums


def total(column: ir.NumericColumn, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """The sum as int64, 0 of nothing."""
    # DuckDB's sum is of 128 bits, which Parquet would keep as floats. Ibis takes it for an int64 and would leave out a
    # cast to that; one to an int64 that is never null it writes down.
    return column.sum(where=where).cast(dt.Int64(nullable=False)).coalesce(0)


def small_total(column: ir.NumericColumn, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """The same of whole numbers whose sum is below 2^53: counts, and the time of calls in µs (285 years of talk)."""
    # A sum of floats is exact so far, and half the work and memory of DuckDB's sum of 128 bits.
    return column.cast(dt.float64).sum(where=where).cast(dt.Int64(nullable=False)).coalesce(0)


def _classes(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    bounds = [bound * SECOND for bound in TALK_CLASSES]
    talks = {}
    for place, column in enumerate(TALK_COLUMNS):
        inside = rows.answered
        if place > 0:
            inside &= rows.duration > bounds[place - 1]
        if place < len(bounds):
            inside &= rows.duration <= bounds[place]
        talks[column] = inside
    return talks


_HEX = "0123456789abcdef"
_CODE_DIGITS = 15


def code_of(kind: ir.StringValue, name: ir.StringValue) -> ir.IntegerValue:
    """A negative number for the name of a holder or trunk: the same on every day and engine.

    60 bits of its SHA-256: two of ten million names share a number with a chance of 1 in 20,000.
    """
    digest = (kind + "/" + name).hexdigest("sha256")
    code = ibis.literal(-1, "int64")
    for place in range(_CODE_DIGITS):
        # Spark finds a place of 32 bits; Ibis takes it for an int64 and writes down a cast only to one that is never null.
        digit = ibis.literal(_HEX).find(digest.substr(place, 1)).cast(dt.Int64(nullable=False))
        code = code - digit * 16**place
    return code


def _foreign_home(rows: ir.Table, rules: Rules) -> ir.BooleanValue:
    if not rules.foreign_trunks:
        return ibis.literal(False)
    return rows.trunk.isin(rules.foreign_trunks) & rows.caller.cast("string").startswith(str(rules.country))


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


def left_joined(whole: ir.Table, *parts: tuple[ir.Table, Sequence[str]]) -> ir.Table:
    """Joins tables by their keys in one chain: Ibis spends as much on each ``select`` between joins as on all of them.

    Their columns keep their names; those of the keys get others on the right.
    """
    joined = whole
    for place, (part, keys) in enumerate(parts):
        joined = joined.left_join(part, list(keys), rname=f"{{name}}_of_{place}")
    return joined
