"""The caller hides the number."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, Case, Outcome
from clearbell.screening.outline import WITHHELD, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & WITHHELD else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: a private call with ``Privacy: id``."""
    if case.call.caller:
        return CLEAR
    return (Symbol("WITHHELD", {}),)
