"""What the pages need of the demo: whether there is one, having one made or removed, and who is who in it.

The demo is a node of its own beside the real one, with its own folder, ledger and accounts. Its pages stand under
:data:`UNDER`; nothing of it is ever written into the store of the real node.
"""

from __future__ import annotations

import enum
from typing import Protocol

import msgspec

from clearbell.access.model import Role

UNDER = "/demo"
"""Where the pages of the demo are."""
VISITOR = "clearbell_visitor"
"""Cookie of who was let into the demo."""


class State(enum.Enum):
    """Where the demo stands."""

    NONE = "none"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    """The last making ended before it was done."""


class Standing(msgspec.Struct, frozen=True):
    """How far it is, and what is in it."""

    state: State
    share: float = 0.0
    """Of its making, 0 to 1."""
    made: int = 0
    """When it was, µs UTC."""
    calls: int = 0
    reports: int = 0
    cases: int = 0


class Person(msgspec.Struct, frozen=True):
    """Someone with an account in the demo."""

    account: str
    role: Role


class Demo(Protocol):
    """The demo as the real node's pages see it."""

    def standing(self) -> Standing:
        """Where it stands."""
        ...

    def make(self, language: str) -> None:
        """Begin to make it, with words in that language; nothing where there is one, or one is being made."""
        ...

    def remove(self) -> None:
        """Remove it with everything in it, also one that is being made."""
        ...

    def let_in(self) -> str:
        """The secret of who was let in."""
        ...


class Stage(Protocol):
    """The demo as its own pages see it."""

    people: tuple[Person, ...]
    """Accounts that one may look as."""
    subscriber: int
    """Whose pages one may look at."""

    def knows(self, secret: str) -> bool:
        """Whether it is the secret of who was let in."""
        ...
