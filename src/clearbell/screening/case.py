"""What a check is given: the call, and everything about it that was looked up once for all checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearbell.calls import DAY, HOUR, Call, Symbol
from clearbell.numbering import NumberClass, class_of

if TYPE_CHECKING:
    from clearbell.policy.model import Pack
    from clearbell.screening.activity import Activity
    from clearbell.screening.traffic import Traffic
    from clearbell.screening.views import Views
    from clearbell.screening.views.entitlements import Resource, TrunkView
    from clearbell.screening.views.standing import Label

Outcome = tuple[Symbol, ...] | None
"""What a check returns: symbols it saw, nothing (clear), or None when it does not apply to the call."""
NOT_APPLICABLE: Outcome = None
CLEAR: Outcome = ()


class Case:
    """One call before the checks."""

    __slots__ = (
        "activity",
        "call",
        "callee_class",
        "caller_class",
        "holder",
        "holder_activity",
        "label",
        "pack",
        "resource",
        "traffic",
        "trunk",
        "views",
    )

    def __init__(self, call: Call, views: Views, traffic: Traffic, pack: Pack) -> None:
        self.call = call
        self.views = views
        self.traffic = traffic
        self.pack = pack
        caller = call.caller
        self.caller_class: NumberClass = class_of(caller, pack.country)
        self.callee_class: NumberClass = class_of(call.callee, pack.country)
        self.resource: Resource | None = views.entitlements.resource_of(caller) if caller else None
        self.holder: str = self.resource.holder if self.resource is not None else ""
        self.trunk: TrunkView | None = views.entitlements.trunks.get(call.trunk) if call.trunk else None
        self.activity: Activity | None = traffic.number(caller) if caller else None
        self.holder_activity: Activity | None = traffic.holder(self.holder) if self.holder else None
        self.label: Label | None = views.standing.label_of(caller, call.at) if caller else None

    @property
    def foreign_trunk(self) -> bool:
        """Whether the call came in on a trunk from abroad."""
        return self.trunk is not None and self.trunk.foreign

    def days_since(self, at: int) -> int:
        """Whole days from ``at`` to the call."""
        return max(0, (self.call.at - at) // DAY)

    def hours_since(self, at: int) -> float:
        """Hours from ``at`` to the call."""
        return (self.call.at - at) / HOUR

    def repeats(self, width: int) -> int:
        """Earlier attempts to the callee within ``width`` (µs), by the holder's numbers together or by the number."""
        call = self.call
        if self.holder:
            return self.traffic.repeats(self.holder, call.callee, call.at, width)
        return self.activity.repeats(call.callee, call.at, width) if self.activity is not None else 0

    def refused_at(self) -> int:
        """When the callee last refused the caller, by its holder or its number, µs UTC; 0: not, or ended since."""
        wills = self.views.wills
        callee = self.call.callee
        by_holder = wills.refused_holder_at(self.holder, callee) if self.holder else 0
        return max(by_holder, self.number_refused_at())

    def number_refused_at(self) -> int:
        """When the callee refused this very number, µs UTC; 0: not, or the holder got a consent since."""
        wills = self.views.wills
        refused = wills.refused_numbers.get((self.call.caller, self.call.callee), 0)
        if refused and self.holder:
            grants = wills.grants_of(self.holder, self.call.callee)
            if any(grant.given > refused and not grant.withdrawn for grant in grants):
                return 0
        return refused
