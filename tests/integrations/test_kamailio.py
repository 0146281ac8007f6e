"""Kamailio before a callee asks Clearbell about each call; the packets are read at both ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clearbell.calls import DAY
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, Listed, ListVerdict
from clearbell.consent.service import do_list
from clearbell.labels.model import Labelled
from clearbell.ledger import Store
from clearbell.records.journal import read_journal
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose, TrunkOpened
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.testing.kamailio import Edge, Phones, end

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kamailio") is None, reason="kamailio is not installed: apt-get install kamailio"),
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"),
]

CONFIG = Path(__file__).resolve().parents[2] / "integrations" / "kamailio"
CALLEE = 8613900000002
FRAUD = 8613800000066
BLOCKED = 8613800000077
CENTRE = 8657188880001
BUDGET = 0.4


class Network:
    token = ""
    """Of whoever may put restrictions into Kamailio's memory."""

    def __init__(self, folder, free_port):
        self.folder = folder
        self.free_port = free_port
        self.home = folder / "home"
        self.phones = Phones()
        self.door = free_port(socket.SOCK_DGRAM)
        self.edge = Edge(CONFIG, folder, free_port, self.phones, self.door, token=self.token)
        self.http = free_port()
        self.url = f"sqlite:///{self.home / 'clearbell.db'}"
        self.clearbell = None

    def prepare(self):
        self.home.mkdir()
        store = Store.open(self.url)
        store.create()
        with store.act("test") as act:
            do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "firm"))
            do_register_holder(act, HolderRegistered("H", "p", "insurance"))
            do_open_trunk(act, TrunkOpened("local-1", "p"))
            do_open_trunk(act, TrunkOpened("other", "p"))
            do_assign_numbers(
                act,
                [
                    NumbersAssigned("r1", "H", CENTRE, CENTRE, Purpose.COMMERCIAL, ("local-1",)),
                    NumbersAssigned("r3", "H", CENTRE + 2, CENTRE + 9, Purpose.SERVICE, ("local-1",)),
                    NumbersAssigned("r2", "H", CENTRE + 1, CENTRE + 1, Purpose.SERVICE, ("other",)),
                ],
            )
            do_grant(act, [ConsentGranted("H", CALLEE, "insurance")])
            do_list(act, Listed(CALLEE, BLOCKED, BLOCKED, ListVerdict.BLOCK))
            now = act.at
            heavy = Labelled(FRAUD + 1, "fraud", 40, 40.0, 40.0, now, now + 30 * DAY)
            light = Labelled(FRAUD, "fraud", 12, 1.0, 12.0, now, now + 30 * DAY)
            act.append("labels.published", [light, heavy], about=lambda fact: fact.number)
        store.close()
        # Analytics needs more than a label to refuse; here the operator's own pack refuses at 11 points.
        from clearbell.policy.pack import builtin_pack_text

        (self.folder / "pack.toml").write_text(builtin_pack_text("cn").replace("at_least = 15", "at_least = 11"))
        (self.folder / "clearbell.toml").write_text(
            f"""pack = "{self.folder / "pack.toml"}"
[sip]
listen = ["udp:127.0.0.1:{self.door}"]
blocked_url = "https://example.net/blocked/{{decision}}"
[[sip.source]]
name = "edge"
address = "127.0.0.1"
[http]
listen = "127.0.0.1:{self.http}"
"""
        )

    def start_clearbell(self):
        with (self.folder / "clearbell.log").open("a") as log:
            self.clearbell = subprocess.Popen(
                [sys.executable, "-m", "clearbell", "serve", "--home", self.home, "--config", self.folder / "clearbell.toml"],
                stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "CLEARBELL_LANG": "en"},
            )  # fmt: skip
        first = self.clearbell.stdout.readline()
        assert "SIP door" in first, (self.folder / "clearbell.log").read_text()

    def call(self, caller, code, callee=CALLEE, talk=100):
        """Call by SIPp and expect a final code; returns the answer as SIPp received it."""
        (answer,) = self.edge.call(
            caller, callee, talk=talk, headers=("X-Clearbell-Trunk: forged", "X-Clearbell: forged")
        )
        assert answer.startswith(f"SIP/2.0 {code} "), answer
        return answer

    def clearbell_command(self, *words):
        return subprocess.run(
            [sys.executable, "-m", "clearbell", *words, "--home", str(self.home)],
            check=True,
            capture_output=True,
            text=True,
        )

    def stop(self):
        self.edge.stop()
        if self.clearbell is not None:
            if self.clearbell.poll() is None:
                self.clearbell.send_signal(signal.SIGCONT)
            end(self.clearbell)
            self.clearbell.stdout.close()
        self.phones.stop()


