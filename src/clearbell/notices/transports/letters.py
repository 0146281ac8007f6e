"""Many letters over one connection, and exactly what came of each: mail by SMTP, webhooks by HTTP."""

from __future__ import annotations

import contextlib
import email.policy
import enum
import smtplib
from typing import Protocol

import msgspec
import structlog

from clearbell.notices.model import Channel
from clearbell.notices.transports.mail import MailTransport
from clearbell.notices.transports.protocol import Accepted, Message, Refused
from clearbell.notices.transports.webhook import WebhookTransport

log = structlog.get_logger()

_WIRE = email.policy.SMTP


class Came(enum.Enum):
    """What came of a letter."""

    ACCEPTED = "accepted"
    """The relay has it, and tells no more."""
    DELIVERED = "delivered"
    REFUSED = "refused"
    """For good."""
    LATER = "later"
    """Not now; it is an attempt."""
    NOT_SENT = "not-sent"
    """It did not leave, for no fault of its own."""
    UNKNOWN = "unknown"
    """It left, and no answer came."""


class Sent(msgspec.Struct, frozen=True):
    """What came of a letter, with the other side's name for it or its words."""

    came: Came
    name: str = ""
    reason: str = ""


class Post(Protocol):
    """A way to send letters. Called from one thread only."""

    channel: Channel

    def ready(self) -> bool:
        """Make ready to send; whether that could be done."""
        ...

    def send(self, letter: Message) -> Sent:
        """Send one. Never raises for the other side's faults."""
        ...

    def close(self) -> None:
        """Take leave."""
        ...


class MailPost:
    """The mail relay, over one connection for as long as it lasts."""

    channel = Channel.MAIL

    def __init__(self, transport: MailTransport) -> None:
        self._transport = transport
        self._relay: smtplib.SMTP | None = None

    def ready(self) -> bool:
        """Connect, unless connected."""
        if self._relay is not None:
            return True
        try:
            self._relay = self._transport.connect()
        except (smtplib.SMTPException, OSError) as error:
            log.warning("mail-relay-away", error=str(error))
            return False
        return True

    def send(self, letter: Message) -> Sent:
        """Hand one mail over. When the connection breaks, whether its text had gone says what is known."""
        mail = self._transport.compose(letter)
        relay = self._relay
        if relay is None:
            return Sent(Came.NOT_SENT)
        left = False
        try:
            code, words = relay.mail(self._transport.sender)
            if code != 250:
                # That the relay does not take our sender is no fault of the letter.
                self._reset(relay)
                return Sent(Came.LATER, reason=_said(code, words))
            code, words = relay.rcpt(letter.recipient)
            if code not in (250, 251):
                self._reset(relay)
                return Sent(Came.REFUSED if code >= 500 else Came.LATER, reason=_said(code, words))
            left = True
            code, words = relay.data(mail.as_bytes(policy=_WIRE))
        except smtplib.SMTPDataError as error:
            self._reset(relay)
            for_good = error.smtp_code >= 500
            return Sent(Came.REFUSED if for_good else Came.LATER, reason=_said(error.smtp_code, error.smtp_error))
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Sent(Came.UNKNOWN if left else Came.NOT_SENT, reason=f"mail relay: {error}")
        if code == 250:
            return Sent(Came.ACCEPTED, str(mail["Message-ID"]))
        return Sent(Came.REFUSED if code >= 500 else Came.LATER, reason=_said(code, words))

    def close(self) -> None:
        """Take leave."""
        if self._relay is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._relay.quit()
        self._drop()

    def _reset(self, relay: smtplib.SMTP) -> None:
        try:
            relay.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._relay is not None:
            self._relay.close()
        self._relay = None


class WebhookPost:
    """Receivers by their URL. Each takes a key once, so what has no answer is an attempt like another."""

    channel = Channel.WEBHOOK

    def __init__(self, transport: WebhookTransport) -> None:
        self._transport = transport

    def ready(self) -> bool:
        """Nothing is to be made ready."""
        return True

    def send(self, letter: Message) -> Sent:
        """Post one body."""
        event = self._transport.deliver(letter)
        if isinstance(event, Accepted):
            return Sent(Came.DELIVERED, event.message_id)
        reason = event.reason if isinstance(event, Refused) else ""
        for_good = isinstance(event, Refused) and event.for_good
        return Sent(Came.REFUSED if for_good else Came.LATER, reason=reason)

    def close(self) -> None:
        """Nothing is held open."""


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"SMTP {code} {text}"
