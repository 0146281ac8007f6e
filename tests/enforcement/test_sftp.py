"""Files over SFTP to a real server that goes away for a day and comes back: exactly what was missing, in order."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import asyncssh
import pytest

from clearbell.calls import DAY, HOUR
from clearbell.enforcement.adapters.sftp import SftpAdapter
from clearbell.enforcement.model import How
from clearbell.enforcement.settings import SftpSettings

from .conftest import THEIRS

pytestmark = pytest.mark.process


class Server:
    """A carrier's server, which can go away; and the carrier's own program, which reads and acknowledges."""

    def __init__(self, folder, port):
        self.port = port
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.keys = {}
        for name in ("host", "client"):
            key = asyncssh.generate_private_key("ssh-ed25519")
            self.keys[name] = folder / name
            key.write_private_key(self.keys[name])
            key.write_public_key(f"{self.keys[name]}.pub")
        self.process = None
        self.log = (folder / "sftp.log").open("wb")

    @property
    def settings(self):
        kind, key = Path(f"{self.keys['host']}.pub").read_text().split()[:2]
        return SftpSettings(
            name="files", provider="ap2", host="127.0.0.1", port=self.port, username="clearbell",
            host_key=f"{kind} {key}", key_file=str(self.keys["client"]), folder="/",
        )  # fmt: skip

    def come(self):
        words = [self.port, self.inbox, self.keys["host"], f"{self.keys['client']}.pub"]
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("sftp_server.py"), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        assert self.process.stdout.readline() == b"ready\n"

    def go(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def files(self):
        """Names of the files of changes that are there and not acknowledged, as a reader takes them."""
        names = sorted(one.name for one in self.inbox.glob("clearbell-*-changes*.csv"))
        return [name for name in names if not (self.inbox / f"{name}.ack").exists()]

    def rows(self, name):
        return list(csv.DictReader(io.StringIO((self.inbox / name).read_text(encoding="utf-8"))))

    def take(self):
        """Read what is there in order and acknowledge each file; returns (operation, restriction) line by line."""
        taken = []
        for name in self.files():
            taken += [(row["operation"], row["restriction"]) for row in self.rows(name)]
            digest = hashlib.sha256((self.inbox / name).read_bytes()).hexdigest()
            (self.inbox / f"{name}.ack").write_text(digest + "\n")
        return taken


@pytest.fixture
def server(tmp_path, free_port):
    made = Server(tmp_path, free_port())
    made.come()
    yield made
    made.go()
    made.log.close()


@pytest.fixture
def worker(world, server):
    return world.worker(server.settings, SftpAdapter(server.settings, ""), (server.settings,))


def look(world, worker):
    """Past the time after which acknowledgements are looked for again."""
    world.clock.move(61_000_000)
    worker.step()


def test_a_file_is_there_whole_and_its_acknowledgement_is_read_and_both_are_removed(world, server, worker):
    world.restrict("R", THEIRS)
    worker.step()
    [name] = server.files()
    [row] = server.rows(name)
    assert (row["operation"], row["restriction"], row["numbers"]) == ("put", "R", f"+{THEIRS}")
    assert world.state("files") == "sent"
    server.take()
    look(world, worker)
    assert (world.state("files"), world.task("files").how) == ("acknowledged", How.FILE.value)
    assert list(server.inbox.iterdir()) == []


def test_after_a_day_away_exactly_what_was_missing_comes_in_order(world, server, worker):
    for name in ("A", "B"):
        world.restrict(name, THEIRS)
    worker.step()
    before = server.take()
    look(world, worker)
    assert before == [("put", "A"), ("put", "B")]
    server.go()
    for hour in range(24):
        if hour % 6 == 0:
            world.restrict(f"C{hour:02}", THEIRS)
        if hour == 8:
            world.lift("A")
        if hour == 13:
            # Tried already, so it may have arrived: it is removed by its name, and not put.
            world.lift("C12")
        worker.step()
        world.clock.move(HOUR)
    assert world.state("files", name="C00") == "overdue"
    assert len(world.facts("enforcement.overdue")) == 5
    server.come()
    look(world, worker)
    missing = [("put", "C00"), ("put", "C06"), ("remove", "A"), ("remove", "C12"), ("put", "C18")]
    taken = server.take()
    assert taken == missing
    serials = [world.task("files", operation, name).serial for operation, name in taken]
    assert serials == sorted(serials)
    look(world, worker)
    assert {world.state("files", operation, name) for operation, name in taken} == {"acknowledged"}
    # Nothing comes again.
    world.clock.move(DAY)
    for _ in range(3):
        look(world, worker)
    assert server.take() == []


def test_an_acknowledgement_refuses_single_lines_and_one_of_another_file_counts_for_nothing(world, server, worker):
    world.restrict("A", THEIRS)
    world.restrict("B", THEIRS)
    worker.step()
    [name] = server.files()
    (server.inbox / f"{name}.ack").write_text("0" * 64 + "\n")
    look(world, worker)
    again = [one for one in server.files() if one != name]
    assert len(again) == 1
    digest = hashlib.sha256((server.inbox / again[0]).read_bytes()).hexdigest()
    (server.inbox / f"{again[0]}.ack").write_text(f"{digest}\nB,no such number here\n")
    look(world, worker)
    assert world.state("files", name="A") == "acknowledged"
    assert world.state("files", name="B") != "acknowledged"


def test_another_server_under_that_address_gets_nothing(world, server):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()
    settings = SftpSettings(
        name="files", provider="ap2", host="127.0.0.1", port=server.port, username="clearbell",
        host_key=f"{other[0]} {other[1]}", key_file=str(server.keys["client"]), folder="/",
    )  # fmt: skip
    worker = world.worker(settings, SftpAdapter(settings, ""), (settings,))
    world.restrict("R", THEIRS)
    worker.step()
    assert world.state("files") == "failed"
    assert "HostKeyNotVerifiable" in world.task("files").fault
    assert server.files() == []
