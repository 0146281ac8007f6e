"""Runs baresip for one call: a folder of its own, commands and events over loopback, and nothing left behind.

One process a call. baresip is told at its start when to quit at the latest, so that even one whose parent was killed
does not stay in a call; on Linux it ends with that parent.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from clearbell.verification import baresip
from clearbell.verification.control import ControlError, Event, Reader, command
from clearbell.verification.course import Course, Incoming, Outgoing
from clearbell.verification.settings import LineSettings, VerificationSettings

_UP_MS = 15_000
"""How long baresip may take to start."""
_LATE_SECONDS = 10
"""How long after the longest call baresip quits by itself."""
_STOP_SECONDS = 5.0
_STEP_SECONDS = 0.25
_LEFT_SECONDS = 3600
"""A folder that is older than the longest call by so much was left by a process that was killed."""
PREFIX = "clearbell-call-"


class AgentError(Exception):
    """No call can be made. 无法拨打。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Recorded(msgspec.Struct, frozen=True):
    """What was recorded, as WAV files in order; a call that sounded before it was answered may have two."""

    heard: tuple[bytes, ...]
    said: tuple[bytes, ...]


def read_password(line: LineSettings) -> str:
    """The line's password. Raises :class:`AgentError`."""
    if not line.password_file:
        return ""
    try:
        return Path(line.password_file).read_text(encoding="utf-8").split("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise AgentError(
            f"线路 {line.name}:口令文件 {line.password_file} 读不出:{error}",
            f"line {line.name}: the password file {line.password_file} cannot be read: {error}",
        ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _remove_left(new: Path, seconds: float) -> None:
    """Remove folders of ours older than ``new`` by more than ``seconds``: recordings are nothing to leave about."""
    now = new.stat()
    for path in new.parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            if found.st_uid == now.st_uid and found.st_mtime < now.st_mtime - seconds:
                shutil.rmtree(path, ignore_errors=True)


class Agent:
    """A running baresip. Made by :func:`running`."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], port: int, now: Callable[[], int]) -> None:
        self._folder = folder
        self._process = process
        self._reader = Reader()
        self._now = now
        self._socket = self._connect(port)

    def _connect(self, port: int) -> socket.socket:
        until = self._now() + _UP_MS
        while self._now() < until and self._process.poll() is None:
            try:
                connected = socket.create_connection(("127.0.0.1", port), 1.0)
            except OSError:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)
                continue
            connected.settimeout(_STEP_SECONDS)
            return connected
        raise AgentError(
            f"baresip 没有启动:{self._last_words()}",
            f"baresip did not start: {self._last_words()}",
        )

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self._folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
            return " | ".join(line for line in lines[-4:] if line.strip())[-400:]
        return ""

    def send(self, name: str, params: str = "") -> None:
        """Give a command. Raises ``OSError`` when baresip is gone."""
        self._socket.sendall(command(name, params))

    def events(self, wait_ms: int) -> list[Event]:
        """Events that came within ``wait_ms``; returns at the first. Raises ``OSError`` or :class:`ControlError`."""
        self._socket.settimeout(max(0.001, min(wait_ms / 1000, _STEP_SECONDS)))
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return []
        if not data:
            raise ConnectionResetError("baresip closed its control connection")
        return [message for message in self._reader.feed(data) if isinstance(message, Event)]

    def stop(self) -> None:
        """End baresip; a call that is up is ended first."""
        self._socket.close()

    def recorded(self) -> Recorded:
        """What was recorded; whole once baresip has ended."""
        return Recorded(
            tuple(path.read_bytes() for path in sorted(self._folder.glob("dump-*-dec.wav"))),
            tuple(path.read_bytes() for path in sorted(self._folder.glob("dump-*-enc.wav"))),
        )


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, then make it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def running(
    settings: VerificationSettings,
    line: LineSettings,
    played: bytes,
    most_seconds: float,
    now: Callable[[], int],
) -> Iterator[tuple[Agent, Callable[[], Recorded]]]:
    """Start baresip for one line; ends it and removes its folder, whatever happens.

    Yields the agent, and a function that ends baresip and gives what was recorded. ``played`` is the WAV file that is
    sent, ``most_seconds`` the longest that the call may take, ``now`` a steady clock in ms.
    Raises :class:`AgentError` when it cannot start.
    """
    program = shutil.which(settings.program)
    if program is None:
        raise AgentError(
            f"没有程序 {settings.program};请安装 baresip(Debian 软件包 baresip-core),或在 [verification] program 中写明路径",
            f"there is no program {settings.program}: install baresip (Debian package baresip-core), or give its path "
            "in [verification] program",
        )
    password = read_password(line)
    # Only its owner enters such a folder.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        _remove_left(folder, most_seconds + _LEFT_SECONDS)
        port = _free_port()
        (folder / baresip.PLAYED).write_bytes(played)
        try:
            account = baresip.account(line, password)
        except baresip.PasswordError as error:
            raise AgentError(
                f'线路 {line.name}:口令含有 " ; < > \\ 或控制字符,baresip 无法使用',
                f"line {line.name}: {error}",
            ) from error
        (folder / "accounts").write_text(account, encoding="utf-8")
        (folder / "contacts").write_text("", encoding="utf-8")
        (folder / "config").write_text(baresip.configuration(line, settings.modules, port), encoding="utf-8")
        # Where util-linux is there, it ends with the process that drives it, even when that is killed.
        bound = shutil.which("setpriv")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  the program and its arguments are the operator's
                [
                    *((bound, "--pdeathsig", "TERM") if bound else ()),
                    *(program, "-f", str(folder), "-t", str(int(most_seconds + _LATE_SECONDS))),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C"},
                start_new_session=True,
            )
        agent: Agent | None = None
        try:
            agent = Agent(folder, process, port, now)
            # Read once by baresip when it starts.
            (folder / "accounts").unlink()

            def finish(held: Agent = agent) -> Recorded:
                end_process(process)
                return held.recorded()

            yield agent, finish
        finally:
            end_process(process)
            if agent is not None:
                agent.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place_call(
    settings: VerificationSettings,
    line: LineSettings,
    number: int,
    played: bytes,
    ring_ms: int,
    talk_ms: int,
    now: Callable[[], int],
) -> tuple[Course, Recorded]:
    """Call ``number`` and stay as long as allowed. Raises :class:`AgentError` when no call can be made at all."""
    with running(settings, line, played, (ring_ms + talk_ms) / 1000, now) as (agent, finish):
        call = Outgoing(ring_ms, talk_ms, now())
        try:
            agent.send("dial", baresip.address(line, number))
            while not call.over:
                for event in agent.events(call.deadline - now()):
                    call.event(event, now())
                if call.tick(now()):
                    agent.send("hangup")
        except (OSError, ControlError) as error:
            call.lost(str(error), now())
        return call.course, finish()


def _silent(peer: str) -> None:
    """Tell nobody who calls."""


def take_call(
    settings: VerificationSettings,
    line: LineSettings,
    played: bytes,
    wait_ms: int,
    talk_ms: int,
    now: Callable[[], int],
    stopped: Callable[[], bool],
    wanted: Callable[[], bool] = lambda: False,
    rings: Callable[[str], None] = _silent,
) -> tuple[str, Course, Recorded] | None:
    """Wait for one call to the line, answer it late and record it; None when nobody called within ``wait_ms``.

    ``stopped``: the line is closed; a call that is up is hung up. ``wanted``: the line is wanted for something else; a
    call that came first goes on. ``rings`` is told the SIP URI of who calls, which also is the first of what is returned.
    Raises :class:`AgentError`.
    """
    answer_ms = int(line.answer_seconds * 1000)
    with running(settings, line, played, (wait_ms + answer_ms + talk_ms) / 1000, now) as (agent, finish):
        call = Incoming(answer_ms, talk_ms)
        until = now() + wait_ms
        try:
            while not call.over:
                if stopped():
                    call.close(now())
                    break
                if not call.ringing and (now() >= until or wanted()):
                    return None
                rang = call.ringing
                for event in agent.events((call.deadline or until) - now()):
                    call.event(event, now())
                if call.ringing and not rang:
                    rings(call.peer)
                due = call.tick(now())
                if due:
                    agent.send(due)
        except (OSError, ControlError) as error:
            call.lost(str(error), now())
        if not call.ringing:
            return None
        return call.peer, call.course, finish()
