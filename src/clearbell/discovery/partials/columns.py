"""The columns of a day's partial aggregates, and how they merge."""

from __future__ import annotations

from clearbell.discovery.features import BANDS, TALK_CLASSES

TALK_COLUMNS = tuple(f"talk_{place}" for place in range(len(TALK_CLASSES) + 1))
"""Answered calls by talk class; the last holds what lasts longer than every bound."""
BAND_COLUMNS = tuple(f"hours_{hour:02d}" for hour in BANDS)

CALL_SUMS = (
    "attempts",
    "answered",
    "screened",
    "failed",
    "busy",
    "talk_us",
    *TALK_COLUMNS,
    "short",
    "silent",
    "callee_hangups",
    "rang",
    "ring_us",
    "one_ring",
    "refused",
    "neighbour",
    "foreign_home",
    "attested_a",
    "attested_b",
    "attested_c",
    "attestation_failed",
    "out_of_hours",
    *BAND_COLUMNS,
)
"""Counted call by call."""
RHYTHM_SUMS = ("gaps", "gap_ms", "gap_ms_squares", "gap_pairs", "regular", "sequential")
"""Counted from one call to the next of a unit's day."""
CALLEE_SUMS = ("day_callees", "shared")
REGION_SUMS = ("region_bits", "region_same", "region_pairs")
"""``region_bits`` is a float: attempts times the day's entropy."""
LARGE_SUMS = frozenset({"gap_ms_squares", "region_same", "region_pairs"})
"""What may exceed 2^53, up to which a float holds every whole number."""
SUMS = (*CALL_SUMS, *RHYTHM_SUMS, *CALLEE_SUMS, *REGION_SUMS)
MAXIMA = ("day_max", "hour_max", "callee_day_max", "callee_hour_max", "regions", "peak")
IN_SUMS = ("in_attempts", "in_answered")
IN_MAXIMA = ("in_hour_max", "in_callers_hour_max")

NUMBER_SPANS = ("callees", "refusing_callees", "in_callers", "mutual_callees")
"""What the spans of numbers count. A row holds the place here, ``counted``, of what it counts."""
CALLER_DAYS = ("first_callees", "new_callees", "first_refusing", "repeats")
"""Sums of a calling number's day that look back; those called ``first`` are of what was never seen in the look-back."""
NAME_SPANS = ("callees", "refusing_callees", "callers", "repeats", "new_callees", "first_callees")
"""What the spans of holders and trunks count; the last three are plain sums of the day."""
