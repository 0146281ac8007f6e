"""What a transcript is about, how sure that is, and why."""

from __future__ import annotations

import msgspec
import numpy as np

from clearbell.content.doubt import Doubt
from clearbell.content.grams import grams
from clearbell.content.model import VIEWS, Model, Scored
from clearbell.content.transcripts import Transcript, said
from clearbell.policy.model import ContentRules

__all__ = ["Doubt", "Opinion", "Reading", "categorise"]


class Reading(msgspec.Struct, frozen=True):
    """What one view of a call says."""

    category: str
    """The likeliest, decided or not."""
    confidence: float
    """Probability of the category, calibrated, where each category was as likely beforehand."""
    kind: str
    """The likeliest kind within the category."""
    kind_confidence: float
    categories: dict[str, float]
    doubt: Doubt | None
    """Why this is not told; None when it is."""
    grams: int
    known: float
    """Share of the n-grams that the model has met."""
    words: tuple[tuple[str, float], ...]
    """What spoke most for the category against the likeliest other, with how much."""


class Opinion(msgspec.Struct, frozen=True):
    """What a transcript is about: evidence, never a verdict by itself."""

    id: str
    category: str | None
    """None: undecided."""
    confidence: float
    doubt: Doubt | None
    caller: Reading | None
    """By what the caller said; None where nobody told who spoke."""
    dialogue: Reading
    """By all that was said."""
    model: str
    """Digest of the model."""

    @property
    def main(self) -> Reading:
        """The reading that the opinion is taken from: the caller's where there is one."""
        return self.caller or self.dialogue


def categorise(model: Model, transcript: Transcript, rules: ContentRules, words: int = 6) -> Opinion:
    """Tell what the call is about, with up to ``words`` n-grams that spoke for it."""
    readings = {
        view: _read(model, model.score(view, grams(said(transcript, view))), rules, words)
        for view in VIEWS
        if said(transcript, view)
    }
    dialogue = readings.get("dialogue") or _read(model, model.score("dialogue", {}), rules, words)
    caller = readings.get("caller")
    main = caller or dialogue
    doubt = main.doubt
    if doubt is None and caller and dialogue.doubt is None and dialogue.category != caller.category:
        doubt = Doubt.SPEAKERS
    return Opinion(
        id=transcript.id,
        category=None if doubt else main.category,
        confidence=main.confidence,
        doubt=doubt,
        caller=caller,
        dialogue=dialogue,
        model=model.header.digest,
    )


def _read(model: Model, scored: Scored, rules: ContentRules, words: int) -> Reading:
    kinds = model.header.kinds
    chance = dict.fromkeys(sorted(model.header.categories), 0.0)
    for kind, probability in zip(kinds, scored.probabilities.tolist(), strict=True):
        chance[kind.category] += probability
    category = max(chance, key=lambda code: chance[code])
    within = [place for place, kind in enumerate(kinds) if kind.category == category]
    best = max(within, key=lambda place: scored.probabilities[place])
    confidence = min(1.0, chance[category])
    doubt = None
    if scored.grams < rules.least_grams:
        doubt = Doubt.SHORT
    elif scored.known < rules.least_known:
        doubt = Doubt.UNFAMILIAR
    elif confidence < rules.undecided_below:
        doubt = Doubt.UNSURE
    return Reading(
        category=category,
        confidence=confidence,
        kind=kinds[best].code,
        kind_confidence=float(scored.probabilities[best]),
        categories=chance,
        doubt=doubt,
        grams=scored.grams,
        known=scored.known,
        words=_words(model, scored, category, best, words),
    )


def _words(model: Model, scored: Scored, category: str, best: int, most: int) -> tuple[tuple[str, float], ...]:
    """N-grams by what they added to the kind beyond the likeliest kind of another category; none inside another."""
    others = [place for place, kind in enumerate(model.header.kinds) if kind.category != category]
    if not others:
        return ()
    rival = max(others, key=lambda place: scored.probabilities[place])
    gain = {text: float(np.subtract(added[best], added[rival])) for text, added in scored.spoke.items()}
    chosen: list[tuple[str, float]] = []
    for text in sorted(gain, key=lambda text: (-gain[text], text)):
        if gain[text] <= 0 or len(chosen) == most:
            break
        bare = text.strip("…")
        # One character, or a piece of a word, tells a reader nothing.
        if len(bare) < 2 or bare != text or any(bare in other or other in bare for other, _ in chosen):
            continue
        chosen.append((text, gain[text]))
    return tuple(chosen)
