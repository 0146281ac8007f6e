"""Holding calls back for a test, so that no copy of a held-back call is trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from clearbell.content.scripts import scripts
from clearbell.content.transcripts import Transcript


def copies(transcripts: Sequence[Transcript], at_least: float) -> list[int]:
    """For each transcript the number of its group: near copies, by everything that is said, are one group."""
    texts = {place: transcript.lines for place, transcript in enumerate(transcripts)}
    group = list(range(len(transcripts)))
    for places in scripts(texts, at_least, calls=2):
        for place in places:
            group[place] = min(places)
    return group


def hold_back(
    transcripts: Sequence[Transcript], share: float, at_least: float, seed: str = ""
) -> tuple[list[Transcript], list[Transcript]]:
    """Split into transcripts to train on and those held back.

    Groups of near copies stay together. A group is held back when the SHA-256 of ``seed`` and the least text in it, as a
    fraction, is below ``share``: the same calls are held back in any order of the rows, and with any others added that
    are no copies.
    """
    group = copies(transcripts, at_least)
    least: dict[int, str] = {}
    for place, transcript in enumerate(transcripts):
        text = "\n".join(transcript.lines)
        least[group[place]] = min(text, least.get(group[place], text))
    held = {number for number, text in least.items() if _fraction(seed + text) < share}
    train = [transcript for place, transcript in enumerate(transcripts) if group[place] not in held]
    return train, [transcript for place, transcript in enumerate(transcripts) if group[place] in held]


def _fraction(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
