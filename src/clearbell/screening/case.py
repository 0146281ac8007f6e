"""What a check is given: the call, and everything about it that was looked up once for all checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearbell.calls import DAY, HOUR, Attestation, Call, Symbol
from clearbell.numbering import NumberClass, class_of
from clearbell.screening import outline
from clearbell.screening.activity import kept, rang
from clearbell.screening.outline import OF_CALLEE, OF_CALLER
from clearbell.screening.traffic import activity_of
from clearbell.screening.windows import H1, M1, tally_count

if TYPE_CHECKING:
    from clearbell.policy.model import Pack
    from clearbell.screening.activity import Activity, Many
    from clearbell.screening.outline import Limits
    from clearbell.screening.traffic import Traffic
    from clearbell.screening.views import Views
    from clearbell.screening.views.entitlements import Resource, TrunkView
    from clearbell.screening.views.own_lists import OwnList
    from clearbell.screening.views.standing import Label
    from clearbell.screening.views.wishes import Wish

Outcome = tuple[Symbol, ...] | None
"""What a check returns: symbols it saw, nothing (clear), or None when it does not apply to the call."""
NOT_APPLICABLE: Outcome = None
CLEAR: Outcome = ()


# The bits of :mod:`outline`, each under a name of its own: compiled, they are numbers of C.
_CALLER, _WITHHELD, _MALFORMED, _TRUNK, _SIGNED = (
    outline.CALLER,
    outline.WITHHELD,
    outline.MALFORMED,
    outline.TRUNK,
    outline.SIGNED,
)
_HOLDER, _LABEL, _RESTRICTED, _LIST, _WISHES, _REFUSED = (
    outline.HOLDER,
    outline.LABEL,
    outline.RESTRICTED,
    outline.LIST,
    outline.WISHES,
    outline.REFUSED,
)
_CALLED_BACK, _TALKED, _ACTIVE, _HOLDER_ACTIVE, _REPEATED = (
    outline.CALLED_BACK,
    outline.TALKED,
    outline.ACTIVE,
    outline.HOLDER_ACTIVE,
    outline.REPEATED,
)
_BUSY, _ENDED, _RUNG = outline.BUSY, outline.ENDED, outline.RUNG
_M1, _H1 = M1, H1
_UNSIGNED = Attestation.NONE


class Case:
    """One call before the checks."""

    __slots__ = (
        "_activity",
        "call",
        "called",
        "called_back",
        "callee_class",
        "caller_class",
        "found",
        "holder",
        "holder_activity",
        "label",
        "outline",
        "own_list",
        "pack",
        "refused_number",
        "resource",
        "talked",
        "tally",
        "traffic",
        "trunk",
        "views",
        "wish",
    )

    def __init__(self, call: Call, views: Views, traffic: Traffic, pack: Pack, limits: Limits) -> None:
        self.call = call
        self.views = views
        self.traffic = traffic
        self.pack = pack
        caller, callee, at = call.caller, call.callee, call.at
        self.caller_class: NumberClass = class_of(caller, pack.country)
        self.callee_class: NumberClass = class_of(callee, pack.country)
        self.resource: Resource | None = None
        self.holder = ""
        self.holder_activity: Activity | None = None
        self.label: Label | None = None
        wills = views.wills
        self.own_list: OwnList | None = wills.lists.get(callee)
        self.wish: Wish | None = wills.wishes.get(callee)
        self.refused_number: int = wills.refused_numbers.refused_at(caller, callee)
        """When the callee refused this very number, whatever came since, µs UTC; 0: not."""
        self.called = self.called_back = self.talked = 0
        """When the caller last rang the callee, the callee the caller, and when they talked at length, µs UTC; 0: not."""
        self.tally = traffic.tally(callee) if callee else 0
        """How often the callee was rung of late; see :meth:`Traffic.tally`."""
        self.found: bytes | Many | None = None
        """What is remembered of the caller; see :meth:`Traffic.found`."""
        self._activity: Activity | None = None
        traits: int = OF_CALLER[self.caller_class] | OF_CALLEE[self.callee_class]
        if caller:
            self.resource = views.entitlements.resource_of(caller)
            self.label = views.standing.label_of(caller, at)
            self.found = traffic.found(caller)
            if callee:
                self.called = traffic.called(caller, callee)
                self.called_back = traffic.called(callee, caller)
                self.talked = traffic.talked(caller, callee)
        if self.resource is not None:
            self.holder = self.resource.holder
            self.holder_activity = traffic.holder(self.holder)
        trunk = call.trunk
        self.trunk: TrunkView | None = views.entitlements.trunks.get(trunk) if trunk else None
        self.outline: int = traits | self._seen(call, caller, callee, trunk) | self._done(callee, limits)
        """What is known of the call, in bits of :mod:`outline`."""

    def _seen(self, call: Call, caller: int, callee: int, trunk: str) -> int:
        traits = 0
        views = self.views
        if not caller:
            traits |= _WITHHELD
            if call.caller_text and not call.withheld:
                traits |= _MALFORMED
        if not callee:
            traits |= _MALFORMED
        if trunk:
            traits |= _TRUNK
        if call.attestation is not _UNSIGNED:
            traits |= _SIGNED
        if self.label is not None:
            traits |= _LABEL
        holder = self.holder
        if holder:
            traits |= _HOLDER | _REFUSED
        if views.restrictions.bear_on(caller, callee, holder, trunk):
            traits |= _RESTRICTED
        if self.own_list is not None:
            traits |= _LIST
        if self.wish is not None:
            traits |= _WISHES
        if self.refused_number:
            traits |= _REFUSED
        return traits

    def _done(self, callee: int, limits: Limits) -> int:
        traits = 0
        traffic = self.traffic
        if self.called_back or traffic.dialled_emergency(callee):
            traits |= _CALLED_BACK
        if self.talked:
            traits |= _TALKED
        if self.holder_activity is not None:
            traits |= _HOLDER_ACTIVE
        if self.holder:
            traits |= _REPEATED
        found = self.found
        if found is not None:
            traits |= _ACTIVE
            if isinstance(found, bytes):
                packed = found
                events = kept(packed)
                if events >= limits.attempts:
                    traits |= _BUSY
                if events >= limits.ended:
                    traits |= _ENDED
                if rang(packed, callee):
                    traits |= _REPEATED
            else:
                many = found
                if many.most_attempts(_M1) >= limits.attempts_m1 or many.most_attempts(_H1) >= limits.attempts_h1:
                    traits |= _BUSY
                if many.most_ended() >= limits.ended:
                    traits |= _ENDED
                if many.rang(callee):
                    traits |= _REPEATED
        # Counted at a time of long ago, nothing is left out.
        if self.tally and tally_count(self.tally, 0) >= limits.rung:
            traits |= _RUNG
        return traits

    @property
    def activity(self) -> Activity | None:
        """What the number did lately; None when it is not remembered."""
        if self._activity is None and self.found is not None:
            self._activity = activity_of(self.found)
        return self._activity

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
        refused = self.refused_number
        if refused and self.holder:
            grants = wills.grants_of(self.holder, self.call.callee)
            if any(grant.given > refused and not grant.withdrawn for grant in grants):
                return 0
        return refused
