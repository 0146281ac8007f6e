"""How the registry and the consent book know a caller, as discovery asks it: for a whole day at once."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select

from clearbell.consent.tables import consent, refusal
from clearbell.registry.model import Purpose
from clearbell.registry.tables import resource


class Registered(msgspec.Struct, frozen=True, order=True):
    """A range of numbers that a holder has."""

    first: int
    last: int
    holder: str
    purpose: str
    inbound_only: bool = False


Consented = Callable[[str, Collection[int]], int]
"""How many of the callees have a consent in force for the holder."""


Refusals = Mapping[str, Mapping[int, int]]
"""By holder: who refused it, and when, µs UTC."""


class Standing:
    """Who is registered for what, who consented, and who refused."""

    def __init__(self, ranges: Iterable[Registered], consented: Consented, refusals: Refusals) -> None:
        self._ranges = sorted(ranges)
        self._firsts = [one.first for one in self._ranges]
        self.consented = consented
        self.refusals = refusals
        purposes: dict[str, set[str]] = {}
        for one in self._ranges:
            purposes.setdefault(one.holder, set()).add(one.purpose)
        self._commercial = {name for name, known in purposes.items() if Purpose.COMMERCIAL.value in known}
        self._holders = set(purposes)

    def of(self, number: int) -> Registered | None:
        """The range that a number is in; None when nobody registered it."""
        place = bisect.bisect_right(self._firsts, number) - 1
        if place >= 0 and number <= self._ranges[place].last:
            return self._ranges[place]
        return None

    def knows(self, holder: str) -> bool:
        """Whether the holder has any number."""
        return holder in self._holders

    def commercial(self, holder: str) -> bool:
        """Whether the holder has numbers for commercial calls."""
        return holder in self._commercial

    @property
    def commercial_holders(self) -> list[str]:
        """All holders with numbers for commercial calls."""
        return sorted(self._commercial)


_PAGE = 500


def standing_of(conn: Connection, at: int) -> Standing:
    """The standing that the store tells at a time, µs UTC; consents are asked for while the connection is open."""
    names = ("first", "last", "holder", "purpose", "inbound_only")
    rows = conn.execute(select(*(resource.c[name] for name in names))).all()

    def consented(holder: str, callees: Collection[int]) -> int:
        asked = sorted(callees)
        found = 0
        for start in range(0, len(asked), _PAGE):
            found += len(
                conn.execute(
                    select(consent.c.callee)
                    .where(
                        consent.c.callee.in_(asked[start : start + _PAGE]),
                        consent.c.holder == holder,
                        consent.c.given <= at,
                        (consent.c.withdrawn == 0) | (consent.c.withdrawn > at),
                        (consent.c.until == 0) | (consent.c.until > at),
                    )
                    .distinct()
                ).all()
            )
        return found

    refusals: dict[str, dict[int, int]] = {}
    book = select(refusal.c.holder, refusal.c.callee, refusal.c.at).where(refusal.c.holder != "", refusal.c.at <= at)
    for holder, callee, when in conn.execute(book):
        refusals.setdefault(holder, {})[callee] = when
    return Standing((Registered(*row) for row in rows), consented, refusals)
