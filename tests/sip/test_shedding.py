"""What waited too long is passed over, and what comes after it is answered."""

import socket
import time

import pytest

from clearbell.ledger import SystemClock
from clearbell.sip.answers import Style
from clearbell.sip.datagrams import Batched, OneByOne, can_batch
from clearbell.sip.shedding import PATIENCE, passed_over
from clearbell.sip.sources import Source, Sources
from clearbell.sip.udp import UdpDoor, open_udp
from clearbell.testing.sip import BLOCKED_URL, Switch, read_answer, request

NEEDS_BATCHES = pytest.mark.skipif(not can_batch(), reason="a machine without recvmmsg as we know it")


class Waiting:
    def __init__(self, *waited):
        self._waited = waited

    def waited(self, place):
        return self._waited[place]


@pytest.mark.parametrize(
    ("waited", "late"),
    [
        ((), 0),
        ((0, 0), 0),
        ((PATIENCE, PATIENCE - 1), 0),
        ((PATIENCE + 1, PATIENCE, 5), 1),
        ((9 * PATIENCE, 8 * PATIENCE), 2),
    ],
)
def test_the_first_in_the_row_are_those_that_waited_too_long(waited, late):
    assert passed_over(Waiting(*waited), len(waited)) == late


def stamping(door, peer):
    """A way to take the door's datagrams, once the system stamps them: it begins a little after it was asked to."""
    datagrams = Batched(door, 5)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        peer.send(b"stamped?")
        time.sleep(0.02)
        assert datagrams.receive() == 1
        if datagrams.waited(0) >= 20_000:
            return datagrams
    raise AssertionError("the system stamps no datagrams")


@NEEDS_BATCHES
def test_how_long_a_datagram_waited_is_the_systems_word():
    with open_udp("127.0.0.1", 0) as door, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.connect(door.getsockname())
        datagrams = stamping(door, peer)
        for _ in range(3):
            peer.send(b"first")
            time.sleep(0.06)
            peer.send(b"second")
            assert datagrams.receive() == 2
            first, second = datagrams.waited(0), datagrams.waited(1)
            assert first - second >= 60_000
            assert 60_000 <= first < 30_000_000


def test_where_the_system_does_not_tell_nothing_has_waited():
    with open_udp("127.0.0.1", 0) as door:
        assert OneByOne(door, 0.01).waited(0) == 0


@NEEDS_BATCHES
def test_a_door_that_was_held_up_passes_over_what_is_late_and_counts_it():
    switch = Switch()
    switch.core._sources = Sources((Source("loopback", "127.0.0.0/8", style=Style(blocked_url=BLOCKED_URL)),))
    sock = open_udp("127.0.0.1", 0)
    door = UdpDoor(sock, switch.core, SystemClock())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(5)
        peer.connect(sock.getsockname())
        stamping(sock, peer)
        for n in range(3):
            peer.send(request(call_id=f"late{n}"))
        time.sleep(PATIENCE / 1e6 + 0.05)
        peer.send(request(call_id="fresh"))
        door.start()
        try:
            assert read_answer(peer.recv(65_535)).headers["call-id"] == ["fresh"]
            assert switch.core.counts["shed"] == 3
            assert switch.core.counts["invite"] == 1
        finally:
            door.stop()
