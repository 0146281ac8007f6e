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


class Imposed(msgspec.Struct, frozen=True):
    """A sanction puts a label on a number, whatever complaints there are (kind ``labels.imposed``)."""

    sanction: str
    number: int
    category: str
    until: int
    """µs UTC."""


class Freed(msgspec.Struct, frozen=True):
    """The label that a sanction had put on a number is over (kind ``labels.freed``)."""

    sanction: str
    number: int


FACTS: dict[str, type[msgspec.Struct]] = {
    "labels.published": Labelled,
    "labels.imposed": Imposed,
    "labels.freed": Freed,
}
