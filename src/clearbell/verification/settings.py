"""Test calls in the configuration of a node: the lines they are made on."""

from __future__ import annotations

import ipaddress
import re

import msgspec

from clearbell.numbering import Number, parse


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line at a registrar, or at a peer that takes calls from this address."""

    name: str
    number: str
    """Its own number, in any form: what the called side sees and may call back."""
    domain: str
    """``HOST`` or ``HOST:PORT`` of the registrar or peer."""
    user: str = ""
    """User part of its address; empty: the number's digits."""
    proxy: str = ""
    """``HOST:PORT`` of the outbound proxy; empty: straight to the domain."""
    auth_user: str = ""
    password_file: str = ""
    """File whose first line is the password."""
    register: bool = False
    """Registers, so that calls reach it."""
    transport: str = "udp"
    """``udp`` or ``tcp``."""
    listen: str = "127.0.0.1:0"
    """Address and SIP port of this end; port 0: any free one."""
    media_ports: str = "10000-20000"
    """UDP ports for sound."""
    dial: str = "+{number}"
    """How numbers are dialled: ``{number}`` is the digits of the E.164 number, ``{national}`` those after the
    country code."""
    pool: str = "default"
    """Lines whose calls share one budget."""
    receives: bool = False
    """Also answers calls: late, silent, recording."""
    calls: bool = True
    """Whether cases plan test calls on it; false for a honeypot, which only receives."""
    answer_seconds: float = 6.0
    """How long a call to it rings before it answers."""

    @property
    def key(self) -> int:
        """Digits of its number."""
        read = parse(self.number)
        return read.key if isinstance(read, Number) else 0


class VerificationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Making test calls."""

    program: str = "baresip"
    """The SIP user agent: its name or path. Version 1.0 and later."""
    modules: str = "/usr/lib/baresip/modules"
    """Folder of its modules."""
    notice_audio: str = ""
    """WAV file (8 kHz, mono, 16 bit) that says the pack's recording notice; needed where the pack wants it spoken."""
    talk_audio: str = ""
    """WAV file (8 kHz, mono, 16 bit) that the script ``talk`` plays."""
    transcriber: str = ""
    """``pocketsphinx`` (English, extra ``voice``), ``pocketsphinx:FILE`` with a language model of your own (ARPA),
    ``sherpa-onnx:FOLDER`` (extra ``sherpa``) or ``faster-whisper:FOLDER`` of a model;
    empty: nothing is written down."""
    content_model: str = ""
    """Model that ``clearbell content train`` wrote: it tells the category of what was written down (extra ``learn``);
    empty: no category is told."""
    dials: bool = True
    """Whether a served node plans test calls for its cases and makes those that are due, on its lines."""
    answers: bool = True
    """Whether a served node answers its lines that receive."""
    line: tuple[LineSettings, ...] = ()

    @property
    def receiving(self) -> tuple[str, ...]:
        """Names of the lines that a served node answers."""
        return tuple(line.name for line in self.line if line.receives) if self.answers else ()

    @property
    def for_cases(self) -> tuple[LineSettings, ...]:
        """Lines that a served node plans test calls of cases on."""
        if not self.dials:
            return ()
        # A line that receives is one telephone: whoever answers it also makes its calls.
        return tuple(line for line in self.line if line.calls and (self.answers or not line.receives))


class SettingProblem(msgspec.Struct, frozen=True):
    """One thing wrong with the settings."""

    key: str
    zh: str
    en: str


_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")
_USER = re.compile(r"[A-Za-z0-9+._-]*")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")
_PORTS = re.compile(r"(\d{1,5})-(\d{1,5})")
_TRANSCRIBER = re.compile(r"|pocketsphinx(:.+)?|sherpa-onnx:.+|faster-whisper:.+")


def line_of(settings: VerificationSettings, name: str) -> LineSettings | None:
    """The line of that name."""
    return next((line for line in settings.line if line.name == name), None)


def problems_of(settings: VerificationSettings) -> list[SettingProblem]:
    """Everything wrong with the settings."""
    found: list[SettingProblem] = []
    if not _TRANSCRIBER.fullmatch(settings.transcriber):
        found.append(
            SettingProblem(
                "transcriber",
                "应为 pocketsphinx、pocketsphinx:文件、sherpa-onnx:目录 或 faster-whisper:目录",
                "should be pocketsphinx, pocketsphinx:FILE, sherpa-onnx:FOLDER or faster-whisper:FOLDER",
            )
        )
    names: set[str] = set()
    for place, line in enumerate(settings.line):
        if line.name in names:
            found.append(SettingProblem(f"line[{place}].name", f"{line.name} 出现两次", f"`{line.name}` stands twice"))
        names.add(line.name)
        found += [
            SettingProblem(f"line[{place}].{problem.key}", problem.zh, problem.en) for problem in _line_problems(line)
        ]
    return found


def _line_problems(line: LineSettings) -> list[SettingProblem]:
    found: list[SettingProblem] = []

    def bad(key: str, zh: str, en: str) -> None:
        found.append(SettingProblem(key, zh, en))

    if not _NAME.fullmatch(line.name):
        bad("name", "须为 1 至 40 个字母、数字或 . _ -", "needs 1 to 40 letters, digits or . _ -")
    if not line.key:
        bad("number", f"「{line.number}」不是号码", f"`{line.number}` is no number")
    # What follows goes into baresip's own files, where other characters would mean something else.
    if not _HOST.fullmatch(line.domain):
        bad("domain", f"「{line.domain}」应为 主机 或 主机:端口", f"`{line.domain}` should be HOST or HOST:PORT")
    if line.proxy and not _HOST.fullmatch(line.proxy):
        bad("proxy", f"「{line.proxy}」应为 主机:端口", f"`{line.proxy}` should be HOST:PORT")
    for key in ("user", "auth_user"):
        if not _USER.fullmatch(getattr(line, key)):
            bad(key, "只能含字母、数字和 + . _ -", "may have letters, digits and + . _ - only")
    if line.transport not in ("udp", "tcp"):
        bad("transport", "应为 udp 或 tcp", "should be udp or tcp")
    host, _, port = line.listen.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        fits = port.isdigit() and int(port) <= 65535
    except ValueError:
        fits = False
    if not fits:
        bad("listen", f"「{line.listen}」应为 地址:端口", f"`{line.listen}` should be ADDRESS:PORT")
    elif line.receives and not line.register and port == "0":
        bad(
            "listen",
            "接听来电而不注册的线路须有固定端口",
            "a line that receives and does not register needs a port that calls can be sent to",
        )
    ports = _PORTS.fullmatch(line.media_ports)
    if not ports or not 1024 <= int(ports[1]) < int(ports[2]) <= 65535:
        bad("media_ports", "应为 起-止,如 10000-20000", "should be FIRST-LAST, such as 10000-20000")
    if "{number}" not in line.dial and "{national}" not in line.dial:
        bad("dial", "须含 {number} 或 {national}", "needs {number} or {national}")
    elif not re.fullmatch(r"[0-9+*#]*", line.dial.replace("{number}", "").replace("{national}", "")):
        bad(
            "dial",
            "除 {number}、{national} 外只能是数字和 + * #",
            "may have digits and + * # beside {number} and {national}",
        )
    if line.answer_seconds < 0:
        bad("answer_seconds", "不得小于 0", "should not be below 0")
    return found
