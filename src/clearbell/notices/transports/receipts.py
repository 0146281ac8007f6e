"""Delivery receipts as SMS centres write them (SMPP 3.4, appendix B): text, and optional parameters beside it."""

from __future__ import annotations

import datetime
import re

from clearbell.notices.transports.protocol import Receipt, ReceiptState

_FIELD = re.compile(r"(id|done date|stat|err):\s*(\S+)", re.IGNORECASE)
_STATES = {
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.UNDELIVERED,
    "DELETED": ReceiptState.UNDELIVERED,
    "UNDELIV": ReceiptState.UNDELIVERED,
    "REJECTD": ReceiptState.UNDELIVERED,
}
_BY_NUMBER = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
"""``message_state`` (SMPP 3.4, 5.2.28)."""


def read_receipt(
    text: str, *, message_id: str = "", message_state: int | None = None, utc_offset_minutes: int = 0, token: int = 0
) -> Receipt | None:
    """Read a receipt; None when it names no message. The text's fields come before the optional parameters.

    ``utc_offset_minutes``: the SMS centre's time zone, since receipts tell local time.
    """
    fields = {name.lower(): value for name, value in _FIELD.findall(text)}
    found = fields.get("id") or message_id
    if not found:
        return None
    stat = fields.get("stat", "").upper() or _BY_NUMBER.get(message_state or 0, "")
    state = _STATES.get(stat, ReceiptState.ON_ITS_WAY)
    error = ""
    if state is not ReceiptState.DELIVERED:
        error = " ".join(word for word in (stat, fields.get("err", "")) if word)
    return Receipt(found, state, _moment(fields.get("done date", ""), utc_offset_minutes), error, token)


def _moment(text: str, utc_offset_minutes: int) -> int:
    """YYMMDDhhmm, with seconds at some centres; 0 for anything else."""
    form = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S"}.get(len(text))
    if form is None or not (text.isascii() and text.isdigit()):
        return 0
    try:
        local = datetime.datetime.strptime(text, form).replace(
            tzinfo=datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
        )
    except ValueError:
        return 0
    return int(local.timestamp()) * 1_000_000
