"""Facts and terms of labels. Every struct here is one fact kind of the ledger, sealed for its number."""

from __future__ import annotations

import msgspec


class Labelled(msgspec.Struct, frozen=True):
    """What is published about a number from now on (kind ``labels.published``); replaces what was.

    The two scores are distinct complaints with decay, as they stood at ``at``; whoever reads them later
    decays them further by the pack's half-lives.
    """

    number: int
    category: str
    """Category code of the pack; ``nuisance`` when none prevails. Empty: tombstone, nothing is published any more."""
    reporters: int
    """Distinct complaints behind it, undecayed."""
    heat: float
    """Complaints decayed by the short half-life (how active now)."""
    evidence: float
    """Complaints decayed by the long half-life (how sure)."""
    at: int
    """Time the scores refer to, µs UTC."""
    until: int
    """When the label lapses unless renewed, µs UTC."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "labels.published": Labelled,
}
