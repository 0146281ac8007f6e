"""Calls that return a call: from an emergency service, or to someone who rang first."""

from __future__ import annotations

from clearbell.calls import MINUTE, Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALLED_BACK, CALLER, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & CALLER:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & CALLED_BACK else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: the callee dialled 120 an hour ago, and an unknown mobile number calls: perhaps the ambulance.

    A call is returned once: after the caller has rung back, further calls are judged like any other, and so is a
    call back from someone the callee refused since.
    """
    call = case.call
    if not call.caller:
        return NOT_APPLICABLE
    traffic = case.traffic
    emergency_hours = case.pack.limit("emergency_call_back_hours")
    dialled = traffic.dialled_emergency(call.callee)
    if dialled and emergency_hours is not None and case.hours_since(dialled) <= emergency_hours:
        return (Symbol("EMERGENCY_CALL_BACK", {"hours": emergency_hours}),)
    hours = case.pack.limit("call_back_hours")
    rang = case.called_back
    if not rang or hours is None or case.hours_since(rang) > hours:
        return CLEAR
    if case.called > rang or case.refused_at() > rang:
        return CLEAR
    return (Symbol("CALL_BACK", {"minutes": max(0, (call.at - rang) // MINUTE)}),)
