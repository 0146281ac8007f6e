"""A store with a registry of two carriers, targets of each, and an adapter that answers as it is told."""

from __future__ import annotations

import pytest

from clearbell.calls import DAY
from clearbell.enforcement.adapters.protocol import Whole
from clearbell.enforcement.model import How
from clearbell.enforcement.progress import Delivered
from clearbell.enforcement.settings import KamailioSettings, WebhookTarget
from clearbell.enforcement.worker import Worker
from clearbell.policy.pack import builtin_pack
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose, TrunkOpened
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing import MovableClock, fresh_store

RULES = builtin_pack("cn").enforcement
OURS, THEIRS = 8657188880001, 8657188880002
EDGE = KamailioSettings(name="edge", provider="ap1", url="http://127.0.0.1:1/clearbell", secret_file="-")
OTHER = WebhookTarget(name="other", provider="ap2", url="http://127.0.0.1:1/", secret_file="-")
NET = KamailioSettings(name="net", home=True, url="http://127.0.0.1:1/clearbell", secret_file="-")
TARGETS = (EDGE, OTHER)


class Peer:
    """Keeps what it is told; answers with ``how``, or does not get it when there is a ``fault``."""

    def __init__(self, how=How.ANSWER, fault="", tells_again=True):
        self.how, self.fault = how, fault
        self.most = 100
        self.tells_again = tells_again
        self.together = False
        self.told = []
        self.has = {}
        self.lists = []
        self.why = ""

    def load(self, wanted):
        self.loaded = [one.restriction for one in wanted]

    def check(self, now):
        return self.why

    def tell(self, deliveries, now):
        found = []
        for one in deliveries:
            name = one.entry.restriction
            self.told.append((one.operation.value, name, one.attempt))
            if not self.fault:
                if one.operation.value == "put":
                    self.has[name] = one.entry
                else:
                    self.has.pop(name, None)
            message = f"m{one.serial}"
            found.append(Delivered(name, one.operation, None if self.fault else self.how, message, "", self.fault))
        return found

    def tell_all(self, wanted, now):
        self.lists.append([one.restriction for one in wanted])
        self.why = ""
        return Whole(len(wanted), 0)

    def look(self, waiting, now):
        return []

    def close(self):
        pass


class World:
    """The store, its clock, and what is done to it."""

    def __init__(self, folder, clock=None):
        self.clock = clock or MovableClock()
        self.store = fresh_store(folder, self.clock)
        with self.store.act("test") as act:
            for party in ("ap1", "ap2"):
                do_register_party(act, PartyRegistered(party, PartyKind.COMPANY, f"Carrier {party}"))
            for holder in ("H", "K"):
                do_register_holder(act, HolderRegistered(holder, "ap1"))
            do_open_trunk(act, TrunkOpened("T1", "ap1"))
            do_open_trunk(act, TrunkOpened("T2", "ap2"))
            do_assign_numbers(
                act,
                [
                    NumbersAssigned("r1", "H", OURS, OURS, Purpose.COMMERCIAL, ("T1",)),
                    NumbersAssigned("r2", "K", THEIRS, THEIRS, Purpose.COMMERCIAL, ("T2",)),
                ],
            )

    def restrict(self, name="R", number=OURS, holder="", rung=Rung.OUTGOING_BARRED, days=30, limit=0):
        with self.store.act("test") as act:
            on = Target.HOLDER if holder else Target.NUMBER
            until = act.at + days * DAY if days else 0
            do_restrict(
                act,
                Restricted(name, on, rung, "cold calls", act.at, until, 0 if holder else number, holder, limit=limit),
            )

    def lift(self, name="R"):
        with self.store.act("test") as act:
            do_lift(act, Lifted(name, "appeal upheld"))

    def worker(self, one, adapter, targets=TARGETS, owner="node"):
        return Worker(self.store, one, targets, adapter, RULES, owner=owner)

    def task(self, target="edge", operation="put", name="R"):
        from clearbell.enforcement.model import Operation
        from clearbell.enforcement.queries import task_of

        with self.store.read() as conn:
            return task_of(conn, name, target, Operation(operation))

    def state(self, target="edge", operation="put", name="R"):
        row = self.task(target, operation, name)
        return row.state if row is not None else None

    def facts(self, kind):
        from clearbell.enforcement.model import FACTS

        return [fact for entry in self.store.entries(0, [kind], 1000) for fact in entry.decode(FACTS)]


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()
