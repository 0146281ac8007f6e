"""A node's chores are done by a process of their own: it comes back when it dies, and ends with the node, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.reports.model import Reported, Standing
from clearbell.reports.service import do_file_reports
from clearbell.reports.settings import reputation_settings
from clearbell.reports.tables import report
from clearbell.testing import fresh_store

pytestmark = pytest.mark.process
CALLER, CALLEE = 8613800000001, 8613900000002
SOON = 30.0


def children(pid):
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def is_chores(pid):
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(holds, seconds=SOON):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


class Served:
    """``clearbell serve``, in a process group of its own as at a terminal."""

    def __init__(self, home, port, **environment):
        self.home = home
        (home / "clearbell.toml").write_text(f'[sip]\nlisten = []\n[http]\nlisten = "127.0.0.1:{port}"\n')
        self.log = home / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "clearbell", "serve", "--home", str(home)],
                stdout=log, stderr=log, start_new_session=True, env={**os.environ, "CLEARBELL_LANG": "en", **environment},
            )  # fmt: skip
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)
        until(self.health)

    def health(self):
        try:
            return self.web.get("/healthz").json()
        except httpx.TransportError:
            assert self.process.poll() is None, self.log.read_text()
            return None

    def chores(self):
        """The process that does them."""
        return next(iter(pid for pid in children(self.process.pid) if is_chores(pid)), None)

    def close(self):
        self.web.close()
        if self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(30) == 0


@pytest.fixture
def served(tmp_path, free_port):
    store = fresh_store(tmp_path)
    served = Served(tmp_path, free_port())
    served.store = store
    yield served
    served.close()
    store.close()


def file_report(store, serial):
    with store.act("test") as act:
        at = store.clock.now()
        one = Reported(f"r{serial}", "app", CALLER, at, at, CALLEE + serial)
        do_file_reports(act, [one], reputation_settings(builtin_pack("cn")), records=True)


def weighed(store, serial):
    with store.read() as conn:
        return (
            conn.execute(select(report.c.standing).where(report.c.report == f"r{serial}")).scalar_one()
            != Standing.WAITING.value
        )


def test_a_process_that_dies_is_begun_again_and_its_absence_is_told(served):
    first = until(served.chores)
    file_report(served.store, 1)
    until(lambda: weighed(served.store, 1))
    assert served.health()["chores"] is True
    os.kill(first, signal.SIGKILL)
    until(lambda: served.health()["chores"] is False)
    assert "clearbell_chores_down 1.0" in served.web.get("/metrics").text
    assert served.health()["ok"] is True
    until(lambda: served.health()["chores"] is True)
    assert served.chores() != first
    file_report(served.store, 2)
    until(lambda: weighed(served.store, 2))
    assert "chores-ended" in served.log.read_text()


def test_it_ends_with_a_node_that_is_killed(served):
    chores = until(served.chores)
    until(lambda: served.health()["chores"])
    served.process.kill()
    served.process.wait()
    until(lambda: not runs(chores), 15)


@pytest.mark.parametrize(("number", "whom"), [(signal.SIGTERM, "the node"), (signal.SIGINT, "both")])
def test_a_signal_ends_both_cleanly(served, number, whom):
    # It may be at its very beginning then.
    chores = until(served.chores)
    if whom == "both":
        os.killpg(served.process.pid, number)
    else:
        served.process.send_signal(number)
    assert served.process.wait(20) == 0
    assert not runs(chores)
    assert "Traceback" not in served.log.read_text()
    assert "chores-ended" not in served.log.read_text()


def test_the_chores_of_one_folder_are_done_by_one_process(served, tmp_path, free_port):
    first = until(served.chores)
    until(lambda: (tmp_path / "chores.lock").exists())
    os.kill(first, signal.SIGSTOP)
    served.process.kill()
    served.process.wait()
    again = Served(tmp_path, free_port())
    try:
        until(lambda: "chores-wait" in again.log.read_text())
        file_report(served.store, 1)
        time.sleep(2)
        assert not weighed(served.store, 1)
        os.kill(first, signal.SIGCONT)
        until(lambda: weighed(served.store, 1))
    finally:
        again.close()


def test_views_made_by_it_take_their_place_in_the_node(served):
    until(served.chores)
    with served.store.act("test") as act:
        do_grant(act, [ConsentGranted("H", CALLEE + n, "loans") for n in range(50)])
    until(lambda: served.health()["ledger"] == served.store.head())
    with served.store.act("test") as act:
        act.erase(CALLEE)
    (kept,) = until(lambda: list(served.home.glob("views/*.views")))
    assert int(kept.stem) == served.store.head()
    # The node has the file open.
    until(lambda: str(kept) in Path(f"/proc/{served.process.pid}/maps").read_text())
    until(lambda: served.health()["ledger"] == served.store.head())
    assert CALLEE.to_bytes(8, "little") not in kept.read_bytes()


def test_they_are_done_on_postgresql_too(tmp_path, free_port, postgresql_url):
    store = Store.open(postgresql_url)
    store.create()
    served = Served(tmp_path, free_port(), CLEARBELL_DATABASE=postgresql_url)
    try:
        file_report(store, 1)
        until(lambda: weighed(store, 1))
    finally:
        served.close()
        store.close()
