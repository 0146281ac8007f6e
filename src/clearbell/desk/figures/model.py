"""What is counted, and a month of it as it is published."""

from __future__ import annotations

import enum

import msgspec

from clearbell.calls import Action


class What(enum.Enum):
    """One of the things counted from the ledger."""

    REPORTS = "reports"
    """Reports received."""
    CASES = "cases"
    """Cases opened."""
    SANCTIONS = "sanctions"
    """Sanctions decided on."""
    APPEALS = "appeals"
    """Appeals filed."""
    GRANTED = "granted"
    """Appeals upheld."""


CALLS = tuple(f"calls-{action.value}" for action in Action)
"""Calls decided, by what was done with them; counted from the journals of the nodes."""
COLUMNS = ("calls", *CALLS, *(what.value for what in What))
"""A month's figures, in the order of every form they are published in."""


class Month(msgspec.Struct, frozen=True):
    """The figures of a whole month, local time of the pack."""

    month: str
    """``2026-11``."""
    figures: dict[str, int | None]
    """By :data:`COLUMNS`; None: more than none and fewer than the pack's ``least``, or a sum that would give one away."""
