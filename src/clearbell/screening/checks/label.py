"""The number has a published label (regime 1.25)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import LABEL, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & LABEL else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: labelled as insurance by 12 people, in force for another month."""
    label = case.label
    if label is None:
        return NOT_APPLICABLE
    return (Symbol("LABELLED", {"category": label.category, "reporters": label.reporters}),)
