"""A running node: nothing acknowledged is lost, and its views equal a rebuild from the ledger."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from clearbell.calls import DAY, SECOND, Action, Call, CallEnd, Decision
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, Listed, ListVerdict
from clearbell.consent.service import do_list
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.policy.pack import builtin_pack
from clearbell.records.journal import find_decision, read_journal, read_journal_backwards, remove_old_segments
from clearbell.screening.views import Views
from clearbell.serving.follower import load_views
from clearbell.serving.node import Node
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.sip import read_answer, request

CALLER, CALLEE = 8613800000001, 8613900000002


def make(tmp_path, clock=None):
    store = fresh_store(tmp_path, clock)
    return store, Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)


def call(node, n=0, **more):
    settings = {"caller": CALLER, "callee": CALLEE + n, "at": node.store.clock.now(), **more}
    return node.screen(Call(id=f"c{n}", **settings))


def test_every_decision_and_end_is_on_record_before_it_is_told(tmp_path):
    _, node = make(tmp_path)
    made = [call(node, n) for n in range(5)]
    node.ended(CallEnd("c1", node.started, CALLER, CALLEE, answered=True, duration=60 * SECOND))
    opened = node.fail_open(made[0].call, "test")
    found = list(read_journal(tmp_path / "journal"))
    assert [r for r in found if isinstance(r, Decision)] == [*made, opened]
    assert sum(isinstance(r, CallEnd) for r in found) == 1
    assert list(read_journal_backwards(tmp_path / "journal")) == found[::-1]
    assert node.find(made[2].id) == made[2] == find_decision(tmp_path / "journal", made[2].id)
    assert node.counts.calls == 6
    assert node.counts.fail_open == 1


def test_a_change_is_in_force_once_the_follower_has_seen_it(tmp_path):
    store, node = make(tmp_path)
    assert call(node).action is Action.ALLOW
    with store.act("cli:li") as act:
        do_list(act, Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    node.follower.catch_up()
    assert call(node).action is Action.REJECT


def test_the_running_follower_takes_less_than_two_seconds(tmp_path):
    store, node = make(tmp_path)
    node.start()
    try:
        with store.act("cli:li") as act:
            do_list(act, Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
        began = time.monotonic()
        while call(node).action is Action.ALLOW:
            assert time.monotonic() - began < 2
            time.sleep(0.02)
    finally:
        node.stop()


def test_followed_views_equal_a_rebuild(tmp_path):
    store, node = make(tmp_path)
    for n in range(30):
        with store.act("cli:li") as act:
            do_grant(act, [ConsentGranted("H", CALLEE + n, "loans")])
        if n % 7 == 0:
            node.follower.catch_up()
    node.follower.catch_up()
    assert node.fingerprint() == load_views(store).fingerprint()


def test_erasing_a_person_empties_the_views_too(tmp_path):
    store, node = make(tmp_path)
    with store.act("cli:li") as act:
        do_list(act, Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    node.follower.catch_up()
    assert node.fingerprint() != Views().fingerprint()
    with store.act("cli:li") as act:
        act.erase(CALLEE)
    node.follower.settle()
    assert node.fingerprint() == load_views(store).fingerprint() == Views().fingerprint()
    assert call(node).action is Action.ALLOW


def test_a_restarted_node_remembers_the_traffic_of_the_last_day(tmp_path):
    clock = MovableClock()
    store, node = make(tmp_path, clock)
    for n in range(61):
        call(node, n)
        clock.move(SECOND)
    clock.move(2 * SECOND)
    again = Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)
    assert "HIGH_FREQUENCY_1H" in [charge.symbol for charge in call(again, 99).charges]


def test_it_keeps_answering_and_says_so_when_the_store_is_away(tmp_path):
    store, node = make(tmp_path)
    store.close()
    (tmp_path / "clearbell.db").rename(tmp_path / "away.db")
    (tmp_path / "clearbell.db").mkdir()
    node.follower.stale = True
    assert call(node).marks == ("stale-views",)


def test_records_past_their_time_are_removed(tmp_path):
    _, node = make(tmp_path)
    call(node)
    node._journal.close()
    second = Node(node.store, node.pack, tmp_path, randomness=os.urandom)
    call(second)
    assert remove_old_segments(tmp_path / "journal", 0) == 0
    assert remove_old_segments(tmp_path / "journal", time.time_ns() // 1000 + DAY) == 1
    assert len(list(read_journal(tmp_path / "journal"))) == 1


@pytest.mark.process
def test_killed_under_call_load_no_answered_call_is_missing_from_the_record(tmp_path, free_port):
    """Answers counted at the caller are all in the record; facts written meanwhile are all in the ledger."""
    port = free_port(socket.SOCK_DGRAM)
    (tmp_path / "c.toml").write_text(
        f'[sip]\nlisten = ["udp:127.0.0.1:{port}"]\n[[sip.source]]\nname = "x"\naddress = "127.0.0.1"\n'
        'per_second = 1000000\n[http]\nlisten = ""\n'
    )
    url = f"sqlite:///{tmp_path / 'clearbell.db'}"
    Store.open(url).create()
    told: list[str] = []
    granted = 0
    for round_ in range(3):
        with (tmp_path / "log").open("a") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "clearbell", "serve", "--home", tmp_path, "--config", tmp_path / "c.toml"],
                stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert server.stdout.readline()
        stop = threading.Event()

        def write(stop=stop, round_=round_):
            nonlocal granted
            store = Store.open(url)
            n = 0
            while not stop.is_set():
                n += 1
                with store.act("cli:li") as act:
                    do_grant(act, [ConsentGranted(f"H{round_}", CALLEE + n, "loans")])
                granted += 1
            store.close()

        writer = threading.Thread(target=write)
        writer.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.5)
            sock.connect(("127.0.0.1", port))
            until = time.monotonic() + 0.8 + 0.3 * round_
            n = 0
            killed = False
            while True:
                if not killed and time.monotonic() > until:
                    server.send_signal(signal.SIGKILL)
                    killed = True
                try:
                    sock.send(request(call_id=f"{round_}-{n}", callee=f"+86139{n:08d}", caller=f"+86138{n:08d}"))
                    answer = read_answer(sock.recv(65535))
                except OSError:
                    if killed:
                        break
                    continue
                told.append(answer.headers["x-clearbell-decision"][0])
                n += 1
        stop.set()
        writer.join()
        server.wait()
        server.stdout.close()
    recorded = {r.id for r in read_journal(tmp_path / "journal") if isinstance(r, Decision)}
    assert len(told) > 300
    assert set(told) <= recorded
    store = Store.open(url)
    result = verify(store)
    assert (result.fault, result.sealed) == (None, granted)
    node = Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)
    assert node.fingerprint() == load_views(store).fingerprint()
    store.close()
