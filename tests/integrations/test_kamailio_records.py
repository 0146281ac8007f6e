"""What a real Kamailio writes of real calls is read: answered, busy, and hung up by either side."""

import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

from clearbell.calls import SECOND
from clearbell.records.importing import import_records
from clearbell.records.lake import Lake
from clearbell.records.model import Disposition
from clearbell.records.readers.kinds import reader_of
from clearbell.testing import fresh_store

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kamailio") is None, reason="kamailio is not installed: apt-get install kamailio"),
]

CALLER, CALLEE, BUSY = 8613800000001, 8613900000002, 8613900000003
CONFIG = """
listen=udp:127.0.0.1:{edge}
children=2
debug=1
log_stderror=yes
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "siputils.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "acc.so"
modparam("acc", "log_flag", 1)
modparam("acc", "failed_transaction_flag", 3)
modparam("acc", "log_level", 1)
modparam("acc", "log_extra", "src_user=$fU;src_domain=$fd;src_ip=$si;dst_ouser=$tU;dst_user=$rU;dst_domain=$rd")
request_route {{
  mf_process_maxfwd_header("10");
  if (is_method("INVITE|BYE")) {{ setflag(1); setflag(3); }}
  if (has_totag()) {{
    loose_route();
    t_relay();
    exit;
  }}
  record_route();
  if ($rU == "+{busy}") {{
    t_newtran();
    t_reply("486", "Busy Here");
    exit;
  }}
  $du = "sip:127.0.0.1:{phone}";
  t_relay();
}}
"""


class Phone:
    """A SIP end on UDP: it answers calls, and may place and end one."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(0.2)
        self.port = self.sock.getsockname()[1]
        self.invited = None
        self.replies = []
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.stopping:
            try:
                data, peer = self.sock.recvfrom(65535)
            except TimeoutError:
                continue
            text = data.decode()
            if text.startswith("SIP/2.0"):
                self.replies.append(text)
            elif text.startswith(("INVITE", "BYE")):
                if text.startswith("INVITE"):
                    self.invited = text
                keep = [
                    one for one in text.split("\r\n") if one.startswith(("Via", "From", "Call-ID", "CSeq", "Record-R"))
                ]
                to = header(text, "To")
                tag = "" if "tag=" in to else ";tag=phone"
                lines = ["SIP/2.0 200 OK", *keep, f"To: {to}{tag}", f"Contact: <sip:p@127.0.0.1:{self.port}>"]
                self.sock.sendto("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode(), peer)

    def send(self, edge, method, call, uri, from_, to, number, routes=()):
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{call}{method}{number}",
            *(f"Route: {route}" for route in routes),
            f"From: {from_}", f"To: {to}", f"Call-ID: {call}", f"CSeq: {number} {method}", "Max-Forwards: 70",
            f"Contact: <sip:p@127.0.0.1:{self.port}>", "Content-Length: 0", "", "",
        ]  # fmt: skip
        self.sock.sendto("\r\n".join(lines).encode(), ("127.0.0.1", edge))

    def reply(self, method):
        """The final reply to the newest request of a method."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for text in self.replies:
                if method in header(text, "CSeq") and not text.startswith("SIP/2.0 1"):
                    self.replies.remove(text)
                    return text
            time.sleep(0.02)
        raise AssertionError(f"no final reply to {method}")

    def stop(self):
        self.stopping = True
        self.thread.join()
        self.sock.close()


def header(text, name):
    found = re.search(rf"(?im)^{name}: *(.*?)\r$", text)
    return found[1] if found else ""


@pytest.fixture
def network(tmp_path, free_port):
    caller, phone = Phone(), Phone()
    edge = free_port(socket.SOCK_DGRAM)
    (tmp_path / "kamailio.cfg").write_text(CONFIG.format(edge=edge, phone=phone.port, busy=BUSY))
    with (tmp_path / "kamailio.log").open("w") as log:
        running = subprocess.Popen(
            ["kamailio", "-DD", "-E", "-f", tmp_path / "kamailio.cfg", "-Y", tmp_path, "-P", tmp_path / "k.pid"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield edge, caller, phone, tmp_path / "kamailio.log"
    finally:
        running.terminate()
        running.wait(20)
        caller.stop()
        phone.stop()


def call(network, name, callee, by=""):
    edge, caller, phone, _ = network
    from_, to = f"<sip:+{CALLER}@127.0.0.1>;tag={name}", f"<sip:+{callee}@127.0.0.1>"
    uri = f"sip:+{callee}@127.0.0.1:{edge}"
    caller.send(edge, "INVITE", name, uri, from_, to, 1)
    answer = caller.reply("INVITE")
    to, routes = header(answer, "To"), [header(answer, "Record-Route")] if header(answer, "Record-Route") else []
    if not answer.startswith("SIP/2.0 200"):
        caller.send(edge, "ACK", name, uri, from_, to, 1)
        return answer
    caller.send(edge, "ACK", name, f"sip:p@127.0.0.1:{phone.port}", from_, to, 1, routes)
    time.sleep(1.2)
    if by == "caller":
        caller.send(edge, "BYE", name, f"sip:p@127.0.0.1:{phone.port}", from_, to, 2, routes)
        caller.reply("BYE")
    else:
        phone.send(edge, "BYE", name, f"sip:p@127.0.0.1:{caller.port}", to, from_, 1, routes)
        phone.reply("BYE")
    return answer


def test_calls_through_a_real_kamailio_are_records(network, tmp_path):
    edge, _, _, log = network
    deadline = time.monotonic() + 20
    while f"udp: 127.0.0.1:{edge}" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    began = time.time()
    assert call(network, "one", CALLEE, by="caller").startswith("SIP/2.0 200")
    assert call(network, "two", CALLEE, by="callee").startswith("SIP/2.0 200")
    assert call(network, "three", BUSY).startswith("SIP/2.0 486")
    time.sleep(0.5)
    lines = [line for line in log.read_text().splitlines() if "ACC:" in line]
    (tmp_path / "acc.log").write_text("\n".join(lines) + "\n")
    store = fresh_store(tmp_path)
    lake = Lake(tmp_path / "lake", 480)
    result = import_records(store, lake, reader_of("kamailio-log", "edge", "CN"), tmp_path / "acc.log", actor="test")
    store.close()
    assert (result.stored, result.quarantined) == (5, 0), lines
    rows = {row["id"]: row for row in lake.read(0, 99_999).to_pylist()}
    told = {name: (row["disposition"], row["hangup"], row["cause"], row["callee"]) for name, row in rows.items()}
    answered = Disposition.ANSWERED.value
    assert told == {
        "one": (answered, "caller", 16, CALLEE),
        "two": (answered, "callee", 16, CALLEE),
        "three": (Disposition.BUSY.value, "unknown", 486, BUSY),
    }
    assert {row["caller"] for row in rows.values()} == {CALLER}
    assert all(SECOND <= rows[name]["duration"] <= 3 * SECOND for name in ("one", "two"))
    assert all(abs(row["start"] / 1e6 - began) < 30 for row in rows.values())
