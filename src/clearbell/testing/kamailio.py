"""A real Kamailio in front of telephones, called by SIPp: for tests that look at both ends of a call."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FreePort = Callable[..., int]
"""Gives a port on loopback that nothing listens on; for UDP when told ``socket.SOCK_DGRAM``."""

_HEADER = re.compile(r"^([A-Za-z-]+):\s*(.*)$")
_CALLS = """<?xml version="1.0" encoding="UTF-8"?>
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
    {headers}Content-Length: 0

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


class Phones:
    """Every subscriber's telephone: it rings, answers, and keeps how each call arrived."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self._sock.settimeout(0.2)
        self.port: int = self._sock.getsockname()[1]
        self.arrived: list[tuple[float, str]] = []
        """Each INVITE, with the steady time (s) when it came."""
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stopping:
            try:
                data, peer = self._sock.recvfrom(65535)
            except TimeoutError:
                continue
            head = data.decode()
            method = head.split(" ", 1)[0]
            if method == "INVITE":
                self.arrived.append((time.monotonic(), head))
                self._answer(head, peer, "180 Ringing")
                # Kamailio's processes may pass on two datagrams in the other order; nobody picks up at once anyway.
                time.sleep(0.05)
            if method in ("INVITE", "BYE", "CANCEL"):
                self._answer(head, peer, "200 OK")

    def _answer(self, head: str, peer: tuple[str, int], status: str) -> None:
        lines = head.split("\r\n")
        kept = [line for line in lines if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq", "Record-Route")]
        to = next(line for line in lines if line.startswith("To:"))
        to += "" if "tag=" in to else ";tag=phone"
        told = [f"SIP/2.0 {status}", *kept, to, f"Contact: <sip:phone@127.0.0.1:{self.port}>", "Content-Length: 0"]
        self._sock.sendto(("\r\n".join(told) + "\r\n\r\n").encode(), peer)

    def from_(self, caller: int) -> list[dict[str, str]]:
        """How the calls of a number arrived, each as its headers."""
        found = []
        for _, head in list(self.arrived):
            headers = {match[1]: match[2] for line in head.split("\r\n") if (match := _HEADER.match(line))}
            if f"+{caller}@" in headers.get("From", ""):
                found.append(headers)
        return found

    def stop(self) -> None:
        """Answer no more."""
        self._stopping = True
        self._thread.join()
        self._sock.close()


class Edge:
    """Kamailio as Clearbell ships its configuration, before telephones."""

    def __init__(
        self,
        configuration: Path,
        folder: Path,
        free_port: FreePort,
        phones: Phones,
        door: int,
        *,
        name: str = "edge",
        token: str = "",
    ) -> None:
        """``configuration``: the folder that is shipped. ``folder``: where it may write. ``door``: UDP port of Clearbell.

        ``token``: restrictions may be put into its memory by whoever has it, at :attr:`rpc`; empty: nobody may.
        """
        self.name = name
        self.folder = folder / name
        self._free_port = free_port
        self.port = free_port(socket.SOCK_DGRAM)
        self.rpc = free_port() if token else 0
        """Port of its RPC; 0: none."""
        self._calls = 0
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copytree(configuration, self.folder / "settings")
        changes = [
            ("udp:127.0.0.1:5060", f"udp:127.0.0.1:{self.port}"),
            ("sip:127.0.0.1:5080", f"sip:127.0.0.1:{phones.port}"),
            ("sip:127.0.0.1:5070", f"sip:127.0.0.1:{door}"),
        ]
        if token:
            changes += [
                ("##!define WITH_CB_ENFORCED", "#!define WITH_CB_ENFORCED"),
                (
                    '##!substdef "!CB_RPC_LISTEN!tcp:127.0.0.1:5068',
                    f'#!substdef "!CB_RPC_LISTEN!tcp:127.0.0.1:{self.rpc}',
                ),
                ('##!substdef "!CB_RPC_PORT!5068', f'#!substdef "!CB_RPC_PORT!{self.rpc}'),
                ('##!substdef "!CB_RPC_TOKEN!change me', f'#!substdef "!CB_RPC_TOKEN!{token}'),
            ]
        site = self.folder / "settings" / "clearbell-site.cfg"
        text = site.read_text()
        for old, new in changes:
            if old not in text:
                raise ValueError(f"{site}: there is no {old}")
            text = text.replace(old, new)
        site.write_text(text)

    @property
    def log(self) -> str:
        """What it logged since it was started last."""
        return (self.folder / "run" / "log").read_text()

    @property
    def url(self) -> str:
        """Where restrictions are put into its memory."""
        return f"http://127.0.0.1:{self.rpc}/clearbell"

    def start(self) -> None:
        """Start it; returns when it answers."""
        self._process = start_kamailio(self.folder / "settings" / "kamailio.cfg", self.folder / "run", self.port)

    def call(self, caller: int, *callees: int, talk: int = 800, headers: Sequence[str] = ()) -> list[str]:
        """Call by SIPp, one after another; returns the final answer to each INVITE, whole, in that order.

        ``talk``: ms until we hang up. ``headers``: further lines of the INVITE. Raises ``AssertionError`` with what was
        sent and received when a call comes to no end.
        """
        self._calls += 1
        folder = self.folder / f"sipp-{self._calls}"
        folder.mkdir()
        more = "".join(f"{line}\n    " for line in headers)
        (folder / "calls.xml").write_text(_CALLS.format(caller=caller, talk=talk, headers=more))
        (folder / "callees.csv").write_text("SEQUENTIAL\n" + "".join(f"{callee}\n" for callee in callees))
        done = subprocess.run(  # noqa: S603
            ["sipp", f"127.0.0.1:{self.port}", "-sf", "calls.xml", "-inf", "callees.csv", "-m", str(len(callees)),  # noqa: S607
             "-r", "2", "-i", "127.0.0.1", "-nostdin", "-p", str(self._free_port(socket.SOCK_DGRAM)), "-timeout", "30",
             "-timeout_error", "-trace_msg", "-message_file", "messages.log"],
            cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        trace = (folder / "messages.log").read_text(errors="replace")
        if done.returncode:
            raise AssertionError(trace[-3000:])
        answers = {}
        for part in re.split(r"-{20,}", trace):
            status = re.search(r"SIP/2\.0 ([2-6]\d\d)", part)
            callee = re.search(r"^To: <sip:\+(\d+)@", part, re.MULTILINE)
            if status and callee and "CSeq: 1 INVITE" in part:
                answers[int(callee[1])] = part[status.start() :]
        return [answers[callee] for callee in callees]

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            end(self._process)
            self._process = None


def start_kamailio(config: Path, run: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a Kamailio that listens on a UDP port; returns when it answers there. ``run``: folder of its own.

    Raises ``AssertionError`` with its log.
    """
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    with (run / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603
            ["kamailio", "-DD", "-E", "-f", config, "-Y", run, "-P", run / "pid"],  # noqa: S607
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


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, then make it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
