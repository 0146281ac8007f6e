"""The features in plain Python, straight from the calls: what the engines are held to."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

from clearbell.discovery.features import BANDS, FEATURES, LOOKBACK, TALK_CLASSES, UnitKind
from clearbell.records.model import CallRecord, Disposition

DAY = 86_400_000_000
HOUR = 3_600_000_000
MINUTE = 60_000_000


def features(calls: list[CallRecord], rules, day: int, window: int) -> dict[tuple[str, str], dict[str, float | None]]:
    """(kind, unit) → feature → value, of the windows that end with ``day``."""
    world = _World(calls, rules)
    found = {}
    for kind in UnitKind:
        for unit in world.units(kind, day - window + 1, day):
            row = dict.fromkeys(feature.name for feature in FEATURES)
            row.update(world.row(kind, unit, day - window + 1, day))
            found[kind.value, str(unit)] = row
    return found


def _share(top, bottom):
    return top / bottom if bottom else None


class _World:
    def __init__(self, calls, rules):
        self.calls = calls
        self.rules = rules

    def day(self, call):
        return (call.start + self.rules.utc_offset_minutes * MINUTE) // DAY

    def hour(self, call):
        return (call.start + self.rules.utc_offset_minutes * MINUTE) // HOUR

    def minute(self, call):
        return (call.start + self.rules.utc_offset_minutes * MINUTE) % DAY // MINUTE

    def refused(self, call):
        if call.cause == 607:
            return True
        if call.cause in (21, 603) and call.disposition is not Disposition.REFUSED:
            return True
        return call.answered and call.hangup == "callee" and call.duration <= self.rules.refusal

    def of(self, kind, unit, first, last):
        return [call for call in self.calls if getattr(call, kind.value) == unit and first <= self.day(call) <= last]

    def units(self, kind, first, last):
        return {
            unit
            for call in self.calls
            if first <= self.day(call) <= last and (unit := getattr(call, kind.value)) not in (0, "")
        }

    def row(self, kind, unit, first, last):
        row = {}
        if kind in (UnitKind.CALLER, UnitKind.CALLEE):
            row |= self.incoming(unit, first, last)
        if kind is not UnitKind.CALLEE:
            row |= self.outgoing(kind, unit, first, last)
        return row

    def incoming(self, number, first, last):
        calls = self.of(UnitKind.CALLEE, number, first, last)
        by_hour = defaultdict(list)
        for call in calls:
            by_hour[self.hour(call)].append(call)
        answered = sum(call.answered for call in calls)
        return {
            "in_attempts": len(calls),
            "in_answered": answered,
            "in_answer_share": _share(answered, len(calls)),
            "in_callers": len({call.caller for call in calls} - {0}),
            "in_hour_max": max(map(len, by_hour.values()), default=0),
            "in_callers_hour_max": max((len({c.caller for c in ones} - {0}) for ones in by_hour.values()), default=0),
        }

    def outgoing(self, kind, unit, first, last):
        rules = self.rules
        calls = self.of(kind, unit, first, last)
        n = len(calls)
        talks = [call for call in calls if call.answered]
        rang = [call for call in calls if call.ring > 0]
        days = sorted({self.day(call) for call in calls})
        by_day = {day: [call for call in calls if self.day(call) == day] for day in days}
        callees = {call.callee for call in calls}
        long_ago = self.of(kind, unit, min(days) - 3 * LOOKBACK, last)
        day_callees = [(day, callee) for day in days for callee in {call.callee for call in by_day[day]}]
        active = defaultdict(set)
        refusals = defaultdict(list)
        for call in long_ago:
            active[call.callee].add(self.day(call))
            if self.refused(call):
                refusals[call.callee].append(call)

        def count(test):
            return sum(1 for call in calls if test(call))

        def of_attempts(test):
            return count(test) / n

        row = {
            "attempts": n,
            "answered": len(talks),
            "answer_share": len(talks) / n,
            "attempts_day_max": max(map(len, by_day.values())),
            "attempts_hour_max": max(Counter(map(self.hour, calls)).values()),
            "screened_share": of_attempts(lambda c: c.disposition is Disposition.REFUSED),
            "failed_share": of_attempts(lambda c: c.disposition is Disposition.FAILED),
            "busy_share": of_attempts(lambda c: c.disposition is Disposition.BUSY),
            "talk_mean_s": _share(sum(c.duration for c in talks) / 1e6, len(talks)),
            "talk_median_s": _median([c.duration for c in talks]),
            "short_share": _share(sum(c.duration <= rules.short for c in talks), len(talks)),
            "silent_share": _share(sum(c.duration < rules.silent and c.hangup == "caller" for c in talks), len(talks)),
            "callee_hangup_share": _share(sum(c.hangup == "callee" for c in talks), len(talks)),
            "ring_mean_s": _share(sum(c.ring for c in rang) / 1e6, len(rang)),
            "one_ring_share": of_attempts(
                lambda c: not c.answered and c.hangup == "caller" and 0 < c.ring <= rules.one_ring
            ),
            "peak_concurrency": max(map(_peak, by_day.values())),
            "callees": len(callees),
            "callee_share": len(callees) / n,
            "callee_day_max": max(Counter((self.day(c), c.callee) for c in calls).values()),
            "callee_hour_max": max(Counter((self.hour(c), c.callee) for c in calls).values()),
            "new_callee_share": _share(sum(d - 1 not in active[c] for d, c in day_callees), len(day_callees)),
            "first_callee_share": _share(
                sum(not any(d - LOOKBACK < other < d for other in active[c]) for d, c in day_callees), len(day_callees)
            ),
            "shared_callee_share": _share(self.shared(kind, unit, day_callees), len(day_callees)),
            "neighbour_share": of_attempts(lambda c: c.caller and c.caller // 10_000 == c.callee // 10_000),
            "refused": count(self.refused),
            "refused_share": of_attempts(self.refused),
            "refusing_callees": len({c.callee for c in calls if self.refused(c)}),
            "repeats_after_refusal": count(
                lambda c: any(
                    self.day(c) - LOOKBACK < self.day(r) < self.day(c)
                    or (self.day(r) == self.day(c) and r.start < c.start)
                    for r in refusals[c.callee]
                )
            ),
            "foreign_home_share": of_attempts(
                lambda c: c.trunk in rules.foreign_trunks and str(c.caller).startswith(str(rules.country))
            ),
            "attested_a_share": of_attempts(lambda c: c.attestation == "a"),
            "attested_b_share": of_attempts(lambda c: c.attestation == "b"),
            "attested_c_share": of_attempts(lambda c: c.attestation == "c"),
            "attestation_failed_share": of_attempts(lambda c: c.attestation == "failed"),
            "out_of_hours_share": of_attempts(lambda c: not rules.opens <= self.minute(c) < rules.closes),
            "active_days": len(days),
            "age_days": last - min(d for d in map(self.day, long_ago) if d > last - LOOKBACK),
        }
        for hour in BANDS:
            row[f"hours_{hour:02d}_share"] = of_attempts(lambda c, hour=hour: hour <= self.minute(c) // 60 < hour + 3)
        row |= self.regions(by_day, n)
        if kind is not UnitKind.TRUNK:
            row |= self.rhythm(by_day)
        if kind is UnitKind.CALLER:
            callers = {c.caller for c in self.of(UnitKind.CALLEE, unit, first, last)}
            mutual = len((callees & callers) - {unit})
            row |= {"mutual_callees": mutual, "mutual_share": mutual / len(callees)}
        else:
            row["callers"] = len({c.caller for c in calls} - {0})
        return row

    def shared(self, kind, unit, day_callees):
        wanted = set(day_callees)
        found = set()
        for call in self.calls:
            key = self.day(call), call.callee
            if key not in wanted or getattr(call, kind.value) != unit:
                continue
            if kind is UnitKind.CALLER and not call.trunk:
                continue
            same = "trunk" if kind is UnitKind.CALLER else kind.value
            others = {
                other.caller
                for other in self.calls
                if (self.day(other), other.callee) == key and getattr(other, same) == getattr(call, same)
            }
            if len(others) > 1:
                found.add(key)
        return len(found)

    def regions(self, by_day, n):
        bits, same, pairs, most = 0.0, 0, 0, 0
        for calls in by_day.values():
            counts = Counter(_region(call.callee) for call in calls if call.callee > 0)
            total = sum(counts.values())
            bits -= sum(count * math.log2(count / total) for count in counts.values())
            same += sum(count * (count - 1) for count in counts.values())
            pairs += total * (total - 1)
            most = max(most, len(counts))
        return {
            "regions_day_max": most,
            "region_entropy": bits / n,
            "region_spread": 1 - same / pairs if pairs else None,
        }

    def rhythm(self, by_day):
        gaps, pairs, regular, steps = [], 0, 0, 0
        for calls in by_day.values():
            ordered = sorted(calls, key=lambda c: (c.start, c.callee))
            mine = [b.start // 1000 - a.start // 1000 for a, b in itertools.pairwise(ordered)]
            gaps += mine
            pairs += max(len(mine) - 1, 0)
            regular += sum(abs(b - a) <= self.rules.regular_gap for a, b in itertools.pairwise(mine))
            steps += sum(1 <= b.callee - a.callee <= self.rules.sequential_step for a, b in itertools.pairwise(ordered))
        mean = sum(gaps) / len(gaps) if gaps else None
        variation = None
        if mean:
            variation = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) / mean
        return {
            "gaps": len(gaps),
            "gap_mean_s": None if mean is None else mean / 1000,
            "gap_variation": variation,
            "regular_gap_share": _share(regular, pairs),
            "sequential_share": _share(steps, len(gaps)),
        }


def _median(talks):
    if not talks:
        return None
    middle = sorted(talks)[(len(talks) - 1) // 2]
    return next((float(bound) for bound in TALK_CLASSES if middle <= bound * 1_000_000), float(TALK_CLASSES[-1]))


def _peak(calls):
    times = [(c.start, c.start + c.ring + c.duration) for c in calls]
    return max(sum(begin <= at < end for begin, end in times) for at, _ in times)


def _region(number):
    text = str(number)
    if len(text) == 13 and text[:3] == "861" and text[3] in "3456789":
        return text[:9]
    if len(text) == 12 and text.startswith(("8610", "862")):
        return text[:4]
    if len(text) == 13 and text[:2] == "86" and text[2] in "3456789":
        return text[:5]
    if len(text) >= 11:
        return text[:-7]
    return text
