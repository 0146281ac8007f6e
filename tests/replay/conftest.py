"""A node with a record: calls at one time, facts that change between them."""

from __future__ import annotations

import os

import pytest

from clearbell.calls import HOUR, MINUTE, SECOND, Call, CallEnd
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict
from clearbell.consent.service import do_list, do_withdraw
from clearbell.policy.pack import builtin_pack
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.replay.model import Asked, Change
from clearbell.serving.node import Node
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON

SELLER = 8657188880001
"""A number for commercial calls, of the holder S."""
SOMEBODY = 8613800000001
CALLEE = 8613900000002
PACK = builtin_pack("cn")


class Recorded:
    """The node, and what a test does with it."""

    def __init__(self, folder):
        self.home = folder
        self.clock = MovableClock(NOON)
        self.store = fresh_store(folder, self.clock)
        with self.store.act("li") as act:
            do_register_party(act, PartyRegistered("ap1", PartyKind.COMPANY, "Example Access"))
            do_register_holder(act, HolderRegistered("S", "ap1"))
            do_open_trunk(act, TrunkOpened("T1", "ap1"))
            do_assign_numbers(act, [NumbersAssigned("r1", "S", SELLER, SELLER, Purpose.COMMERCIAL, ("T1",))])
        self.node = Node(self.store, PACK, folder, randomness=os.urandom)
        self.made = []

    def call(self, caller=SELLER, callee=CALLEE, trunk="T1"):
        """A call ten minutes later; the node follows the ledger before it."""
        self.clock.move(10 * MINUTE)
        self.node.follower.catch_up()
        call = Call(f"c{len(self.made)}", self.clock.now(), caller, callee, trunk=trunk)
        self.made.append(self.node.screen(call))
        return self.made[-1]

    def talk(self, caller, callee, seconds=600):
        self.clock.move(MINUTE)
        self.node.ended(
            CallEnd("e", self.clock.now(), caller, callee, answered=True, duration=seconds * SECOND, trunk="T1")
        )

    def agree(self, callee=CALLEE):
        with self.store.act("li") as act:
            do_grant(act, [ConsentGranted("S", callee, "*")])

    def take_back(self, callee=CALLEE):
        with self.store.act("li") as act:
            do_withdraw(act, ConsentWithdrawn("S", callee))

    def block(self, caller=SOMEBODY, callee=CALLEE):
        with self.store.act("li") as act:
            do_list(act, Listed(callee, caller, caller, ListVerdict.BLOCK))

    def asked(self, change=None, since=NOON - HOUR, until=0, pack_text=""):
        return Asked(since, until or self.clock.now() + 1, change or Change(), pack_text, "li", self.clock.now())


@pytest.fixture
def recorded(tmp_path):
    made = Recorded(tmp_path)
    yield made
    made.store.close()
