"""An officer at the command line."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("baresip") is None, reason="baresip is not installed: apt-get install baresip-core"
    ),
]
ALWAYS = 'start = "00:00"\nend = "24:00"'


@pytest.fixture
def clearbell(tmp_path):
    from clearbell.policy.pack import builtin_pack_text

    home = tmp_path / "home"
    home.mkdir()
    # Tests run at any hour, and do not wait for a minute of ringing.
    text = builtin_pack_text("cn").replace('start = "09:00"\nend = "20:00"', ALWAYS)
    text = text.replace("ring_seconds = 45", "ring_seconds = 3").replace("talk_seconds = 60", "talk_seconds = 3")
    assert ALWAYS in text
    (tmp_path / "pack.toml").write_text(text)

    def run(*words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", "verify", *map(str, words)],
            capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "CLEARBELL_HOME": str(home), "CLEARBELL_LANG": lang, "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def configure(port):
        (home / "clearbell.toml").write_text(
            f'pack = "{tmp_path / "pack.toml"}"\n[[verification.line]]\nname = "pool-1"\nnumber = "0571-8765-0001"\n'
            f'domain = "127.0.0.1:{port}"\nmedia_ports = "21000-21999"\n'
        )

    run.configure = configure
    return run


@pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester")
def test_a_number_is_called_for_a_case_and_its_recording_comes_out_again(clearbell, free_port, tmp_path):
    port = free_port(socket.SOCK_DGRAM)
    clearbell.configure(port)
    sipp = subprocess.Popen(
        ["sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(port), "-mp", str(free_port(socket.SOCK_DGRAM)), "-nostdin",
         "-m", "1", "-rtp_echo", "-timeout", "60"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = clearbell("call", "13800000001", "--line", "pool-1", "--why", "9 reports")
    finally:
        sipp.kill()
        sipp.wait()
    # The far end echoes our notice: a tone, and nobody speaks.
    assert "answered, silent" in told
    assert "tones only" in told
    assert "200 OK" in told
    listed = clearbell("list", "--number", "13800000001")
    call = next(word for line in listed.splitlines() for word in line.split() if len(word) == 16 and word.isalnum())
    assert "拨测" in clearbell("show", call, lang="zh") or "接通无声" in clearbell("show", call, lang="zh")
    out = tmp_path / "heard.wav"
    clearbell("recording", call, out)
    assert out.read_bytes()[:4] == b"RIFF"
    # It held a tone and no voice: nothing by which a recording is recognised.
    assert "not heard before" in clearbell("match", out)
    assert "0 recordings removed" in clearbell("expire")
    # Too soon again; the call that was not allowed is not left for later.
    assert "may be called again" in clearbell("call", "13800000001", "--line", "pool-1", code=1)
    assert "0 test calls made" in clearbell("run", "--once")


def test_what_may_not_be_called_or_is_not_there_is_refused_with_words(clearbell, free_port):
    clearbell.configure(free_port(socket.SOCK_DGRAM))
    assert "never test-called" in clearbell("call", "110", "--line", "pool-1", code=1)
    assert "不得拨测" in clearbell("call", "12345", "--line", "pool-1", code=1, lang="zh")
    assert "there are: pool-1" in clearbell("call", "13800000001", "--line", "pool-2", code=1)
    told = clearbell("call", "13800000001", "--line", "pool-1", "--case", "K7", code=1)
    assert "there is no case K7" in told
    assert "there is no test call" in clearbell("show", "nothing", code=1)
    assert "receives = true" in clearbell("listen", "--line", "pool-1", code=1)


def test_a_call_for_later_is_planned_and_can_be_cancelled(clearbell, free_port):
    clearbell.configure(free_port(socket.SOCK_DGRAM))
    told = clearbell("call", "13800000001", "--line", "pool-1", "--later")
    call = told.split()[2]
    assert "planned" in clearbell("list", "--state", "planned")
    clearbell("cancel", call, "--reason", "closed")
    assert "not possible" in clearbell("cancel", call, "--reason", "again", code=1)
    assert "cancelled" in clearbell("list", "--number", "13800000001")
