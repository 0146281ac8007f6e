"""Sanctions in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clearbell.policy.model import Pack
from clearbell.sanctions.model import Stage


def stages_words(stages: Sequence[Stage], pack: Pack, shown: Callable[[int], str], language: str) -> str:
    """The rungs of a sanction one after the other, each with its end; ``shown`` writes a time (µs UTC)."""
    zh = language == "zh"
    parts = []
    for stage in stages:
        known = pack.rungs.get(stage.rung.value)
        name = stage.rung.value if known is None else known.zh if zh else known.en
        if not stage.until:
            end = "至解除为止" if zh else "until it is lifted"
        else:
            end = f"至 {shown(stage.until)}" if zh else f"until {shown(stage.until)}"
        parts.append(f"{name},{end}" if zh else f"{name}, {end}")
    return (";其后" if zh else "; then ").join(parts)
