"""Writers in several processes lose nothing; a killed one loses nothing that it acknowledged."""

import os
import signal
import subprocess
import sys
import time

import pytest

from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.testing import fresh_store

pytestmark = pytest.mark.process

WRITER = """
import sys
import msgspec
from clearbell.ledger import Store

class Counted(msgspec.Struct, frozen=True):
    n: int

store = Store.open(sys.argv[1])
for n in range(int(sys.argv[3])):
    with store.act(sys.argv[2]) as act:
        [[value]] = act.conn.exec_driver_sql("SELECT value FROM tally").all()
        act.conn.exec_driver_sql(f"UPDATE tally SET value = {value + 1}")
        act.append("test.counted", [Counted(n)], about=lambda fact: 1)
    print(n, flush=True)
"""


def start(url, name, count):
    return subprocess.Popen([sys.executable, "-c", WRITER, url, name, str(count)], stdout=subprocess.PIPE, text=True)


def prepare(store):
    with store.act("test") as act:
        act.conn.exec_driver_sql("CREATE TABLE tally (value INTEGER)")
        act.conn.exec_driver_sql("INSERT INTO tally VALUES (0)")


def tally(store):
    with store.read() as conn:
        return conn.exec_driver_sql("SELECT value FROM tally").scalar_one()


def test_two_writing_processes_lose_nothing(tmp_path):
    store = fresh_store(tmp_path)
    prepare(store)
    url = f"sqlite:///{tmp_path / 'clearbell.db'}"
    writers = [start(url, f"writer-{n}", 150) for n in range(2)]
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    assert tally(store) == 300
    result = verify(store)
    assert (result.entries, result.sealed, result.fault) == (300, 300, None)


def test_two_writing_processes_lose_nothing_on_postgresql(postgresql_url):
    store = Store.open(postgresql_url)
    store.create()
    prepare(store)
    writers = [start(postgresql_url, f"writer-{n}", 150) for n in range(2)]
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    assert tally(store) == 300
    result = verify(store)
    store.close()
    assert (result.entries, result.sealed, result.fault) == (300, 300, None)


@pytest.mark.parametrize("moment", [0.02, 0.1, 0.3])
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path, moment):
    store = fresh_store(tmp_path)
    prepare(store)
    writer = start(f"sqlite:///{tmp_path / 'clearbell.db'}", "writer", 100_000)
    assert writer.stdout.readline() == "0\n"
    time.sleep(moment)
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged = 1 + writer.stdout.read().count("\n")
    writer.wait()
    writer.stdout.close()
    result = verify(store)
    assert result.fault is None
    assert acknowledged <= result.entries <= acknowledged + 1
    assert tally(store) == result.entries
