"""The telephone network of this story: switches, telephones, a caller with a script, and suspects who answer."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from clearbell.verification import sound
from clearbell.verification.agent import take_call
from clearbell.verification.settings import LineSettings, VerificationSettings

EDGE = Path(__file__).resolve().parents[2] / "integrations" / "kamailio"
MARKETER, CLINIC = 8613800000066, 8657187000001
LINE = re.compile(r"^([A-Za-z-]+):\s*(.*)$")


class Phones:
    """Every subscriber's telephone: it rings, answers, and keeps how each call arrived."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(0.2)
        self.port = self.sock.getsockname()[1]
        self.arrived = []
        self.stopping = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.stopping:
            try:
                data, peer = self.sock.recvfrom(65535)
            except TimeoutError:
                continue
            head = data.decode()
            method = head.split(" ", 1)[0]
            if method == "INVITE":
                self.arrived.append(head)
                self._answer(head, peer, "180 Ringing")
            if method in ("INVITE", "BYE", "CANCEL"):
                self._answer(head, peer, "200 OK")

    def _answer(self, head, peer, status):
        lines = head.split("\r\n")
        kept = [line for line in lines if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq", "Record-Route")]
        to = next(line for line in lines if line.startswith("To:"))
        to += "" if "tag=" in to else ";tag=phone"
        told = [f"SIP/2.0 {status}", *kept, to, f"Contact: <sip:phone@127.0.0.1:{self.port}>", "Content-Length: 0"]
        self.sock.sendto(("\r\n".join(told) + "\r\n\r\n").encode(), peer)

    def from_(self, caller):
        """How the calls of a number arrived, each as its headers."""
        found = []
        for head in list(self.arrived):
            headers = dict(match.groups() for line in head.split("\r\n") if (match := LINE.match(line)))
            if f"+{caller}@" in headers.get("From", ""):
                found.append(headers)
        return found

    def stop(self):
        self.stopping = True
        self.thread.join()
        self.sock.close()


CALLS = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="calls">
  <send retrans="500"><![CDATA[
    INVITE sip:+[field0]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    To: <sip:+[field0]@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Max-Forwards: 70
    Contact: <sip:x@[local_ip]:[local_port]>
    Content-Length: 0

  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="403" optional="true" next="refused"/>
  <recv response="603" optional="true" next="refused"/>
  <recv response="607" optional="true" next="refused"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [routes]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <pause milliseconds="{talk}"/>
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [routes]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200" next="done"/>
  <label id="refused"/>
  <send><![CDATA[
    ACK sip:+[field0]@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <label id="done"/>
</scenario>
"""


class Edge:
    """Kamailio as Clearbell ships its configuration, before the telephones."""

    def __init__(self, folder, free_port, phones, door):
        self.folder = folder
        self.free_port = free_port
        self.port = free_port(socket.SOCK_DGRAM)
        self.calls = 0
        settings = folder / "edge"
        shutil.copytree(EDGE, settings)
        site = (settings / "clearbell-site.cfg").read_text()
        for old, new in (
            ("udp:127.0.0.1:5060", f"udp:127.0.0.1:{self.port}"),
            ("sip:127.0.0.1:5080", f"sip:127.0.0.1:{phones.port}"),
            ("sip:127.0.0.1:5070", f"sip:127.0.0.1:{door}"),
        ):
            assert old in site
            site = site.replace(old, new)
        (settings / "clearbell-site.cfg").write_text(site)
        self.process = start_kamailio(settings / "kamailio.cfg", folder, "edge", self.port)

    def call(self, caller, *callees, talk=800):
        """Call by SIPp, one after another; returns the final answer to each INVITE, whole, in that order."""
        self.calls += 1
        folder = self.folder / f"sipp-{self.calls}"
        folder.mkdir()
        (folder / "calls.xml").write_text(CALLS.format(caller=caller, talk=talk))
        (folder / "callees.csv").write_text("SEQUENTIAL\n" + "".join(f"{callee}\n" for callee in callees))
        done = subprocess.run(
            ["sipp", f"127.0.0.1:{self.port}", "-sf", "calls.xml", "-inf", "callees.csv", "-m", str(len(callees)),
             "-r", "2", "-i", "127.0.0.1", "-nostdin", "-p", str(self.free_port(socket.SOCK_DGRAM)), "-timeout", "30",
             "-timeout_error", "-trace_msg", "-message_file", "messages.log"],
            cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        trace = (folder / "messages.log").read_text(errors="replace")
        assert done.returncode == 0, trace[-3000:]
        answers = {}
        for part in re.split(r"-{20,}", trace):
            status = re.search(r"SIP/2\.0 ([2-6]\d\d)", part)
            callee = re.search(r"^To: <sip:\+(\d+)@", part, re.MULTILINE)
            if status and callee and "CSeq: 1 INVITE" in part:
                answers[int(callee[1])] = part[status.start() :]
        return [answers[callee] for callee in callees]

    def stop(self):
        end(self.process)


CORE = """#!KAMAILIO
debug=1
log_stderror=yes
children=1
listen=udp:127.0.0.1:{port}
auto_aliases=no
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
request_route {{
	if (is_method("OPTIONS") && uri == myself) {{ sl_send_reply("200", "OK"); exit; }}
	if (has_totag()) {{ loose_route(); t_relay(); exit; }}
	if (is_method("ACK|CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
	record_route();
{routes}
	if ($du == $null) {{ sl_send_reply("404", "Not Found"); exit; }}
	t_relay();
}}
"""


class Core:
    """The switch that the pool of lines is connected to: it finds whoever is called by the number."""

    def __init__(self, folder, free_port, ports):
        self.port = free_port(socket.SOCK_DGRAM)
        routes = "".join(
            f'\tif ($rU == "+{number}") {{ $du = "sip:127.0.0.1:{port}"; }}\n' for number, port in ports.items()
        )
        config = folder / "core.cfg"
        config.write_text(CORE.format(port=self.port, routes=routes))
        self.process = start_kamailio(config, folder, "core", self.port)

    def stop(self):
        end(self.process)


def start_kamailio(config, folder, name, port):
    run = folder / f"run-{name}"
    run.mkdir()
    with (run / "log").open("w") as log:
        process = subprocess.Popen(
            ["kamailio", "-DD", "-E", "-f", config, "-Y", run, "-P", run / "pid"],
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect(("127.0.0.1", port))
        own = probe.getsockname()[1]
        for _ in range(200):
            if process.poll() is not None:
                break
            try:
                probe.send(
                    f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKp\r\n"
                    f"From: <sip:p@x>;tag=1\r\nTo: <sip:p@x>\r\nCall-ID: probe\r\nCSeq: 1 OPTIONS\r\n"
                    "Max-Forwards: 9\r\nContent-Length: 0\r\n\r\n".encode()
                )
                if probe.recv(65535):
                    return process
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.1)
    end(process)
    raise AssertionError((run / "log").read_text()[-3000:])


class Suspect:
    """A number's own telephone: a baresip that answers whoever calls it, and speaks."""

    def __init__(self, number, free_port, spoken, media):
        self.port = free_port(socket.SOCK_DGRAM)
        self.line = LineSettings(
            name=f"suspect-{number}", number=f"+{number}", user=f"+{number}", domain=f"127.0.0.1:{self.port}",
            listen=f"127.0.0.1:{self.port}", media_ports=media, answer_seconds=1.0, receives=True,
        )  # fmt: skip
        self.played = sound.write_wav(sound.script([sound.silence(1.0), spoken], 120))
        self.called_by = []
        self.stopping = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.stopping:
            taken = take_call(
                VerificationSettings(), self.line, self.played, 60_000, 60_000,
                lambda: time.monotonic_ns() // 1_000_000, lambda: self.stopping,
            )  # fmt: skip
            if taken is not None:
                self.called_by.append(taken[0])

    def stop(self):
        self.stopping = True
        self.thread.join(30)


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
