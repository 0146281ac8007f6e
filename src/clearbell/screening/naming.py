"""Which name a call shows: the card of its number, and only where the number was proven to be the caller's.

A card is a reward for showing who one is, and a prize for whoever shows another's number. So it takes positive proof:
the number is registered for the very trunk of the call, or the call is signed with full attestation. A number that may
appear on any trunk proves nothing by appearing. A label comes before a card: what many complained of warns.
"""

from __future__ import annotations

from clearbell.calls import Attestation, ShownName
from clearbell.screening.case import Case
from clearbell.screening.views.restrictions import in_force


def proven(case: Case) -> bool:
    """Whether the number was shown to be the caller's; unknown is not proven."""
    call, resource = case.call, case.resource
    if resource is None or resource.inbound_only or case.foreign_trunk or call.withheld:
        return False
    if call.attestation is Attestation.FAILED:
        return False
    if resource.trunks and call.trunk:
        return call.trunk in resource.trunks
    return not resource.trunks and call.attestation is Attestation.A


def shown_name(case: Case) -> ShownName | None:
    """The card that goes with the call; None when there is none, or it may not be shown."""
    call = case.call
    card = case.views.names.card_of(call.caller, call.at) if call.caller else None
    if card is None or case.label is not None or not proven(case):
        return None
    restrictions = case.views.restrictions
    if card.holder != case.holder or in_force(restrictions.holders.get(case.holder), call.at):
        return None
    if in_force(restrictions.numbers.get(call.caller), call.at):
        return None
    texts = card.texts
    return ShownName(card.card, card.revision, texts.name_zh, texts.name_en, texts.department_zh, texts.department_en)
