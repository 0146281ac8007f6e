"""Curves as SVG, to be looked at beside the tables."""

from __future__ import annotations

import math
from typing import NamedTuple
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 720, 420, 60, 50, 190, 50
_TICKS = 12
_COLOURS = ("#8a8a8a", "#b07d2b", "#5f7fa8", "#3a8f5c", "#b03a48", "#6b4fa0")


class Curve(NamedTuple):
    """A named line through points (x above 0, y from 0)."""

    name: str
    points: list[tuple[float, float]]


class Bar(NamedTuple):
    """A named length; ``group`` gives its colour."""

    name: str
    value: float
    group: int = 0


def bars_svg(
    title: str, unit: str, bars: list[Bar], *, logarithmic: bool = False, marks: tuple[tuple[str, float], ...] = ()
) -> str:
    """The bars below one another, each with its value at its end; ``marks``: upright lines with a name."""
    left, right, row, top = 230, 90, 22, 64
    values = [bar.value for bar in bars if math.isfinite(bar.value)] + [value for _, value in marks]
    high = max(values) * (1.0 if logarithmic else 1.02)
    low = 10 ** math.floor(math.log10(min(value for value in values if value > 0))) if logarithmic else 0.0

    def across(value: float) -> float:
        value = min(value, high)
        share = math.log(max(value, low) / low) / math.log(high / low) if logarithmic else value / high
        return left + share * (_WIDTH - left - right)

    height = top + row * len(bars) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="24" font-size="15">{escape(title)}</text>',
        f'<text x="{left}" y="44" fill="#555">{escape(unit)}{" (logarithmic)" if logarithmic else ""}</text>',
    ]
    for place, bar in enumerate(bars):
        y = top + row * place
        end = across(bar.value)
        told = f"{bar.value:,.3g}" if bar.value < 100 else f"{bar.value:,.0f}"
        told = told if math.isfinite(bar.value) else "never"
        parts += [
            f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect x="{left}" y="{y}" width="{max(1.0, end - left):.1f}" height="{row - 6}" fill="{_COLOURS[bar.group % len(_COLOURS)]}"/>',
            f'<text x="{end + 6:.1f}" y="{y + 13}">{told}</text>',
        ]
    for name, value in marks:
        at = across(value)
        parts += [
            f'<path d="M{at:.1f} {top - 6}V{height - 12}" stroke="#b03a48" stroke-dasharray="4 3"/>',
            f'<text x="{at:.1f}" y="{top - 10}" text-anchor="middle" fill="#b03a48" font-size="11">{escape(name)}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def curves_svg(title: str, across: str, curves: list[Curve], *, logarithmic: bool = True) -> str:
    """The curves over a logarithmic axis, or an even one; each is named at its end."""
    scale = math.log10 if logarithmic else float
    xs = [scale(x) for curve in curves for x, _ in curve.points]
    low, high = min(xs), max(xs)
    top = max(y for curve in curves for _, y in curve.points) * 1.1 or 1.0
    step = 10 ** math.floor(math.log10(top))
    step = step / 2 if top / step < 3 else step

    def place(x: float, y: float) -> tuple[float, float]:
        across_share = (scale(x) - low) / ((high - low) or 1.0)
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
        _, at = place(10**low if logarithmic else low, y)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{y:g}</text>')
        y += step
    ticks = sorted({x for curve in curves for x, _ in curve.points})
    if len(ticks) > _TICKS:
        apart = 10 ** math.floor(math.log10(ticks[-1] - ticks[0]))
        apart = apart / 2 if (ticks[-1] - ticks[0]) / apart < 3 else apart
        ticks = [apart * n for n in range(math.ceil(ticks[0] / apart), int(ticks[-1] / apart) + 1)]
    for x in ticks:
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
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{3 if len(curve.points) <= _TICKS else 1.5}" fill="{colour}"/>'
            for a, b in (place(*point) for point in curve.points)
        ]
        parts.append(
            f'<text x="{_WIDTH - _RIGHT + 10}" y="{labels[place_no] + 4:.1f}" fill="{colour}">{escape(curve.name)}</text>'
        )
    parts.append("</svg>\n")
    return "\n".join(parts)
