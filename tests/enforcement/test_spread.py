"""The clock of the spread to other carriers, by served nodes whose clock is moved: 24 hours to be told, 24 to act."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.enforcement.model import FACTS
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.notices.transports.webhook import SIGNATURE, TIME, sign
from clearbell.policy.pack import builtin_pack
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose, TrunkOpened
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing.served import ServedNode, SharedClock

from .relays import Carrier

pytestmark = pytest.mark.process

RULES = builtin_pack("cn").enforcement
NUMBER = 8657188880001
KEY = b"a key of each carrier"
OWN, OTHER, AWAY = "own", "other", "away"
CARRIERS = {OWN: "ap1", OTHER: "ap2", AWAY: "ap3"}


class Field:
    """Two nodes on one store and one clock; the caller's own carrier and two others, who take messages."""

    def __init__(self, folder, free_port):
        self.clock = SharedClock(folder / "clock")
        url = f"sqlite:///{folder / 'clearbell.db'}"
        self.carriers = {name: Carrier() for name in CARRIERS}
        (folder / "key").write_bytes(KEY + b"\n")
        targets = "".join(
            f'[[enforcement.webhook]]\nname = "{name}"\nprovider = "{provider}"\nurl = "{self.carriers[name].url}"\n'
            f'secret_file = "{folder / "key"}"\n'
            for name, provider in CARRIERS.items()
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
        self.store = Store.open(url, clock=self.clock)
        self.store.create()
        with self.store.act("test") as act:
            for provider in CARRIERS.values():
                do_register_party(act, PartyRegistered(provider, PartyKind.COMPANY, f"Carrier {provider}"))
                do_open_trunk(act, TrunkOpened(f"T-{provider}", provider))
            do_register_holder(act, HolderRegistered("H", "ap1"))
            do_assign_numbers(act, [NumbersAssigned("r1", "H", NUMBER, NUMBER, Purpose.COMMERCIAL, ("T-ap1",))])

    def restrict(self, name):
        """In force from now on; returns since when."""
        with self.store.act("officer") as act:
            do_restrict(act, Restricted(name, Target.NUMBER, Rung.BARRED, "cold calls", act.at, 0, NUMBER))
            return act.at

    def move_to(self, at):
        self.clock.move(at - self.clock.now())

    def until(self, happens, seconds=30.0):
        limit = time.monotonic() + seconds
        while not (found := happens()):
            assert time.monotonic() < limit, "\n".join(node.log[-3000:] for node in self.nodes)
            time.sleep(0.1)
        return found

    def alarms(self):
        """Each alarm that was raised, as target, operation, and whether the target had been told."""
        entries = self.store.entries(0, ["enforcement.overdue"], 1000)
        facts = [fact for entry in entries for fact in entry.decode(FACTS)]
        return sorted((fact.target, fact.operation.value, fact.told) for fact in facts)

    def task(self, web, target, operation="put"):
        rows = web.get("/v1/enforcement/tasks", params={"target": target}).json()
        return next(row for row in rows if row["operation"] == operation)

    def unacknowledged(self, web):
        """On the scorecards as they are reckoned next."""
        before = web.get("/v1/scorecards").json()["as_of"]
        self.clock.move(1)
        body = self.until(lambda: (told := web.get("/v1/scorecards").json())["as_of"] > before and told)
        return {card["provider"]: card["unacknowledged"] for card in body["cards"]}

    def stop(self):
        for node in self.nodes:
            node.stop()
        for web in self.webs:
            web.close()
        for carrier in self.carriers.values():
            carrier.stop()
        self.store.close()


@pytest.fixture
def field(tmp_path, free_port):
    made = Field(tmp_path, free_port)
    yield made
    made.stop()


def quiet(field, target):
    """Nothing comes though nodes look several times a second."""
    before = len(field.carriers[target].told)
    time.sleep(2.0)
    return len(field.carriers[target].told) == before


def test_other_carriers_are_told_within_a_day_and_have_a_day_to_act_and_what_lies_is_an_alarm(field):
    own, other, away = (field.carriers[name] for name in CARRIERS)
    away.status = 503
    first, second = field.nodes
    for node in field.nodes:
        node.start()
    web = field.webs[1]
    began = field.restrict("R")
    # The caller's own carrier is told at once; the others wait for it.
    field.until(lambda: own.heard() == ["R"])
    assert quiet(field, OTHER)
    assert field.alarms() == []
    field.move_to(began + RULES.acknowledge_hours * HOUR - 2 * MINUTE)
    assert quiet(field, OTHER)
    assert field.alarms() == []
    # Its hours are over and it has acknowledged nothing: an alarm, and the others are told without it.
    field.move_to(began + RULES.acknowledge_hours * HOUR + MINUTE)
    field.until(lambda: field.alarms() == [(OWN, "put", True)])
    field.until(lambda: other.heard() == ["R"])
    # What the carrier has heard is written down once its answer is back.
    field.until(lambda: field.task(web, OTHER)["sent"])
    told = field.task(web, OTHER)
    assert RULES.act_hours * HOUR <= told["deadline"] - told["sent"] < RULES.act_hours * HOUR + MINUTE
    assert field.unacknowledged(web) == {"ap1": 1, "ap2": 0, "ap3": 0}
    # One of the nodes is killed; what it looked after goes on at the other.
    first.kill()
    field.move_to(began + RULES.spread_hours * HOUR - 5 * MINUTE)
    field.until(lambda: {one["owner"] for one in web.get("/v1/enforcement").json()} == {owner_of(second)})
    assert quiet(field, OTHER)
    assert field.alarms() == [(OWN, "put", True)]
    # A day is over: who could not be told by then is an alarm of its own; who was told has time left.
    field.move_to(began + RULES.spread_hours * HOUR + MINUTE)
    field.until(lambda: (AWAY, "put", False) in field.alarms())
    assert field.alarms() == [(AWAY, "put", False), (OWN, "put", True)]
    assert field.task(web, AWAY)["fault"] == "HTTP 503"
    first.start()
    # It is back and is told all the same.
    away.status, away.acknowledges = 200, True
    field.move_to(began + RULES.spread_hours * HOUR + 40 * MINUTE)
    field.until(lambda: field.task(web, AWAY)["state"] == "acknowledged")
    assert away.heard() == ["R"]
    # A day after it was told, who has not acted either.
    field.move_to(told["deadline"] - MINUTE)
    time.sleep(2.0)
    assert len(field.alarms()) == 2
    field.move_to(told["deadline"] + MINUTE)
    field.until(lambda: len(field.alarms()) == 3)
    assert field.alarms() == [(AWAY, "put", False), (OTHER, "put", True), (OWN, "put", True)]
    assert field.unacknowledged(web) == {"ap1": 1, "ap2": 1, "ap3": 1}
    # It acknowledges late, signed: the alarm stays on its scorecard.
    message = next(message for did, name, message, _ in other.told if (did, name) == ("put", "R"))
    acknowledge(field, web, OTHER, message)
    assert field.task(web, OTHER)["state"] == "acknowledged"
    # Nothing of it is said twice, by either node, however long it lasts.
    field.clock.move(DAY)
    time.sleep(2.0)
    assert len(field.alarms()) == 3
    assert field.unacknowledged(web) == {"ap1": 1, "ap2": 1, "ap3": 1}
    assert verify(field.store).fault is None
    assert verify_commands(field, first)


def test_other_carriers_are_told_as_soon_as_the_own_one_has_acted_and_all_at_once_that_it_is_over(field):
    for node in field.nodes:
        node.start()
    web = field.webs[0]
    own, other, away = (field.carriers[name] for name in CARRIERS)
    other.acknowledges = away.acknowledges = True
    field.restrict("R")
    field.until(lambda: own.heard() == ["R"])
    assert quiet(field, OTHER)
    acknowledge(field, web, OWN, own.told[-1][2])
    field.until(lambda: other.heard() == away.heard() == ["R"])
    with field.store.act("officer") as act:
        do_lift(act, Lifted("R", "appeal upheld"))
    for carrier in field.carriers.values():
        field.until(lambda carrier=carrier: carrier.heard("remove") == ["R"])
    # Whoever does not take it away is an alarm after the short time, at any carrier.
    field.clock.move(RULES.acknowledge_hours * HOUR + MINUTE)
    field.until(lambda: field.alarms() == [(OWN, "remove", True)])
    assert field.unacknowledged(web) == {"ap1": 1, "ap2": 0, "ap3": 0}


def owner_of(node):
    return f"{socket.gethostname()}:{node.home.absolute()}"


def acknowledge(field, web, target, message):
    body = f'{{"acknowledged":"{message}"}}'.encode()
    at = field.clock.now() // 1_000_000
    head = {TIME: str(at), SIGNATURE: sign(KEY, at, body)}
    answer = web.post(f"/v1/enforcement/{target}/acknowledgements", content=body, headers=head)
    assert answer.status_code == 200, answer.text


def verify_commands(field, node):
    """The command line knows of the alarms too."""
    done = subprocess.run(
        [sys.executable, "-m", "clearbell", "enforcement", "status", "--alarmed", "--home", str(node.home)],
        env={**os.environ, "CLEARBELL_LANG": "en", "COLUMNS": "200", "CLEARBELL_DATABASE": str(field.store.engine.url)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return all(done.stdout.count(f" {name} ") == 1 for name in CARRIERS)
