"""Timelines and graphs as inline SVG. Colours are the page's (CSS classes), so that they follow its light or dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from clearbell.discovery.campaigns.model import Anchor, Campaign, Chapter, Tie
from clearbell.discovery.findings.model import Sighting
from clearbell.discovery.findings.wording import NAMES
from clearbell.discovery.running import date_of
from clearbell.numbering import mask

_CELL, _GAP, _TALL = 16, 3, 44
_DAYS = 30
"""Days that a timeline shows at most."""
_NODES = 48
"""Numbers that a graph shows at most."""
_ANCHORS = 4
_NAMED = 18
_SIZE = 380


def timeline(sightings: Sequence[Sighting], day: int, feature: str, caption: str) -> str:
    """A bar for each day: how much of ``feature`` there was, coloured by level; a dot where nothing was found.

    ``caption``: id of the element that tells what it shows.
    """
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
    elif len(days) > 1:
        labels = f'<text x="0" y="{_TALL + 14}">{date_of(first):%m-%d} – {date_of(day):%m-%d}</text>'
    now = seen[max(seen)].evidence.get(feature, 1.0)
    labels += f'<text x="{last + _CELL + 6}" y="{_TALL - 2}">{now:.0f}</text>'
    return (
        f'<svg class="timeline" role="img" aria-labelledby="{caption}" width="{width}" height="{_TALL + 18}">'
        f"{''.join(bars)}{labels}</svg>"
    )


def _told(label: str, caption: str) -> str:
    """What the picture shows, for who does not see it."""
    return f' aria-labelledby="{caption}"' if caption else f' aria-label="{escape(label)}"' if label else ""


def story(chapters: Sequence[Chapter], day: int, label: str = "", *, caption: str = "") -> str:
    """Numbers of a campaign by day: joined above the line, left below it.

    ``label`` tells what it shows; ``caption`` is the id of an element that does.
    """
    known = {one.day: one for one in chapters if one.day <= day}
    if not known:
        return ""
    first = max(min(known), day - _DAYS + 1)
    most = max(max(one.joined, one.left) for one in known.values())
    middle = 46
    parts = []
    days = day - first + 1
    # Counts of neighbouring days must not run into each other while there is room.
    step = 2 * _CELL if days <= _DAYS // 2 else _CELL + _GAP
    for place, at in enumerate(range(first, day + 1)):
        x = 14 + place * step
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
    wide = days * step
    parts.append(f'<line class="axis" x1="14" x2="{wide + 14}" y1="{middle}" y2="{middle}"/>')
    parts.append(f'<text x="{wide + 22}" y="{middle + 4}">{date_of(first):%m-%d} – {date_of(day):%m-%d}</text>')
    return (
        f'<svg class="timeline" role="img"{_told(label, caption)} width="{wide + 140}" height="92">'
        f"{''.join(parts)}</svg>"
    )


def drawn(campaign: Campaign) -> Sequence[int]:
    """The numbers that a graph shows: all, or every so-manieth of many."""
    return campaign.numbers[:: max(1, math.ceil(len(campaign.numbers) / _NODES))]


def graph(campaign: Campaign, label: str = "", *, caption: str = "") -> str:
    """Numbers on a ring; in the middle what they have in common, tied to whoever has it. Shared callees tie numbers.

    ``label`` and ``caption`` as of :func:`story`.
    """
    places = _ring(drawn(campaign))
    anchors = sorted(campaign.bonds.anchors, key=lambda one: (-len(one.numbers), one.tie, one.name))[:_ANCHORS]
    lines = [
        _line("shared", places[link.one], places[link.other])
        for link in campaign.bonds.shared
        if link.one in places and link.other in places
    ]
    middle = []
    for row, anchor in enumerate(anchors):
        at = (_SIZE / 2 + 100, _SIZE / 2 + (row - (len(anchors) - 1) / 2) * 44)
        lines.extend(_line("tie", at, places[number]) for number in anchor.numbers if number in places)
        zh, en = _names(anchor)
        half = 10 + 3.6 * max(sum(2 if ord(letter) > 0x2000 else 1 for letter in name) for name in (zh, en))
        middle.append(
            f'<rect class="anchor" x="{at[0] - half:.1f}" y="{at[1] - 13:.1f}" width="{2 * half:.1f}" height="26" rx="13"/>'
            f'<text lang="zh" x="{at[0]:.1f}" y="{at[1] + 4:.1f}" text-anchor="middle">{escape(zh)}</text>'
            f'<text lang="en" x="{at[0]:.1f}" y="{at[1] + 4:.1f}" text-anchor="middle">{escape(en)}</text>'
        )
    dots = []
    for number, (x, y) in places.items():
        dots.append(
            f'<circle class="number" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{escape(mask(number))}</title></circle>'
        )
        if len(places) <= _NAMED:
            dots.append(_label(number, x, y))
    named = len(places) <= _NAMED
    # Room for the names at both sides, where there are any.
    left, wide, kind = (0, _SIZE + 200, "graph named") if named else (100, _SIZE, "graph")
    return (
        f'<svg class="{kind}" role="img"{_told(label, caption)} viewBox="{left} 0 {wide} {_SIZE}" width="{wide}" '
        f'height="{_SIZE}">{"".join(lines)}{"".join(middle)}{"".join(dots)}</svg>'
    )


def _line(kind: str, one: tuple[float, float], other: tuple[float, float]) -> str:
    return f'<line class="{kind}" x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}"/>'


def _names(anchor: Anchor) -> tuple[str, str]:
    if anchor.tie != Tie.GROUP.value:
        return anchor.name, anchor.name
    # A group goes by its detector and its trunk, or by the number that it rings.
    detector, _, unit = anchor.name.partition("/")
    told = mask(int(unit)) if unit.isdigit() else unit
    zh, en = NAMES[detector]
    return f"{zh} {told}", f"{en} {told}"


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
