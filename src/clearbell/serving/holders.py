"""Who uses which number, for a process that has no views: the registry's table read once, then its facts followed."""

from __future__ import annotations

from sqlalchemy import func, select

from clearbell.ledger import Store
from clearbell.ledger.model import ERASED
from clearbell.ledger.tables import ledger_entry
from clearbell.registry.model import FACTS, NumbersAssigned, Purpose
from clearbell.registry.tables import resource
from clearbell.screening.views.entitlements import Entitlements

_KINDS = frozenset({"registry.assigned", "registry.released", ERASED})


class Holders:
    """Safe in one thread. Before :meth:`catch_up` nobody uses any number."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entitlements = Entitlements()
        self._seq = -1
        """Place in the ledger that it followed to; -1: nothing was read yet."""

    def catch_up(self) -> None:
        """Take in what the registry says by now. Raises what the store raises."""
        if self._seq < 0:
            self._read_all()
            return
        head = self._store.head()
        while self._seq < head and (entries := self._store.entries(self._seq, _KINDS)):
            for entry in entries:
                if entry.kind == ERASED:
                    # Nothing of an erased person stays.
                    self._read_all()
                    return
                self._entitlements.apply(entry.decode(FACTS))
                self._seq = entry.seq
        self._seq = max(self._seq, head)

    def holder_of(self, number: int) -> str:
        """Who uses a number; empty when nobody registered it."""
        found = self._entitlements.resource_of(number)
        return found.holder if found is not None else ""

    def _read_all(self) -> None:
        made = Entitlements()
        c = resource.c
        with self._store.read() as conn:
            seq = conn.execute(select(func.max(ledger_entry.c.seq))).scalar_one() or 0
            rows = conn.execute(select(c.resource, c.holder, c.first, c.last, c.purpose).order_by(c.first))
            made.apply(NumbersAssigned(row[0], row[1], row[2], row[3], Purpose(row[4])) for row in rows)
        self._entitlements, self._seq = made, seq
