"""The timeline of a story as inline SVG. Colours are the page's (CSS classes), so that they follow its light or dark.

Seconds and weeks stand on one line: the room between two things grows with the logarithm of the time between them.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from html import escape

from clearbell.calls import DAY, SECOND
from clearbell.story.model import LANES, Event, Lane, Story

_LEFT, _WIDE, _ROW, _TOP = 104, 1000, 30, 26
_TICK = 128
"""Room between two times that are written."""


def timeline(story: Story, shown: Callable[[int], str]) -> str:
    """A lane for each thread, a mark for each thing that happened, a bar while calls were barred, a ring for a deadline."""
    if not story.events:
        return ""
    lanes = [lane for lane in LANES if any(event.lane is lane for event in story.events)]
    rows = {lane: _TOP + place * _ROW + _ROW // 2 for place, lane in enumerate(lanes)}
    last = max(event.at for event in story.events)
    dues = [e.deadline.due for e in story.events if e.deadline and e.deadline.due <= last]
    scale = _Scale([*(event.at for event in story.events), *dues])
    tall = _TOP + len(lanes) * _ROW
    parts = [_names(lane, rows[lane]) for lane in lanes]
    parts += _bars(story, rows, scale, tall)
    for event in story.events:
        parts += _mark(event, rows[event.lane], scale, last, shown)
    parts += _ticks(scale, tall, shown)
    return (
        f'<svg class="timeline" role="img" viewBox="0 0 {_LEFT + _WIDE + 20} {tall + 26}" '
        f'width="{_LEFT + _WIDE + 20}" height="{tall + 26}">{"".join(parts)}</svg>'
    )


class _Scale:
    """From times to places."""

    def __init__(self, times: Sequence[int]) -> None:
        self.times = sorted(set(times))
        room = [0.0]
        for one, other in zip(self.times, self.times[1:], strict=False):
            room.append(room[-1] + 1.0 + math.log2(1.0 + (other - one) / SECOND))
        whole = room[-1] or 1.0
        self._places = [_LEFT + 12 + one / whole * (_WIDE - 24) for one in room]

    def __call__(self, at: int) -> float:
        place = bisect.bisect_left(self.times, at)
        return self._places[min(place, len(self._places) - 1)]


def _names(lane: Lane, y: int) -> str:
    zh, en = LANES[lane]
    return (
        f'<line class="lane" x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{y}" y2="{y}"/>'
        f'<text lang="zh" class="name" x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{zh}</text>'
        f'<text lang="en" class="name" x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{en}</text>'
    )


def _bars(story: Story, rows: dict[Lane, int], scale: _Scale, tall: int) -> list[str]:
    parts = []
    for start, end in story.barred:
        x = scale(start)
        wide = max(3.0, (scale(end) if end and end <= scale.times[-1] else _LEFT + _WIDE) - x)
        parts.append(f'<rect class="span" x="{x:.1f}" y="{_TOP - 4}" width="{wide:.1f}" height="{tall - _TOP + 4}"/>')
        if Lane.SANCTION in rows:
            y = rows[Lane.SANCTION]
            parts.append(f'<rect class="barred" x="{x:.1f}" y="{y - 4}" width="{wide:.1f}" height="8" rx="4"/>')
    return parts


def _mark(event: Event, y: int, scale: _Scale, last: int, shown: Callable[[int], str]) -> list[str]:
    x = scale(event.at)
    title = escape(f"{shown(event.at)}\n{event.zh}\n{event.en}" + (f"\n#{event.seq} {event.who}" if event.seq else ""))
    parts = [f'<circle class="{event.tone.value}" cx="{x:.1f}" cy="{y}" r="5"><title>{title}</title></circle>']
    if event.evidence:
        parts.append(f'<circle class="kept" cx="{x:.1f}" cy="{y}" r="8"/>')
    if event.deadline and event.deadline.due <= last:
        to = scale(event.deadline.due)
        parts.append(f'<path class="due" d="M{to - 5:.1f} {y}l5 -5l5 5l-5 5z"/>')
    return parts


def _ticks(scale: _Scale, tall: int, shown: Callable[[int], str]) -> list[str]:
    parts, before, free = [], 0, 0.0
    for at in scale.times:
        x = scale(at)
        if x < free:
            continue
        said = shown(at)
        # The day once, and again when it changes.
        words = said[5:16] if not before or at - before >= DAY or said[:10] != shown(before)[:10] else said[11:]
        anchor = "end" if x > _LEFT + _WIDE - 70 else "start"
        parts.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{tall + 4}"/>')
        parts.append(f'<text x="{x:.1f}" y="{tall + 18}" text-anchor="{anchor}">{words}</text>')
        before, free = at, x + _TICK
    return parts
