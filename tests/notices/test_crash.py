"""Killed at any moment, a dispatcher sends every notice, and none whose acknowledgement it had kept a second time."""

from __future__ import annotations

import collections
import os
import signal
import subprocess
import sys
import time

import pytest

from clearbell.calls import DAY, HOUR
from clearbell.ledger import Store, SystemClock
from clearbell.ledger.verify import verify
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.queries import notices_like, parts_of
from clearbell.notices.service import Notice, Outbox, do_queue_notice
from clearbell.notices.templates import builtin_templates
from clearbell.testing import fresh_store

pytestmark = pytest.mark.process

FIRST = 8613900000000
DISPATCHER = """
import sys, time
from clearbell.ledger import Store
from clearbell.notices.dispatch import Dispatcher
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.settings import SmsSettings
from clearbell.notices.templates import builtin_templates
from clearbell.notices.transports.smpp import SmppTransport

url, port, rate = sys.argv[1:]
store = Store.open(url)
outbox = Outbox(frozenset(Channel), builtin_templates(), NoticeKey(b"k" * 32, bytes))
sms = SmsSettings(address=f"127.0.0.1:{port}", system_id="bell", source="10690001", per_second=float(rate))
transport = SmppTransport(sms, "secret", now=store.clock.now)
Dispatcher(store, outbox, [Channel.SMS], transport, owner="node", retry_seconds=(1,)).start()
print("started", flush=True)
time.sleep(600)
"""


class Node:
    def __init__(self, url, port, rate):
        self.process = subprocess.Popen(
            [sys.executable, "-c", DISPATCHER, url, str(port), str(rate)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "started\n"

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


def queue(store, count, answer="已核实"):
    outbox = Outbox(frozenset(Channel), builtin_templates(), NoticeKey(b"k" * 32, bytes))
    with store.act("test") as act:
        return [
            do_queue_notice(
                act,
                outbox,
                Notice(f"k{n}", Channel.SMS, FIRST + n, "report-answered", {"report": f"R{n}", "answer": answer}, "zh",
                       "report", act.at + HOUR),
            )
            for n in range(count)
        ]  # fmt: skip


def kept(store):
    """(recipient, part) of every acknowledgement in the store."""
    with store.read() as conn:
        return {
            (row.recipient, part.part) for row in notices_like(conn, limit=1000) for part in parts_of(conn, row.notice)
        }


def submitted(smsc):
    return collections.Counter((line["to"], line["part"]) for line in smsc.events("part"))


def until_all(store, state, count, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with store.read() as conn:
            rows = notices_like(conn, limit=1000)
        if sum(row.state == state for row in rows) == count:
            return
        time.sleep(0.1)
    raise AssertionError(collections.Counter((row.state, row.reason) for row in rows))


@pytest.mark.parametrize("moment", [0.0, 0.15, 0.4])
def test_a_killed_dispatcher_sends_all_and_none_twice_that_it_knew_of(tmp_path, smsc, moment):
    store = fresh_store(tmp_path, SystemClock())
    url = f"sqlite:///{tmp_path / 'clearbell.db'}"
    # Three parts each: it is killed in the middle of messages too.
    queue(store, 30, "经核实,该号码多次拨打骚扰电话,已通知其接入方限制呼出。" * 5)
    node = Node(url, smsc.port, 100)
    smsc.wait_for(lambda line: line["event"] == "part")
    time.sleep(moment)
    node.kill()
    before, known = submitted(smsc), kept(store)
    assert 0 < sum(before.values()) < 90
    assert set(known) <= set(before)
    node = Node(url, smsc.port, 200)
    until_all(store, "delivered", 30)
    node.kill()
    after = submitted(smsc)
    assert len(after) == 90, "every part was sent"
    twice = {part for part, times in after.items() if times > 1}
    assert not twice & known, "nothing is sent again whose acknowledgement was kept"
    assert len(twice) <= 10, "no more hung in the air than the window lets through"
    assert all(times <= 2 for times in after.values())
    assert verify(store).fault is None
    store.close()


def test_a_centre_that_goes_and_comes_back_gets_every_message(tmp_path, free_port):
    from clearbell.testing.smsc_process import running_smsc

    store = fresh_store(tmp_path, SystemClock())
    port = free_port()
    queue(store, 20)
    node = Node(f"sqlite:///{tmp_path / 'clearbell.db'}", port, 20)
    try:
        with running_smsc(port=port) as first:
            first.wait_for(lambda line: line["event"] == "part" and line["id"] == "00000005")
        with running_smsc(port=port) as second:
            end = time.monotonic() + 30
            while time.monotonic() < end and len(numbers(first) | numbers(second)) < 20:
                time.sleep(0.1)
            with store.read() as conn:
                states = [
                    (row.recipient, row.state, row.reason, row.attempts) for row in notices_like(conn, limit=1000)
                ]
            assert len(numbers(first) | numbers(second)) == 20, states
    finally:
        node.kill()
    store.close()


def numbers(smsc):
    return {line["to"] for line in smsc.events("part")}


def test_two_dispatchers_on_one_store_share_the_work_and_send_nothing_twice(tmp_path, smsc):
    store = fresh_store(tmp_path, SystemClock())
    url = f"sqlite:///{tmp_path / 'clearbell.db'}"
    queue(store, 40)
    nodes = [
        subprocess.Popen([sys.executable, "-c", DISPATCHER.replace('"node"', repr(name)), url, str(smsc.port), "100"])
        for name in ("one", "two")
    ]
    try:
        until_all(store, "delivered", 40)
    finally:
        for node in nodes:
            node.kill()
            node.wait()
    assert set(submitted(smsc).values()) == {1}
    assert len(submitted(smsc)) == 40
    store.close()


def test_the_outbox_works_on_postgresql_too(postgresql_url, smsc):
    store = Store.open(postgresql_url)
    store.create()
    [made] = queue(store, 1)
    node = Node(postgresql_url, smsc.port, 100)
    try:
        until_all(store, "delivered", 1)
    finally:
        node.kill()
    with store.read() as conn:
        [part] = parts_of(conn, made)
    assert (part.part, part.parts) == (1, 1)
    assert store.clock.now() - part.accepted < DAY
    store.close()