@pytest.fixture(scope="module")
def network(tmp_path_factory, free_port):
    built = Network(tmp_path_factory.mktemp("network"), free_port)
    try:
        built.prepare()
        built.start_clearbell()
        built.edge.start()
        yield built
    finally:
        built.stop()


def arrived(network):
    return network.phones.arrived[-1][1]


def test_a_plain_call_is_let_through_and_carries_its_decision(network):
    network.call(8613800000001, 200)
    invite = arrived(network)
    assert "X-Clearbell-Decision: " in invite
    assert "forged" not in invite
    assert "X-Clearbell-Trunk" not in invite
    assert "fail-open" not in invite


def test_a_labelled_call_shows_the_label_to_the_callee(network):
    network.call(FRAUD, 200)
    invite = arrived(network)
    assert f'P-Asserted-Identity: "疑似诈骗(12)" <sip:+{FRAUD}@127.0.0.1>' in invite
    assert "Call-Info: <sip:" in invite
    assert 'call-reason="疑似诈骗(12)"' in invite


def test_analytics_refuses_with_603_network_blocked_end_to_end(network):
    before = len(network.phones.arrived)
    answer = network.call(FRAUD + 1, 603)
    assert "SIP/2.0 603 Network Blocked" in answer
    decision = next(line for line in answer.splitlines() if line.startswith("X-Clearbell-Decision")).split()[1]
    assert (
        f'Reason: SIP;cause=603;text="v=analytics1;url=https://example.net/blocked/{decision}";location=RLN' in answer
    )
    assert len(network.phones.arrived) == before


def test_the_subscribers_own_block_is_607(network):
    assert "SIP/2.0 607 Unwanted" in network.call(BLOCKED, 607)


def test_a_number_on_the_wrong_trunk_is_403(network):
    answer = network.call(CENTRE + 1, 403)
    assert 'Reason: SIP;cause=403;text="not-entitled"' in answer


def test_how_calls_ended_reaches_the_record(network):
    network.call(8613800000009, 200, talk=1500)
    deadline = time.monotonic() + 5
    ends = []
    while not ends and time.monotonic() < deadline:
        time.sleep(0.1)
        ends = [r for r in read_journal(network.home / "journal") if getattr(r, "caller", 0) == 8613800000009]
    [end] = ends
    assert end.answered
    assert 500_000 <= end.duration <= 4_000_000


def test_a_consent_withdrawn_at_the_command_line_changes_the_answer_within_two_seconds(network):
    network.call(CENTRE, 200)
    network.clearbell_command("consent", "withdraw", "--holder", "H", "--callee", str(CALLEE).removeprefix("86"))
    began = time.monotonic()
    while True:
        try:
            network.call(CENTRE, 403)
        except AssertionError:
            assert time.monotonic() - began < 2
            continue
        break
    took = time.monotonic() - began
    print(f"in force after {took:.2f} s, the SIPp call included")
    assert took < 2


def test_a_holder_refused_is_refused_on_its_other_numbers_within_two_seconds(network):
    someone = CALLEE + 1
    network.call(CENTRE + 5, 200, someone)
    network.clearbell_command("consent", "refuse", "--holder", "H", "--callee", str(someone).removeprefix("86"))
    began = time.monotonic()
    while True:
        try:
            network.call(CENTRE + 2, 607, someone)
        except AssertionError:
            assert time.monotonic() - began < 2
            continue
        break
    took = time.monotonic() - began
    print(f"in force after {took:.2f} s, the SIPp call included")
    assert took < 2
    network.call(CENTRE, 607, someone)
    network.call(CENTRE + 9, 607, someone)


def test_with_clearbell_frozen_or_killed_calls_go_on_in_time_and_marked(network):
    for stop in (signal.SIGSTOP, signal.SIGKILL):
        network.clearbell.send_signal(stop)
        time.sleep(0.2)
        count = len(network.phones.arrived)
        began = time.monotonic()
        network.call(BLOCKED, 200)
        when, invite = network.phones.arrived[count]
        assert "X-Clearbell: fail-open" in invite
        # SIPp takes some tenths of a second to start.
        assert when - began < BUDGET + 1.5
        if stop is signal.SIGSTOP:
            network.clearbell.send_signal(signal.SIGCONT)
            time.sleep(0.5)
    assert "fail-open" in network.edge.log
    network.clearbell.wait()
    network.clearbell.stdout.close()
    network.start_clearbell()
    assert "SIP/2.0 607" in network.call(BLOCKED, 607)
