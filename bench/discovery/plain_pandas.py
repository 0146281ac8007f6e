"""The same features in a plain pandas script: grouped frames straight from the calls, for one last day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from clearbell.discovery.features import BANDS, FEATURES, TALK_CLASSES, WINDOWS
from clearbell.discovery.features_table import SCHEMA
from clearbell.discovery.partials.rules import Rules

_DAY, _HOUR, _MINUTE = 86_400_000_000, 3_600_000_000, 60_000_000
_TALKS = [f"talk_{place}" for place in range(len(TALK_CLASSES) + 1)]
_BANDS = [f"hours_{hour:02d}" for hour in BANDS]
_KEYS = ["unit", "day"]


def features_in_pandas(files: Sequence[Path], rules: Rules, last: int, out: Path) -> int:
    """Write the feature rows of the windows that end on day ``last``; returns how many."""
    calls = _calls(files, rules)
    calls = calls[calls.day > last - 59]
    trunk_pairs = _pairs(calls[calls.trunk != ""], "trunk")
    callers = calls[calls.caller > 0]
    pairs = {
        "caller": _pairs(callers, "caller"),
        "holder": _pairs(calls[calls.holder != ""], "holder"),
        "trunk": trunk_pairs,
    }
    incoming = _incoming(calls[(calls.callee != 0) & (calls.day > last - 30)])
    made = []
    for kind, nobody in (("caller", 0), ("holder", ""), ("trunk", "")):
        mine = calls[calls[kind] != nobody].rename(columns={kind: "unit"})
        if kind != "caller":
            mine["unit"] = mine.unit.astype(str)
        days = _days(mine[mine.day > last - 30], pairs[kind], kind, rules, last)
        if kind == "caller":
            days["shared"] = _shared(callers, trunk_pairs, last).reindex(days.index).fillna(0)
        made += [
            _outgoing(kind, days, mine, pairs[kind], incoming, pairs["caller"], last, window) for window in WINDOWS
        ]
    made += [_incoming_rows(incoming, pairs["caller"], last, window) for window in WINDOWS]
    frame = pd.concat(made, ignore_index=True)
    for feature in FEATURES:
        if feature.name not in frame:
            frame[feature.name] = None
        frame[feature.name] = frame[feature.name].astype("Int64" if feature.integer else "float64")
    frame["unit"] = frame.unit.astype(str)
    frame[SCHEMA.names].to_parquet(out, compression="zstd", index=False)
    return len(frame)


def _calls(files: Sequence[Path], rules: Rules) -> pd.DataFrame:
    parts = [
        pq.read_table(file, columns=[
            "start", "caller", "callee", "holder", "trunk", "ring", "duration", "disposition", "hangup", "cause", "attestation",
        ]).to_pandas()
        for file in files
    ]  # fmt: skip
    words = ["holder", "trunk", "disposition", "hangup", "attestation"]
    for word in words:
        kind = pd.CategoricalDtype(sorted({value for part in parts for value in part[word].cat.categories}))
        for part in parts:
            part[word] = part[word].astype(kind)
    c = pd.concat(parts, ignore_index=True)
    del parts
    local = c.start + rules.utc_offset_minutes * _MINUTE
    c["day"], c["hour"], c["minute"] = local // _DAY, local // _HOUR, local % _DAY // _MINUTE
    c["end"] = c.start + c.ring + c.duration
    c["ok"] = c.disposition == "answered"
    c["refuses"] = (
        (c.cause == 607)
        | (c.cause.isin([21, 603]) & (c.disposition != "refused"))
        | (c.ok & (c.hangup == "callee") & (c.duration <= rules.refusal))
    )
    c["refused_at"] = c.start.where(c.refuses)
    return c


def _pairs(calls: pd.DataFrame, kind: str) -> pd.DataFrame:
    """A row a day, unit and callee, with the earlier day on which it was called, or had refused."""
    c = calls.rename(columns={kind: "unit"}) if kind != "caller" else calls.assign(unit=calls.caller)
    if kind != "caller":
        c = c.assign(unit=c.unit.astype(str))
    hourly = c.groupby(["unit", "callee", "day", "hour"], sort=False).agg(
        attempts=("start", "size"), refused_at=("refused_at", "min"), low=("caller", "min"), high=("caller", "max")
    )
    pairs = hourly.groupby(["unit", "callee", "day"]).agg(
        attempts=("attempts", "sum"), hour_max=("attempts", "max"), refused_at=("refused_at", "min"), low=("low", "min"),
        high=("high", "max"),
    ).reset_index()  # fmt: skip
    grouped = pairs.groupby(["unit", "callee"], sort=False)
    pairs["before"] = grouped.day.shift()
    pairs["refused_day"] = pairs.day.where(pairs.refused_at.notna())
    held = pairs.groupby(["unit", "callee"], sort=False).refused_day.ffill()
    pairs["refused_before"] = held.groupby([pairs.unit, pairs.callee], sort=False).shift()
    again = pairs[pairs.refused_at.notna() & (pairs.attempts > 1)][["unit", "callee", "day", "refused_at"]]
    later = c[["unit", "callee", "day", "start"]].merge(again, on=["unit", "callee", "day"])
    after = later[later.start > later.refused_at].groupby(["unit", "callee", "day"]).size().rename("after")
    pairs = pairs.merge(after, how="left", left_on=["unit", "callee", "day"], right_index=True)
    pairs["after"] = pairs.after.fillna(0)
    return pairs


def _days(c: pd.DataFrame, pairs: pd.DataFrame, kind: str, rules: Rules, last: int) -> pd.DataFrame:
    ok, by_caller = c.ok, c.hangup == "caller"
    caller = c.unit if kind == "caller" else c.caller
    bounds = [-1, *(bound * 1_000_000 for bound in TALK_CLASSES), 1 << 62]
    foreign = pd.Series(False, c.index)
    if rules.foreign_trunks:
        trunk = c.unit if kind == "trunk" else c.trunk
        foreign = trunk.isin(rules.foreign_trunks) & caller.astype(str).str.startswith(str(rules.country))
    counted = {
        "attempts": pd.Series(1, c.index), "answered": ok, "screened": c.disposition == "refused",
        "failed": c.disposition == "failed", "busy": c.disposition == "busy", "talk": c.duration.where(ok, 0),
        "short": ok & (c.duration <= rules.short), "silent": ok & by_caller & (c.duration < rules.silent),
        "callee_hangups": ok & (c.hangup == "callee"), "rang": c.ring > 0, "ring": c.ring,
        "one_ring": ~ok & by_caller & c.ring.between(1, rules.one_ring), "refused": c.refuses,
        "neighbour": (caller > 0) & (caller // 10_000 == c.callee // 10_000), "foreign_home": foreign,
        "a": c.attestation == "a", "b": c.attestation == "b", "c": c.attestation == "c",
        "attestation_failed": c.attestation == "failed",
        "out_of_hours": (c.minute < rules.opens) | (c.minute >= rules.closes), "lasting": c.end > c.start,
        **{band: c.minute // 180 == n for n, band in enumerate(_BANDS)},
        **{name: ok & (c.duration > bounds[n]) & (c.duration <= bounds[n + 1]) for n, name in enumerate(_TALKS)},
    }  # fmt: skip
    flags = pd.DataFrame({name: column.astype("int64") for name, column in counted.items()})
    days = flags.assign(unit=c.unit, day=c.day).groupby(_KEYS).sum()
    del flags, counted
    if kind != "trunk":
        days = days.join(_rhythm(c, rules))
    days = days.join(c.groupby([*_KEYS, "hour"]).size().groupby(_KEYS).max().rename("hour_max"))
    days = days.join(_peaks(c)).join(_pair_days(pairs[pairs.day > last - 30]))
    days = days.join(_regions(pairs[(pairs.callee > 0) & (pairs.day > last - 30)]))
    days["peak"] = days.peak.fillna((days.lasting > 0).astype("int64"))
    return days.fillna(0)


def _rhythm(c: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    s = c[[*_KEYS, "start", "callee"]].sort_values([*_KEYS, "start", "callee"])
    grouped = s.groupby(_KEYS, sort=False)
    milli = s.start // 1000
    before = milli.groupby([s.unit, s.day], sort=False).shift()
    gap = milli - before
    gap_before = gap.groupby([s.unit, s.day], sort=False).shift()
    step = s.callee - grouped.callee.shift()
    told = pd.DataFrame(
        {
            "gaps": gap.notna().astype("int64"), "gap_sum": gap.fillna(0).astype("int64"),
            "gap_squares": (gap * gap).fillna(0).astype("int64"), "gap_pairs": gap_before.notna().astype("int64"),
            "regular": ((gap - gap_before).abs() <= rules.regular_gap).astype("int64"),
            "sequential": step.between(1, rules.sequential_step).astype("int64"), "unit": s.unit, "day": s.day,
        }
    )  # fmt: skip
    return told.groupby(_KEYS).sum()


def _peaks(c: pd.DataFrame) -> pd.Series:
    lasting = c[c.end > c.start]
    events = pd.concat(
        [
            lasting[[*_KEYS, "start"]].rename(columns={"start": "at"}).assign(step=1),
            lasting[[*_KEYS, "end"]].rename(columns={"end": "at"}).assign(step=-1),
        ]
    ).sort_values([*_KEYS, "at", "step"])
    events["running"] = events.groupby(_KEYS, sort=False).step.cumsum()
    return events.groupby(_KEYS, sort=False).running.max().rename("peak")


def _pair_days(pairs: pd.DataFrame) -> pd.DataFrame:
    told = pd.DataFrame(
        {
            "unit": pairs.unit, "day": pairs.day, "day_callees": 1, "callee_day_max": pairs.attempts,
            "callee_hour_max": pairs.hour_max,
            "new_callees": (pairs.before.fillna(0) < pairs.day - 1).astype("int64"),
            "first_callees": (pairs.before.fillna(0) <= pairs.day - 30).astype("int64"),
            "repeats": pairs.attempts.where(pairs.refused_before > pairs.day - 30, pairs.after),
            "shared": (pairs.low < pairs.high).astype("int64"),
        }
    )  # fmt: skip
    sums = ["day_callees", "new_callees", "first_callees", "repeats", "shared"]
    grouped = told.groupby(_KEYS)
    return grouped[sums].sum().join(grouped[["callee_day_max", "callee_hour_max"]].max())


def _regions(pairs: pd.DataFrame) -> pd.DataFrame:
    n = pairs.callee
    wide = n.between(861_000_000_000, 861_099_999_999) | n.between(862_000_000_000, 862_999_999_999)
    wide |= n.between(8_630_000_000_000, 8_699_999_999_999)
    region = np.select(
        [n.between(8_613_000_000_000, 8_619_999_999_999), wide, n >= 10_000_000_000],
        [n // 10_000, n // 100_000_000, n // 10_000_000],
        n,
    )
    count = pairs.assign(region=region).groupby([*_KEYS, "region"]).attempts.sum().reset_index()
    count["same"] = count.attempts * (count.attempts - 1)
    count["bits"] = count.attempts * np.log2(count.attempts)
    days = count.groupby(_KEYS).agg(
        regions=("region", "size"), all=("attempts", "sum"), region_same=("same", "sum"), bits=("bits", "sum")
    )
    days["region_pairs"] = days["all"] * (days["all"] - 1)
    days["region_bits"] = days["all"] * np.log2(days["all"]) - days.bits
    return days[["regions", "region_same", "region_pairs", "region_bits"]]


def _shared(callers: pd.DataFrame, trunk_pairs: pd.DataFrame, last: int) -> pd.Series:
    crowded = trunk_pairs[(trunk_pairs.low < trunk_pairs.high) & (trunk_pairs.day > last - 30)]
    mine = callers[["day", "caller", "trunk", "callee"]].assign(trunk=callers.trunk.astype(str))
    met = mine.merge(
        crowded[["day", "unit", "callee"]].rename(columns={"unit": "trunk"}), on=["day", "trunk", "callee"]
    )
    unique = met[["caller", "day", "callee"]].drop_duplicates().rename(columns={"caller": "unit"})
    return unique.groupby(_KEYS).size()


def _incoming(c: pd.DataFrame) -> pd.DataFrame:
    keys = ["callee", "day", "hour"]
    by_caller = c.groupby([*keys, "caller"], sort=False).agg(n=("ok", "size"), answered=("ok", "sum")).reset_index()
    by_caller["known"] = (by_caller.caller > 0).astype("int64")
    hourly = by_caller.groupby(keys, sort=False).agg(
        n=("n", "sum"), answered=("answered", "sum"), callers=("known", "sum")
    )
    days = hourly.groupby(["callee", "day"], sort=False).agg(
        in_attempts=("n", "sum"),
        in_answered=("answered", "sum"),
        in_hour_max=("n", "max"),
        in_callers_hour_max=("callers", "max"),
    )
    return days.reset_index().rename(columns={"callee": "unit"})


def _incoming_of(incoming: pd.DataFrame, caller_pairs: pd.DataFrame, first: int) -> pd.DataFrame:
    days = incoming[incoming.day >= first].groupby("unit")
    got = days[["in_attempts", "in_answered"]].sum().join(days[["in_hour_max", "in_callers_hour_max"]].max())
    met = caller_pairs[caller_pairs.day >= first][["unit", "callee"]].drop_duplicates()
    got = got.join(met.groupby("callee").size().rename("in_callers")).fillna({"in_callers": 0})
    got["in_answer_share"] = got.in_answered / got.in_attempts
    return got


def _incoming_rows(incoming: pd.DataFrame, caller_pairs: pd.DataFrame, last: int, window: int) -> pd.DataFrame:
    got = _incoming_of(incoming, caller_pairs, last - window + 1).reset_index()
    return got.assign(unit_kind="callee", day=last, window=window, unit=got.unit.astype(str))


def _outgoing(
    kind: str, days: pd.DataFrame, calls: pd.DataFrame, pairs: pd.DataFrame, incoming: pd.DataFrame,
    caller_pairs: pd.DataFrame, last: int, window: int,
) -> pd.DataFrame:  # fmt: skip
    first = last - window + 1
    mine = days[days.index.get_level_values("day") >= first]
    largest = ["attempts", "hour_max", "peak", "callee_day_max", "callee_hour_max", "regions"]
    m = mine.groupby("unit").sum()
    most = mine[largest].groupby("unit").max()
    row = pd.DataFrame(index=m.index)
    n, answered = m.attempts, m.answered.where(m.answered > 0)
    row["attempts"], row["answered"], row["answer_share"] = n, m.answered, m.answered / n
    row["attempts_day_max"], row["attempts_hour_max"], row["peak_concurrency"] = most.attempts, most.hour_max, most.peak
    row["callee_day_max"], row["callee_hour_max"], row["regions_day_max"] = (
        most.callee_day_max, most.callee_hour_max, most.regions,
    )  # fmt: skip
    for name in (
        "screened",
        "failed",
        "busy",
        "one_ring",
        "neighbour",
        "refused",
        "foreign_home",
        "out_of_hours",
        *_BANDS,
    ):
        row[f"{name}_share"] = m[name] / n
    for name in ("a", "b", "c"):
        row[f"attested_{name}_share"] = m[name] / n
    row["attestation_failed_share"] = m.attestation_failed / n
    row["talk_mean_s"], row["ring_mean_s"] = m.talk / answered / 1e6, m.ring / m.rang.where(m.rang > 0) / 1e6
    row["short_share"], row["silent_share"] = m.short / answered, m.silent / answered
    row["callee_hangup_share"] = m.callee_hangups / answered
    reached = m[_TALKS].cumsum(axis=1) * 2
    row["talk_median_s"] = np.select(
        [(m.answered > 0) & (reached[name] >= m.answered) for name in _TALKS],
        [float(bound) for bound in (*TALK_CLASSES, TALK_CLASSES[-1])],
        np.nan,
    )
    met = pairs[pairs.day >= first]
    distinct = met[["unit", "callee"]].drop_duplicates()
    row["callees"] = distinct.groupby("unit").size()
    row["callee_share"] = row.callees / n
    row["refusing_callees"] = (
        met[met.refused_at.notna()][["unit", "callee"]]
        .drop_duplicates()
        .groupby("unit")
        .size()
        .reindex(row.index)
        .fillna(0)
    )
    for name in ("new_callee", "first_callee"):
        row[f"{name}_share"] = m[f"{name}s"] / m.day_callees
    row["shared_callee_share"] = m.shared / m.day_callees
    row["refused"], row["repeats_after_refusal"] = m.refused, m.repeats
    row["region_entropy"], row["region_spread"] = (
        m.region_bits / n,
        1 - m.region_same / m.region_pairs.where(m.region_pairs > 0),
    )
    row["active_days"] = mine.groupby("unit").size()
    begun = days.reset_index()[_KEYS].groupby("unit").day.min()
    row["age_days"] = last - begun.reindex(row.index)
    if kind != "trunk":
        gaps = m.gaps.where(m.gaps > 0)
        mean = m.gap_sum / gaps
        row["gaps"], row["gap_mean_s"] = m.gaps, mean / 1000
        row["gap_variation"] = np.sqrt((m.gap_squares / gaps - mean * mean).clip(lower=0)) / mean.where(mean > 0)
        row["regular_gap_share"] = m.regular / m.gap_pairs.where(m.gap_pairs > 0)
        row["sequential_share"] = m.sequential / gaps
    if kind == "caller":
        back = distinct.rename(columns={"unit": "callee", "callee": "unit"})
        both = distinct.merge(back, on=["unit", "callee"])
        both = both[both.unit != both.callee].groupby("unit").size()
        row["mutual_callees"] = both.reindex(row.index).fillna(0)
        row["mutual_share"] = row.mutual_callees / row.callees
        got = _incoming_of(incoming, caller_pairs, first).reindex(row.index)
        share = got.pop("in_answer_share")
        row = row.join(got.fillna(0)).assign(in_answer_share=share)
    else:
        through = calls[(calls.caller > 0) & (calls.day >= first)][["unit", "caller"]].drop_duplicates()
        row["callers"] = through.groupby("unit").size().reindex(row.index).fillna(0)
    row = row.reset_index()
    return row.assign(unit_kind=kind, day=last, window=window, unit=row.unit.astype(str))
