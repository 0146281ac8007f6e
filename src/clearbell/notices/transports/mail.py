"""Mail by SMTP, with the standard library."""

from __future__ import annotations

import contextlib
import email.utils
import smtplib
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage

from clearbell.notices.settings import MailSettings
from clearbell.notices.transports.onebyone import OneByOne
from clearbell.notices.transports.protocol import Accepted, Event, Message, Refused

_TEMPORARY = range(400, 500)


class MailTransport(OneByOne):
    """The mail relay. A mail it took over is sent; whether it arrived, SMTP does not tell."""

    def __init__(self, settings: MailSettings, password: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings.per_second, monotonic)
        self._settings = settings
        self._password = password

    def deliver(self, message: Message) -> Event:
        """Hand one mail over."""
        mail = self.compose(message)
        try:
            relay = self.connect()
            try:
                relay.send_message(mail, self._settings.sender, [message.recipient])
            finally:
                # Whatever becomes of the farewell, the mail was taken over or not before it.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    relay.quit()
        except smtplib.SMTPRecipientsRefused as error:
            [(code, answer)] = error.recipients.values()
            return self._refused(message, code, answer)
        except smtplib.SMTPResponseException as error:
            # That the relay does not take our password or sender is no fault of the message.
            for_good = isinstance(error, smtplib.SMTPDataError)
            return self._refused(message, error.smtp_code, error.smtp_error, for_good=for_good)
        except (smtplib.SMTPException, OSError) as error:
            return Refused(message.notice, f"mail relay: {error}", for_good=False)
        return Accepted(message.notice, 1, 1, str(mail["Message-ID"]))

    def compose(self, message: Message) -> EmailMessage:
        """The mail itself. The same notice has the same Message-ID, so that one sent twice can be told as one."""
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        mail["To"] = message.recipient
        mail["Subject"] = message.subject
        mail["Date"] = email.utils.format_datetime(email.utils.localtime())
        mail["Message-ID"] = f"<{message.notice}@{self._settings.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
        mail.set_content(message.text)
        mail["Content-Language"] = message.language
        return mail

    @property
    def sender(self) -> str:
        """Address that mail comes from."""
        return self._settings.sender

    def connect(self) -> smtplib.SMTP:
        """A connection to the relay, ready for mail. Raises ``smtplib.SMTPException`` and ``OSError``."""
        host, port, seconds = self._settings.host, self._settings.port, self._settings.answer_seconds
        if self._settings.security == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
        else:
            relay = smtplib.SMTP(host, port, timeout=seconds)
        try:
            if self._settings.security == "starttls":
                relay.starttls(context=ssl.create_default_context())
            if self._settings.username:
                relay.login(self._settings.username, self._password)
            relay.ehlo_or_helo_if_needed()
        except BaseException:
            relay.close()
            raise
        return relay

    @staticmethod
    def _refused(message: Message, code: int, answer: bytes | str, *, for_good: bool = True) -> Refused:
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        return Refused(message.notice, f"SMTP {code} {text}", for_good=for_good and code not in _TEMPORARY)
