"""Webhooks: a restriction as JSON, signed as notices are, with a key by which a receiver takes it once.

An answer 2xx whose body says ``{"acknowledged": MESSAGE}`` acknowledges it. Any other 2xx means that it arrived; the
acknowledgement is then sent later, signed with the same secret.
"""

from __future__ import annotations

import datetime
import http.client
import ssl
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

from clearbell.enforcement.adapters.protocol import Delivery, Whole
from clearbell.enforcement.errors import UnreachableError
from clearbell.enforcement.model import Entry, How, Operation
from clearbell.enforcement.progress import Delivered
from clearbell.enforcement.settings import WebhookTarget
from clearbell.notices.transports.webhook import SIGNATURE, TIME, post, sign
from clearbell.numbering import format_e164

MESSAGE = "Idempotency-Key"
_SECOND = 1_000_000
_PAGE = 1000


class Span(msgspec.Struct, frozen=True):
    """Numbers from the first to the last."""

    first: str
    last: str


class RestrictionBody(msgspec.Struct, frozen=True):
    """A restriction as a carrier reads it. Times are ISO 8601, UTC; empty: none."""

    restriction: str
    on: str = ""
    """``number``, ``holder``, ``trunk`` or ``provider``; empty for one that was forgotten."""
    number: str = ""
    name: str = ""
    title: str = ""
    numbers: tuple[Span, ...] = ()
    rung: str = ""
    limit: int = 0
    reason: str = ""
    order: str = ""
    start: str = ""
    until: str = ""


class Body(msgspec.Struct, frozen=True):
    """What a target gets."""

    message: str
    """The same in every attempt: take it once."""
    operation: str
    """``put``, ``remove``, or ``list``: the whole list, in ``pages``."""
    serial: int
    """Of two messages about one restriction, the greater one holds."""
    sent: str
    restrictions: tuple[RestrictionBody, ...]
    page: int = 1
    pages: int = 1


class Acknowledgement(msgspec.Struct, frozen=True):
    """What acknowledges a message."""

    acknowledged: str = ""


def stated(entry: Entry) -> RestrictionBody:
    """A restriction in a carrier's words."""
    return RestrictionBody(
        entry.restriction,
        entry.on,
        format_e164(entry.number),
        entry.name,
        entry.title,
        tuple(Span(format_e164(first), format_e164(last)) for first, last in entry.ranges),
        entry.rung,
        entry.limit,
        entry.reason,
        entry.order,
        iso(entry.start),
        iso(entry.until),
    )


def iso(at: int) -> str:
    """A time (µs UTC) in ISO 8601; empty for 0."""
    return datetime.datetime.fromtimestamp(at / _SECOND, datetime.UTC).isoformat(timespec="seconds") if at else ""


def message_of(target: str, serial: int) -> str:
    """The idempotency key of a task."""
    return f"{target}:{serial}"


class WebhookAdapter:
    """One receiver."""

    most = 4
    tells_again = True
    together = False

    def __init__(
        self, settings: WebhookTarget, keys: Callable[[], tuple[bytes, ...]], *, now: Callable[[], int]
    ) -> None:
        """``keys``: those to sign with, asked for each message; raises ``ValueError`` that says why there is none.

        ``now``: µs UTC.
        """
        self._settings = settings
        self._keys = keys
        self._now = now

    def load(self, wanted: Sequence[Entry]) -> None:
        """A receiver keeps its own list."""

    def check(self, now: int) -> str:  # noqa: ARG002
        """A receiver is believed to keep what it acknowledged."""
        return ""

    def tell(self, deliveries: Sequence[Delivery], now: int) -> list[Delivered]:
        """Post each; one that does not get through keeps none of the others."""
        return [self._tell_one(one, now) for one in deliveries]

    def _tell_one(self, one: Delivery, now: int) -> Delivered:
        message = message_of(self._settings.name, one.serial)
        operation = one.operation
        entry = stated(one.entry) if operation is Operation.PUT else RestrictionBody(one.entry.restriction)
        if operation is Operation.REMOVE and one.entry.on:
            entry = msgspec.structs.replace(
                stated(one.entry), reason="", title="", limit=0, order="", start="", until=""
            )
        body = Body(message, operation.value, one.serial, iso(now), (entry,))
        name = one.entry.restriction
        try:
            status, answer = self._post(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Delivered(name, operation, fault=f"webhook: {error!r}")
        if not 200 <= status < 300:
            return Delivered(name, operation, fault=f"HTTP {status}")
        how = How.ANSWER if _acknowledges(answer, message) else None
        return Delivered(name, operation, how, message)

    def tell_all(self, wanted: Sequence[Entry], now: int) -> Whole:
        """Post the whole list, page by page; the receiver takes it in place of its own with the last page."""
        pages = [wanted[start : start + _PAGE] for start in range(0, len(wanted), _PAGE)] or [()]
        for place, page in enumerate(pages, 1):
            message = f"{self._settings.name}:list:{now}:{place}"
            body = Body(message, "list", 0, iso(now), tuple(stated(one) for one in page), place, len(pages))
            try:
                status, _ = self._post(body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise UnreachableError(f"webhook: {error!r}") from error
            if not 200 <= status < 300:
                raise UnreachableError(f"webhook: HTTP {status}")
        return Whole(len(wanted), 0)

    def _post(self, body: Body) -> tuple[int, bytes]:
        data = msgspec.json.encode(body)
        at = self._now() // _SECOND
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Clearbell",
            TIME: str(at),
            # While a key is changed the receiver may have either.
            SIGNATURE: ", ".join(sign(key, at, data) for key in self._keys()),
            MESSAGE: body.message,
        }
        context = ssl.create_default_context(cafile=self._settings.ca_file or None)
        return post(self._settings.url, data, headers, self._settings.answer_seconds, context)

    def look(self, waiting: Sequence[Row[Any]], now: int) -> list[Delivered]:  # noqa: ARG002
        """Later acknowledgements come to us."""
        return []

    def close(self) -> None:
        """Every post has a connection of its own."""


def _acknowledges(answer: bytes, message: str) -> bool:
    try:
        return msgspec.json.decode(answer, type=Acknowledgement).acknowledged == message
    except msgspec.DecodeError:
        return False
