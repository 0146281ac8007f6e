"""The caller hides the number."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.screening.case import CLEAR, Case, Outcome


def look(case: Case) -> Outcome:
    """Example: a private call with ``Privacy: id``."""
    if case.call.caller:
        return CLEAR
    return (Symbol("WITHHELD", {}),)
