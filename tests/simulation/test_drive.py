"""A city driven at a port: calls and the ends of those that were let through."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from clearbell.calls import Action, CallEnd
from clearbell.simulation import PRESETS, City
from clearbell.simulation.drive import Pace, drive_sip
from clearbell.simulation.model import Attempt
from clearbell.sip.codec import Request, parse, response

CODES = {0: (603, "Network Blocked"), 1: (302, "Moved"), 2: (503, "Service Unavailable")}


class Peer:
    """Answers every INVITE by the last digit of the caller, and remembers what it was asked."""

    def __init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(0.2)
        self.asked: list[Request] = []
        self.running = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while self.running:
            try:
                data, peer = self.sock.recvfrom(65_535)
            except TimeoutError:
                continue
            request = parse(data)
            assert isinstance(request, Request)
            self.asked.append(request)
            if request.method == b"PUBLISH":
                self.sock.sendto(response(request, b"200 OK"), peer)
                continue
            code, phrase = CODES.get(int(request.from_.partition(b"@")[0][-1:]), (404, "Not Found"))
            extra = (b"P-Asserted-Identity: <sip:x@y>",) if code == 302 else ()
            self.sock.sendto(response(request, b"%d %s" % (code, phrase.encode()), extra), peer)


@pytest.fixture
def peer() -> Iterator[Peer]:
    one = Peer()
    yield one
    one.running = False
    one.thread.join()
    one.sock.close()


def test_only_calls_that_were_let_through_end(peer: Peer) -> None:
    events = [e for e in City(PRESETS["tiny"], 3).events() if isinstance(e, Attempt | CallEnd)]
    driven = drive_sip(events, peer.sock.getsockname(), limit=400)
    invites = [r for r in peer.asked if r.method == b"INVITE"]
    ends = [json.loads(r.body)["id"] for r in peer.asked if r.method == b"PUBLISH"]
    refused = {e.call.id for e in events if isinstance(e, Attempt) and e.call.caller % 10 == 0}
    assert (driven.answered, driven.lost, len(invites)) == (400, 0, 400)
    assert ends
    assert not refused & set(ends)
    refused_ones = sum(r.from_.partition(b"@")[0].endswith(b"0") for r in invites)
    assert sum(n for (_, _, action), n in driven.score.counts.items() if action is Action.REJECT) == refused_ones


def test_a_server_that_is_too_busy_to_judge_lets_the_call_go_on(peer: Peer) -> None:
    events = [e for e in City(PRESETS["tiny"], 3).events() if isinstance(e, Attempt) and e.call.caller % 10 == 2]
    driven = drive_sip(events, peer.sock.getsockname(), limit=20)
    assert {action for _, _, action in driven.score.counts} == {Action.ALLOW}
    assert driven.score.reasons[Action.ALLOW, "503"] == 20


def test_a_pace_holds_events_back_by_their_own_distances() -> None:
    at = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        at[0] += seconds

    pace = Pace(60.0, lambda: at[0], sleep)
    for second in (0, 30, 30, 90):
        pace.wait(second * 1_000_000)
    assert slept == pytest.approx([0.5, 1.0])
