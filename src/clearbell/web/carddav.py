"""Labels as an address book that phones synchronise (CardDAV, RFC 6352), read only.

One address book, ``/carddav/labels/``, with the labels most reported, a contact each. The password of the account (any
name) is the node's token. ``?lang=en`` cannot be carried by a phone's account, so English has a book of its own,
``/carddav/labels-en/``. A contact's ETag is its label's version; the book's tag is that of the last change.
"""

from __future__ import annotations

import base64
import binascii
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

from litestar import asgi
from litestar.concurrency import sync_to_thread
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from clearbell.access.model import Permission
from clearbell.labels.feeds import uid_of, vcard
from clearbell.labels.queries import Change, strongest
from clearbell.web.doors import Doors, who_has
from clearbell.web.feeds import words_in
from clearbell.web.gate import Gate

ROOT = "/carddav/"
BOOKS = {"labels": "zh", "labels-en": "en"}
SIZE = 1_000
"""Contacts in the book: phones are slow with more."""
MOST_BODY = 1024 * 1024
_DAV, _CARD, _CS = "DAV:", "urn:ietf:params:xml:ns:carddav", "http://calendarserver.org/ns/"
_ALLOW = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
_BAD = (400, b"", "text/plain")

Answer = tuple[int, bytes, str]
Property = ET.Element


def carddav_handler(gate: Gate, token: str, doors: Doors | None = None) -> ASGIRouteHandler:
    """The address book, mounted at ``/carddav``, for the node's ``token`` and for accounts that may read labels."""

    @asgi("/carddav", is_mount=True, copy_scope=True)
    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        extra: list[tuple[bytes, bytes]] = []
        body = bytearray()
        while True:
            message: Any = await receive()
            body += message.get("body", b"")
            if not message.get("more_body") or len(body) > MOST_BODY:
                break
        status, content, media = 413, b"", "text/plain"
        if len(body) <= MOST_BODY:
            method = str(scope.get("method", "GET"))
            path = str(scope["path"])
            if not await sync_to_thread(_may, headers.get("authorization", ""), token, doors):
                status, content, media = 401, b"", "text/plain"
                extra.append((b"www-authenticate", b'Basic realm="Clearbell", charset="UTF-8"'))
            elif method == "OPTIONS":
                status = 200
                extra += [(b"allow", _ALLOW.encode()), (b"dav", b"1, 3, addressbook")]
            else:
                depth = headers.get("depth", "infinity")
                status, content, media = await sync_to_thread(answer, gate, method, path, depth, bytes(body))
                if status == 405:
                    extra.append((b"allow", _ALLOW.encode()))
            if method == "HEAD":
                content = b""
        sent = [(b"content-type", media.encode()), (b"content-length", str(len(content)).encode()), *extra]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": content, "more_body": False})

    return handler


def _may(authorization: str, token: str, doors: Doors | None) -> bool:
    """Whether a Bearer token, or the password of a Basic account, is one that opens the book."""
    kind, _, given = authorization.partition(" ")
    if kind.lower() == "basic":
        try:
            _, _, given = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif kind.lower() != "bearer":
        given = ""
    who = who_has(doors, token, given.strip())
    return who is not None and who.may(Permission.LABELS_READ)


def answer(gate: Gate, method: str, path: str, depth: str, body: bytes) -> Answer:
    """Answer one request below ``/carddav``; the path may have the mount's own part or not."""
    parts = [part for part in path.removeprefix("/carddav").split("/") if part]
    book = parts[0] if parts else ""
    if len(parts) > 2 or (parts and book not in BOOKS):
        return 404, b"", "text/plain"
    if method not in ("GET", "HEAD", "PROPFIND", "REPORT"):
        return 405, b"", "text/plain"
    with gate.store.read() as conn:
        found = strongest(conn, gate.now(), SIZE)
    cards = {f"{uid_of(change.label.number)}.vcf": change for change in found}
    words = words_in(gate, BOOKS.get(book, "zh"))
    if method in ("GET", "HEAD"):
        change = cards.get(parts[1]) if len(parts) == 2 else None
        if change is None:
            return 404, b"", "text/plain"
        return 200, vcard(change.label, words).encode(), "text/vcard; charset=utf-8"
    root = _parsed(body)
    if body and root is None:
        return _BAD
    if method == "REPORT":
        if root is None or len(parts) != 1:
            return _BAD
        wanted = _wanted(root, cards)
        return _multi([_card(book, name, cards.get(name), words) for name in wanted])
    below = depth != "0"
    if not parts:
        responses = [_response(ROOT, _principal())]
        responses += [_response(f"{ROOT}{name}/", _book(name, found)) for name in BOOKS if below]
        return _multi(responses)
    if len(parts) == 2:
        return _multi([_card(book, parts[1], cards.get(parts[1]), None)])
    responses = [_response(f"{ROOT}{book}/", _book(book, found))]
    responses += [_card(book, name, change, None) for name, change in cards.items() if below]
    return _multi(responses)


