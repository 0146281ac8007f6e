"""Accounts as the administrator keeps them, and who looked at whose data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection, Row

from clearbell.access.errors import AccessError
from clearbell.access.model import Permission, Role, State, Step
from clearbell.access.queries import BY_ID, BY_MADE, BY_NEWEST, accounts_listed, reads_listed
from clearbell.access.service import Invited, do_invite, do_make_account, do_step
from clearbell.lifecycles import IllegalStepError
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Press, Table, Wish, choice, listed
from clearbell.web.officers.page import Asked, Language, Sent, doors_of, field, in_words, language_of
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

_STEPS = {"invite": Step.INVITE, "suspend": Step.SUSPEND, "resume": Step.RESUME, "close": Step.CLOSE}


def _table(language: Language) -> Table:
    words = DESK[language]
    return Table(
        "accounts",
        (
            Head("account", order="account"),
            Head("full_name"),
            Head("role"),
            Head("tenant"),
            Head("state"),
            Head("factor"),
            Head("made", order="made"),
            Head("steps"),
        ),
        {"account": BY_ID, "made": BY_MADE},
        (
            choice("role", [one.value for one in Role], words, "role_"),
            choice("state", [one.value for one in State], words, "state_"),
            Filter("named", Kind.TEXT),
        ),
        path="/desk/accounts",
    )


def _presses(row: Row[Any], words: Mapping[str, str]) -> tuple[Press, ...]:
    """What can be done with an account as it stands."""
    offered = {
        "invite": words["invite_again"],
        **({"suspend": words["suspend"]} if row.state == State.ACTIVE.value else {}),
        **({"resume": words["resume"]} if row.state == State.SUSPENDED.value else {}),
        "close": words["close_account"],
    }
    if row.state == State.CLOSED.value:
        return ()
    return tuple(Press(f"/desk/accounts/{row.account}/{step}", said) for step, said in offered.items())


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[Any]:
    language = language_of(request)
    words, now, table = DESK[language], gate.now(), _table(language)

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        role, state, text = (wish.values.get(name, "") for name in ("role", "state", "named"))
        return accounts_listed(conn, wish.order, wish.limit, wish.after, role=role, state=state, text=text)

    may_change = principal(request).may(Permission.ACCOUNTS_CHANGE)

    def cells(row: Row[Any], _language: Language) -> list[Cell]:
        return [
            Cell(row.account),
            Cell(row.name),
            Cell(words[f"role_{row.role}"]),
            Cell(row.tenant),
            Cell(words["locked" if row.locked_until > now else f"state_{row.state}"]),
            Cell(words["yes"] if row.totp else words["no"]),
            Cell(shown_time(row.made, gate)),
            Cell("", presses=_presses(row, words) if may_change else ()),
        ]

    return listed(
        request,
        gate,
        table,
        rows,
        cells,
        template="accounts.html",
        status=status,
        roles=[(role.value, words[f"role_{role.value}"]) for role in Role],
        may_change=may_change,
        hours=doors_of(request).settings.invitation_hours,
        **{"link": "", "values": {}, **fields},
    )


def _link(request: Asked, invited: Invited) -> str:
    return f"{request.base_url}desk/join/{invited.account}/{invited.secret}"


@get("/desk/accounts", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def list_accounts(request: Asked, gate: ServedGate) -> Response[Any]:
    """Every account, and a form for a new one."""
    return _page(request, gate)


@post("/desk/new-account", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def new_account(data: Sent, request: Asked, gate: ServedGate) -> Response[Any]:
    """Make an account; its invitation is shown once."""
    doors = doors_of(request)
    values = {name: field(data, name, 256) for name in ("account", "full_name", "role", "tenant")}
    try:
        role = Role(values["role"])
        with gate.store.act(principal(request).name) as act:
            invited = do_make_account(
                act, doors.key, doors.settings, values["account"], values["full_name"], role, values["tenant"]
            )
    except AccessError as error:
        return _page(request, gate, 422, fault=in_words(error, language_of(request)), values=values)
    except ValueError:
        return _page(request, gate, 422, fault=DESK[language_of(request)]["role"], values=values)
    return _page(request, gate, link=_link(request, invited))


@post(
    "/desk/accounts/{name:str}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def account_step(
    name: FromPath[str], step: FromPath[str], data: Sent, request: Asked, gate: ServedGate
) -> Response[Any]:
    """Invite again, suspend, resume or close."""
    if step not in _STEPS:
        raise NotFoundException
    doors = doors_of(request)
    reason = field(data, "reason", 500)
    link = ""
    try:
        with gate.store.act(principal(request).name) as act:
            if _STEPS[step] is Step.INVITE:
                link = _link(request, do_invite(act, doors.key, doors.settings, name, reason))
            else:
                do_step(act, name, _STEPS[step], reason)
    except (AccessError, IllegalStepError) as error:
        return _page(request, gate, 422, fault=in_words(error, language_of(request)))
    return _page(request, gate, link=link)


_READS = Table(
    "reads",
    (Head("when", order="when"), Head("account"), Head("page"), Head("about")),
    {"when": BY_NEWEST},
    (Filter("account", Kind.TEXT), Filter("about", Kind.TEXT)),
)


@get("/desk/reads", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def who_read(request: Asked, gate: ServedGate) -> Response[Any]:
    """Who looked at whose data, the newest first."""

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        name, subject = wish.values.get("account", ""), wish.values.get("about", "")
        return reads_listed(conn, wish.order, wish.limit, wish.after, name=name, subject=subject)

    def cells(row: Row[Any], _language: Language) -> list[Cell]:
        return [Cell(shown_time(row.at, gate)), Cell(row.account), Cell(row.what), Cell(row.subject)]

    return listed(request, gate, _READS, rows, cells, template="reads.html")


def accounts_handlers() -> list[HTTPRouteHandler]:
    """The handlers of accounts."""
    return [list_accounts, new_account, account_step, who_read]
