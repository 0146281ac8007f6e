"""An application under a path of another: the demo's pages, which know nothing of where they stand.

Addresses in what it answers, and its cookies, are moved under the path on their way out and back on their way in, so that
neither application ever sees a cookie of the other. Every page of it says what it is, above all else that is on it.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

_ADDRESS = re.compile(rb"""((?:href|action|formaction|src)=["']|EventSource\(["'])/(?!/)""")
_NONCE = re.compile(rb"style-src 'nonce-([^']+)'")
_STYLE = (
    ".demo-mark { background:#7a2e00; color:#fff; padding:.5rem 1rem; display:flex; gap:1rem; flex-wrap:wrap; "
    "font-weight:600; } .demo-mark a { color:#fff; }"
)


class Under:
    """Answers what is under ``path`` by another application, and everything else by the first."""

    def __init__(
        self,
        app: App,
        path: str,
        inner: Callable[[], App | None],
        mark: Callable[[str], Mapping[str, str]],
    ) -> None:
        """``inner``: the application under the path, None while there is none.

        ``mark``: by language, the words that every page of it begins with: ``mark``, ``others``, ``leave``.
        """
        self._app, self._path, self._inner, self._mark = app, path, inner, mark

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not (path == self._path or path.startswith(f"{self._path}/")):
            await self._app(scope, receive, send)
            return
        # The first look opens it, which takes a moment.
        inner = await asyncio.to_thread(self._inner)
        if inner is None:
            await send({"type": "http.response.start", "status": 303, "headers": [(b"location", b"/")]})
            await send({"type": "http.response.body", "body": b""})
            return
        below = path[len(self._path) :] or "/"
        moved = {
            **scope,
            "path": below,
            "raw_path": below.encode(),
            "headers": list(self._asked(scope["headers"])),
        }
        await inner(moved, receive, _Moving(self._path, self._prefix, self._mark, send))

    @property
    def _prefix(self) -> bytes:
        return self._path.strip("/").encode() + b"_"

    def _asked(self, headers: Headers) -> Iterable[tuple[bytes, bytes]]:
        for name, value in headers:
            if name.lower() != b"cookie":
                yield name, value
                continue
            given = [one.strip() for one in value.split(b";")]
            own = [one.removeprefix(self._prefix) for one in given if one.startswith(self._prefix)]
            if own:
                yield name, b"; ".join(own)


class _Moving:
    """What is sent back, with its addresses and cookies moved."""

    def __init__(self, path: str, prefix: bytes, mark: Callable[[str], Mapping[str, str]], send: Send) -> None:
        self._path, self._prefix, self._mark, self._send = path.encode(), prefix, mark, send
        self._start: dict[str, Any] | None = None
        self._page = b""
        """The page so far; only pages are held back until they are whole."""

    async def __call__(self, message: Any) -> None:
        """Pass on a part of the answer."""
        if message["type"] == "http.response.start":
            headers = [self._moved(name, value) for name, value in message["headers"]]
            start = {**message, "headers": headers}
            kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
            if kind.startswith(b"text/html"):
                self._start = start
            else:
                await self._send(start)
            return
        if self._start is None:
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if not message.get("more_body", False):
            page = self._marked(_ADDRESS.sub(rb"\1" + self._path + b"/", self._page))
            headers = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
            length = (b"content-length", str(len(page)).encode())
            await self._send({**self._start, "headers": [*headers, length]})
            await self._send({"type": "http.response.body", "body": page})

    def _moved(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        match name.lower():
            case b"location" if value.startswith(b"/"):
                return name, self._path + value
            case b"link":
                return name, value.replace(b"</", b"<" + self._path + b"/", 1)
            case b"set-cookie":
                moved = re.sub(rb"(?i)(;\s*path=)/", rb"\1" + self._path + b"/", value, count=1)
                return name, self._prefix + moved
            case b"content-disposition":
                return name, re.sub(rb'filename="', b'filename="DEMO-', value)
        return name, value

    def _marked(self, page: bytes) -> bytes:
        nonce = _NONCE.search(dict(self._start["headers"]).get(b"content-security-policy", b"") if self._start else b"")
        words = self._mark("zh" if b'<html lang="zh' in page else "en")
        path = self._path.decode()
        style = f'<style nonce="{html.escape(nonce[1].decode())}">{_STYLE}</style>' if nonce else ""
        mark = (
            f'{style}<aside class="demo-mark" aria-label="{words["name"]}"><span>{words["mark"]}</span> '
            f'<a href="{path}/as">{words["others"]}</a> <a href="/">{words["leave"]}</a></aside>'
        )
        begun = page.find(b"<body>")
        if begun < 0:
            return page
        begun += len(b"<body>")
        return page[:begun] + mark.encode() + page[begun:]
