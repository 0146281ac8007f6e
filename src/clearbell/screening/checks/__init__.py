"""The checks, one file each. A check says only what it saw; what that weighs is the pack's to say.

To add one: write its file, name it here, and state its symbols in :mod:`clearbell.policy.symbols`.
"""

from __future__ import annotations

from collections.abc import Callable

from clearbell.policy.model import Pack
from clearbell.screening.case import Case, Outcome
from clearbell.screening.checks import (
    answer_rate,
    attestation,
    bombing,
    call_back,
    consent,
    emergency,
    entitlement,
    fan_out,
    foreign_home,
    frequency,
    hours,
    known_contact,
    label,
    malformed,
    one_ring,
    own_list,
    redial,
    refusal,
    reputation,
    restriction,
    short_calls,
    unallocated,
    unregistered,
    wish,
    withheld,
)
from clearbell.screening.outline import Glance

Look = Callable[[Case], Outcome]
Glances = Callable[[int, Pack], Glance]

LOOKS: dict[str, Look] = {
    "emergency": emergency.look,
    "call_back": call_back.look,
    "malformed": malformed.look,
    "unallocated": unallocated.look,
    "foreign_home": foreign_home.look,
    "entitlement": entitlement.look,
    "restriction": restriction.look,
    "own_list": own_list.look,
    "known_contact": known_contact.look,
    "refusal": refusal.look,
    "wish": wish.look,
    "consent": consent.look,
    "hours": hours.look,
    "redial": redial.look,
    "frequency": frequency.look,
    "fan_out": fan_out.look,
    "short_calls": short_calls.look,
    "answer_rate": answer_rate.look,
    "one_ring": one_ring.look,
    "bombing": bombing.look,
    "unregistered": unregistered.look,
    "reputation": reputation.look,
    "label": label.look,
    "attestation": attestation.look,
    "withheld": withheld.look,
}

GLANCES: dict[str, Glances] = {
    "emergency": emergency.glance,
    "call_back": call_back.glance,
    "malformed": malformed.glance,
    "unallocated": unallocated.glance,
    "foreign_home": foreign_home.glance,
    "entitlement": entitlement.glance,
    "restriction": restriction.glance,
    "own_list": own_list.glance,
    "known_contact": known_contact.glance,
    "refusal": refusal.glance,
    "wish": wish.glance,
    "consent": consent.glance,
    "hours": hours.glance,
    "redial": redial.glance,
    "frequency": frequency.glance,
    "fan_out": fan_out.glance,
    "short_calls": short_calls.glance,
    "answer_rate": answer_rate.glance,
    "one_ring": one_ring.glance,
    "bombing": bombing.glance,
    "unregistered": unregistered.glance,
    "reputation": reputation.glance,
    "label": label.glance,
    "attestation": attestation.glance,
    "withheld": withheld.glance,
}
