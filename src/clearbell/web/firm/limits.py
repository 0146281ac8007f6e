"""How close a number is to what stops or marks its calls: sanctions, contracts, and what the pack watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from clearbell.registry.contracts.model import State
from clearbell.registry.contracts.queries import contracts
from clearbell.sanctions.model import Rung, Target
from clearbell.sanctions.queries import restrictions_on
from clearbell.web.feeds import ServedGate

NUMBERS = 200
"""Numbers of one resource that are looked at, from its first on."""


class Nearness(msgspec.Struct, frozen=True):
    """What a number used of its calls an hour."""

    number: int
    """0: none of the numbers called within the last 24 hours."""
    hour: int
    day: int
    limit: int
    """0: none."""
    why: str
    """``sanction``, ``contract`` or ``watched``."""
    barred: str = ""
    """The rung that stops its calls now; empty: none does."""

    @property
    def share(self) -> float:
        """Of the limit, how much was used."""
        return self.hour / self.limit if self.limit else 0.0


class Limits:
    """Limits of one party's numbers, as they hold now."""

    def __init__(self, conn: Connection, gate: ServedGate) -> None:
        self._conn = conn
        self._gate = gate
        self._by_holder: dict[str, tuple[list[tuple[int, str]], str]] = {}

    def nearest(self, resources: Sequence[Row[Any]], most: int = NUMBERS) -> list[tuple[Row[Any], Nearness]]:
        """Of each resource, the number that is closest to its limit."""
        return [(row, self._of(row, most)) for row in resources]

    def _of(self, row: Row[Any], most: int) -> Nearness:
        standing, barred = self._holder(row.holder)
        found = Nearness(0, 0, 0, *min(standing, default=(0, "")), barred)
        for number in range(row.first, min(row.last, row.first + most - 1) + 1):
            hour, day = self._gate.calls_lately(number)
            if row.first != row.last and not hour and not day and found.number:
                continue
            own, stopped = self._restricted(Target.NUMBER, number, "")
            limit, why = min([*standing, *own], default=(0, ""))
            one = Nearness(
                number if hour or day or row.first == row.last else 0, hour, day, limit, why, stopped or barred
            )
            if (bool(one.barred), one.share, one.hour, one.day) > (
                bool(found.barred),
                found.share,
                found.hour,
                found.day,
            ) or (not found.number and one.number):
                found = one
        return found

    def _holder(self, holder: str) -> tuple[list[tuple[int, str]], str]:
        if holder not in self._by_holder:
            limits, barred = self._restricted(Target.HOLDER, 0, holder)
            limits += [
                (one.per_hour, "contract") for one in contracts(self._conn, holder) if one.state == State.IN_FORCE.value
            ]
            watched = self._gate.pack.limit("frequency_1h")
            if watched is not None:
                limits.append((int(watched), "watched"))
            self._by_holder[holder] = limits, barred
        return self._by_holder[holder]

    def _restricted(self, target: Target, number: int, name: str) -> tuple[list[tuple[int, str]], str]:
        now = self._gate.now()
        rows = [row for row in restrictions_on(self._conn, target, number, name, now) if row.start <= now]
        limits = [(int(row.limit), "sanction") for row in rows if row.rung == Rung.RATE_LIMIT.value]
        stopped = next((str(row.rung) for row in rows if row.rung != Rung.RATE_LIMIT.value), "")
        return limits, stopped
