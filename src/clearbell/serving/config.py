"""The configuration of a node: one TOML file, checked whole when it is read."""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path

import msgspec

from clearbell.access.oidc.settings import is_safe
from clearbell.access.settings import AccessSettings
from clearbell.access.settings import problems_of as access_problems
from clearbell.enforcement.settings import EnforcementSettings
from clearbell.enforcement.settings import problems_of as enforcement_problems
from clearbell.notices.settings import NoticesSettings, problems_of
from clearbell.verification.settings import VerificationSettings
from clearbell.verification.settings import problems_of as verification_problems


class ConfigError(Exception):
    """The configuration cannot be used. 配置无法使用。"""

    def __init__(self, file: str, key: str, zh: str, en: str) -> None:
        super().__init__(f"{file}: {key}: {en}")
        self.zh = f"{file}: {key}: {zh}"
        self.en = f"{file}: {key}: {en}"


class SourceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One switch that may ask."""

    name: str
    address: str
    """Address or network (CIDR) it asks from."""
    trunk: str = ""
    """Trunk of its calls when it sends no trunk header."""
    trunk_header: str = "X-Clearbell-Trunk"
    """Header that names the trunk; empty: none is trusted."""
    go_on: str = "404"
    """How "go on" is said: ``404`` (route-advance) or ``302``."""
    per_second: float = 2000.0
    """Requests a second before it is told 503."""
    report_code: str = ""
    """What its subscribers dial to report the last call, such as ``*57``; only for a switch that vouches for them."""
    report_contact: str = ""
    """SIP URI of the announcement that confirms a report by code; empty: 480 with a Warning."""


class SipConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SIP door."""

    listen: tuple[str, ...] = ("udp:127.0.0.1:5070", "tcp:127.0.0.1:5070")
    """``udp:ADDRESS:PORT`` and ``tcp:ADDRESS:PORT``; empty: no SIP door."""
    blocked_url: str = "https://localhost/blocked/{decision}"
    """Where 603+ sends the caller; ``{decision}`` becomes the decision's id."""
    challenge_contact: str = ""
    """SIP URI of the diversion device; empty: a challenge goes on with a label."""
    language: str = "zh"
    """Language of labels shown to callees."""
    source: tuple[SourceConfig, ...] = (SourceConfig(name="local", address="127.0.0.1"),)


class HttpConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The HTTP door."""

    listen: str = "127.0.0.1:8080"
    """``ADDRESS:PORT``; empty: no HTTP door."""
    token_file: str = ""
    """File whose first line is the bearer token the API needs; empty: none, fit for loopback only."""
    secure_cookies: bool = False
    """Whether sessions of the desk go over HTTPS only; set it wherever browsers come through an HTTPS proxy."""
    lookups_per_minute: int = 60
    """How often one address may look labels up without a token; 0: without limit."""
    public_url: str = ""
    """Where people reach this site, such as ``https://calls.example``: notices of sanctions name its page of appeals."""


class NodeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A node."""

    pack: str = "cn"
    """Name of a pack that ships with Clearbell, or the path of a pack file."""
    sip: SipConfig = SipConfig()
    http: HttpConfig = HttpConfig()
    access: AccessSettings = AccessSettings()
    notices: NoticesSettings = NoticesSettings()
    verification: VerificationSettings = VerificationSettings()
    enforcement: EnforcementSettings = EnforcementSettings()


def listen_address(text: str) -> tuple[str, int]:
    """Split ``ADDRESS:PORT`` (``[::1]:5060`` for IPv6). Raises ``ValueError``."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise ValueError(text)
    host = host.removeprefix("[").removesuffix("]")
    ipaddress.ip_address(host)
    return host, int(port)


def config_file(home: Path, named: Path | None) -> Path | None:
    """The configuration that was named, else ``clearbell.toml`` in the data folder where there is one."""
    usual = home / "clearbell.toml"
    return named or (usual if usual.exists() else None)


def read_config(path: Path) -> NodeConfig:
    """Read and check a configuration file. Raises :class:`ConfigError` naming file, key and remedy."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(name, "-", f"读不出文件:{error}", f"cannot be read: {error}") from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(name, "-", f"不是有效的 TOML:{error}", f"not valid TOML: {error}") from error
    try:
        config = msgspec.convert(raw, NodeConfig)
    except msgspec.ValidationError as error:
        message, _, key = str(error).partition(" - at ")
        raise ConfigError(name, key.strip("`") or "$", f"不合要求:{message}", message) from error
    _check(name, config)
    return config


def _check(name: str, config: NodeConfig) -> None:
    for listen in config.sip.listen:
        transport, _, address = listen.partition(":")
        try:
            if transport not in ("udp", "tcp"):
                raise ValueError(transport)
            listen_address(address)
        except ValueError:
            raise ConfigError(
                name,
                "sip.listen",
                f"「{listen}」应为 udp:地址:端口 或 tcp:地址:端口",
                f"`{listen}` should be udp:ADDRESS:PORT or tcp:ADDRESS:PORT",
            ) from None
    if config.http.listen:
        try:
            host, _port = listen_address(config.http.listen)
        except ValueError:
            raise ConfigError(
                name,
                "http.listen",
                f"「{config.http.listen}」应为 地址:端口",
                f"`{config.http.listen}` should be ADDRESS:PORT",
            ) from None
        if not config.http.token_file and not ipaddress.ip_address(host).is_loopback:
            raise ConfigError(
                name,
                "http.token_file",
                f"在 {host} 上开放接口须设访问令牌",
                f"an API open on {host} needs a token: name a file that holds it",
            )
    for place, source in enumerate(config.sip.source):
        try:
            ipaddress.ip_network(source.address, strict=False)
        except ValueError:
            raise ConfigError(
                name,
                f"sip.source[{place}].address",
                f"「{source.address}」不是地址或网段",
                f"`{source.address}` is neither an address nor a network",
            ) from None
        if source.report_contact and not source.report_contact.startswith(("sip:", "sips:")):
            raise ConfigError(name, f"sip.source[{place}].report_contact", "应为 SIP URI", "should be a SIP URI")
        if source.go_on not in ("404", "302"):
            raise ConfigError(name, f"sip.source[{place}].go_on", '应为 "404" 或 "302"', 'should be "404" or "302"')
    for problem in problems_of(config.notices):
        raise ConfigError(name, f"notices.{problem.key}", problem.zh, problem.en)
    for flaw in access_problems(config.access):
        raise ConfigError(name, f"access.{flaw.key}", flaw.zh, flaw.en)
    if config.access.oidc and not is_safe(config.http.public_url):
        raise ConfigError(
            name,
            "http.public_url",
            "用身份提供方登录须写明本站地址(https,本机除外)",
            "signing in with an identity provider needs this site's address (https, unless on this machine)",
        )
    for fault in verification_problems(config.verification):
        raise ConfigError(name, f"verification.{fault.key}", fault.zh, fault.en)
    for wrong in enforcement_problems(config.enforcement):
        raise ConfigError(name, f"enforcement.{wrong.key}", wrong.zh, wrong.en)
