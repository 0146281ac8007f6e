"""Two served nodes on one store pass every deadline once, though one of them is killed while it does."""

from __future__ import annotations

import socket
import time
from collections import Counter

import pytest
from sqlalchemy import select

from clearbell.calls import DAY
from clearbell.desk.deadlines.catalogue import source_of
from clearbell.enforcement.tables import task
from clearbell.labels.tables import label
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.testing import MovableClock
from clearbell.testing.served import ServedNode, SharedClock

from .conftest import STARTS, World
from .walks import WALKS

pytestmark = pytest.mark.process

CONFIG = """
[sip]
listen = ["udp:127.0.0.1:{sip}"]
[http]
listen = "127.0.0.1:{http}"
[[enforcement.webhook]]
name = "edge"
provider = "ap1"
url = "http://127.0.0.1:{nobody}/"
secret_env = "PATH"
[[enforcement.webhook]]
name = "other"
provider = "ap2"
url = "http://127.0.0.1:{nobody}/"
secret_env = "PATH"
"""
UNTOLD = ("enforcement.acknowledge_hours", "enforcement.spread_hours")
# A sanction whose whole time passes at once never bites; and nobody acknowledges here.
WALKED = [walk for walk in WALKS if walk.kind != "sanction_bites" and not walk.path.endswith("act_hours")]
MANY, FEW = 60, 2
KILLED_AT = 40
"""Facts of the clock after which a node is killed: with some passed, and most not yet."""


def begin(world):
    """Start what the clock passes, the cases in a number that takes a while; and what rooms pass."""
    for kind, (start, _) in STARTS.items():
        for n in range(MANY if kind == "case_verify" else FEW):
            start(world, f"{kind}-{n}")
    return [(walk, walk.start(world, f"w{n}")) for n, walk in enumerate(WALKED)]


def fact_of(walk):
    return source_of(walk.kind).fact


def under_way(world):
    with world.store.read() as conn:
        tasks = {(row.target, row.restriction) for row in conn.execute(select(task))}
        labels = conn.execute(select(label.c.number).where(label.c.category != "")).all()
    told = {(name, f"w{n}") for n, walk in enumerate(WALKED) if walk.path in UNTOLD for name in ("edge", "other")}
    return told <= tasks and len(labels) > FEW


def until(said, seconds, nodes):
    limit = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < limit, "\n".join(node.log[-3000:] for node in nodes)
        time.sleep(0.05)


def check(folder, url, ports, count):
    file = folder / "clock"
    # What begins, begins at one time, which stands still meanwhile.
    store = Store.open(url, clock=MovableClock(time.time_ns() // 1000))
    store.create()
    world = World(folder, store)
    try:
        check_world(world, folder, url, file, ports, count)
    finally:
        store.close()


def check_world(world, folder, url, file, ports, count):
    started = begin(world)
    expected = {kind: MANY if kind == "case_verify" else FEW for kind in STARTS}
    nodes = [ServedNode(folder / f"node-{n}", file, CONFIG.format(**ports()), database=url) for n in range(count)]
    try:
        for node in nodes:
            node.start()
        # Longer than anything here lasts but the five years of an application.
        # What nodes begin by themselves has begun: targets are being told, and the label is published.
        until(lambda: under_way(world), 60, nodes)
        SharedClock(file).move(4000 * DAY)
        until(lambda: len(world.passed()) >= KILLED_AT, 60, nodes)
        nodes[0].kill()
        early = len(world.passed())
        assert early < sum(expected.values()), "all had passed before the node was killed"
        nodes[0].start()

        def over():
            found = Counter(fact.kind for fact in world.passed())
            return found >= Counter(expected) and all(
                any(about(fact) for fact in world.facts(fact_of(walk))) for walk, about in started
            )

        until(over, 60, nodes)
        # Time for a second passing of any of it.
        time.sleep(2.5)
    finally:
        for node in nodes:
            node.kill()
    facts = Counter((fact.kind, fact.subject, fact.due) for fact in world.passed())
    assert set(facts.values()) == {1}
    found = Counter(kind for kind, _, _ in facts)
    # The nodes opened cases of their own, about the numbers reported here.
    assert {**found, "case_verify": MANY} == expected
    for walk, about in started:
        assert sum(about(fact) for fact in world.facts(fact_of(walk))) == 1, walk.path
    assert verify(world.store).fault is None
    print(f"{early} of {sum(facts.values())} had passed when the node was killed")


@pytest.fixture
def ports(free_port):
    return lambda: {"sip": free_port(socket.SOCK_DGRAM), "http": free_port(), "nobody": free_port()}


def test_two_nodes_on_postgresql_of_which_one_is_killed_pass_each_once(tmp_path, postgresql_url, ports):
    check(tmp_path, postgresql_url, ports, 2)


def test_a_node_on_its_own_file_that_is_killed_and_starts_again_passes_each_once(tmp_path, ports):
    check(tmp_path, f"sqlite:///{tmp_path / 'clearbell.db'}", ports, 1)
