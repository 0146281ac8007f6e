"""Timelines and graphs as inline SVG. Colours are the page's (CSS classes), so that they follow its light or dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from clearbell.discovery.campaigns.model import Campaign, Chapter
from clearbell.discovery.findings.model import Sighting
from clearbell.discovery.running import date_of
from clearbell.numbering import mask

_CELL, _GAP, _TALL = 16, 3, 44
_DAYS = 30
"""Days that a timeline shows at most."""
_NODES = 48
"""Numbers that a graph shows at most."""
_SIZE = 360


def timeline(sightings: Sequence[Sighting], day: int, feature: str) -> str:
    """A bar for each day: how much of ``feature`` there was, coloured by level; a dot where nothing was found."""
    seen = {one.day: one for one in sightings if one.day <= day}
    if not seen:
        return ""
    first = max(min(seen), day - _DAYS + 1)
    days = range(first, day + 1)
    top = max((one.evidence.get(feature, 1.0) for one in seen.values()), default=1.0) or 1.0
    width = len(days) * (_CELL + _GAP) + 90
    bars = []
    for place, at in enumerate(days):
        x = place * (_CELL + _GAP)
        one = seen.get(at)
        if one is None:
            bars.append(f'<circle class="none" cx="{x + _CELL / 2}" cy="{_TALL - 2}" r="1.5"/>')
            continue
        tall = max(3.0, one.evidence.get(feature, 1.0) / top * (_TALL - 4))
        value = f"{date_of(at)}: {one.evidence.get(feature, 0.0):.0f}"
        bars.append(
            f'<rect class="{one.level.value}" x="{x}" y="{_TALL - tall:.1f}" width="{_CELL}" height="{tall:.1f}" rx="2">'
            f"<title>{value}</title></rect>"
        )
    last = (len(days) - 1) * (_CELL + _GAP)
    labels = f'<text x="0" y="{_TALL + 14}">{date_of(first):%m-%d}</text>'
    if len(days) > 4:
        labels += f'<text x="{last + _CELL}" y="{_TALL + 14}" text-anchor="end">{date_of(day):%m-%d}</text>'
    return f'<svg class="timeline" role="img" width="{width}" height="{_TALL + 18}">{"".join(bars)}{labels}</svg>'


def story(chapters: Sequence[Chapter], day: int) -> str:
    """Numbers of a campaign by day: joined above the line, left below it."""
    known = {one.day: one for one in chapters if one.day <= day}
    if not known:
        return ""
    first = max(min(known), day - _DAYS + 1)
    most = max(max(one.joined, one.left) for one in known.values())
    middle = 46
    parts = []
    for place, at in enumerate(range(first, day + 1)):
        x = place * (_CELL + _GAP)
        one = known.get(at)
        for count, kind in ((one.joined, "joined"), (one.left, "left")) if one else ():
            if count:
                tall = max(3.0, count / most * 28)
                y = middle - tall if kind == "joined" else middle
                text = middle - tall - 3 if kind == "joined" else middle + tall + 11
                sign = "+" if kind == "joined" else "−"
                parts.append(
                    f'<rect class="{kind}" x="{x}" y="{y:.1f}" width="{_CELL}" height="{tall:.1f}" rx="2"/>'
                    f'<text x="{x + _CELL / 2}" y="{text:.1f}" text-anchor="middle">{sign}{count}</text>'
                )
    days = day - first + 1
    wide = days * (_CELL + _GAP)
    parts.append(f'<line class="axis" x1="0" x2="{wide}" y1="{middle}" y2="{middle}"/>')
    parts.append(f'<text x="{wide + 6}" y="{middle + 4}">{date_of(first):%m-%d} – {date_of(day):%m-%d}</text>')
    return f'<svg class="timeline" role="img" width="{wide + 110}" height="92">{"".join(parts)}</svg>'


def graph(campaign: Campaign) -> str:
    """Numbers on a ring, the most tied ones first; lines are ties, the thicker the heavier."""
    weight: dict[int, float] = dict.fromkeys(campaign.numbers, 0.0)
    for link in campaign.links:
        for end in (link.one, link.other):
            if end in weight:
                weight[end] += link.weight
    shown = sorted(weight, key=lambda number: (-weight[number], number))[:_NODES]
    places = _ring(sorted(shown))
    heaviest = max((link.weight for link in campaign.links), default=1.0)
    lines = []
    for link in campaign.links:
        if link.one in places and link.other in places:
            (x1, y1), (x2, y2) = places[link.one], places[link.other]
            share = link.weight / heaviest
            lines.append(
                f'<line class="tie" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                f'stroke-width="{0.4 + share * 1.4:.2f}" stroke-opacity="{_opacity(len(campaign.links)) * share:.3f}"/>'
            )
    dots = []
    for number, (x, y) in places.items():
        dots.append(
            f'<circle class="number" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{escape(mask(number))}</title></circle>'
        )
        if len(places) <= 16:
            dots.append(_label(number, x, y))
    return (
        f'<svg class="graph" role="img" viewBox="0 0 {_SIZE + 200} {_SIZE}" width="{_SIZE + 200}" height="{_SIZE}">'
        f"{''.join(lines)}{''.join(dots)}</svg>"
    )


def _opacity(links: int) -> float:
    return max(0.12, min(0.9, 60 / max(1, links)))


def _ring(numbers: Sequence[int]) -> Mapping[int, tuple[float, float]]:
    middle, radius = _SIZE / 2, _SIZE / 2 - 24
    places = {}
    for place, number in enumerate(numbers):
        turn = 2 * math.pi * place / max(1, len(numbers)) - math.pi / 2
        places[number] = (middle + 100 + radius * math.cos(turn), middle + radius * math.sin(turn))
    return places


def _label(number: int, x: float, y: float) -> str:
    right = x >= _SIZE / 2 + 100
    anchor = "start" if right else "end"
    return (
        f'<text x="{x + (9 if right else -9):.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(mask(number))}</text>'
    )
