"""Facts of the clock. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import msgspec


class Passed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deadline passed before what it waits for was done (kind ``deadlines.passed``).

    Sealed where its subject is a number.
    """

    kind: str
    """Name of the deadline, as in :mod:`clearbell.policy.deadlines`."""
    subject: str
    """Id of what was due: a case, a report, an application …"""
    due: int
    """µs UTC."""
    number: int = 0
    """The number that the subject names; 0: it names none."""


class Open(msgspec.Struct, frozen=True):
    """A deadline that is open: what it waits for was not done."""

    kind: str
    subject: str
    due: int
    """µs UTC."""
    overdue: bool
    number: int = 0
    """The number that the subject names; 0: it names none."""


FACTS: dict[str, type[msgspec.Struct]] = {"deadlines.passed": Passed}
