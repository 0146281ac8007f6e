"""Numbers as text: for machines, and masked for people who need not know them whole."""

from __future__ import annotations

from clearbell.numbering.classes import class_of
from clearbell.numbering.model import NumberClass

_SHORT = frozenset(
    {
        NumberClass.EMERGENCY,
        NumberClass.PUBLIC_SERVICE,
        NumberClass.CARRIER_10,
        NumberClass.SERVICE_95,
        NumberClass.SHORT_96,
    }
)
_HIDDEN = 4
_SHORTEST_SPLIT = 9


def format_e164(key: int) -> str:
    """``+`` and the digits; the empty string for no number."""
    return f"+{key}" if key > 0 else ""


def mask(key: int) -> str:
    """The number for logs and lists: ``+86138****5678``. Short codes name firms and services and are shown whole."""
    if key <= 0:
        return "-"
    digits = str(key)
    if class_of(key) in _SHORT:
        return f"+{digits}"
    if len(digits) < _SHORTEST_SPLIT:
        return f"+{digits[:2]}{'*' * (len(digits) - 2)}"
    keep = len(digits) - 2 * _HIDDEN
    return f"+{digits[:keep]}{'*' * _HIDDEN}{digits[-_HIDDEN:]}"
