"""What test calls need of a pack, in their own terms; and when one may be made."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from clearbell.calls import DAY, MINUTE
from clearbell.policy.model import CaseRules, Pack, VerificationRules, Window


class CallRules(msgspec.Struct, frozen=True):
    """Rules of test calls."""

    rules: VerificationRules
    hours: Window
    cases: CaseRules
    country: int
    utc_offset_minutes: int

    def within_hours(self, at: int) -> bool:
        """Whether the time (µs UTC) lies within the hours."""
        return self.hours.start <= self._minute(at) < self.hours.end

    def _minute(self, at: int) -> float:
        return ((at + self.utc_offset_minutes * MINUTE) % DAY) / MINUTE

    def draw(self, earliest: int, chance: Callable[[], float]) -> int:
        """A time not before ``earliest`` and within the hours, at random; ``chance`` gives numbers in [0, 1)."""
        spread = self.rules.spread_minutes * MINUTE
        at = earliest + int(chance() * spread)
        if self.within_hours(at):
            return at
        # Not at the stroke of the opening: that would be a pattern too.
        opening = at - int(self._minute(at) * MINUTE) + self.hours.start * MINUTE
        if opening < at:
            opening += DAY
        room = (self.hours.end - self.hours.start) * MINUTE
        return opening + int(chance() * min(max(spread, MINUTE), room - 1))


def call_rules(pack: Pack) -> CallRules:
    """What the pack says of test calls."""
    return CallRules(pack.verification, pack.hours["verification"], pack.cases, pack.country, pack.utc_offset_minutes)
