"""One's own account: where one is signed in, the second factor, tokens, and the matrix of permissions."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from clearbell.access.errors import AccessError, NotSignedInError, SecondFactorError
from clearbell.access.model import GRANTS, Permission, Role
from clearbell.access.queries import sessions_of, tokens_of
from clearbell.access.second_factor import RECOVERY_CODES, address, new_totp, picture, step_of
from clearbell.access.service import account_row, do_end_token, do_make_token, do_set_second_factor
from clearbell.access.signing_in import change_password, end_session
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.page import Asked, Sent, Shown, doors_of, field, in_words, language_of, places, show
from clearbell.web.officers.permission_texts import PERMISSIONS
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[str]:
    doors, who = doors_of(request), principal(request)
    with gate.store.read() as conn:
        sessions = sessions_of(conn, who.name, gate.now())
        tokens = tokens_of(conn, who.name)
    on = bool(request.scope["state"].get("second_factor", False)) or bool(fields.get("recovery"))
    secret = "" if on else (fields.pop("secret", "") or new_totp(doors.key.randomness(20)))
    filled = {"fault": "", "said": "", "token": "", "recovery": [], **fields}
    return show(
        request,
        "account.html",
        status,
        sessions=[
            (bytes(row.digest).hex(), row.agent, shown_time(row.began, gate), shown_time(row.seen, gate),
             bytes(row.digest) == who.session, bool(row.half))
            for row in sessions
        ],
        tokens=[
            (row.token, row.purpose, row.role, shown_time(row.expires, gate), shown_time(row.seen, gate))
            for row in tokens
        ],
        factor_on=on,
        factor_needed=who.role in doors.settings.second_factor
        and not on
        and not request.scope["state"].get("factor_elsewhere", False),
        secret=secret,
        qr=picture(address(secret, who.name)) if secret else "",
        least=doors.settings.password_least,
        **filled,
    )  # fmt: skip


@get("/desk", sync_to_thread=False, guards=[need_session], include_in_schema=False)
def home(request: Asked) -> Redirect:
    """The first place that one may go to."""
    return Redirect(places(principal(request))[0].path, status_code=303)


@get("/desk/account", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def own_account(request: Asked, gate: ServedGate) -> Response[str]:
    """One's own account."""
    return _page(request, gate)


@post(
    "/desk/account/second-factor", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False
)
def set_factor(data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """Turn the second factor on, when the phone shows the right code."""
    doors, who = doors_of(request), principal(request)
    secret, code = field(data, "secret", 64), field(data, "code", 12)
    try:
        step = step_of(secret, code, gate.now(), 0)
    except ValueError:
        step = 0
    if not step or request.scope["state"].get("second_factor"):
        fault = in_words(SecondFactorError(), language_of(request))
        return _page(request, gate, 422, fault=fault, secret=secret if step == 0 and is_secret(secret) else "")
    codes = [new_recovery(doors.key.randomness(10)) for _ in range(RECOVERY_CODES)]
    with gate.store.act(who.name) as act:
        do_set_second_factor(act, doors.key, who.name, secret, step, codes)
    return _page(request, gate, recovery=codes)


def is_secret(secret: str) -> bool:
    """Whether a text can be the secret of a second factor."""
    return len(secret) == 32 and set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def new_recovery(drawn: bytes) -> str:
    """A recovery code from ten random bytes."""
    # Without signs that are read for one another.
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    word = "".join(signs[one % len(signs)] for one in drawn)
    return f"{word[:5]}-{word[5:]}"


@post("/desk/account/password", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def new_password(data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """Change the password; every other session ends."""
    doors, who, language = doors_of(request), principal(request), language_of(request)
    now, new = str(data.get("now", "")), str(data.get("password", ""))
    if new != str(data.get("again", "")):
        return _page(request, gate, 422, fault=DESK[language]["password_differ"])
    try:
        change_password(doors.store, doors.key, doors.settings, who, now, new)
    except (AccessError, NotSignedInError) as error:
        return _page(request, gate, 422, fault=in_words(error, language))
    return _page(request, gate, said=DESK[language]["done"])


@post(
    "/desk/account/sessions/end", status_code=303, sync_to_thread=True, guards=[need_session], include_in_schema=False
)
def end_one(data: Sent, request: Asked) -> Redirect:
    """End one of one's own sessions."""
    try:
        digest = bytes.fromhex(field(data, "session", 128))
    except ValueError:
        digest = b""
    end_session(doors_of(request).store, digest, principal(request).name)
    return Redirect("/desk/account", status_code=303)


@post("/desk/account/tokens", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def make_token(data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """Make a token with one's own role."""
    who, language = principal(request), language_of(request)
    days = field(data, "days", 4)
    try:
        with gate.store.act(who.name) as act:
            account_row(act, who.name)
            token = do_make_token(
                act, doors_of(request).key, who.name, field(data, "purpose", 200), int(days) if days.isdecimal() else 0
            )
    except AccessError as error:
        return _page(request, gate, 422, fault=in_words(error, language))
    return _page(request, gate, token=token)


@post("/desk/account/tokens/end", status_code=303, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def end_token(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """End one of one's own tokens."""
    who = principal(request)
    try:
        with gate.store.act(who.name) as act:
            do_end_token(act, field(data, "token", 64), who.name)
    except AccessError as error:
        return _page(request, gate, 422, fault=in_words(error, language_of(request)))
    return Redirect("/desk/account", status_code=303)


@get("/desk/matrix", sync_to_thread=False, guards=[need_session], include_in_schema=False)
def matrix(request: Asked) -> Response[str]:
    """Who may what: the table that the doors themselves go by."""
    language = language_of(request)
    rows = [
        (PERMISSIONS[one.value][language], [one in GRANTS[role] for role in Role])
        for one in Permission
    ]  # fmt: skip
    roles = [DESK[language][f"role_{role.value}"] for role in Role]
    return show(request, "matrix.html", roles=roles, rows=rows)


def account_handlers() -> list[HTTPRouteHandler]:
    """The handlers of one's own account."""
    return [home, own_account, set_factor, new_password, end_one, make_token, end_token, matrix]
