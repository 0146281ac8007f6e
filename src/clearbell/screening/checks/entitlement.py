"""Caller authentication: may this number call at all, and on this trunk (主叫鉴权, regime 1.9, 3.14)?"""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.numbering import NumberClass
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALLER, HOLDER, TOLL_400, TRUNK, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & CALLER:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & (HOLDER | TOLL_400 | TRUNK) else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: a 400 number as caller; or a holder's number on a trunk it was not registered for."""
    call = case.call
    if not call.caller:
        return NOT_APPLICABLE
    resource = case.resource
    inbound_only = resource.inbound_only if resource is not None else case.caller_class is NumberClass.TOLL_400
    if inbound_only:
        return (Symbol("INBOUND_ONLY", {"number_class": case.caller_class.value}),)
    if not call.trunk:
        return CLEAR
    if resource is not None:
        entitled = not resource.trunks or call.trunk in resource.trunks
    else:
        entitled = case.trunk is None or not case.trunk.registered_only
    if entitled:
        return CLEAR
    evidence = {"number_class": case.caller_class.value, "trunk": call.trunk, "holder": case.holder}
    return (Symbol("NOT_ENTITLED_ON_TRUNK", dict(evidence)),)
