"""Who asks, and whether they may: the node's token, a token of an account, or the session of a browser."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State, UploadFile
from litestar.exceptions import NotAuthorizedException
from litestar.handlers.base import BaseRouteHandler

from clearbell.access.first_run import FirstRun
from clearbell.access.keys import AccessKey
from clearbell.access.model import NODE, TENANTS, Principal, Role
from clearbell.access.oidc.provider import Provider
from clearbell.access.queries import any_account, note_read, principal_by_token
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import session_of
from clearbell.ledger import Store
from clearbell.numbering import to_key
from clearbell.web.demonstration import Demo, Stage
from clearbell.web.gate import Gate
from clearbell.web.permissions import NEEDS, OWN, PERSONAL
from clearbell.web.ruling import Ruling
from clearbell.web.tenancy import TENANT, NotYoursError, check_tenant

COOKIE = "clearbell_session"
Connection = ASGIConnection[Any, Any, Any, State]


class NotAllowedError(Exception):
    """The role does not allow it, or the request speaks for someone else. 无权进行此操作。"""

    def __init__(self, zh: str = "", en: str = "", column: str = "") -> None:
        super().__init__(en)
        self.zh = zh or "您的角色无权进行此操作"
        self.en = en or "your role does not allow this"
        self.column = column


class SessionNeededError(Exception):
    """A page of the desk without a session: to where one signs in."""

    def __init__(self, path: str, stage: str = "sign-in") -> None:
        super().__init__(stage)
        self.path = path
        self.stage = stage
        """``sign-in``, or ``account`` where a second factor has to be set up first."""


class Doors:
    """Accounts, tokens and sessions as the requests of one node meet them."""

    def __init__(
        self,
        store: Store,
        key: AccessKey,
        settings: AccessSettings,
        *,
        secure: bool,
        providers: Sequence[Provider] = (),
        public_url: str = "",
        first_run: FirstRun | None = None,
        demo: Demo | None = None,
        stage: Stage | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        """``secure``: the cookie goes over HTTPS only.

        ``providers``: the identity providers of the settings, which send people back to ``public_url``.
        ``first_run``: lets who has its word make the first account. ``demo``: the demo beside this node; ``stage``:
        this node is a demo itself. ``ruling``: lets the first run choose other rules.
        """
        self.first_run = first_run
        self.demo = demo
        self.stage = stage
        self.ruling = ruling
        self.providers = {one.settings.id: one for one in providers}
        self.public_url = public_url.rstrip("/")
        self.store = store
        self.key = key
        self.settings = settings
        self.secure = secure
        self._closed = False

    def is_closed(self) -> bool:
        """Whether there are accounts, so that the API is open to nobody without a token."""
        if not self._closed:
            with self.store.read() as conn:
                self._closed = any_account(conn)
        return self._closed

    def by_token(self, secret: str) -> Principal | None:
        """Who has a token of the API."""
        return principal_by_token(self.store, self.key, secret)

    def note(self, who: Principal, path: str, subject: str) -> None:
        """Write down that someone looked at personal data."""
        note_read(self.store, who.name, path, subject)


def principal(connection: Connection) -> Principal:
    """Who asks, as a guard found."""
    found: Principal = connection.scope["state"].get("principal", NODE)
    return found


def _path(connection: Connection) -> tuple[str, str]:
    method = str(connection.scope.get("method", "GET"))
    return method, str(connection.scope.get("path_template", ""))


def who_has(doors: Doors | None, token: str, given: str) -> Principal | None:
    """Who has a secret of the API: the node's own ``token``, or an account's; None: nobody.

    Without a secret, a node that has neither a token nor accounts believes anyone.
    """
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return NODE
    if doors is not None and given:
        return doors.by_token(given)
    return None if token or (doors is not None and doors.is_closed()) else NODE


async def require_token(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let through who has the node's own token, or a token whose role is granted what the address needs."""
    token: str = connection.app.state.token
    doors: Doors | None = connection.app.state.get("doors")
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    who = await asyncio.to_thread(who_has, doors, token, given.strip() if scheme == "Bearer" else "")
    if who is None:
        raise NotAuthorizedException(detail="token")
    if who is NODE or doors is None:
        return
    address = _path(connection)
    needed = NEEDS.get(address)
    if address not in NEEDS or (needed is not None and not who.may(needed)):
        raise NotAllowedError
    body: dict[str, Any] = {}
    if address[0] in ("POST", "PUT") and isinstance(connection, Request):
        try:
            sent = msgspec.json.decode(await connection.body() or b"{}")
        except msgspec.DecodeError:
            sent = {}
        body = sent if isinstance(sent, dict) else {}
        _speaks_for_itself(body, who)
    await _keep_to_its_own(connection, doors, who, address, body)
    connection.scope["state"]["principal"] = who
    await _written_down(connection, doors, who, address[1])


