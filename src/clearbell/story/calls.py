"""Calls on record as lines of a story: each run of calls that went the same way is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clearbell.calls import SECOND
from clearbell.records.model import CallRecord, Disposition
from clearbell.story.model import Event, Lane, Tone


def runs_of(calls: Sequence[CallRecord], barred: Sequence[tuple[int, int]], shown: Callable[[int], str]) -> list[Event]:
    """A line for each run of calls that were all refused or all went on, while its numbers were barred or were not.

    ``barred``: from when to when (µs UTC; an end of 0: until now) calls were restricted.
    """
    runs: list[list[CallRecord]] = []
    before: tuple[bool, bool] | None = None
    for one in sorted(calls, key=lambda call: (call.start, call.id)):
        way = (one.disposition is Disposition.REFUSED, _within(one.start, barred))
        if way != before:
            runs.append([])
            before = way
        runs[-1].append(one)
    return [_told(run, shown) for run in runs]


def _within(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at and (not end or at < end) for start, end in spans)


def _told(run: Sequence[CallRecord], shown: Callable[[int], str]) -> Event:
    count, callees = len(run), len({one.callee for one in run})
    last = shown(run[-1].start)
    until = (f"(至 {last})", f" (until {last})") if count > 1 else ("", "")
    if run[0].disposition is Disposition.REFUSED:
        return Event(
            run[0].start,
            Lane.CALLS,
            f"呼叫 {count} 次均被拒绝{until[0]}",
            f"{_calls(count)} refused{until[1]}",
            tone=Tone.AGAINST,
        )
    answered = [one for one in run if one.answered]
    talk = sum(one.duration for one in answered) // SECOND
    return Event(
        run[0].start,
        Lane.CALLS,
        f"呼出 {count} 次,被叫 {callees} 个,接通 {len(answered)} 次,通话共 {talk} 秒{until[0]}",
        f"{_calls(count)} to {callees} number{'s' if callees > 1 else ''} went through, {len(answered)} answered, "
        f"{talk} s of talk{until[1]}",
    )


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"
