"""Followers: whoever acts on entries after they were appended, each from a cursor of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import select

from clearbell.ledger.model import Entry
from clearbell.ledger.store import Act, Store
from clearbell.ledger.tables import ledger_follower


def advance(
    store: Store,
    name: str,
    kinds: Collection[str] | None,
    effect: Callable[[Act, list[Entry]], None],
    *,
    limit: int = 200,
) -> int:
    """Give ``effect`` the next entries past the cursor of ``name``; returns how many there were.

    The effect and the cursor land in one transaction: an effect on the store happens once. Effects outside the
    store may happen again after a crash in between, so they must bear repetition. When nothing of ``kinds`` is
    new, nothing is written.
    """
    if not store.entries(_cursor(store, name), kinds, 1):
        return 0
    with store.act(f"system:{name}") as act:
        # Read again inside the act: another process may have moved on in between.
        after = store.cursor(act, name)
        entries = store.entries(after, kinds, limit)
        if entries:
            effect(act, entries)
            store.set_cursor(act, name, entries[-1].seq)
    return len(entries)


def advance_all(
    store: Store,
    name: str,
    kinds: Collection[str] | None,
    effect: Callable[[Act, list[Entry]], None],
    *,
    limit: int = 200,
) -> int:
    """Repeat :func:`advance` until the follower has caught up; returns how many entries it was given."""
    total = 0
    while count := advance(store, name, kinds, effect, limit=limit):
        total += count
    return total


def _cursor(store: Store, name: str) -> int:
    with store.read() as conn:
        found: int | None = conn.execute(
            select(ledger_follower.c.cursor).where(ledger_follower.c.name == name)
        ).scalar_one_or_none()
    return found or 0
