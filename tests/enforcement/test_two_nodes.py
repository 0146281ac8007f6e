"""Two served nodes before two real Kamailios: each restriction is applied once on each, whichever node does it."""

from __future__ import annotations

import shutil
import socket
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from clearbell.calls import DAY, SECOND
from clearbell.enforcement.adapters.kamailio import MARK, KamailioAdapter
from clearbell.enforcement.model import FACTS
from clearbell.enforcement.settings import KamailioSettings
from clearbell.enforcement.worker import LEASE_SECONDS
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing.kamailio import Edge, Phones
from clearbell.testing.served import ServedNode, SharedClock

from .relays import Relay

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kamailio") is None, reason="kamailio is not installed: apt-get install kamailio"),
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"),
]

SHIPPED = Path(__file__).resolve().parents[2] / "integrations" / "kamailio"
TOKEN = "only-we-know"
EARLY, LATER = 8613800000100, 8613800000200
MANY = 12
CALLEE = 8613900000002


class Field:
    """Two Kamailios, each behind a relay that counts, and two nodes on one store."""

    def __init__(self, folder, free_port, url):
        self.url = url
        self.phones = Phones()
        door = free_port(socket.SOCK_DGRAM)
        self.edges = [
            Edge(SHIPPED, folder, free_port, self.phones, door, name=name, token=TOKEN) for name in ("edge-1", "edge-2")
        ]
        for edge in self.edges:
            edge.start()
        self.relays = [Relay(edge.rpc) for edge in self.edges]
        (folder / "token").write_text(TOKEN + "\n")
        targets = "".join(
            f'[[enforcement.kamailio]]\nname = "{edge.name}"\nhome = true\ncheck_seconds = 0.5\n'
            f'url = "{relay.url}"\nsecret_file = "{folder / "token"}"\n'
            for edge, relay in zip(self.edges, self.relays, strict=True)
        )
        ports = [free_port(), free_port()]
        self.nodes = [
            ServedNode(
                folder / f"node-{place}",
                folder / "clock",
                f'[sip]\nlisten = ["udp:127.0.0.1:{free_port(socket.SOCK_DGRAM)}"]\n[http]\nlisten = "127.0.0.1:{port}"\n'
                + targets,
                database=url,
            )
            for place, port in enumerate(ports)
        ]
        self.webs = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) for port in ports]
        self.clock = SharedClock(folder / "clock")
        self.store = Store.open(url, clock=self.clock)
        self.store.create()

    def restrict(self, *numbers):
        for number in numbers:
            with self.store.act("officer") as act:
                name, until = f"R{number}", act.at + 30 * DAY
                do_restrict(
                    act, Restricted(name, Target.NUMBER, Rung.OUTGOING_BARRED, "cold calls", act.at, until, number)
                )

    def acknowledged(self):
        """How often the ledger says so, for each target and restriction."""
        entries = self.store.entries(0, ["enforcement.acknowledged"], 10_000)
        facts = [fact for entry in entries for fact in entry.decode(FACTS)]
        return Counter((fact.target, fact.restriction, fact.operation.value) for fact in facts)

    def owners(self, web):
        return {one["target"]: one["owner"] for one in web.get("/v1/enforcement").json()}

    def until(self, happens, seconds=30.0):
        limit = time.monotonic() + seconds
        while not (found := happens()):
            assert time.monotonic() < limit, "\n".join(node.log[-3000:] for node in self.nodes)
            time.sleep(0.1)
        return found

    def table(self, edge):
        client = KamailioAdapter(KamailioSettings(name="x", url=edge.url, secret_file="-"), TOKEN)
        try:
            return {key for key in client._dump() if key != MARK}
        finally:
            client.close()

    def stop(self):
        for node in self.nodes:
            node.stop()
        for part in (*self.relays, *self.edges, self.phones):
            part.stop()
        for web in self.webs:
            web.close()
        self.store.close()


@pytest.fixture
def field(tmp_path, free_port, postgresql_url):
    made = Field(tmp_path, free_port, postgresql_url)
    yield made
    made.stop()


def test_each_restriction_is_applied_once_on_each_kamailio_also_when_a_node_is_killed(field):
    for node in field.nodes:
        node.start()
    field.until(lambda: all(field.owners(field.webs[0]).values()))
    numbers = range(EARLY, EARLY + MANY)
    field.restrict(*numbers)
    expected = {(edge.name, f"R{number}", "put"): 1 for edge in field.edges for number in numbers}
    field.until(lambda: field.acknowledged() == expected)
    for edge, relay in zip(field.edges, field.relays, strict=True):
        assert field.table(edge) == {str(number) for number in numbers}
        assert relay.times("set") == {str(number): 1 for number in numbers}
        (answer,) = edge.call(EARLY, CALLEE)
        assert f"X-Clearbell-Restriction: R{EARLY}" in answer
    # The node that tells the first is killed in the middle of the second batch.
    owner = field.owners(field.webs[0])["edge-1"]
    place = next(place for place, node in enumerate(field.nodes) if owner.endswith(f":{node.home}"))
    other = 1 - place
    for relay in field.relays:
        relay.slow = 0.3
    more = range(LATER, LATER + MANY)
    field.restrict(*more)
    field.until(lambda: len(field.relays[0].times("set")) >= MANY + 3)
    assert len(field.relays[0].times("set")) < 2 * MANY
    field.nodes[place].kill()
    done = {key for key in field.acknowledged() if key[0] == "edge-1"}
    for relay in field.relays:
        relay.slow = 0.0
    expected |= {(edge.name, f"R{number}", "put"): 1 for edge in field.edges for number in more}
    # The other takes over when the lease is over, and not before.
    time.sleep(1.0)
    assert len(field.acknowledged()) < len(expected)
    field.clock.move((LEASE_SECONDS + 1) * SECOND)
    field.until(lambda: field.acknowledged() == expected, 60)
    assert field.owners(field.webs[other])["edge-1"].endswith(f":{field.nodes[other].home}")
    everyone = {str(number) for number in (*numbers, *more)}
    for edge, relay in zip(field.edges, field.relays, strict=True):
        assert field.table(edge) == everyone
        # What was acknowledged is not told again; what the killed node may have told is, and bears it.
        assert all(relay.times("set")[str(number)] == 1 for number in numbers)
        assert max(relay.times("set").values()) <= 2
    again = {key for key, times in field.relays[0].times("set").items() if times > 1}
    assert not again & {name.removeprefix("R") for _, name, _ in done}
    # Lifted by whoever looks after them now, once on each.
    for number in (EARLY, LATER):
        with field.store.act("officer") as act:
            do_lift(act, Lifted(f"R{number}", "appeal upheld"))
    expected |= {(edge.name, f"R{number}", "remove"): 1 for edge in field.edges for number in (EARLY, LATER)}
    field.until(lambda: field.acknowledged() == expected)
    for edge, relay in zip(field.edges, field.relays, strict=True):
        assert relay.times("delete") == {str(EARLY): 1, str(LATER): 1}
        (answer,) = edge.call(EARLY, CALLEE)
        assert answer.startswith("SIP/2.0 200 ")
        (answer,) = edge.call(LATER + 1, CALLEE)
        assert answer.startswith("SIP/2.0 403 ")
    assert verify(field.store).fault is None
    print(f"{len(again)} of {MANY} were told twice by two nodes, none after it was acknowledged")
