"""Webhooks: a JSON body, signed with the time it was sent, so that a receiver knows who sent it and when."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from clearbell.notices.settings import WebhookSettings
from clearbell.notices.transports.onebyone import OneByOne
from clearbell.notices.transports.protocol import Accepted, Event, Message, Refused

SIGNATURE, TIME, NOTICE = "Clearbell-Signature", "Clearbell-Time", "Clearbell-Notice"
_SCHEME = "v1="
_MOST_SIGNATURES = 8
_LATER = frozenset({408, 421, 423, 425, 429})


def sign(secret: bytes, at: int, body: bytes) -> str:
    """Value of the signature header: HMAC-SHA256 over the time (seconds since 1970 UTC), a full stop, and the body."""
    return _SCHEME + hmac.new(secret, b"%d.%s" % (at, body), hashlib.sha256).hexdigest()


def is_signed(secret: bytes, time_header: str, signature: str, body: bytes, *, now: int, within: int = 300) -> bool:
    """For receivers: whether the body is ours and was sent at most ``within`` seconds from ``now`` (seconds UTC).

    While a key is changed there are several signatures, with commas between them; one that is right is enough.
    """
    if not (time_header.isascii() and time_header.isdigit()) or len(time_header) > 12:
        return False
    at = int(time_header)
    right = sign(secret, at, body).encode()
    return abs(now - at) <= within and any(
        hmac.compare_digest(right, one.strip().encode()) for one in signature.split(",")[:_MOST_SIGNATURES]
    )


class WebhookBody(msgspec.Struct, frozen=True):
    """What a receiver gets."""

    notice: str
    """The same in every attempt: take it once."""
    purpose: str
    template: str
    language: str
    subject: str
    text: str
    created: int
    """µs UTC."""
    attempt: int


class WebhookTransport(OneByOne):
    """Receivers by their URL. Whoever answers 2xx has it; redirects are not followed."""

    def __init__(
        self,
        settings: WebhookSettings,
        secret: bytes,
        *,
        now: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now``: µs UTC."""
        super().__init__(settings.per_second, monotonic)
        self._settings = settings
        self._secret = secret
        self._now = now

    def deliver(self, message: Message) -> Event:
        """Post one body."""
        body = msgspec.json.encode(
            WebhookBody(
                message.notice,
                message.purpose,
                message.template,
                message.language,
                message.subject,
                message.text,
                message.created,
                message.attempt,
            )
        )
        at = self._now() // 1_000_000
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Clearbell",
            TIME: str(at),
            SIGNATURE: sign(self._secret, at, body),
            NOTICE: message.notice,
        }
        try:
            status = self._post(message.recipient, body, headers)
        except (OSError, http.client.HTTPException) as error:
            return Refused(message.notice, f"webhook: {error!r}", for_good=False)
        if 200 <= status < 300:
            return Accepted(message.notice, 1, 1, message.notice, delivered=True)
        return Refused(message.notice, f"HTTP {status}", for_good=status < 500 and status not in _LATER)

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        return post(url, body, headers, self._settings.answer_seconds, ssl.create_default_context())[0]


def post(
    url: str, body: bytes, headers: dict[str, str], seconds: float, context: ssl.SSLContext, most: int = 65_536
) -> tuple[int, bytes]:
    """Post once, follow no redirect; returns the status and at most so much of the answer.

    Raises ``OSError`` and ``http.client.HTTPException``.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=seconds)
    )
    try:
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(most)
    finally:
        connection.close()
