"""Who uses a number, for what, and on which trunks it may appear."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from typing import Any

import msgspec

from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    NumbersReleased,
    Purpose,
    TrunkClosed,
    TrunkKind,
    TrunkOpened,
)


class Resource(msgspec.Struct, frozen=True, gc=False):
    """A number resource as screening needs it."""

    id: str
    holder: str
    purpose: Purpose
    trunks: frozenset[str]
    """Empty: any trunk."""
    inbound_only: bool
    category: str


class TrunkView(msgspec.Struct, frozen=True, gc=False):
    """A trunk as screening needs it."""

    provider: str
    foreign: bool
    registered_only: bool


class Entitlements:
    """Numbers and ranges to their resources; trunks; holders' categories."""

    def __init__(self) -> None:
        self.trunks: dict[str, TrunkView] = {}
        self.categories: dict[str, str] = {}
        self._assigned: dict[str, NumbersAssigned] = {}
        self._singles: dict[int, Resource] = {}
        # Ranges do not overlap (the registry refuses that), so one sorted list of starts finds the range.
        self._starts: list[int] = []
        self._ranges: list[tuple[int, int, Resource]] = []

    def apply(self, facts: Iterable[msgspec.Struct]) -> None:
        """Take in facts of the registry."""
        for fact in facts:
            if isinstance(fact, NumbersAssigned):
                self._release(fact.resource)
                self._assign(fact)
            elif isinstance(fact, NumbersReleased):
                self._release(fact.resource)
            elif isinstance(fact, TrunkOpened):
                self.trunks[fact.trunk] = TrunkView(fact.provider, fact.kind is TrunkKind.FOREIGN, fact.registered_only)
            elif isinstance(fact, TrunkClosed):
                self.trunks.pop(fact.trunk, None)
            elif isinstance(fact, HolderRegistered):
                self.categories[fact.holder] = fact.category

    def _assign(self, fact: NumbersAssigned) -> None:
        resource = Resource(
            fact.resource, fact.holder, fact.purpose, frozenset(fact.trunks), fact.inbound_only, fact.category
        )
        self._assigned[fact.resource] = fact
        if fact.first == fact.last:
            self._singles[fact.first] = resource
            return
        place = bisect.bisect_left(self._starts, fact.first)
        self._starts.insert(place, fact.first)
        self._ranges.insert(place, (fact.first, fact.last, resource))

    def _release(self, resource: str) -> None:
        fact = self._assigned.pop(resource, None)
        if fact is None:
            return
        if fact.first == fact.last:
            self._singles.pop(fact.first, None)
            return
        place = bisect.bisect_left(self._starts, fact.first)
        if place < len(self._starts) and self._starts[place] == fact.first:
            del self._starts[place], self._ranges[place]

    @property
    def empty(self) -> bool:
        """Whether nobody registered any number."""
        return not self._assigned

    def resource_of(self, number: int) -> Resource | None:
        """The resource a number belongs to; None when nobody registered it."""
        found = self._singles.get(number)
        if found is not None:
            return found
        if not self._starts:
            return None
        place = bisect.bisect_right(self._starts, number) - 1
        if place >= 0:
            _, last, resource = self._ranges[place]
            if number <= last:
                return resource
        return None

    def category_of(self, resource: Resource) -> str:
        """Category of the resource, else its holder's; empty when neither has one."""
        return resource.category or self.categories.get(resource.holder, "")

    def state(self) -> object:
        """Canonical form of the state."""
        return (
            sorted((name, msgspec.to_builtins(trunk)) for name, trunk in self.trunks.items()),
            sorted(self.categories.items()),
            sorted((name, repr(fact)) for name, fact in self._assigned.items()),
        )

    def assigned(self) -> list[NumbersAssigned]:
        """Every assignment in force, in the order of the numbers: what :meth:`apply` takes in fastest."""
        return sorted(self._assigned.values(), key=lambda fact: fact.first)

    def tables(self) -> list[dict[Any, Any]]:
        """What it is made of, to be emptied when it is of no use any more."""
        return [self._assigned, self._singles, self.categories]
