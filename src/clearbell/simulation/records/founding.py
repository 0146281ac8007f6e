"""The registry, consents and refusals of a written country into a store, as if each had been told at its own time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

from clearbell.calls import DAY
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, Refused
from clearbell.consent.service import do_refuse
from clearbell.ledger import Clock, Store
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkKind,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.simulation.city import START
from clearbell.simulation.founding import ACTOR
from clearbell.simulation.records.writing import CONSENTS, REFUSALS, RESOURCES, TRUNKS

_BATCH = 5_000


class TellingClock(Clock):
    """A clock that stands where it is put."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        """µs UTC."""
        return self.at


def found_records(folder: Path, open_store: Callable[[Clock], Store]) -> Iterator[int]:
    """Tell the store what stands beside the lake in ``folder``; yields how many facts were told so far.

    Consents are given the day before the first call. The store must be one that knows none of it yet.
    """
    clock = TellingClock(START - DAY)
    store = open_store(clock)
    resources = pq.read_table(folder / RESOURCES).to_pylist()
    told = 0
    with store.act(ACTOR) as act:
        do_register_party(act, PartyRegistered("carrier-1", PartyKind.COMPANY, "carrier-1"))
        for row in pq.read_table(folder / TRUNKS).to_pylist():
            kind = TrunkKind.FOREIGN if row["foreign"] else TrunkKind.DOMESTIC
            do_open_trunk(act, TrunkOpened(row["trunk"], "carrier-1", kind))
        for holder, rows in itertools.groupby(resources, key=lambda row: row["holder"]):
            ours = list(rows)
            do_register_party(act, PartyRegistered(f"p-{holder}", PartyKind.COMPANY, holder))
            do_register_holder(act, HolderRegistered(holder, f"p-{holder}", ours[0]["category"]))
            do_assign_numbers(
                act,
                [
                    NumbersAssigned(
                        f"{holder}/{place}", holder, row["number"], row["number"], Purpose(row["purpose"]), (),
                        row["inbound_only"], row["category"],
                    )
                    for place, row in enumerate(ours, 1)
                ],
            )  # fmt: skip
            told += len(ours)
    yield told
    consents = pq.read_table(folder / CONSENTS)
    for start in range(0, len(consents), _BATCH):
        rows = consents.slice(start, _BATCH).to_pylist()
        with store.act(ACTOR) as act:
            do_grant(act, [ConsentGranted(row["holder"], row["callee"], row["purpose"]) for row in rows])
        told += len(rows)
        yield told
    refusals = sorted(pq.read_table(folder / REFUSALS).to_pylist(), key=lambda row: row["at"])
    for at, rows in itertools.groupby(refusals, key=lambda row: row["at"]):
        clock.at = at
        with store.act(ACTOR) as act:
            for row in rows:
                do_refuse(act, Refused(row["callee"], row["holder"], row["caller"]))
                told += 1
        yield told
    store.close()
