"""Datagrams a batch at a time and one by one: the same to whoever asks."""

import socket

import pytest

from clearbell.sip.datagrams import MOST, Batched, OneByOne, can_batch

WAYS = [
    OneByOne,
    pytest.param(Batched, marks=pytest.mark.skipif(not can_batch(), reason="a machine without recvmmsg as we know it")),
]


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["ipv4", "ipv6"])
def ends(request):
    family, host = request.param
    with socket.socket(family, socket.SOCK_DGRAM) as door, socket.socket(family, socket.SOCK_DGRAM) as peer:
        try:
            door.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        peer.settimeout(5)
        peer.connect(door.getsockname()[:2])
        yield door, peer, host


@pytest.mark.parametrize("way", WAYS)
def test_each_is_taken_whole_and_answered_to_where_it_came_from(ends, way):
    door, peer, host = ends
    datagrams = way(door, 0.25)
    said = [b"%d " % n + b"x" * (n * 37 % 1400) for n in range(2 * MOST)]
    for start in range(0, len(said), MOST // 2):
        # No more at once than any system keeps for a socket.
        some = said[start : start + MOST // 2]
        for one in some:
            peer.send(one)
        answered = []
        while len(answered) < len(some):
            count = datagrams.receive()
            assert 0 < count <= MOST
            for place in range(count):
                data = datagrams.data(place)
                assert datagrams.host(place) == host
                answered.append(data)
                datagrams.answer(place, b"re " + data)
            datagrams.send()
        assert answered == some
        assert [peer.recv(65_535) for _ in some] == [b"re " + one for one in some]


@pytest.mark.parametrize("way", WAYS)
def test_when_nothing_comes_it_says_so_and_goes_on(ends, way):
    door, peer, _ = ends
    datagrams = way(door, 0.05)
    assert datagrams.receive() == 0
    datagrams.send()
    peer.send(b"")
    assert datagrams.receive() == 1
    assert datagrams.data(0) == b""


@pytest.mark.skipif(not can_batch(), reason="a machine without recvmmsg as we know it")
def test_answers_that_do_not_fit_together_are_sent_in_turns(ends):
    door, peer, _ = ends
    datagrams = Batched(door, 0.25)
    for n in range(20):
        peer.send(b"%d" % n)
    sent, got = 0, []
    while sent < 20:
        for place in range(datagrams.receive()):
            # More than the memory for answers holds; of those the asker has no room for, some may be lost on the way.
            datagrams.answer(place, b"y" * 65_000)
            datagrams.answer(place, datagrams.data(place))
            sent += 1
        datagrams.send()
        peer.settimeout(0.5)
        try:
            while True:
                got.append(peer.recv(65_535))
        except TimeoutError:
            pass
    assert {len(one) for one in got} <= {1, 2, 65_000}
    assert any(len(one) == 65_000 for one in got)
