"""What a node is told about the targets of enforcement, checked when its configuration is read."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from clearbell.enforcement.model import Kind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TABLE = re.compile(r"[A-Za-z0-9_]{1,32}")
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Bad = Callable[[str, str, str], None]
_KEY_TYPE = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa)")


class TargetSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every target has."""

    name: str
    provider: str = ""
    """Party of the registry that answers for it: an access provider or another carrier."""
    home: bool = False
    """The operator's own network: it takes every restriction at once, whoever connected the caller."""


class KamailioSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Kamailio that includes ``clearbell-enforced.cfg``."""

    url: str
    """Its RPC, such as ``http://192.0.2.10:5068/clearbell``."""
    secret_file: str = ""
    """File whose first line is the token that its RPC asks for."""
    secret_env: str = ""
    """Environment variable that holds it instead."""
    ca_file: str = ""
    """Certificates that its own is checked against; empty: those of the system."""
    table: str = "clearbell"
    answer_seconds: float = 5.0
    check_seconds: float = 2.0
    """How often it is asked whether it still has its list."""

    @property
    def kind(self) -> Kind:
        """How it is told."""
        return Kind.KAMAILIO


class WebhookTarget(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A carrier that takes signed JSON."""

    url: str
    secret_file: str = ""
    """File of the keys that both sides sign with, one a line: the first, and those that still count while it is changed.
    It is read for each message, so that a change needs no restart."""
    secret_env: str = ""
    ca_file: str = ""
    answer_seconds: float = 10.0

    @property
    def kind(self) -> Kind:
        """How it is told."""
        return Kind.WEBHOOK


class SftpSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A carrier that takes files."""

    host: str
    port: int = 22
    username: str
    host_key: str
    """The server's public key, as ``ssh-keyscan`` prints it without the host: ``ssh-ed25519 AAAA…``. No other is taken."""
    key_file: str = ""
    """Our private key."""
    secret_file: str = ""
    """File whose first line is the password, where there is no key."""
    secret_env: str = ""
    folder: str = "."
    answer_seconds: float = 20.0
    poll_seconds: float = 60.0
    """How often acknowledgements are looked for."""

    @property
    def kind(self) -> Kind:
        """How it is told."""
        return Kind.SFTP


AnyTarget = KamailioSettings | WebhookTarget | SftpSettings


class EnforcementSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who carries restrictions out besides this node's own screening."""

    kamailio: tuple[KamailioSettings, ...] = ()
    webhook: tuple[WebhookTarget, ...] = ()
    sftp: tuple[SftpSettings, ...] = ()

    @property
    def targets(self) -> tuple[AnyTarget, ...]:
        """All of them."""
        return (*self.kamailio, *self.webhook, *self.sftp)


class SettingProblem(msgspec.Struct, frozen=True):
    """One thing wrong with the settings."""

    key: str
    zh: str
    en: str


def problems_of(settings: EnforcementSettings) -> list[SettingProblem]:
    """Everything wrong with the settings."""
    found: list[SettingProblem] = []
    names: set[str] = set()
    places: dict[Kind, int] = {}
    for one in settings.targets:
        place = places[one.kind] = places.get(one.kind, -1) + 1
        key = f"{one.kind.value}[{place}]"
        found += [SettingProblem(f"{key}.{bad.key}", bad.zh, bad.en) for bad in _problems_of_one(one, names)]
        names.add(one.name)
    return found


def _problems_of_one(one: AnyTarget, names: set[str]) -> list[SettingProblem]:
    found: list[SettingProblem] = []

    def bad(key: str, zh: str, en: str) -> None:
        found.append(SettingProblem(key, zh, en))

    if not _NAME.fullmatch(one.name):
        bad("name", "须为 1 至 64 个字母、数字、点、横线", "needs 1 to 64 letters, digits, dots and dashes")
    if one.name in names:
        bad("name", f"已有名为「{one.name}」的执行方", f"there is a target `{one.name}` already")
    if one.secret_file and one.secret_env:
        bad(
            "secret_env", "密钥来自文件或环境变量,只能写一处", "a secret comes from a file or the environment; name one"
        )
    if one.secret_env and not _ENV.fullmatch(one.secret_env):
        bad("secret_env", "须为环境变量名", "needs the name of an environment variable")
    if not one.answer_seconds > 0:
        bad("answer_seconds", "须大于 0", "should be above 0")
    if isinstance(one, SftpSettings):
        _sftp(one, bad)
        return found
    if not (one.secret_file or one.secret_env):
        bad(
            "secret_file",
            "须写明密钥文件(或 secret_env)",
            "name the file that holds the secret (or the variable, secret_env)",
        )
    _url(one.url, bad)
    if isinstance(one, KamailioSettings):
        if not _TABLE.fullmatch(one.table):
            bad("table", "须为 htable 名称", "needs the name of an htable")
        if not one.check_seconds > 0:
            bad("check_seconds", "须大于 0", "should be above 0")
    return found


def _url(text: str, bad: Bad) -> None:
    parts = urlsplit(text)
    try:
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.username:
        bad("url", f"「{text}」应为 https://主机/路径", f"`{text}` should be https://HOST/PATH")
    elif parts.scheme == "http" and not _is_inside(parts.hostname or ""):
        bad(
            "url",
            "号码和密钥不得在公网上明文传送;请用 https",
            "numbers and secrets must not travel in the clear beyond a private network; use https",
        )


def _is_inside(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def _sftp(one: SftpSettings, bad: Bad) -> None:
    if not one.host:
        bad("host", "须写明主机", "name the host")
    if not 0 < one.port <= 65535:
        bad("port", "须为 1 至 65535", "should be 1 to 65535")
    if not one.username:
        bad("username", "须写明用户名", "name the user")
    if not (one.key_file or one.secret_file or one.secret_env):
        bad("key_file", "须写明私钥文件或口令文件", "name the file of a private key, or of a password")
    if not one.poll_seconds > 0:
        bad("poll_seconds", "须大于 0", "should be above 0")
    kind, _, rest = one.host_key.strip().partition(" ")
    try:
        good = bool(_KEY_TYPE.fullmatch(kind)) and len(base64.b64decode(rest.split()[0], validate=True)) > 16
    except (binascii.Error, ValueError, IndexError):
        good = False
    if not good:
        bad(
            "host_key",
            "须为服务器公钥,如 ssh-ed25519 AAAA…;用 ssh-keyscan 取得并核对指纹",
            "needs the server's public key, such as ssh-ed25519 AAAA…; get it with ssh-keyscan and compare the fingerprint",
        )


def secret_of(one: AnyTarget, environ: Mapping[str, str]) -> str:
    """The target's secret; empty where none is named. Raises ``ValueError`` that says what is missing."""
    lines = _secret_lines(one, environ)
    return lines[0] if lines else ""


def keys_of(one: AnyTarget, environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """The keys that a target's messages are signed with, the newest first; see :func:`secret_of`."""
    return tuple(line.encode() for line in _secret_lines(one, environ))


def _secret_lines(one: AnyTarget, environ: Mapping[str, str]) -> list[str]:
    if one.secret_env:
        text = environ.get(one.secret_env, "")
        missing = f"{one.name}: ${one.secret_env}"
    elif one.secret_file:
        try:
            text = Path(one.secret_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{one.name}: {error}") from error
        missing = f"{one.name}: {one.secret_file}"
    else:
        return []
    lines = [line.strip() for line in text.splitlines()]
    if not lines or not lines[0]:
        raise ValueError(missing)
    return [line for line in lines if line]
