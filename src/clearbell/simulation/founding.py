"""Putting a city's registry and consents into a store, through the services that everyone uses."""

from __future__ import annotations

from clearbell.consent.granting import do_grant
from clearbell.ledger import Store
from clearbell.registry.service import (
    do_assign_numbers,
    do_open_trunk,
    do_register_holder,
    do_register_party,
)
from clearbell.simulation.callers import Founding

ACTOR = "system:simulation"
_BATCH = 5_000


def found(store: Store, founding: Founding) -> None:
    """Register everyone and record every consent that has not lapsed by the store's clock."""
    with store.act(ACTOR) as act:
        for party in founding.parties:
            do_register_party(act, party)
        for trunk in founding.trunks:
            do_open_trunk(act, trunk)
        for holder in founding.holders:
            do_register_holder(act, holder)
        do_assign_numbers(act, founding.numbers)
    consents = founding.consents
    for start in range(0, len(consents), _BATCH):
        with store.act(ACTOR) as act:
            do_grant(act, [c for c in consents[start : start + _BATCH] if not c.until or c.until > act.at])
