"""A recording as a picture: how loud it was from beginning to end, as inline SVG. Colours are the page's (CSS classes)."""

from __future__ import annotations

from html import escape

import numpy as np

from clearbell.verification.sound import RATE, Samples

_COLUMNS, _TALL = 300, 48
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300)
_TICKS = 8


def loudness(samples: Samples, columns: int = _COLUMNS) -> list[float]:
    """The largest swing in each of so many equal parts, 0 to 1; fewer parts where there are fewer samples."""
    if not len(samples):
        return []
    parts = np.array_split(np.abs(samples), min(columns, len(samples)))
    return [float(part.max()) for part in parts]


def waveform(samples: Samples, label: str) -> str:
    """The picture, as wide as its room; ``label``: what it shows, for who does not see it."""
    levels = loudness(samples)
    if not levels:
        return ""
    middle = _TALL / 2
    # Quiet speech is to be seen too: half as loud to the ear is a tenth of the power.
    talls = [max(0.5, level**0.6 * (middle - 2)) for level in levels]
    wide = 2 * len(levels)
    bars = "".join(f"M{2 * place + 1} {middle - tall:.1f}V{middle + tall:.1f}" for place, tall in enumerate(talls))
    seconds = len(samples) / RATE
    step = next((one for one in _STEPS if seconds / one <= _TICKS), _STEPS[-1])
    ticks = "".join(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TALL}" y2="{_TALL + 4}"/><text x="{x + 3:.1f}" y="{_TALL + 13}">{at // 60}:{at % 60:02}</text>'
        for at in range(0, int(seconds) + 1, step)
        if (x := at / seconds * wide) <= wide - 24 or not at
    )
    return (
        f'<svg class="wave" role="img" aria-label="{escape(label)}" viewBox="0 0 {wide} {_TALL + 16}">'
        f'<path d="{bars}"/>{ticks}</svg>'
    )
