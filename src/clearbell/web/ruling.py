"""What the first run needs to have other rules put in force."""

from __future__ import annotations

from typing import Protocol

import msgspec

from clearbell.policy.model import Pack


class Offered(msgspec.Struct, frozen=True):
    """A pack that may be chosen."""

    name: str
    """As the node's file names it: of a pack that ships, or the path of a file."""
    pack: Pack


class Ruling(Protocol):
    """The rules of a node that nobody has used yet."""

    current: str
    """Name of the pack in force."""

    def offered(self) -> list[Offered]:
        """Those that may be chosen, the one in force among them; a file with faults is none of them."""
        ...

    def choose(self, name: str) -> bool:
        """Write the choice into the node's file and begin again by it. False: it cannot be written."""
        ...
