"""The same features in SQL written by hand for DuckDB: straight from the calls, for one last day, storing nothing between.

Window sums are made of unit-days, distinct callees from the last day of each pair, since so the three windows cost one
pass. ``{name}`` are filled in from the pack's rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from clearbell.discovery.features import BANDS, FEATURES, TALK_CLASSES, WINDOWS
from clearbell.discovery.partials.rules import Rules

_CALLS = """
CREATE TEMP TABLE calls AS
SELECT *, "end" > start AS lasts, day * 1440 AS day_minutes,
  coalesce(disposition = 'answered', false) AS ok,
  cause = 607 OR (cause IN (21, 603) AND disposition <> 'refused')
    OR (disposition = 'answered' AND hangup = 'callee' AND duration <= {refusal}) AS refuses
FROM (
  SELECT start, caller, callee, holder, trunk, ring, duration, disposition, hangup, cause, attestation,
    (start + {offset}) // 86400000000 AS day, (start + {offset}) // 3600000000 AS hour,
    ((start + {offset}) % 86400000000) // 60000000 AS minute, start + ring + duration AS "end"
  FROM read_parquet({files}, hive_partitioning = false)
) WHERE day > {last} - 59
"""

# How calls of a unit went, day by day. Callers and holders also by their rhythm.
_DAYS = """
CREATE TEMP TABLE {kind}_days AS
WITH stepped AS (
  SELECT *{steps} FROM calls WHERE {kind} <> {nobody} AND day > {last} - 30 {window}
)
SELECT {kind} AS unit, day, count(*) AS attempts, count(*) FILTER (ok) AS answered,
  count(*) FILTER (disposition = 'refused') AS screened, count(*) FILTER (disposition = 'failed') AS failed,
  count(*) FILTER (disposition = 'busy') AS busy, sum(duration) FILTER (ok) AS talk, {talks},
  count(*) FILTER (ok AND duration <= {short}) AS short,
  count(*) FILTER (ok AND hangup = 'caller' AND duration < {silent}) AS silent,
  count(*) FILTER (ok AND hangup = 'callee') AS callee_hangups,
  count(*) FILTER (ring > 0) AS rang, sum(ring) AS ring,
  count(*) FILTER (NOT ok AND hangup = 'caller' AND ring BETWEEN 1 AND {one_ring}) AS one_ring,
  count(*) FILTER (refuses) AS refused,
  count(*) FILTER (caller > 0 AND caller // 10000 = callee // 10000) AS neighbour,
  count(*) FILTER ({foreign}) AS foreign_home,
  count(*) FILTER (attestation = 'a') AS a, count(*) FILTER (attestation = 'b') AS b,
  count(*) FILTER (attestation = 'c') AS c, count(*) FILTER (attestation = 'failed') AS attestation_failed,
  count(*) FILTER (minute < {opens} OR minute >= {closes}) AS out_of_hours, {bands}, count(*) FILTER (lasts) AS lasting
  {rhythm}
FROM stepped GROUP BY ALL
"""
_STEPS = """,
  start // 1000 - lag(start) OVER w // 1000 AS gap,
  lag(start) OVER w // 1000 - lag(start, 2) OVER w // 1000 AS gap_before,
  callee - lag(callee) OVER w AS step, lag("end") OVER w > start AS crowding"""
_RHYTHM = """, count(gap) AS gaps, sum(gap) AS gap_sum, sum(gap * gap) AS gap_squares, count(gap_before) AS gap_pairs,
  count(*) FILTER (abs(gap - gap_before) <= {regular_gap}) AS regular,
  count(*) FILTER (step BETWEEN 1 AND {sequential_step}) AS sequential, count(*) FILTER (crowding) AS overlapping"""

# Whom units called, day by day, and on which earlier day of the look-back they had, or had been refused.
_PAIRS = """
CREATE TEMP TABLE {kind}_pairs AS
WITH hourly AS (
  SELECT day, {kind} AS unit, callee, hour, count(*) AS attempts, min(start) FILTER (refuses) AS refused,
    min(caller) AS low, max(caller) AS high
  FROM calls WHERE {kind} <> {nobody} GROUP BY ALL
)
SELECT day, unit, callee, sum(attempts)::BIGINT AS attempts, max(attempts) AS hour_max, min(refused) AS refused,
  min(low) AS low, max(high) AS high
FROM hourly GROUP BY ALL;
CREATE TEMP TABLE {kind}_looked AS
WITH looked AS (
  SELECT *, max(day) OVER w AS before, max(day) FILTER (refused IS NOT NULL) OVER w AS refused_before FROM {kind}_pairs
  WINDOW w AS (PARTITION BY unit, callee ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), after AS (
  SELECT pairs.day, unit, pairs.callee, count(*) AS after
  FROM {kind}_pairs pairs JOIN calls ON calls.day = pairs.day AND {kind} = unit AND calls.callee = pairs.callee
  WHERE pairs.refused IS NOT NULL AND attempts > 1 AND start > pairs.refused GROUP BY ALL
)
SELECT unit, day, count(*) AS day_callees, max(attempts) AS callee_day_max, max(hour_max) AS callee_hour_max,
  count(*) FILTER (coalesce(before, 0) < day - 1) AS new_callees,
  count(*) FILTER (coalesce(before, 0) <= day - 30) AS first_callees,
  sum(CASE WHEN refused_before > day - 30 THEN attempts ELSE coalesce(after, 0) END) AS repeats,
  count(*) FILTER (low < high) AS shared
FROM looked LEFT JOIN after USING (day, unit, callee) WHERE day > {last} - 30 GROUP BY ALL;
CREATE TEMP TABLE {kind}_last AS
SELECT unit, callee, max(day) AS called, max(day) FILTER (refused IS NOT NULL) AS refused
FROM {kind}_pairs WHERE day > {last} - 30 GROUP BY ALL
"""

_REGIONS = """
CREATE TEMP TABLE {kind}_regions AS
WITH placed AS (
  SELECT day, unit, attempts,
    CASE WHEN callee BETWEEN 8613000000000 AND 8619999999999 THEN callee // 10000
      WHEN callee BETWEEN 861000000000 AND 861099999999 OR callee BETWEEN 862000000000 AND 862999999999
        OR callee BETWEEN 8630000000000 AND 8699999999999 THEN callee // 100000000
      WHEN callee >= 10000000000 THEN callee // 10000000 ELSE callee END AS region
  FROM {kind}_pairs WHERE callee > 0 AND day > {last} - 30
), counted AS (SELECT day, unit, region, sum(attempts)::BIGINT AS n FROM placed GROUP BY ALL)
SELECT day, unit, count(*) AS regions, sum(n * (n - 1)) AS region_same, sum(n) * (sum(n) - 1) AS region_pairs,
  sum(n) * log2(sum(n)) - sum(n * log2(n)) AS region_bits
FROM counted GROUP BY ALL
"""

# Most calls at one time: of the events up to the k-th beginning, k are beginnings and the others ends.
_PEAKS = """
CREATE TEMP TABLE {kind}_peaks AS
WITH lasting AS (
  SELECT day, {kind} AS unit, start, "end" FROM calls WHERE lasts AND {kind} <> {nobody} AND day > {last} - 30 {crowded}
), events AS (
  SELECT day, unit, start AS moment, row_number() OVER (PARTITION BY day, unit ORDER BY start) AS k FROM lasting
  UNION ALL SELECT day, unit, "end", 0 FROM lasting
), placed AS (
  SELECT day, unit, k, row_number() OVER (PARTITION BY day, unit ORDER BY moment, k) AS place FROM events
)
SELECT day, unit, max(2 * k - place) AS peak FROM placed WHERE k > 0 GROUP BY ALL
"""
_CROWDED = "AND (day, caller) IN (SELECT day, unit FROM caller_days WHERE overlapping > 0)"

_HOURS = """
CREATE TEMP TABLE {kind}_hours AS
SELECT day, unit, max(n) AS hour_max FROM (
  SELECT day, {kind} AS unit, hour, count(*) AS n FROM calls WHERE {kind} <> {nobody} AND day > {last} - 30 GROUP BY ALL
) GROUP BY ALL
"""

_SHARED = """
CREATE TEMP TABLE caller_shared AS
SELECT calls.day, caller AS unit, count(DISTINCT calls.callee) AS shared_by_trunk
FROM calls SEMI JOIN (SELECT * FROM trunk_pairs WHERE low < high) crowded
  ON calls.day = crowded.day AND trunk = crowded.unit AND calls.callee = crowded.callee
WHERE caller > 0 AND calls.day > {last} - 30 GROUP BY ALL
"""

_INCOMING = """
CREATE TEMP TABLE callee_days AS
WITH by_caller AS (
  SELECT day, callee AS unit, hour, caller, count(*) AS n, count(*) FILTER (ok) AS answered
  FROM calls WHERE callee <> 0 AND day > {last} - 30 GROUP BY ALL
), hourly AS (
  SELECT day, unit, hour, sum(n)::BIGINT AS n, sum(answered)::BIGINT AS answered, count(*) FILTER (caller > 0) AS callers
  FROM by_caller GROUP BY ALL
)
SELECT day, unit, sum(n)::BIGINT AS n, sum(answered)::BIGINT AS answered, max(n) AS hour_max, max(callers) AS callers_hour_max
FROM hourly GROUP BY ALL;
CREATE TEMP TABLE callee_callers AS
SELECT callee AS unit, {counted_callers} FROM caller_last WHERE callee <> 0 GROUP BY ALL;
CREATE TEMP TABLE caller_mutual AS
SELECT a.unit, {counted_mutual} FROM caller_last a JOIN caller_last b ON a.unit = b.callee AND a.callee = b.unit
WHERE a.unit <> a.callee GROUP BY ALL
"""

_THROUGH = """
CREATE TEMP TABLE {kind}_callers AS
SELECT unit, {counted_called} FROM (
  SELECT {kind} AS unit, caller, max(day) AS called FROM calls
  WHERE {kind} <> {nobody} AND caller > 0 AND day > {last} - 30 GROUP BY ALL
) GROUP BY ALL
"""

_OUTGOING = """
SELECT '{kind}' AS unit_kind, unit::VARCHAR AS unit, {last}::BIGINT AS day, {days}::BIGINT AS window, {columns}
FROM (
  SELECT unit, count(*) AS active_days, {sums}, {maxima}, max(attempts) AS day_max,
    max(coalesce(peak, (lasting > 0)::BIGINT)) AS peak
  FROM {kind}_days LEFT JOIN {kind}_looked USING (unit, day) LEFT JOIN {kind}_regions USING (unit, day)
    LEFT JOIN {kind}_peaks USING (unit, day) LEFT JOIN {kind}_hours USING (unit, day) {more_days}
  WHERE day > {last} - {days} GROUP BY unit
) m LEFT JOIN (SELECT unit, min(day) AS first_day FROM {kind}_days GROUP BY unit) USING (unit)
  LEFT JOIN {kind}_distinct USING (unit) {more}
"""
_GOT = """
SELECT unit, sum(n) AS in_n, sum(answered) AS in_ok, max(hour_max) AS in_hour, max(callers_hour_max) AS in_hour_callers
FROM callee_days WHERE day > {last} - {days} GROUP BY unit
"""
_INCOMING_ROWS = """
SELECT 'callee', unit::VARCHAR, {last}::BIGINT, {days}::BIGINT, {columns}
FROM ({got}) LEFT JOIN callee_callers USING (unit)
"""

_SUMS = [
    "attempts",
    "answered",
    "screened",
    "failed",
    "busy",
    "talk",
    "short",
    "silent",
    "callee_hangups",
    "rang",
    "ring",
    "one_ring",
    "refused",
    "neighbour",
    "foreign_home",
    "a",
    "b",
    "c",
    "attestation_failed",
    "out_of_hours",
    "lasting",
    "day_callees",
    "new_callees",
    "first_callees",
    "repeats",
    "shared",
    "region_same",
    "region_pairs",
    "region_bits",
]
_RHYTHM_SUMS = ["gaps", "gap_sum", "gap_squares", "gap_pairs", "regular", "sequential"]
_MAXIMA = ["callee_day_max", "callee_hour_max", "regions", "hour_max"]
_BANDS = [f"hours_{hour:02d}" for hour in BANDS]
_TALKS = [f"talk_{place}" for place in range(len(TALK_CLASSES) + 1)]
_NOBODY = {"caller": "0", "holder": "''", "trunk": "''"}

_VALUES = {
    "attempts": "attempts", "answered": "answered", "answer_share": "answered / attempts",
    "attempts_day_max": "day_max", "attempts_hour_max": "hour_max", "screened_share": "screened / attempts",
    "failed_share": "failed / attempts", "busy_share": "busy / attempts",
    "talk_mean_s": "talk / nullif(answered, 0) / 1e6", "short_share": "short / nullif(answered, 0)",
    "silent_share": "silent / nullif(answered, 0)", "callee_hangup_share": "callee_hangups / nullif(answered, 0)",
    "ring_mean_s": "ring / nullif(rang, 0) / 1e6", "one_ring_share": "one_ring / attempts",
    "gaps": "gaps", "gap_mean_s": "gap_sum / nullif(gaps, 0) / 1000.0",
    "gap_variation": "sqrt(greatest(gap_squares / nullif(gaps, 0) - (gap_sum / nullif(gaps, 0)) ** 2, 0.0)) "
    "/ nullif(gap_sum / nullif(gaps, 0), 0)",
    "regular_gap_share": "regular / nullif(gap_pairs, 0)", "sequential_share": "sequential / nullif(gaps, 0)",
    "peak_concurrency": "peak", "callees": "callees_{days}", "callee_share": "callees_{days} / attempts",
    "callee_day_max": "callee_day_max", "callee_hour_max": "callee_hour_max",
    "new_callee_share": "new_callees / day_callees", "first_callee_share": "first_callees / day_callees",
    "shared_callee_share": "shared / day_callees", "mutual_callees": "coalesce(mutual_{days}, 0)",
    "mutual_share": "coalesce(mutual_{days}, 0) / callees_{days}", "neighbour_share": "neighbour / attempts",
    "regions_day_max": "coalesce(regions, 0)", "region_entropy": "coalesce(region_bits, 0.0) / attempts",
    "region_spread": "1 - region_same / nullif(region_pairs, 0)", "refused": "refused",
    "refused_share": "refused / attempts", "refusing_callees": "refusing_{days}", "repeats_after_refusal": "repeats",
    "callers": "coalesce(callers_{days}, 0)", "foreign_home_share": "foreign_home / attempts",
    "attested_a_share": "a / attempts", "attested_b_share": "b / attempts", "attested_c_share": "c / attempts",
    "attestation_failed_share": "attestation_failed / attempts", "out_of_hours_share": "out_of_hours / attempts",
    **{f"{band}_share": f"{band} / attempts" for band in _BANDS},
    "active_days": "active_days", "age_days": "{last} - first_day",
}  # fmt: skip
_IN_VALUES = {
    "in_attempts": "coalesce(in_n, 0)",
    "in_answered": "coalesce(in_ok, 0)",
    "in_answer_share": "in_ok / in_n",
    "in_callers": "CASE WHEN in_n IS NULL THEN 0 ELSE coalesce(in_callers_{days}, 0) END",
    "in_hour_max": "coalesce(in_hour, 0)",
    "in_callers_hour_max": "coalesce(in_hour_callers, 0)",
}


def features_by_hand(
    files: Sequence[Path], rules: Rules, last: int, out: Path, memory_limit: str, scratch: Path
) -> int:
    """Write the feature rows of the windows that end on day ``last``; returns how many."""
    filled = {
        "offset": rules.utc_offset_minutes * 60_000_000, "last": last, "refusal": rules.refusal, "short": rules.short,
        "silent": rules.silent, "one_ring": rules.one_ring, "opens": rules.opens, "closes": rules.closes,
        "regular_gap": rules.regular_gap, "sequential_step": rules.sequential_step,
        "files": [str(file) for file in files], "talks": _talk_classes(),
        "bands": ", ".join(f"count(*) FILTER (minute // 180 = {n}) AS {band}" for n, band in enumerate(_BANDS)),
        "foreign": "false" if not rules.foreign_trunks else
        f"trunk IN {(*rules.foreign_trunks, '')} AND starts_with(caller::VARCHAR, '{rules.country}')",
        "counted_callers": _by_window("called", "in_callers"), "counted_mutual": _by_window("least(a.called, b.called)", "mutual"),
        "counted_called": _by_window("called", "callers"),
    }  # fmt: skip
    filled |= {name: text.format(**filled) for name, text in list(filled.items()) if name.startswith("counted")}
    with duckdb.connect(
        config={"temp_directory": str(scratch), "preserve_insertion_order": False, "memory_limit": memory_limit}
    ) as connection:
        connection.execute("SET enable_progress_bar = false")
        for statement in _statements(filled):
            connection.execute(statement)
        rows = " UNION ALL ".join(_rows(filled))
        connection.execute(f"COPY ({rows}) TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
        found = connection.execute(f"SELECT count(*) FROM '{out}'").fetchone()
    return int(found[0]) if found else 0


def _statements(filled: dict[str, object]) -> list[str]:
    made = [_CALLS.format(**filled)]
    for kind, nobody in _NOBODY.items():
        rhythmic = kind != "trunk"
        mine = filled | {
            "kind": kind, "nobody": nobody, "steps": _STEPS if rhythmic else "",
            "window": f"WINDOW w AS (PARTITION BY day, {kind} ORDER BY start, callee)" if rhythmic else "",
            "rhythm": _RHYTHM.format(**filled) if rhythmic else "", "crowded": _CROWDED if kind == "caller" else "",
        }  # fmt: skip
        made += [text.format(**mine) for text in (_DAYS, _PAIRS, _REGIONS, _PEAKS, _HOURS)]
        made.append(
            f"CREATE TEMP TABLE {kind}_distinct AS SELECT unit, {_by_window('called', 'callees')}, "
            f"{_by_window('refused', 'refusing')} FROM {kind}_last GROUP BY ALL".format(**filled)
        )
        if kind != "caller":
            made.append(_THROUGH.format(**mine))
    return [*made, _SHARED.format(**filled), _INCOMING.format(**filled)]


def _rows(filled: dict[str, object]) -> list[str]:
    rows = []
    for days in WINDOWS:
        window = filled | {"days": days}
        for kind in _NOBODY:
            values = {**_VALUES, "talk_median_s": _median()}
            more, more_days = f"LEFT JOIN {kind}_callers USING (unit)", ""
            sums = [*_SUMS, *_BANDS, *_TALKS]
            if kind == "caller":
                del values["callers"]
                values |= _IN_VALUES
                got = _GOT.format(**window)
                more = (
                    f"LEFT JOIN caller_mutual USING (unit) LEFT JOIN callee_callers USING (unit) "
                    f"LEFT JOIN ({got}) got USING (unit)"
                )
                more_days = "LEFT JOIN caller_shared USING (unit, day)"
                values["shared_callee_share"] = "coalesce(shared_by_trunk, 0) / day_callees"
                sums.append("shared_by_trunk")
            else:
                for name in ("mutual_callees", "mutual_share"):
                    del values[name]
            if kind == "trunk":
                for name in ("gaps", "gap_mean_s", "gap_variation", "regular_gap_share", "sequential_share"):
                    del values[name]
            else:
                sums += _RHYTHM_SUMS
            rows.append(
                _OUTGOING.format(
                    **window, kind=kind, columns=_columns(values).format(**window), more=more, more_days=more_days,
                    sums=", ".join(f"sum({name}) AS {name}" for name in sums),
                    maxima=", ".join(f"max({name}) AS {name}" for name in _MAXIMA),
                )
            )  # fmt: skip
        columns = _columns(_IN_VALUES).format(**window)
        rows.append(_INCOMING_ROWS.format(**window, columns=columns, got=_GOT.format(**window)))
    return rows


def _columns(values: Mapping[str, str]) -> str:
    """Every column of the table in its order, null where this kind of unit has none."""
    return ", ".join(
        f"({values.get(feature.name, 'NULL')})::{'BIGINT' if feature.integer else 'DOUBLE'} AS {feature.name}"
        for feature in FEATURES
    )


def _by_window(last_day: str, name: str) -> str:
    return ", ".join(f"count(*) FILTER ({last_day} > {{last}} - {days}) AS {name}_{days}" for days in WINDOWS)


def _talk_classes() -> str:
    bounds = [-1, *(bound * 1_000_000 for bound in TALK_CLASSES), 1 << 62]
    return ", ".join(
        f"count(*) FILTER (ok AND duration > {bounds[n]} AND duration <= {bounds[n + 1]}) AS {name}"
        for n, name in enumerate(_TALKS)
    )


def _median() -> str:
    cases = [
        f"WHEN 2 * ({' + '.join(_TALKS[: n + 1])}) >= answered THEN {float(bound)}"
        for n, bound in enumerate((*TALK_CLASSES, TALK_CLASSES[-1]))
    ]
    return f"CASE WHEN answered = 0 THEN NULL {' '.join(cases)} END"
