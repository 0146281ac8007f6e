"""A bounded memory of what was used lately, at the price of plain dictionaries."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

_DROPPED_AT_ONCE = 4


class Recent:
    """Holds at most ``most`` keys, and never fewer than the ``most // 2`` that were set last.

    Two generations: what is set goes into the younger; when that is full, the older is let go and they change places.
    An ordered dictionary would keep exact order for more memory. What is let go is dropped a few keys at a time, as
    freeing a million at once would hold up a call.

    Not generic, as no extension type can be: who uses it says what he keeps in it.
    """

    __slots__ = ("_dying", "_half", "_old", "_young")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[Hashable, Any] = {}
        self._old: dict[Hashable, Any] = {}
        self._dying: list[dict[Hashable, Any]] = []

    def __len__(self) -> int:
        """Keys that are remembered."""
        return len(self._young) + len(self._old)

    def __iter__(self) -> Iterator[Hashable]:
        """The keys, in no order."""
        yield from self._young
        yield from self._old

    def get(self, key: Hashable) -> Any:
        """The value of a key; None when it is not remembered. Asking keeps nothing longer."""
        found = self._young.get(key)
        return found if found is not None else self._old.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Set the value of a key, which is thereby the one used last."""
        young = self._young
        if self._old:
            self._old.pop(key, None)
        young[key] = value
        if len(young) > self._half:
            # The key just set opens the new generation, or the two together would be one too many.
            del young[key]
            self.turn()
            self._young[key] = value
        if self._dying:
            self._drop()

    def turn(self) -> None:
        """Let the older half go before its time."""
        if self._old:
            self._dying.append(self._old)
        self._old = self._young
        self._young = {}

    def pop(self, key: Hashable) -> None:
        """Forget a key."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def _drop(self) -> None:
        dying = self._dying[-1]
        for _ in range(min(_DROPPED_AT_ONCE, len(dying))):
            dying.popitem()
        if not dying:
            self._dying.pop()
