"""Asking an identity provider over HTTP: one question, one answer, no redirect, nothing large."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

SECONDS = 10.0
_MOST = 1 << 20


class Fetched(msgspec.Struct, frozen=True):
    """An answer."""

    status: int
    body: bytes


Fetch = Callable[[str, "bytes | None", Mapping[str, str]], Fetched]
"""Address, body (None: GET, else POST) and headers to the answer. Raises ``OSError``."""


def fetch(url: str, body: bytes | None, headers: Mapping[str, str]) -> Fetched:
    """Ask over HTTP or HTTPS. Raises ``OSError``, also for an answer that is no HTTP or longer than a mebibyte."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET" if body is None else "POST", path, body, {"Accept": "application/json", **headers})
        answer = connection.getresponse()
        read = answer.read(_MOST + 1)
    except (http.client.HTTPException, ValueError) as error:
        message = f"{host}: {type(error).__name__}"
        raise OSError(message) from error
    finally:
        connection.close()
    if len(read) > _MOST:
        message = f"{host}: the answer is too long"
        raise OSError(message)
    return Fetched(answer.status, read)
