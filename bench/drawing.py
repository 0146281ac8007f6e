"""Curves as SVG, to be looked at beside the tables."""

from __future__ import annotations

import math
from typing import NamedTuple
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 720, 420, 60, 50, 190, 50
_COLOURS = ("#8a8a8a", "#b07d2b", "#5f7fa8", "#3a8f5c", "#b03a48", "#6b4fa0")


class Curve(NamedTuple):
    """A named line through points (x above 0, y from 0)."""

    name: str
    points: list[tuple[float, float]]


def curves_svg(title: str, across: str, curves: list[Curve]) -> str:
    """The curves over a logarithmic axis; each is named at its end."""
    xs = [math.log10(x) for curve in curves for x, _ in curve.points]
    low, high = min(xs), max(xs)
    top = max(y for curve in curves for _, y in curve.points) * 1.1 or 1.0
    step = 10 ** math.floor(math.log10(top))
    step = step / 2 if top / step < 3 else step

    def place(x: float, y: float) -> tuple[float, float]:
        across_share = (math.log10(x) - low) / ((high - low) or 1.0)
        return (
            _LEFT + across_share * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - y / top * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 12}">{escape(across)}</text>',
    ]
    y = 0.0
    while y <= top:
        _, at = place(10**low, y)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{y:g}</text>')
        y += step
    for x in sorted({x for curve in curves for x, _ in curve.points}):
        at, base = place(x, 0)
        parts.append(f'<text x="{at:.1f}" y="{base + 18:.1f}" text-anchor="middle">{x:,.0f}</text>')
    # Names that would lie on one another are moved apart.
    ends = sorted((place(*curve.points[-1])[1], place_no) for place_no, curve in enumerate(curves))
    labels: dict[int, float] = {}
    above = -math.inf
    for at, place_no in ends:
        above = labels[place_no] = max(at, above + 15)
    for place_no, curve in enumerate(curves):
        colour = _COLOURS[place_no % len(_COLOURS)]
        line = "L".join(f"{a:.1f} {b:.1f}" for a, b in (place(*point) for point in curve.points))
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>'
            for a, b in (place(*point) for point in curve.points)
        ]
        parts.append(
            f'<text x="{_WIDTH - _RIGHT + 10}" y="{labels[place_no] + 4:.1f}" fill="{colour}">{escape(curve.name)}</text>'
        )
    parts.append("</svg>\n")
    return "\n".join(parts)
