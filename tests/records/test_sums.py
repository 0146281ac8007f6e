"""Summaries of a caller's calls against the same figures counted one by one."""

from __future__ import annotations

import random

from clearbell.calls import DAY, HOUR, SECOND
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.pseudonyms import Pseudonyms
from clearbell.records.sums import CallSums, busiest_of, sums_of

START = 20_500 * DAY
ONE, TWO, OTHER = 8613800000001, 8613800000002, 8613800000003


def some_calls(count=600):
    draw = random.Random(3)
    for place in range(count):
        kind = draw.choice(list(Disposition))
        caller = draw.choice((ONE, TWO, TWO, OTHER))
        yield CallRecord(
            str(place), "switch", START + draw.randrange(3 * DAY), caller, 8613900000000 + draw.randrange(40),
            holder="" if caller == OTHER else "H", duration=draw.randrange(60) * SECOND, disposition=kind,
        )  # fmt: skip


def test_sums_are_those_of_counting_each_call(tmp_path):
    calls = list(some_calls())
    lake = Lake(tmp_path, 480)
    lake.append("a", calls)
    since, until = START + HOUR, START + 2 * DAY
    for numbers, holders in (({ONE}, ()), ((), {"H"}), ({OTHER}, {"H"})):
        mine = [c for c in calls if since <= c.start < until and (c.caller in numbers or c.holder in holders)]
        talked = [c for c in mine if c.disposition is Disposition.ANSWERED]
        hours = [0] * 24
        for one in mine:
            hours[(one.start // HOUR + 8) % 24] += 1
        assert sums_of(lake, numbers, holders, since, until, 10) == CallSums(
            since,
            until,
            attempts=len(mine),
            answered=len(talked),
            refused=sum(c.disposition is Disposition.REFUSED for c in mine),
            short=sum(c.duration < 10 * SECOND for c in talked),
            callees=len({c.callee for c in mine}),
            talk=sum(c.duration for c in talked),
            hours=tuple(hours),
        )


def test_without_calls_everything_is_nought_and_nothing_fails(tmp_path):
    lake = Lake(tmp_path, 480)
    assert sums_of(lake, {ONE}, (), START, START + DAY, 10) == CallSums(START, START + DAY)
    assert busiest_of(lake, "H", START, START + DAY, 3) == []


def test_of_a_holder_the_numbers_that_called_most_come_first(tmp_path):
    lake = Lake(tmp_path, 480)
    lake.append("a", some_calls())
    assert busiest_of(lake, "H", START, START + 3 * DAY, 3) == [TWO, ONE]
    assert busiest_of(lake, "H", START, START + 3 * DAY, 1) == [TWO]
    assert busiest_of(lake, "nobody", START, START + 3 * DAY, 3) == []


def test_called_people_are_counted_under_their_pseudonyms(tmp_path):
    lake = Lake(tmp_path, 480, Pseudonyms(b"k" * 32))
    calls = list(some_calls())
    lake.append("a", calls)
    found = sums_of(lake, {ONE}, (), START, START + 3 * DAY, 10)
    assert found.callees == len({c.callee for c in calls if c.caller == ONE})
