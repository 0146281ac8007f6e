"""What subscribers agreed to, refused and wished."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from clearbell.consent.hours import zone_of
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, RefusalEnded, Refused, Wished

EVERY = "*"
_CALLEE_BITS = 50
"""E.164 numbers have at most 15 digits."""
_CALLEE = (1 << _CALLEE_BITS) - 1
_SHARED = 100_000
"""Different combinations of grants that are remembered to be shared."""


class Grant(msgspec.Struct, frozen=True, gc=False):
    """Consent to one holder for one purpose. Many subscribers share one, so it is replaced, never changed."""

    purpose: str

    until: int
    """µs UTC; 0: without end."""
    given: int
    """When it was given, µs UTC."""
    withdrawn: int = 0
    """When it was withdrawn, µs UTC; 0: it was not."""
    per_day: int = 0
    """Calls in 24 hours that were agreed to; 0: no number was named."""


class OwnList:
    """One subscriber's list."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[tuple[int, int], ListVerdict] = {}

    def verdict(self, caller: int) -> ListVerdict:
        """What the list says of a caller; allow beats block wherever both hold."""
        single = self.lines.get((caller, caller))
        if single is ListVerdict.ALLOW:
            return single
        found = single or ListVerdict.NONE
        if len(self.lines) > (single is not None):
            for (first, last), verdict in self.lines.items():
                if first <= caller <= last:
                    if verdict is ListVerdict.ALLOW:
                        return verdict
                    found = verdict
        return found


class Wills:
    """Consents, refusals, own lists and wishes, each by subscriber."""

    def __init__(self) -> None:
        # Ten million consents are common, and most of a file differ in the subscriber alone: a key that is one
        # integer, and values shared, take a quarter of what a dictionary a subscriber takes.
        self._grants: dict[int, tuple[Grant, ...]] = {}
        self._holders: dict[str, int] = {}
        self._shared: dict[tuple[Grant, ...], tuple[Grant, ...]] = {}
        self.refused_holders: dict[tuple[str, int], int] = {}
        """(holder, callee) to when it was refused, µs UTC."""
        self.refused_numbers: dict[tuple[int, int], int] = {}
        """(caller, callee) to when."""
        self.lists: dict[int, OwnList] = {}
        self.wishes: dict[int, Wished] = {}

    def apply(self, facts: Iterable[msgspec.Struct], at: int) -> None:
        """Take in facts of consent, stated at ``at`` (µs UTC)."""
        for fact in facts:
            if isinstance(fact, ConsentGranted):
                self._grant(fact.holder, fact.callee, Grant(fact.purpose, fact.until, at, 0, fact.per_day))
                self.refused_holders.pop((fact.holder, fact.callee), None)
            elif isinstance(fact, ConsentWithdrawn):
                self._withdraw((fact.holder, fact.callee), fact.purpose, at)
            elif isinstance(fact, Refused):
                if fact.holder:
                    self._withdraw((fact.holder, fact.callee), EVERY, at)
                    self.refused_holders[fact.holder, fact.callee] = at
                if fact.caller:
                    self.refused_numbers[fact.caller, fact.callee] = at
            elif isinstance(fact, RefusalEnded):
                self.refused_holders.pop((fact.holder, fact.callee), None)
                self.refused_numbers.pop((fact.caller, fact.callee), None)
            elif isinstance(fact, Listed):
                self._list(fact)
            elif isinstance(fact, Wished):
                if fact.hours:
                    # Read from the machine's database now, so that no call waits for it.
                    zone_of(fact.zone, "UTC")
                self.wishes[fact.owner] = fact

    def _key(self, holder: str, callee: int) -> int:
        return self._holders.setdefault(holder, len(self._holders)) << _CALLEE_BITS | callee

    def _grant(self, holder: str, callee: int, grant: Grant) -> None:
        key = self._key(holder, callee)
        before = self._grants.get(key)
        if before is None:
            self._grants[key] = self._share((grant,))
        else:
            others = tuple(one for one in before if one.purpose != grant.purpose)
            self._grants[key] = self._share((*others, grant))

    def _share(self, grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
        shared = self._shared.setdefault(grants, grants)
        if len(self._shared) > _SHARED:
            self._shared.clear()
        return shared

    def _withdraw(self, pair: tuple[str, int], purpose: str, at: int) -> None:
        key = self._key(*pair)
        grants = self._grants.get(key)
        if grants is not None:
            self._grants[key] = tuple(
                msgspec.structs.replace(one, withdrawn=at)
                if purpose in (EVERY, one.purpose) and not one.withdrawn
                else one
                for one in grants
            )

    def grants_of(self, holder: str, callee: int) -> tuple[Grant, ...]:
        """Every consent of the subscriber to the holder, withdrawn ones too."""
        index = self._holders.get(holder)
        return () if index is None else self._grants.get(index << _CALLEE_BITS | callee, ())

    def _list(self, fact: Listed) -> None:
        lines = self.lists.setdefault(fact.owner, OwnList()).lines
        if fact.verdict is ListVerdict.NONE:
            lines.pop((fact.first, fact.last), None)
            if not lines:
                del self.lists[fact.owner]
            return
        lines[fact.first, fact.last] = fact.verdict

    def grant_for(self, holder: str, callee: int, purpose: str) -> Grant | None:
        """The grant that covers the purpose: of that very purpose, else of every purpose."""
        exact = every = None
        for grant in self.grants_of(holder, callee):
            if grant.purpose == EVERY:
                every = grant
            elif grant.purpose == purpose:
                exact = grant
        if purpose == EVERY or exact is None or (exact.withdrawn and every is not None):
            return every
        return exact

    def state(self) -> object:
        """Canonical form of the state."""
        names = list(self._holders)
        return (
            sorted(
                (names[key >> _CALLEE_BITS], key & _CALLEE, sorted(msgspec.structs.astuple(grant) for grant in grants))
                for key, grants in self._grants.items()
            ),
            sorted(self.refused_holders.items()),
            sorted(self.refused_numbers.items()),
            sorted((owner, sorted((k, v.value) for k, v in own.lines.items())) for owner, own in self.lists.items()),
            sorted((owner, repr(wish)) for owner, wish in self.wishes.items()),
        )
