"""What the worker and an adapter say to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
from sqlalchemy import Row

from clearbell.enforcement.model import Entry, Operation
from clearbell.enforcement.progress import Delivered


class Delivery(msgspec.Struct, frozen=True):
    """One task as an adapter gets it."""

    entry: Entry
    operation: Operation
    serial: int
    """What has a greater one came later."""
    attempt: int


class Whole(msgspec.Struct, frozen=True):
    """What giving a target the whole list did."""

    put: int
    removed: int


class Adapter(Protocol):
    """A way to tell one target. Called from one thread only; its calls end within a minute.

    Those that reach out raise :class:`~clearbell.enforcement.errors.UnreachableError` when the target cannot be told now.
    """

    @property
    def most(self) -> int:
        """How many tasks it takes at once."""
        ...

    @property
    def tells_again(self) -> bool:
        """Whether it tells again what it told and was not acknowledged in time."""
        ...

    @property
    def together(self) -> bool:
        """Whether what it could not be told before goes out with what is new, in order."""
        ...

    def load(self, wanted: Sequence[Entry]) -> None:
        """Learn what the target should have, when its process begins to look after it. Reaches nobody."""
        ...

    def check(self, now: int) -> str:
        """Whether the target has its list, ``now`` in µs UTC: empty, or why it is to be given anew."""
        ...

    def tell(self, deliveries: Sequence[Delivery], now: int) -> list[Delivered]:
        """Tell the target; one outcome for each task, the target's faults among them."""
        ...

    def tell_all(self, wanted: Sequence[Entry], now: int) -> Whole:
        """Give the target the whole list."""
        ...

    def look(self, waiting: Sequence[Row[Any]], now: int) -> list[Delivered]:
        """Look whether tasks that it was told of were acknowledged."""
        ...

    def close(self) -> None:
        """Take leave of the target."""
        ...
