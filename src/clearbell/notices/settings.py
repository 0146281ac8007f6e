"""What a node is told about sending notices, checked when its configuration is read."""

from __future__ import annotations

import msgspec

from clearbell.notices.model import Channel


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SMS centre, by SMPP 3.4."""

    address: str = ""
    """``HOST:PORT``; empty: no SMS."""
    system_id: str = ""
    password_file: str = ""
    """File whose first line is the password; empty: none."""
    system_type: str = ""
    source: str = ""
    """Number or name that messages come from."""
    signature: str = ""
    """Put before each text as 【…】, as Chinese carriers ask of port numbers."""
    per_second: float = 20.0
    """Messages (parts) a second."""
    window: int = 10
    """Messages sent and not yet acknowledged."""
    answer_seconds: float = 30.0
    """How long an acknowledgement is waited for."""
    enquire_seconds: float = 30.0
    """Silence after which the link is tested."""
    tls: bool = False
    repeats: str = "unknown"
    """What the centre does with a message it has: ``reference``: it knows it by source, destination and
    ``user_message_reference`` and answers with the first id; ``unknown``: it may take it for another message."""
    repeats_hours: float = 24.0
    """How long it knows a message."""


class MassSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mass notices over SMPP, beside the line of personal notices: together they must keep within the centre's limit."""

    binds: int = 1
    per_second: float = 100.0
    """Messages (parts) a second, over all binds."""
    window: int = 50
    """Messages sent and not yet acknowledged, on each bind."""
    batch: int = 500
    """Recipients claimed and kept in one transaction."""


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mail relay, by SMTP."""

    host: str = ""
    """Empty: no mail."""
    port: int = 25
    security: str = "starttls"
    """``starttls``, ``tls`` or ``none``."""
    username: str = ""
    password_file: str = ""
    sender: str = ""
    """Address that mail comes from."""
    per_second: float = 5.0
    answer_seconds: float = 30.0


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Webhooks."""

    secret_file: str = ""
    """File whose first line is the key that bodies are signed with; empty: no webhooks."""
    per_second: float = 20.0
    answer_seconds: float = 10.0


class NoticesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sending notices."""

    outbox: str = ""
    """``folder``: channels that are off write each message as a file into ``outbox/`` of the data folder. For
    development only: nobody is told anything."""
    templates: str = ""
    """File of templates that replace or add to the shipped ones."""
    retry_seconds: tuple[int, ...] = (5, 30, 120, 600, 1800)
    """Waits before each further attempt; the last one repeats until the notice's time is over."""
    sms: SmsSettings = SmsSettings()
    mail: MailSettings = MailSettings()
    webhook: WebhookSettings = WebhookSettings()
    mass: MassSettings = MassSettings()

    def on(self) -> frozenset[Channel]:
        """Channels that really send."""
        given = {
            Channel.SMS: self.sms.address,
            Channel.MAIL: self.mail.host,
            Channel.WEBHOOK: self.webhook.secret_file,
        }
        return frozenset(channel for channel, value in given.items() if value)

    def usable(self) -> frozenset[Channel]:
        """Channels on which a notice may be queued."""
        return frozenset(Channel) if self.outbox == "folder" else self.on()


class SettingProblem(msgspec.Struct, frozen=True):
    """One thing wrong with the settings."""

    key: str
    zh: str
    en: str


def sms_address(text: str) -> tuple[str, int]:
    """Split ``HOST:PORT``. Raises ``ValueError``."""
    host, separator, port = text.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 < int(port) <= 65535:
        raise ValueError(text)
    return host.removeprefix("[").removesuffix("]"), int(port)


def problems_of(settings: NoticesSettings) -> list[SettingProblem]:
    """Everything wrong with the settings."""
    found: list[SettingProblem] = []

    def bad(key: str, zh: str, en: str) -> None:
        found.append(SettingProblem(key, zh, en))

    if settings.outbox not in ("", "folder"):
        bad("outbox", '应为 "" 或 "folder"', 'should be "" or "folder"')
    if not settings.retry_seconds or min(settings.retry_seconds) <= 0:
        bad("retry_seconds", "至少一项,且均大于 0", "needs at least one wait, each above 0")
    sms, mail = settings.sms, settings.mail
    if sms.address:
        try:
            sms_address(sms.address)
        except ValueError:
            bad("sms.address", f"「{sms.address}」应为 主机:端口", f"`{sms.address}` should be HOST:PORT")
        if not 0 < len(sms.system_id) <= 15 or not sms.system_id.isascii():
            bad("sms.system_id", "须为 1 至 15 个 ASCII 字符", "needs 1 to 15 ASCII characters")
        if not 0 < len(sms.source) <= 20 or not sms.source.isascii():
            bad(
                "sms.source",
                "须为 1 至 20 个 ASCII 字符的号码或名称",
                "needs a number or name of 1 to 20 ASCII characters",
            )
        if sms.window < 1:
            bad("sms.window", "须至少为 1", "should be at least 1")
        if sms.repeats not in ("unknown", "reference"):
            bad("sms.repeats", "应为 unknown 或 reference", "should be unknown or reference")
        for name in ("binds", "window", "batch"):
            if getattr(settings.mass, name) < 1:
                bad(f"mass.{name}", "须至少为 1", "should be at least 1")
    if mail.host:
        if mail.security not in ("starttls", "tls", "none"):
            bad("mail.security", "应为 starttls、tls 或 none", "should be starttls, tls or none")
        if "@" not in mail.sender:
            bad("mail.sender", "须为邮件地址", "needs a mail address")
        if mail.username and mail.security == "none":
            bad(
                "mail.username",
                "口令不得明文传送;请设 security",
                "a password must not travel in the clear; set security",
            )
    waits = {
        "sms.per_second": sms.per_second,
        "sms.answer_seconds": sms.answer_seconds,
        "sms.enquire_seconds": sms.enquire_seconds,
        "sms.repeats_hours": sms.repeats_hours,
        "mass.per_second": settings.mass.per_second,
        "mail.per_second": mail.per_second,
        "mail.answer_seconds": mail.answer_seconds,
        "webhook.per_second": settings.webhook.per_second,
        "webhook.answer_seconds": settings.webhook.answer_seconds,
    }
    for key, value in waits.items():
        if not value > 0:
            bad(key, "须大于 0", "should be above 0")
    return found
