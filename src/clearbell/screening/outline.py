"""What a call is in outline: enough to tell which checks have nothing to say of it, before any of them looks.

Most calls are between people of whom nothing is known. Of such a call a check that is asked says one of two things,
the same every time; so it is asked once, by its ``glance``, for all calls of the same outline. An outline may say too
much (the check then looks, and sees nothing), never too little.
"""

from __future__ import annotations

import enum
import math
from array import array

from clearbell.numbering import NumberClass, class_of
from clearbell.numbering.classes import PER_PREFIX, mobile_classes, mobile_range
from clearbell.policy.model import Pack


class Glance(enum.Enum):
    """What a check says of all calls of one outline."""

    LOOK = "look"
    """It has to look at each."""
    CLEAR = "clear"
    NOT_APPLICABLE = "not applicable"


_BITS = iter(range(64))

CALLER = 1 << next(_BITS)
"""There is a calling number."""
WITHHELD = 1 << next(_BITS)
"""There is none."""
MALFORMED = 1 << next(_BITS)
"""One of the two is no number."""
HOME_CLASS = 1 << next(_BITS)
"""The caller's number is of the home country's plan."""
UNALLOCATED = 1 << next(_BITS)
TOLL_400 = 1 << next(_BITS)
CALL_CENTRE = 1 << next(_BITS)
"""The caller's number is of a class that only call centres get."""
ORGANISATION = 1 << next(_BITS)
"""The caller's number is of a class that only organisations get."""
EMERGENCY = 1 << next(_BITS)
"""One of the two is an emergency number."""
MANY_LINES = 1 << next(_BITS)
"""The called number is of a class that is made to be rung by many."""
TRUNK = 1 << next(_BITS)
"""The trunk is named."""
SIGNED = 1 << next(_BITS)
"""Something is said of the caller's signature."""
HOLDER = 1 << next(_BITS)
"""The caller's number is registered."""
LABEL = 1 << next(_BITS)
RESTRICTED = 1 << next(_BITS)
"""A restriction may bear on the call."""
LIST = 1 << next(_BITS)
"""The subscriber has a list."""
WISHES = 1 << next(_BITS)
REFUSED = 1 << next(_BITS)
"""The subscriber refused this number, or may have refused its holder."""
CALLED_BACK = 1 << next(_BITS)
"""The callee rang the caller, or an emergency number, before."""
TALKED = 1 << next(_BITS)
ACTIVE = 1 << next(_BITS)
"""Earlier attempts of the number are remembered."""
HOLDER_ACTIVE = 1 << next(_BITS)
REPEATED = 1 << next(_BITS)
"""The number, or its holder, may have rung the callee before."""
BUSY = 1 << next(_BITS)
"""The number may have made as many attempts as the least limit on them."""
ENDED = 1 << next(_BITS)
"""As many of the number's calls may have ended as the least sample of a share."""
RUNG = 1 << next(_BITS)
"""The callee may have been rung as often as the limit."""

ORGANISATIONS = frozenset(
    {NumberClass.CALL_CENTRE_95, NumberClass.SERVICE_95, NumberClass.SHORT_96, NumberClass.BUSINESS_1010}
)
"""Classes that only organisations get."""
LINES_OF_MANY = frozenset(
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
"""Classes of service lines, which are made to be rung by many."""


def _of_caller(number_class: NumberClass) -> int:
    traits = 0 if number_class is NumberClass.NONE else CALLER
    if number_class not in (NumberClass.NONE, NumberClass.FOREIGN):
        traits |= HOME_CLASS
    if number_class is NumberClass.UNALLOCATED:
        traits |= UNALLOCATED
    if number_class is NumberClass.TOLL_400:
        traits |= TOLL_400
    if number_class is NumberClass.CALL_CENTRE_95:
        traits |= CALL_CENTRE
    if number_class in ORGANISATIONS:
        traits |= ORGANISATION
    if number_class is NumberClass.EMERGENCY:
        traits |= EMERGENCY
    return traits


def _of_callee(number_class: NumberClass) -> int:
    if number_class is NumberClass.EMERGENCY:
        return EMERGENCY
    return MANY_LINES if number_class in LINES_OF_MANY else 0


_OF_CALLER = {one: _of_caller(one) for one in NumberClass}
_OF_CALLEE = {one: _of_callee(one) for one in NumberClass}
_MOST_KEPT = 1 << 16


class Traits:
    """What the two numbers of a call tell by their classes, in bits, as seen from the pack's country."""

    __slots__ = ("_as_callee", "_as_caller", "_country", "_first", "_last", "_mobiles")

    def __init__(self, country: int) -> None:
        self._country = country
        # Most numbers are mobile, and no two of them alike; of the others those that were asked for are kept.
        self._first, self._last = mobile_range(country)
        self._mobiles: memoryview = memoryview(
            array("q", (_OF_CALLER[one] for one in mobile_classes(country)))
        ).toreadonly()
        self._as_caller: dict[int, int] = {}
        self._as_callee: dict[int, int] = {}

    def of_caller(self, number: int) -> int:
        """What the calling number tells."""
        if self._first <= number <= self._last:
            traits: int = self._mobiles[(number - self._first) // PER_PREFIX]
            return traits
        kept = self._as_caller.get(number)
        return kept if kept is not None else self._look_up(number, self._as_caller, _OF_CALLER)

    def of_callee(self, number: int) -> int:
        """What the called number tells."""
        if self._first <= number <= self._last:
            # No mobile number is an emergency number, or a line of many.
            return 0
        kept = self._as_callee.get(number)
        return kept if kept is not None else self._look_up(number, self._as_callee, _OF_CALLEE)

    def _look_up(self, number: int, kept: dict[int, int], traits: dict[NumberClass, int]) -> int:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        found = kept[number] = traits[class_of(number, self._country)]
        return found


_NEVER = 1 << 60


class Limits:
    """From how many on a limit of the pack may be reached: the least of those that check the same count."""

    __slots__ = ("attempts", "attempts_h1", "attempts_m1", "ended", "rung")

    def __init__(self, pack: Pack) -> None:
        self.attempts_m1 = _reached(pack.limit("burst_1m"))
        fan_out = pack.thresholds["fan_out_1h"]
        self.attempts_h1 = min(
            _reached(pack.limit("frequency_1h")), _NEVER if fan_out.value is None else max(1, fan_out.min_sample)
        )
        self.attempts = min(self.attempts_m1, self.attempts_h1)
        shares = (pack.thresholds[name] for name in ("short_share_24h", "answer_share_24h", "one_ring_share_1h"))
        self.ended = min((max(1, share.min_sample) for share in shares if share.value is not None), default=_NEVER)
        self.rung = _reached(pack.limit("bombing_5m"))


def _reached(limit: float | None) -> int:
    return _NEVER if limit is None else math.ceil(limit)
