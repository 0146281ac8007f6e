"""What a node's chores work on: its store, its rules and its folder, whether they are done in its own process or beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from clearbell.ledger import Store
from clearbell.policy.model import Pack


class Premises(Protocol):
    """A :class:`~clearbell.serving.node.Node`, or what stands for it in another process."""

    store: Store
    pack: Pack
    home: Path
    """The data folder."""
    folder: Path
    """The journal's."""
    randomness: Callable[[int], bytes]

    def holder_of(self, number: int) -> str:
        """Who uses a number, as the registry says; empty when nobody registered it."""
        ...
