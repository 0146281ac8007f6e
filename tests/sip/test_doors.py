"""The doors: real sockets, and SIPp as the caller."""

import contextlib
import shutil
import socket
import subprocess
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.consent.model import Listed, ListVerdict
from clearbell.ledger import SystemClock
from clearbell.sip.answers import Style
from clearbell.sip.framing import Framer, FramingError
from clearbell.sip.sources import Source, Sources
from clearbell.sip.tcp import TcpDoor, open_tcp
from clearbell.sip.udp import UdpDoor, open_udp
from clearbell.testing.screening import CALLEE, CALLER
from clearbell.testing.sip import BLOCKED_URL, Switch, read_answer, request

NEEDS_SIPP = pytest.mark.skipif(
    shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"
)


class Locked:
    """One core behind two doors."""

    def __init__(self, core):
        self._core = core
        self._lock = threading.Lock()

    def receive(self, *args, **more):
        with self._lock:
            return self._core.receive(*args, **more)

    def tidy(self, now):
        self._core.tidy(now)


@contextlib.contextmanager
def doors(switch):
    source = Source("loopback", "127.0.0.0/8", style=Style(blocked_url=BLOCKED_URL), per_second=100_000)
    switch.core._sources = Sources((source,))
    udp_socket = open_udp("127.0.0.1", 0)
    port = udp_socket.getsockname()[1]
    tcp_socket = open_tcp("127.0.0.1", port)
    core = Locked(switch.core)
    opened = [UdpDoor(udp_socket, core, SystemClock()), TcpDoor(tcp_socket, core, SystemClock())]
    for door in opened:
        door.start()
    try:
        yield port
    finally:
        for door in opened:
            door.stop()


def test_many_datagrams_are_each_answered():
    switch = Switch()
    with doors(switch) as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.connect(("127.0.0.1", port))
        for n in range(100):
            sock.send(request(call_id=f"c{n}", callee=f"+86139{n:08d}"))
        ids = {read_answer(sock.recv(65535)).headers["call-id"][0] for _ in range(100)}
    assert ids == {f"c{n}" for n in range(100)}


def test_tcp_answers_messages_however_the_stream_is_cut():
    switch = Switch()
    stream = b"\r\n\r\n" + b"".join(request(call_id=f"c{n}", callee=f"+86139{n:08d}") for n in range(5))
    with doors(switch) as port, socket.create_connection(("127.0.0.1", port), 5) as sock:
        for start in range(0, len(stream), 97):
            sock.sendall(stream[start : start + 97])
        got = b""
        while got.count(b"SIP/2.0 404") < 5:
            got += sock.recv(65535)
    assert got.startswith(b"\r\n")
    assert [f"Call-ID: c{n}".encode() in got for n in range(5)] == [True] * 5


def test_a_stream_that_makes_no_sense_is_closed():
    with doors(Switch()) as port, socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(b"INVITE sip:x SIP/2.0\r\nContent-Length: huge\r\n\r\n")
        assert sock.recv(100) == b""


def test_an_address_in_use_is_named():
    with doors(Switch()) as port, pytest.raises(OSError, match=f"tcp:127.0.0.1:{port}: "):
        open_tcp("127.0.0.1", port)


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 4))
def test_a_framer_gives_the_same_messages_for_every_cut(cuts, count):
    messages = [request(call_id=f"c{n}", body="x" * n) for n in range(count)]
    stream = b"\r\n\r\n".join(messages)
    framer = Framer()
    got = []
    at = 0
    for cut in cuts:
        got += framer.feed(stream[at : at + cut])
        at += cut
    got += framer.feed(stream[at:])
    assert got == messages
    assert framer.pings == count - 1


@given(st.binary(max_size=300))
def test_a_framer_never_breaks_but_by_its_own_error(data):
    with contextlib.suppress(FramingError):
        Framer().feed(data)


SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="one INVITE">
  <send retrans="500"><![CDATA[
    INVITE sip:+8613900000002@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{caller}@[local_ip]>;tag=[call_number]
    To: <sip:+8613900000002@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Max-Forwards: 70
    Contact: <sip:x@[local_ip]:[local_port]>
    Content-Length: 0

  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="{code}"/>
  <send><![CDATA[
    ACK sip:+8613900000002@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: <sip:{caller}@[local_ip]>;tag=[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
</scenario>
"""


@NEEDS_SIPP
@pytest.mark.process
@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize(("caller", "code"), [("+8613800000077", 404), ("+8613800000001", 607), ("+864008001234", 403)])
def test_sipp_gets_the_right_answer(tmp_path, free_port, transport, caller, code):
    switch = Switch()
    switch.world.state(Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    (tmp_path / "uac.xml").write_text(SCENARIO.format(caller=caller, code=code))
    with doors(switch) as port:
        done = subprocess.run(
            ["sipp", f"127.0.0.1:{port}", "-sf", "uac.xml", "-t", transport, "-m", "3", "-r", "10", "-i", "127.0.0.1",
             "-p", str(free_port(socket.SOCK_DGRAM)), "-nostdin", "-timeout", "20", "-timeout_error"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert switch.core.counts["ack"] == 3
