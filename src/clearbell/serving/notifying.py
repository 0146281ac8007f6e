"""Sending notices from a served node: one dispatcher for each channel that is on."""

from __future__ import annotations

import functools
import socket
from pathlib import Path

import structlog

from clearbell.desk.answers import do_take_message
from clearbell.notices.dispatch import Dispatcher, Received
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.settings import NoticesSettings
from clearbell.notices.templates import TemplatesError, builtin_templates, load_templates
from clearbell.notices.transports.folder import FolderTransport
from clearbell.notices.transports.mail import MailTransport
from clearbell.notices.transports.protocol import Transport
from clearbell.notices.transports.smpp import SmppTransport
from clearbell.notices.transports.webhook import WebhookTransport
from clearbell.serving.config import ConfigError
from clearbell.serving.premises import Premises
from clearbell.vault import load_secret

log = structlog.get_logger()

_PASSWORD_MOST = 8  # SMPP 3.4, 4.1.5: nine octets with the closing zero
OUTBOX_FOLDER = "outbox"


def open_outbox(settings: NoticesSettings, key: NoticeKey) -> Outbox:
    """What queueing needs. Raises :class:`ConfigError` for templates that cannot be used."""
    templates = builtin_templates()
    if settings.templates:
        try:
            text = Path(settings.templates).read_text(encoding="utf-8")
            templates = load_templates(text, settings.templates).over(templates)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                settings.templates, "notices.templates", f"读不出模板:{error}", f"cannot be read: {error}"
            ) from error
        except TemplatesError as error:
            raise ConfigError(settings.templates, "notices.templates", error.text("zh"), error.text("en")) from error
    return Outbox(settings.usable(), templates, key)


class Notifying:
    """The node's dispatchers. ``outbox`` is what everything that queues a notice needs."""

    def __init__(self, node: Premises, settings: NoticesSettings, received: Received | None = None) -> None:
        """Raises :class:`ConfigError`. ``received``: what is done with an incoming SMS, instead of taking it for an answer."""
        key = NoticeKey(load_secret(node.home / "notice-key", node.randomness), node.randomness)
        self.outbox = open_outbox(settings, key)
        rules = node.pack.mass_notices
        received = received or functools.partial(do_take_message, rules=rules, outbox=self.outbox)
        # The folder tells two nodes on one machine apart.
        owner = f"{socket.gethostname()}:{node.home.absolute()}"
        self._dispatchers = [
            Dispatcher(
                node.store,
                self.outbox,
                channels,
                transport,
                owner=owner,
                retry_seconds=settings.retry_seconds,
                received=received,
            )
            for channels, transport in _transports(node, settings)
        ]

    def start(self) -> None:
        """Begin to send."""
        for dispatcher in self._dispatchers:
            dispatcher.start()

    def stop(self) -> None:
        """Stop sending; what was begun gets a moment to be acknowledged."""
        for dispatcher in self._dispatchers:
            dispatcher.stop()


def _transports(node: Premises, settings: NoticesSettings) -> list[tuple[list[Channel], Transport]]:
    now = node.store.clock.now
    found: list[tuple[list[Channel], Transport]] = []
    if settings.sms.address:
        password = first_line(settings.sms.password_file, "notices.sms.password_file")
        if len(password) > _PASSWORD_MOST:
            raise ConfigError(
                settings.sms.password_file,
                "notices.sms.password_file",
                f"SMPP 口令至多 {_PASSWORD_MOST} 个字符",
                f"an SMPP password has at most {_PASSWORD_MOST} characters",
            )
        sms = SmppTransport(settings.sms, password, now=now, utc_offset_minutes=node.pack.utc_offset_minutes)
        found.append(([Channel.SMS], sms))
    if settings.mail.host:
        password = first_line(settings.mail.password_file, "notices.mail.password_file")
        found.append(([Channel.MAIL], MailTransport(settings.mail, password)))
    if settings.webhook.secret_file:
        secret = first_line(settings.webhook.secret_file, "notices.webhook.secret_file").encode()
        if not secret:
            raise ConfigError(
                settings.webhook.secret_file, "notices.webhook.secret_file", "文件是空的", "the file is empty"
            )
        found.append(([Channel.WEBHOOK], WebhookTransport(settings.webhook, secret, now=now)))
    off = sorted(settings.usable() - settings.on(), key=lambda channel: channel.value)
    if off:
        folder = node.home / OUTBOX_FOLDER
        log.warning("notices-to-folder", channels=[channel.value for channel in off], folder=str(folder))
        found.append((off, FolderTransport(folder)))
    return found


def first_line(file: str, key: str) -> str:
    """The first line of a secret file; empty for no file. Raises :class:`ConfigError`."""
    if not file:
        return ""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(file, key, f"读不出文件:{error}", f"cannot be read: {error}") from error
    return lines[0].strip() if lines else ""
