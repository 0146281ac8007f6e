"""What a check is given: the call, and everything about it that was looked up once for all checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearbell.calls import DAY, HOUR, Attestation, Call, Symbol
from clearbell.numbering import NumberClass, class_of
from clearbell.screening import outline
from clearbell.screening.activity import kept, rang
from clearbell.screening.traffic import activity_of
from clearbell.screening.windows import H1, M1, tally_count

if TYPE_CHECKING:
    from clearbell.policy.model import Pack
    from clearbell.screening.activity import Activity, Many
    from clearbell.screening.outline import Limits, Traits
    from clearbell.screening.traffic import Traffic
    from clearbell.screening.views.entitlements import Resource, TrunkView
    from clearbell.screening.views.own_lists import OwnList
    from clearbell.screening.views.standing import Label
    from clearbell.screening.views.views import Views
    from clearbell.screening.views.wishes import Wish

Outcome = tuple[Symbol, ...] | None
"""What a check returns: symbols it saw, nothing (clear), or None when it does not apply to the call."""
NOT_APPLICABLE: Outcome = None
CLEAR: Outcome = ()


# The bits of :mod:`outline`, each under a name of its own: compiled, they are numbers of C.
_EMERGENCY, _WITHHELD, _MALFORMED, _TRUNK, _SIGNED = (
    outline.EMERGENCY,
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
        "emergency",
        "found",
        "holder",
        "holder_activity",
        "label",
        "outline",
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

    def __init__(
        self, call: Call, views: Views, traffic: Traffic, pack: Pack, limits: Limits, of_numbers: Traits
    ) -> None:
        self.call = call
        self.views = views
        self.traffic = traffic
        self.pack = pack
        self.resource: Resource | None = None
        self.holder = ""
        self.holder_activity: Activity | None = None
        self.label: Label | None = None
        self.trunk: TrunkView | None = None
        self.wish: Wish | None = None
        self.refused_number = 0
        """When the callee refused this very number, whatever came since, µs UTC; 0: not."""
        self.called = self.called_back = self.talked = 0
        """When the caller last rang the callee, the callee the caller, and when they talked at length, µs UTC; 0: not."""
        self.tally = 0
        """How often the callee was rung of late; see :meth:`Traffic.tally`."""
        self.emergency = False
        """Whether the called number is an emergency number."""
        self.found: bytes | Many | None = None
        """What is remembered of the caller; see :meth:`Traffic.found`."""
        self._activity: Activity | None = None
        self.outline = self._known(call, of_numbers, limits)
        """What is known of the call, in bits of :mod:`outline`."""

    def _known(self, call: Call, of_numbers: Traits, limits: Limits) -> int:
        caller, callee, trunk = call.caller, call.callee, call.trunk
        callees = of_numbers.of_callee(callee)
        traits = of_numbers.of_caller(caller) | callees
        self.emergency = callees & _EMERGENCY != 0
        views = self.views
        if trunk:
            traits |= _TRUNK
            self.trunk = views.entitlements.trunks.get(trunk)
        if call.attestation is not _UNSIGNED:
            traits |= _SIGNED
        if caller:
            traits |= self._of_caller(call, caller)
        else:
            traits |= _WITHHELD
            if call.caller_text and not call.withheld:
                traits |= _MALFORMED
        if callee:
            traits |= self._of_callee(callee, limits)
            if caller:
                traits |= self._of_both(caller, callee)
        else:
            traits |= _MALFORMED
        holder = self.holder
        if views.restrictions.bear_on(caller, callee, holder, trunk):
            traits |= _RESTRICTED
        return traits | self._done(callee, limits)

    def _of_caller(self, call: Call, caller: int) -> int:
        views = self.views
        resource = views.entitlements.resource_of(caller)
        self.found = self.traffic.found(caller)
        self.label = views.standing.label_of(caller, call.at)
        traits = _LABEL if self.label is not None else 0
        if resource is not None:
            traits |= _HOLDER | _REFUSED | _REPEATED
            self.resource = resource
            self.holder = resource.holder
            self.holder_activity = self.traffic.holder(self.holder)
            if self.holder_activity is not None:
                traits |= _HOLDER_ACTIVE
        return traits

    def _of_callee(self, callee: int, limits: Limits) -> int:
        wills = self.views.wills
        self.wish = wills.wishes.get(callee)
        traits = _WISHES if self.wish is not None else 0
        if wills.lists.has(callee):
            traits |= _LIST
        self.tally = self.traffic.tally(callee)
        # Counted at a time of long ago, nothing is left out.
        if self.tally and tally_count(self.tally, 0) >= limits.rung:
            traits |= _RUNG
        if self.traffic.dialled_emergency(callee):
            traits |= _CALLED_BACK
        return traits

    def _of_both(self, caller: int, callee: int) -> int:
        traffic = self.traffic
        traits = 0
        self.refused_number = self.views.wills.refused_numbers.refused_at(caller, callee)
        if self.refused_number:
            traits |= _REFUSED
        self.called = traffic.called(caller, callee)
        self.called_back = traffic.called(callee, caller)
        if self.called_back:
            traits |= _CALLED_BACK
        self.talked = traffic.talked(caller, callee)
        if self.talked:
            traits |= _TALKED
        return traits

    def _done(self, callee: int, limits: Limits) -> int:
        """What the number did of late."""
        found = self.found
        if found is None:
            return 0
        traits = _ACTIVE
        if isinstance(found, bytes):
            packed = found
            events = kept(packed)
            if events >= limits.attempts:
                traits |= _BUSY
            if events >= limits.ended:
                traits |= _ENDED
            if rang(packed, callee):
                traits |= _REPEATED
            return traits
        many = found
        if many.most_attempts(_M1) >= limits.attempts_m1 or many.most_attempts(_H1) >= limits.attempts_h1:
            traits |= _BUSY
        if many.most_ended() >= limits.ended:
            traits |= _ENDED
        if many.rang(callee):
            traits |= _REPEATED
        return traits

    @property
    def caller_class(self) -> NumberClass:
        """Class of the calling number."""
        return class_of(self.call.caller, self.pack.country)

    @property
    def callee_class(self) -> NumberClass:
        """Class of the called number."""
        return class_of(self.call.callee, self.pack.country)

    @property
    def own_list(self) -> OwnList | None:
        """The list of the subscriber, if he has one."""
        return self.views.wills.lists.get(self.call.callee)

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
