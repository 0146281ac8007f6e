"""Who can be reached by which channel."""

from __future__ import annotations

import ipaddress
import re
from email.errors import MessageError
from email.headerregistry import Address
from urllib.parse import urlsplit

from clearbell.notices.errors import BadRecipientError
from clearbell.notices.model import Channel
from clearbell.numbering import NumberClass, class_of, mask

_TAKES_SMS = frozenset(
    {NumberClass.MOBILE, NumberClass.RESALE, NumberClass.MIDDLE_700, NumberClass.SATELLITE, NumberClass.FOREIGN}
)
_MAIL_MOST = 254  # RFC 5321 4.5.3.1.3, without the angle brackets


def check_recipient(channel: Channel, recipient: int | str) -> str:
    """The recipient as it is kept. Raises :class:`BadRecipientError` saying what is wrong."""
    if channel is Channel.SMS:
        return _number(recipient)
    return _mail(str(recipient)) if channel is Channel.MAIL else _url(str(recipient))


def subject_of(channel: Channel, recipient: str) -> int | str:
    """Under whom facts about the recipient are sealed."""
    return int(recipient) if channel is Channel.SMS else recipient


def masked(channel: Channel, recipient: str) -> str:
    """The recipient for lists and logs."""
    if channel is Channel.SMS:
        return mask(int(recipient))
    if channel is Channel.MAIL:
        local, _, domain = recipient.rpartition("@")
        return f"{local[:1]}***@{domain}"
    parts = urlsplit(recipient)
    # Paths of webhooks often hold their password.
    return f"{parts.scheme}://{parts.netloc}/…"


def _number(recipient: int | str) -> str:
    if not isinstance(recipient, int) or class_of(recipient) not in _TAKES_SMS:
        shown = mask(recipient) if isinstance(recipient, int) else recipient
        raise BadRecipientError(
            f"{shown} 不是能接收短信的手机号码;请给出手机号码",
            f"{shown} is no mobile number that takes SMS; give a mobile number",
        )
    return str(recipient)


def _mail(recipient: str) -> str:
    try:
        if len(recipient) > _MAIL_MOST or not recipient.isascii() or re.search(r"[\s<>,;:\"]", recipient):
            raise ValueError(recipient)
        address = Address(addr_spec=recipient)
        if not address.username or not address.domain:
            raise ValueError(recipient)
    except (ValueError, IndexError, MessageError):
        raise BadRecipientError(
            f"「{recipient}」不是邮件地址,应如 name@example.net",
            f"`{recipient}` is no mail address; it should look like name@example.net",
        ) from None
    return recipient


def _url(recipient: str) -> str:
    try:
        parts = urlsplit(recipient)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    good = (
        bool(host)
        and recipient.isascii()
        and not re.search(r"\s", recipient)
        and parts.username is None
        and (parts.scheme == "https" or (parts.scheme == "http" and _loopback(host)))
    )
    if not good:
        raise BadRecipientError(
            f"「{recipient}」应为 https 网址(本机可用 http),且不含用户名",
            f"`{recipient}` should be an https URL (http for this machine only) without a user name",
        )
    return recipient


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
