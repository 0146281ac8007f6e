"""What a call on record tells about a candidate."""

from __future__ import annotations

import hashlib

from clearbell.calls import SECOND, Action, Decision
from clearbell.numbering import mask
from clearbell.policy.model import Pack
from clearbell.policy.repricing import TOTAL
from clearbell.replay.model import (
    MOST_CALLERS,
    MOST_EXAMPLES,
    MOST_HOLDERS,
    Cause,
    Example,
    Found,
    Kind,
    Moved,
    Whom,
)
from clearbell.screening.engine import CHECK_FAILED, STALE

JUST = 5 * SECOND
"""A node follows the ledger within this."""
_SEVERITY = {action: place for place, action in enumerate(Action)}


class Comparison:
    """Adds calls up to what was found so far."""

    def __init__(self, found: Found, pack: Pack, candidate: Pack, key: bytes) -> None:
        """``key``: under which callers are told apart."""
        self.found = found
        self._pack = pack
        self._candidate = candidate
        self._key = key
        self._moved = {(one.rule, one.before, one.after): one for one in found.moved}
        self._callers = {name: set(whom.callers) for name, whom in found.whom.items()}

    def add(self, recorded: Decision, before: Decision, after: Decision, changed: int, holder: str) -> None:
        """One call: what is on record, and what both packs come to.

        ``changed``: when a fact was last recorded before it (µs UTC). ``holder``: whose number it was.
        """
        cause = self._cause(recorded, before, after, changed)
        if cause is not None:
            self.pass_over(recorded, cause)
            return
        found, call = self.found, recorded.call
        found.calls += 1
        found.first = found.first or call.at
        found.last = call.at
        found.replayed += 1
        found.earlier_version += recorded.policy != self._pack.version
        if before.action is after.action:
            found.other_reason += before.decided_by != after.decided_by
            return
        kind = kind_of(before.action, after.action)
        self._move(kind, recorded, before, after)
        self._meet(kind, call.caller, holder)

    def pass_over(self, recorded: Decision, cause: Cause) -> None:
        """One call that cannot be replayed."""
        found = self.found
        found.calls += 1
        found.first = found.first or recorded.call.at
        found.last = recorded.call.at
        found.causes[cause.value] = found.causes.get(cause.value, 0) + 1

    def _cause(self, recorded: Decision, before: Decision, after: Decision, changed: int) -> Cause | None:
        if STALE in recorded.marks:
            return Cause.STALE
        if any(mark.startswith(CHECK_FAILED) for one in (recorded, before, after) for mark in one.marks):
            return Cause.CHECK_FAILED
        same = (before.action, before.decided_by, before.total) == (
            recorded.action,
            recorded.decided_by,
            recorded.total,
        )
        if recorded.policy != self._pack.version or same:
            return None
        return Cause.JUST_CHANGED if recorded.call.at - changed < JUST else Cause.NOT_REPRODUCED

    def _move(self, kind: Kind, recorded: Decision, before: Decision, after: Decision) -> None:
        rule = self._rule(before, after)
        moved = self._moved.get((rule, before.action, after.action))
        if moved is None:
            moved = Moved(kind, rule, before.action, after.action)
            self._moved[rule, before.action, after.action] = moved
            self.found.moved.append(moved)
        moved.calls += 1
        if len(moved.examples) < MOST_EXAMPLES:
            call = recorded.call
            moved.examples.append(
                Example(
                    recorded.id,
                    call.at,
                    mask(call.caller) if call.caller else "",
                    before.total,
                    after.total,
                    tuple(charge.symbol for charge in after.charges),
                )
            )

    def _rule(self, before: Decision, after: Decision) -> str:
        """What makes the difference: one that decides, now or no longer; else the symbols that weigh otherwise."""
        if after.decided_by != TOTAL:
            return after.decided_by
        if before.decided_by != TOTAL:
            return before.decided_by
        was = {charge.symbol: charge.points for charge in before.charges}
        now = {charge.symbol: charge.points for charge in after.charges}
        differ = sorted(symbol for symbol in was.keys() | now.keys() if was.get(symbol) != now.get(symbol))
        return " + ".join(differ) or TOTAL

    def _meet(self, kind: Kind, caller: int, holder: str) -> None:
        whom = self.found.whom.setdefault(kind.value, Whom())
        whom.calls += 1
        if holder in whom.holders or len(whom.holders) < MOST_HOLDERS:
            whom.holders[holder] = whom.holders.get(holder, 0) + 1
        if not caller:
            whom.withheld += 1
            return
        known = self._callers.setdefault(kind.value, set())
        digest = hashlib.blake2b(str(caller).encode(), digest_size=6, key=self._key).digest()
        one = int.from_bytes(digest, "big")
        if one not in known and len(known) < MOST_CALLERS:
            known.add(one)
            whom.callers.append(one)


def kind_of(before: Action, after: Action) -> Kind:
    """What it means for a call to go from one action to another one."""
    if before is Action.ALLOW:
        return Kind.TOUCHED
    if after is Action.ALLOW:
        return Kind.RELEASED
    return Kind.HARDER if _SEVERITY[after] > _SEVERITY[before] else Kind.SOFTER
