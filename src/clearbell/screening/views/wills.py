"""What subscribers agreed to, refused and wished."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished

EVERY = "*"


class Grant(msgspec.Struct, gc=False):
    """Consent of one subscriber to one holder for one purpose."""

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
        self.grants: dict[tuple[str, int], dict[str, Grant]] = {}
        """(holder, callee) to purpose to grant."""
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
                pair = (fact.holder, fact.callee)
                self.grants.setdefault(pair, {})[fact.purpose] = Grant(fact.until, at, 0, fact.per_day)
                self.refused_holders.pop(pair, None)
            elif isinstance(fact, ConsentWithdrawn):
                self._withdraw((fact.holder, fact.callee), fact.purpose, at)
            elif isinstance(fact, Refused):
                if fact.holder:
                    self._withdraw((fact.holder, fact.callee), EVERY, at)
                    self.refused_holders[fact.holder, fact.callee] = at
                if fact.caller:
                    self.refused_numbers[fact.caller, fact.callee] = at
            elif isinstance(fact, Listed):
                self._list(fact)
            elif isinstance(fact, Wished):
                self.wishes[fact.owner] = fact

    def _withdraw(self, pair: tuple[str, int], purpose: str, at: int) -> None:
        for name, grant in self.grants.get(pair, {}).items():
            if (purpose in (EVERY, name)) and not grant.withdrawn:
                grant.withdrawn = at

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
        purposes = self.grants.get((holder, callee))
        if purposes is None:
            return None
        exact = purposes.get(purpose)
        every = purposes.get(EVERY)
        if exact is None or (exact.withdrawn and every is not None):
            return every
        return exact

    def state(self) -> object:
        """Canonical form of the state."""
        return (
            sorted(
                (pair, sorted((p, g.until, g.given, g.withdrawn, g.per_day) for p, g in by.items()))
                for pair, by in self.grants.items()
            ),
            sorted(self.refused_holders.items()),
            sorted(self.refused_numbers.items()),
            sorted((owner, sorted((k, v.value) for k, v in own.lines.items())) for owner, own in self.lists.items()),
            sorted((owner, repr(wish)) for owner, wish in self.wishes.items()),
        )
