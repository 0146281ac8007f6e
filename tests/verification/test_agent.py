"""Real calls: baresip calls a SIPp that answers, refuses, rings on or hangs up, and another baresip that speaks."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from clearbell.verification import agent, sound
from clearbell.verification.agent import AgentError, place_call, running, take_call
from clearbell.verification.calling import Caller, make_call
from clearbell.verification.fingerprint import compare, landmarks
from clearbell.verification.listening import listen
from clearbell.verification.model import Evidence, Outcome, Side, Speaker
from clearbell.verification.queries import call_of, calls_to_lines
from clearbell.verification.service import do_finish, do_plan, do_start
from clearbell.verification.settings import LineSettings, VerificationSettings
from clearbell.verification.taking import record, take_one

from .conftest import NUMBER, OFFER, RULES

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("baresip") is None, reason="baresip is not installed: apt-get install baresip-core"
    ),
]
NEEDS_SIPP = pytest.mark.skipif(
    shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"
)
SETTINGS = VerificationSettings()
SHORT = msgspec.structs.replace(RULES, rules=msgspec.structs.replace(RULES.rules, ring_seconds=4, talk_seconds=6))

SDP = """Content-Type: application/sdp

      v=0
      o=- 1 1 IN IP4 127.0.0.1
      s=-
      c=IN IP4 127.0.0.1
      t=0 0
      m=audio [media_port] RTP/AVP 8
      a=rtpmap:8 PCMA/8000"""
COMMON = (
    "[last_Via:]\n      [last_From:]\n      [last_To:];tag=[call_number]\n      [last_Call-ID:]\n      [last_CSeq:]"
)
HANGING_UP = """
  <recv request="ACK"/>
  <pause milliseconds="500"/>
  <send retrans="500"><![CDATA[
      BYE [$6] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      To[$3]
      From[$4];tag=[call_number]
      [last_Call-ID:]
      CSeq: 2 BYE
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="200"/>"""


def now_ms():
    return time.monotonic_ns() // 1_000_000


def answer(status, *, sdp=False, extra=""):
    body = f"Contact: <sip:[local_ip]:[local_port]>\n      {SDP}\n" if sdp else "Content-Length: 0\n"
    return f"""
  <send><![CDATA[
      SIP/2.0 {status}
      {COMMON}
      {body}
  ]]></send>{extra}"""


def scenario(*steps):
    # What the BYE of the called side needs of the INVITE.
    taken = """
  <recv request="INVITE"><action>
    <ereg regexp="(:.*)" search_in="hdr" header="From" assign_to="0,3"/>
    <ereg regexp="(:.*)" search_in="hdr" header="To" assign_to="0,4"/>
    <ereg regexp="&lt;(.*)&gt;" search_in="hdr" header="Contact" assign_to="5,6"/>
  </action></recv><Reference variables="0,3,4,5,6"/>"""
    return f'<?xml version="1.0"?>\n<scenario name="called">{taken}{"".join(steps)}\n</scenario>\n'


@pytest.fixture
def called(tmp_path, free_port):
    """A SIPp that is called; the line that reaches it."""
    started = []

    def start(*steps):
        port = free_port(socket.SOCK_DGRAM)
        (tmp_path / "called.xml").write_text(scenario(*steps))
        started.append(
            subprocess.Popen(
                ["sipp", "-sf", "called.xml", "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin",
                 "-mp", str(free_port(socket.SOCK_DGRAM)), "-timeout", "30"],
                cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        return LineSettings(
            name="line", number="057187650001", domain=f"127.0.0.1:{port}", media_ports="21000-21999", dial="{number}"
        )

    yield start
    for process in started:
        process.kill()
        process.wait()


def call(line, played=None, ring=4.0, talk=4.0):
    source = sound.write_wav(sound.script([] if played is None else [played], ring + talk + 10))
    return place_call(SETTINGS, line, NUMBER, source, int(ring * 1000), int(talk * 1000), now_ms)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Other test runs make calls too. The name is long on purpose: baresip cuts long paths."""
    folder = tmp_path / ("calls" * 20)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


def left_behind():
    return set(Path(tempfile.gettempdir()).glob(f"{agent.PREFIX}*"))


RINGS = answer("180 Ringing")
OK = answer("200 OK", sdp=True)


@NEEDS_SIPP
@pytest.mark.parametrize(
    ("status", "outcome"),
    [("486 Busy Here", Outcome.BUSY), ("603 Decline", Outcome.REFUSED), ("404 Not Found", Outcome.NOT_IN_SERVICE)],
)
def test_a_call_that_is_turned_down_is_told_by_its_status(called, room, status, outcome):
    before = left_behind()
    line = called(RINGS, '<pause milliseconds="400"/>', answer(status, extra='<recv request="ACK"/>'))
    plan = room.plan(own=line.key)
    room.act(do_plan, SHORT, plan)
    caller = Caller(room.store, SHORT, VerificationSettings(line=(line,)), room.vault, now_ms, "officer")
    found, evidence = make_call(caller, plan.call)
    assert found is outcome
    assert f"{evidence.status} {evidence.phrase}" == status
    assert 200 <= evidence.ring_ms <= 3000
    assert left_behind() == before


@NEEDS_SIPP
def test_a_call_that_nobody_answers_is_given_up_in_time(called):
    cancelled = '<recv request="CANCEL"/>'
    line = called(RINGS, cancelled, answer("200 OK"), '<pause milliseconds="2000"/>')
    course, recorded = call(line, ring=3.0)
    assert (course.answered, course.ended_by, course.status) == (-1, Side.US, 0)
    assert 1500 <= course.ring_ms <= 4500
    assert recorded.heard == ()


@NEEDS_SIPP
def test_a_called_side_that_hangs_up_at_once_is_noticed(called, room):
    line = called(RINGS, OK, HANGING_UP)
    plan = room.plan(own=line.key)
    room.act(do_plan, SHORT, plan)
    caller = Caller(room.store, SHORT, VerificationSettings(line=(line,)), room.vault, now_ms, "officer")
    found, evidence = make_call(caller, plan.call)
    assert found is Outcome.IMMEDIATE_HANG_UP
    assert evidence.ended_by is Side.THEM
    assert 300 <= evidence.talk_ms < 2000


@NEEDS_SIPP
def test_an_answer_without_a_word_is_silence_and_we_hang_up(called):
    line = called(RINGS, OK, '<recv request="ACK"/><recv request="BYE" timeout="20000"/>', answer("200 OK"))
    course, recorded = call(line, sound.notice_tone(), talk=3.0)
    assert (course.ended_by, course.status) == (Side.US, 200)
    assert 2900 <= course.talk_ms <= 5000
    assert len(recorded.said) == 1
    assert np.abs(sound.read_wav(recorded.said[0], "said")).max() > 0.1


CHALLENGE = """
  <send><![CDATA[
      SIP/2.0 401 Unauthorized
      {COMMON}
      WWW-Authenticate: Digest realm="ims.example.net", nonce="n0nce", algorithm=MD5
      Content-Length: 0

  ]]></send>
  <recv request="ACK"/>
  <recv request="INVITE"><action>
    <ereg regexp="(.*)" search_in="hdr" header="Authorization:" check_it="true" assign_to="7,8"/>
    <verifyauth assign_to="9" username="line-1" password="s3cret"/>
    <ereg regexp="(:.*)" search_in="hdr" header="To" assign_to="0,4"/>
  </action></recv>
  <Reference variables="7,8"/>
  <nop test="9" next="right"/>""".replace("{COMMON}", COMMON)
WRONG = answer("403 Forbidden", extra='<recv request="ACK" next="end"/>')
RIGHT = '<label id="right"/>' + answer("486 Busy Here", extra='<recv request="ACK"/>') + '<label id="end"/>'


@NEEDS_SIPP
@pytest.mark.parametrize(("password", "status"), [("s3cret\n", 486), ("guess", 403)])
def test_the_lines_password_opens_the_network(called, tmp_path, password, status):
    line = called(CHALLENGE, WRONG, RIGHT)
    (tmp_path / "password").write_text(password)
    line = msgspec.structs.replace(line, auth_user="line-1", password_file=str(tmp_path / "password"))
    course, _ = call(line)
    assert course.status == status


def test_a_network_that_does_not_reply_is_a_failure_and_not_an_unanswered_call(free_port, room):
    line = LineSettings(
        name="line",
        number="057187650001",
        domain=f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}",
        media_ports="21000-21999",
    )
    plan = room.plan(own=line.key)
    rules = msgspec.structs.replace(SHORT, rules=msgspec.structs.replace(SHORT.rules, ring_seconds=2))
    room.act(do_plan, rules, plan)
    caller = Caller(room.store, rules, VerificationSettings(line=(line,)), room.vault, now_ms, "officer")
    assert make_call(caller, plan.call)[0] is Outcome.FAILED
    with room.store.read() as conn:
        assert call_of(conn, plan.call).reason == "nothing came back from the network"


@NEEDS_SIPP
def test_a_line_that_calls_reach_through_a_registrar_registers_there(tmp_path, free_port):
    port = free_port(socket.SOCK_DGRAM)
    accepted = answer("200 OK").replace(
        "Content-Length: 0", "Contact: <sip:x@127.0.0.1>;expires=600\n      Content-Length: 0"
    )
    (tmp_path / "registrar.xml").write_text(
        f'<?xml version="1.0"?>\n<scenario name="registrar"><recv request="REGISTER"/>{accepted}</scenario>\n'
    )
    registrar = subprocess.Popen(
        ["sipp", "-sf", "registrar.xml", "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin", "-timeout", "20",
         "-timeout_error"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    line = LineSettings(
        name="line", number="057187650001", domain=f"127.0.0.1:{port}", media_ports="21000-21999", register=True
    )
    try:
        assert take_call(SETTINGS, line, sound.write_wav(sound.silence(9)), 2500, 1000, now_ms, lambda: False) is None
        assert registrar.wait(20) == 0
    finally:
        registrar.kill()
        registrar.wait()


@pytest.fixture
def speaking(free_port):
    """A line that receives, and one that reaches it."""
    port = free_port(socket.SOCK_DGRAM)
    receives = LineSettings(
        name="receives", number="057187650002", user="13800000001", domain=f"127.0.0.1:{port}",
        listen=f"127.0.0.1:{port}", media_ports="22000-22999", answer_seconds=1.0, receives=True,
    )  # fmt: skip
    calls = LineSettings(
        name="line", number="057187650001", domain=f"127.0.0.1:{port}", media_ports="21000-21999", dial="{national}"
    )
    return receives, calls


def in_background(do):
    found = []
    thread = threading.Thread(target=lambda: found.append(do()))
    thread.start()
    return thread, found


def test_a_machine_that_speaks_is_recorded_recognised_and_judged(room, speaking, speech):
    receives, line = speaking
    source = np.concatenate([sound.silence(0.3), speech(OFFER), sound.silence(0.3), speech(OFFER, "en", "-s", "150")])
    played = sound.write_wav(sound.script([source], 60))
    ready, found = in_background(lambda: take_call(SETTINGS, receives, played, 15_000, 20_000, now_ms, lambda: False))
    time.sleep(1.5)
    rules = msgspec.structs.replace(SHORT, rules=msgspec.structs.replace(SHORT.rules, talk_seconds=9))
    plan = room.plan(own=line.key)
    room.act(do_plan, rules, plan)
    outcome, evidence = make_call(
        Caller(room.store, rules, VerificationSettings(line=(line,)), room.vault, now_ms, "officer"), plan.call
    )
    ready.join(20)
    assert (outcome, evidence.speaker) == (Outcome.MACHINE, Speaker.MACHINE)
    heard = sound.read_wav(room.vault.get(evidence.heard), "heard")
    assert evidence.voice_ms > 5000
    assert float(np.sqrt((heard**2).mean())) > 0.01
    match = compare(landmarks(source), landmarks(heard))
    assert match.votes >= rules.rules.hearing.match_votes
    assert match.share >= rules.rules.hearing.match_share
    # The called side heard our notice.
    _, course, recorded = found[0]
    assert course.ended_by is Side.THEM
    assert listen(sound.read_wav(recorded.heard[0], "theirs"), RULES.rules.hearing).tone_ms > 150


def test_a_call_back_to_a_silent_line_is_answered_late_recorded_and_matched(room, speaking, speech):
    receives, line = speaking
    tested = room.plan(own=receives.key)
    room.act(do_plan, SHORT, tested)
    room.act(do_start, SHORT, tested.call)
    room.act(do_finish, tested.call, Outcome.NO_ANSWER, Evidence())
    caller = Caller(room.store, SHORT, VerificationSettings(line=(receives,)), room.vault, now_ms, "officer")
    ready, found = in_background(lambda: take_one(caller, receives, 15.0, "r1"))
    time.sleep(1.5)
    # The number that was tested calls back, and speaks.
    back = msgspec.structs.replace(line, number=f"+{NUMBER}", user="13800000001")
    course, _ = call(back, speech(OFFER), ring=8.0, talk=5.0)
    ready.join(20)
    record(caller, receives, found[0])
    assert course.ring_ms >= 900
    with room.store.read() as conn:
        (row,) = calls_to_lines(conn, answers=tested.call)
    assert (row.caller, row.same_number) == (NUMBER, True)
    assert float(np.abs(sound.read_wav(room.vault.get(row.heard), "heard")).max()) > 0.1


def test_a_line_that_nobody_calls_waits_and_ends(speaking):
    receives, _ = speaking
    began = now_ms()
    assert take_call(SETTINGS, receives, sound.write_wav(sound.silence(30)), 1500, 1000, now_ms, lambda: False) is None
    assert now_ms() - began < 15_000


def test_a_user_agent_that_dies_in_a_call_ends_it_and_leaves_nothing(speaking):
    receives, _ = speaking
    before = left_behind()
    with running(SETTINGS, receives, sound.write_wav(sound.silence(20)), 20, now_ms) as (held, _):
        folder = next(iter(left_behind() - before))
        assert (folder.stat().st_mode & 0o777) == 0o700
        # The password is not left on disk while a call lasts.
        assert not (folder / "accounts").exists()
        held._process.kill()
        held._process.wait()
        with pytest.raises(OSError):  # noqa: PT011, PT012  reading or writing fails first, as it happens
            for _ in range(20):
                held.events(200)
                held.send("listcalls")
    assert left_behind() == before


def test_a_program_that_is_not_there_is_named_with_what_to_do(speaking):
    receives, _ = speaking
    settings = msgspec.structs.replace(SETTINGS, program="no-such-user-agent")
    with pytest.raises(AgentError, match="baresip-core"):
        take_call(settings, receives, b"", 100, 100, now_ms, lambda: False)


def test_a_password_file_that_is_not_there_is_named(speaking):
    line = msgspec.structs.replace(speaking[0], password_file="/nowhere/pw")
    with pytest.raises(AgentError, match="/nowhere/pw"):
        take_call(SETTINGS, line, b"", 100, 100, now_ms, lambda: False)


def test_a_user_agent_that_does_not_start_says_why(speaking, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no such luck\nexit 3\n")
    broken.chmod(0o755)
    before = left_behind()
    with pytest.raises(AgentError, match="no such luck"):
        take_call(
            msgspec.structs.replace(SETTINGS, program=str(broken)), speaking[0], b"", 100, 100, now_ms, lambda: False
        )
    assert left_behind() == before


def test_what_a_killed_process_left_is_removed_by_the_next(speaking, tmp_path):
    left, fresh = (Path(tempfile.mkdtemp(prefix=agent.PREFIX)) for _ in range(2))
    (left / "dump-dec.wav").write_bytes(b"RIFF")
    old = time.time() - 5 * 3600
    os.utime(left, (old, old))
    try:
        with running(SETTINGS, speaking[0], sound.write_wav(sound.silence(5)), 5, now_ms):
            assert not left.exists()
            assert fresh.exists()
    finally:
        fresh.rmdir()


CALLER = """
import sys, time
from clearbell.verification import sound
from clearbell.verification.agent import running
from clearbell.verification.settings import LineSettings, VerificationSettings
line = LineSettings(name="l", number="057187650001", domain="127.0.0.1:9", media_ports="21000-21999")
with running(VerificationSettings(), line, sound.write_wav(sound.silence(5)), 1, lambda: time.monotonic_ns() // 10**6) as (a, _):
    print(a._process.pid, flush=True)
    time.sleep(60)
"""


def test_a_user_agent_whose_caller_was_killed_quits_by_itself(tmp_path):
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    pid = int(caller.stdout.readline())
    caller.kill()
    caller.wait()
    caller.stdout.close()
    for _ in range(200):
        state = Path(f"/proc/{pid}/stat")
        # An orphan that nobody waits for in this container is a zombie: ended all the same.
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.1)
    else:
        os.kill(pid, 9)
        pytest.fail("baresip went on without its caller")