def _parsed(body: bytes) -> ET.Element | None:
    # The requests need no entities, and entities are how small XML grows large.
    if not body or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return None
    try:
        return ET.fromstring(body)  # noqa: S314 document types were refused
    except ET.ParseError:
        return None


def _wanted(root: ET.Element, cards: dict[str, Change]) -> Sequence[str]:
    """The contacts a report asks for: those it names, or all."""
    if root.tag == f"{{{_CARD}}}addressbook-multiget":
        return [(href.text or "").rstrip("/").rpartition("/")[2] for href in root.iter(f"{{{_DAV}}}href")]
    return list(cards)


def _element(space: str, name: str, text: str = "", *children: ET.Element) -> ET.Element:
    made = ET.Element(f"{{{space}}}{name}")
    made.text = text or None
    made.extend(children)
    return made


def _principal() -> list[Property]:
    here = _element(_DAV, "href", ROOT)
    return [
        _element(_DAV, "resourcetype", "", _element(_DAV, "collection"), _element(_DAV, "principal")),
        _element(_DAV, "current-user-principal", "", here),
        _element(_DAV, "principal-URL", "", here),
        _element(_CARD, "addressbook-home-set", "", here),
        _element(_DAV, "displayname", "Clearbell"),
    ]


def _book(name: str, found: Sequence[Change]) -> list[Property]:
    version = max((change.version for change in found), default=0)
    tag = f"{version}-{len(found)}"
    title = "清铃 骚扰号码" if BOOKS[name] == "zh" else "Clearbell nuisance numbers"
    privilege = _element(_DAV, "privilege", "", _element(_DAV, "read"))
    return [
        _element(_DAV, "resourcetype", "", _element(_DAV, "collection"), _element(_CARD, "addressbook")),
        _element(_DAV, "displayname", title),
        _element(_DAV, "getetag", f'"{tag}"'),
        _element(_CS, "getctag", tag),
        _element(_DAV, "current-user-principal", "", _element(_DAV, "href", ROOT)),
        _element(_DAV, "current-user-privilege-set", "", privilege),
        _element(
            _DAV, "supported-report-set", "", *(_report(name) for name in ("addressbook-multiget", "addressbook-query"))
        ),
    ]


def _report(name: str) -> ET.Element:
    return _element(_DAV, "supported-report", "", _element(_DAV, "report", "", _element(_CARD, name)))


def _card(book: str, name: str, change: Change | None, words: Any) -> ET.Element:
    """A contact in an answer; with ``words``, its content too."""
    href = f"{ROOT}{book}/{name}"
    if change is None:
        gone = _element(_DAV, "status", "HTTP/1.1 404 Not Found")
        return _element(_DAV, "response", "", _element(_DAV, "href", href), gone)
    properties = [
        _element(_DAV, "getetag", f'"{change.version}"'),
        _element(_DAV, "getcontenttype", "text/vcard; charset=utf-8"),
        _element(_DAV, "resourcetype"),
    ]
    if words is not None:
        properties.append(_element(_CARD, "address-data", vcard(change.label, words)))
    return _response(href, properties)


def _response(href: str, properties: Sequence[Property]) -> ET.Element:
    prop = _element(_DAV, "prop", "", *properties)
    stat = _element(_DAV, "propstat", "", prop, _element(_DAV, "status", "HTTP/1.1 200 OK"))
    return _element(_DAV, "response", "", _element(_DAV, "href", href), stat)


def _multi(responses: Sequence[ET.Element]) -> Answer:
    body = ET.tostring(_element(_DAV, "multistatus", "", *responses), encoding="utf-8", xml_declaration=True)
    return 207, body, "application/xml; charset=utf-8"
