"""Calls from abroad that show a number of the home country (regime 1.11)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.numbering import is_home
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALLER, TRUNK, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & TRUNK and outline & CALLER else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: +86 138… on an international gateway's trunk."""
    if not case.foreign_trunk or not case.call.caller:
        return NOT_APPLICABLE
    if is_home(case.call.caller, case.pack.country):
        return (Symbol("FOREIGN_SHOWING_HOME", {"trunk": case.call.trunk}),)
    return CLEAR
