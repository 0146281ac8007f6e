"""What a release cause tells of how a call went. Causes of Q.850, and final SIP statuses from 300 up."""

from __future__ import annotations

from clearbell.records.model import Disposition

_BUSY = frozenset({17, 486, 600})
_CALLEE_REFUSED = frozenset({21, 603, 607})
_UNANSWERED = frozenset({0, 16, 18, 19, 20, 31, 408, 480, 487})
MOST = 699
"""Largest cause that is kept."""

_VERSTAT = {
    "tn-validation-passed": "a",
    "tn-validation-passed-a": "a",
    "tn-validation-passed-b": "b",
    "tn-validation-passed-c": "c",
    "a": "a",
    "b": "b",
    "c": "c",
}


def disposition_of(answered: bool, cause: int) -> Disposition:
    """How an attempt went, by whether it was answered and its release cause (0: not told)."""
    if answered:
        return Disposition.ANSWERED
    if cause in _BUSY:
        return Disposition.BUSY
    if cause in _UNANSWERED or cause in _CALLEE_REFUSED:
        return Disposition.UNANSWERED
    return Disposition.FAILED


def attestation_of(verstat: str) -> str:
    """The attestation that a ``verstat`` value (ATIS-1000074, 3GPP TS 24.229) or a bare letter tells."""
    lowered = verstat.strip().lower()
    if lowered.startswith("tn-validation-failed"):
        return "failed"
    return _VERSTAT.get(lowered, "none")