def _speaks_for_itself(body: dict[str, Any], who: Principal) -> None:
    named = body.get("officer", "")
    if named and named != who.name:
        raise NotAllowedError(
            f"令牌属于 {who.name},不能以 {str(named)[:64]} 的名义办理",
            f"the token is {who.name}'s and cannot act as {str(named)[:64]}",
            "officer",
        )


async def _keep_to_its_own(
    connection: Connection, doors: Doors, who: Principal, address: tuple[str, str], body: Mapping[str, Any]
) -> None:
    """Refuse an account of one party what is not that party's. Nothing else decides it, for pages and API alike."""
    if who.role not in TENANTS or NEEDS.get(address) is None:
        return
    if address not in TENANT or not who.tenant:
        raise NotAllowedError
    home: str = connection.app.state.gate.pack.home

    def check() -> None:
        with doors.store.read() as conn:
            check_tenant(conn, who.tenant, TENANT[address], connection.path_params, body, home)

    await asyncio.to_thread(check)


async def need_session(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let through who has a session whose role is granted what the page needs; others go to sign in."""
    doors: Doors | None = connection.app.state.get("doors")
    if doors is None:
        raise NotAuthorizedException(detail="accounts")
    secret = connection.cookies.get(COOKIE, "")
    settings = doors.settings
    address = _path(connection)
    here = str(connection.url.path) + (f"?{connection.url.query}" if connection.url.query else "")
    row = await asyncio.to_thread(session_of, doors.store, doors.key, settings, secret) if secret else None
    if row is None or row.half:
        raise SessionNeededError(here if address[0] == "GET" else f"/{address[1].split('/')[1]}")
    who = Principal(row.account, Role(row.role), row.tenant, bytes(row.digest), row.csrf)
    if who.role in settings.second_factor and not (row.totp or row.factor) and address not in OWN:
        raise SessionNeededError("/desk", "account")
    if address not in OWN:
        needed = NEEDS.get(address)
        if needed is None or not who.may(needed):
            raise NotAllowedError
    form: Mapping[str, Any] = {}
    if address[0] == "POST" and isinstance(connection, Request):
        form = await connection.form()
    try:
        if address[0] == "POST" and not hmac.compare_digest(str(form.get("csrf", "")).encode(), who.csrf.encode()):
            raise NotAllowedError(
                "页面已过期,请返回刷新后重试", "the page is out of date; go back, reload it and try again", "csrf"
            )
        await _keep_to_its_own(connection, doors, who, address, form)
    except (NotAllowedError, NotYoursError):
        for sent in form.values():
            if isinstance(sent, UploadFile):
                await sent.close()
        raise
    connection.scope["state"]["principal"] = who
    connection.scope["state"]["who_name"] = row.name
    connection.scope["state"]["second_factor"] = bool(row.totp)
    connection.scope["state"]["factor_elsewhere"] = bool(row.factor) and not row.totp
    connection.scope["state"]["provider"] = row.provider
    await _written_down(connection, doors, who, address[1])


async def open_or_session(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let everyone through on a node without accounts, as on a laptop; else as :func:`need_session`."""
    doors: Doors | None = connection.app.state.get("doors")
    if doors is not None and await asyncio.to_thread(doors.is_closed):
        await need_session(connection, handler)


async def _written_down(connection: Connection, doors: Doors, who: Principal, path: str) -> None:
    if path in PERSONAL and connection.scope.get("method") == "GET":
        name, subject = next(iter(connection.path_params.items()), ("", ""))
        if name == "number":
            # As one writing, so that an erased number is found again.
            number = to_key(str(subject), connection.app.state.gate.pack.home)
            subject = f"+{number}" if number else ""
        subject = str(subject)
        await asyncio.to_thread(doors.note, who, path, subject)


class _Acting:
    """The gate as one who acts through it sees it: what is written is written in the account's name."""

    def __init__(self, gate: Gate, who: Principal) -> None:
        self._gate = gate
        self.store = gate.store.acting_as(who.name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gate, name)


def acting(gate: Gate, request: Request[Any, Any, State]) -> Gate:
    """The gate for the one who asks."""
    who = principal(request)
    return gate if who is NODE else cast("Gate", _Acting(gate, who))
