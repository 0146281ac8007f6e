"""What STIR/SHAKEN said: evidence, and never a pass."""

from __future__ import annotations

from clearbell.calls import Attestation, Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import SIGNED, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & SIGNED else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: a signature that does not hold. Calls that nobody signed are not judged by that."""
    attestation = case.call.attestation
    if attestation is Attestation.NONE:
        return NOT_APPLICABLE
    if attestation is Attestation.FAILED:
        return (Symbol("ATTESTATION_FAILED", {}),)
    if attestation is Attestation.C:
        return (Symbol("ATTESTATION_C", {}),)
    return CLEAR
