"""Restrictions on numbers, holders and trunks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from clearbell.sanctions.model import Lifted, Restricted, Rung, Target

Key = int | str


class Restrictions:
    """Restrictions by what they bear on. Which of them is in force is a question of the call's time."""

    def __init__(self) -> None:
        self._all: dict[str, Restricted] = {}
        self.numbers: dict[int, list[Restricted]] = {}
        self.holders: dict[str, list[Restricted]] = {}
        self.trunks: dict[str, list[Restricted]] = {}
        self.barring_holders = 0
        """Restrictions that bar a holder in both directions: while there are none, nobody asks who holds a called number."""

    def bear_on(self, caller: int, callee: int, holder: str, trunk: str) -> bool:
        """Whether any restriction, of whatever time, is on the caller, its holder, the trunk, or may be on the callee."""
        return (
            caller in self.numbers
            or callee in self.numbers
            or (holder != "" and holder in self.holders)
            or (trunk != "" and trunk in self.trunks)
            or self.barring_holders > 0
        )

    def apply(self, facts: Iterable[msgspec.Struct]) -> None:
        """Take in facts of sanctions; orders restrict nothing by themselves."""
        for fact in facts:
            if isinstance(fact, Restricted):
                self._remove(fact.restriction)
                self._all[fact.restriction] = fact
                self._put(fact)
            elif isinstance(fact, Lifted):
                self._remove(fact.restriction)

    def _put(self, fact: Restricted) -> None:
        if fact.target is Target.NUMBER:
            self.numbers.setdefault(fact.number, []).append(fact)
        elif fact.target is Target.HOLDER:
            self.holders.setdefault(fact.name, []).append(fact)
            self.barring_holders += fact.rung is Rung.BARRED
        elif fact.target is Target.TRUNK:
            self.trunks.setdefault(fact.name, []).append(fact)

    def _remove(self, restriction: str) -> None:
        fact = self._all.pop(restriction, None)
        if fact is None:
            return
        if fact.target is Target.NUMBER:
            kept = [r for r in self.numbers.pop(fact.number, []) if r.restriction != restriction]
            if kept:
                self.numbers[fact.number] = kept
            return
        self.barring_holders -= fact.target is Target.HOLDER and fact.rung is Rung.BARRED
        # What is on an access provider stops no call by itself: it is in neither.
        table = self.holders if fact.target is Target.HOLDER else self.trunks
        kept = [r for r in table.pop(fact.name, []) if r.restriction != restriction]
        if kept:
            table[fact.name] = kept

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted((name, repr(fact)) for name, fact in self._all.items())

    def saved(self) -> list[Restricted]:
        """What :meth:`apply` makes it of again."""
        return list(self._all.values())

    def tables(self) -> list[dict[Any, Any]]:
        """What it is made of, to be emptied when it is of no use any more."""
        return [self._all, self.numbers, self.holders, self.trunks]


def in_force(restrictions: list[Restricted] | None, at: int) -> list[Restricted]:
    """Those of the restrictions that hold at ``at`` (µs UTC)."""
    if not restrictions:
        return []
    return [r for r in restrictions if r.start <= at and (not r.until or at < r.until)]
