"""One callee is rung again and again by strangers (呼死你, regime 1.11)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.numbering import NumberClass
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome

_LINES_OF_MANY = frozenset(
    {
        NumberClass.SERVICE_95,
        NumberClass.CALL_CENTRE_95,
        NumberClass.SHORT_96,
        NumberClass.TOLL_400,
        NumberClass.TOLL_FREE_800,
        NumberClass.BUSINESS_1010,
        NumberClass.CARRIER_10,
        NumberClass.PUBLIC_SERVICE,
    }
)


def look(case: Case) -> Outcome:
    """Example: the twelfth call within five minutes to a mobile number from numbers it never talked with.

    Service lines are made to be rung by many and are left out.
    """
    limit = case.pack.limit("bombing_5m")
    call = case.call
    if limit is None or case.callee_class in _LINES_OF_MANY:
        return NOT_APPLICABLE
    calls = case.traffic.rung(call.callee, call.at)
    if calls < limit:
        return CLEAR
    return (Symbol("CALLEE_BOMBED_5M", {"calls": calls, "limit": limit}),)
