"""Mass notices on the desk: the list, and drafting one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.access.model import Permission
from clearbell.notices.errors import NoticeError
from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.model import OPEN, MassState, Outcome
from clearbell.notices.mass.queries import BY_NUMBER, masses_listed
from clearbell.notices.mass.service import channels_of, do_draft
from clearbell.notices.mass.wording import STATES
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish, listed
from clearbell.web.officers.mass_form import choices, do_read_form, values_of
from clearbell.web.officers.mass_texts import MASS
from clearbell.web.officers.page import Asked, Language, Sent, in_words, language_of
from clearbell.web.revocation import shown_time
from clearbell.web.schemas import BadFieldError


def _table(gate: ServedGate, language: Language) -> Table:
    at = 0 if language == "zh" else 1
    purposes = gate.pack.mass_notices.purposes.items()
    return Table(
        "mass-notices",
        (
            Head("mass", order="mass"),
            Head("title"),
            Head("purpose"),
            Head("state"),
            Head("since"),
            Head("people", is_count=True),
            Head("progress"),
            Head("channels"),
            Head("until"),
        ),
        {"mass": BY_NUMBER},
        (
            Filter("state", Kind.CHOICE, tuple((one.value, STATES[one][at]) for one in MassState)),
            Filter("purpose", Kind.CHOICE, tuple((name, str(getattr(one, language))) for name, one in purposes)),
            Filter("titled", Kind.TEXT),
        ),
        path="/desk/mass-notices",
    )


def _cells(row: Any, counts: Mapping[Outcome, int], gate: ServedGate, language: Language) -> list[Cell]:
    at = 0 if language == "zh" else 1
    purpose = gate.pack.mass_notices.purposes.get(row.purpose)
    whole = row.recipients if row.digest else 0
    done = whole - sum(counts[outcome] for outcome in OPEN) if whole else 0
    return [
        Cell(f"M{row.mass}"),
        Cell(row.name, f"/desk/mass-notices/{row.mass}"),
        Cell(str(getattr(purpose, language)) if purpose else row.purpose),
        Cell(STATES[MassState(row.state)][at], tag=row.state),
        Cell(shown_time(row.since, gate)),
        Cell(f"{row.recipients:,}" if row.digest else "–"),
        Cell(f"{done / whole:.1%}" if whole else "", done=done, whole=whole),
        Cell(", ".join(MASS[language][channel.value] for channel in channels_of(row))),
        Cell(shown_time(row.not_after, gate)),
    ]


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[Any]:
    language = language_of(request)
    table = _table(gate, language)
    counts: dict[int, Mapping[Outcome, int]] = {}

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        state, purpose, text = (wish.values.get(name, "") for name in ("state", "purpose", "titled"))
        found = masses_listed(conn, wish.order, wish.limit, wish.after, state=state, purpose=purpose, text=text)
        counts.update({row.mass: counts_kept(conn, row) for row in found})
        return found

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        return _cells(row, counts[row.mass], gate, language)

    return listed(
        request,
        gate,
        table,
        rows,
        cells,
        template="mass_list.html",
        status=status,
        may_send=principal(request).may(Permission.NOTICES_SEND),
        **choices(gate, language),
        **{"values": {}, **fields},
    )


@get("/desk/mass-notices", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def mass_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """The newest first."""
    return _page(request, gate)


@post("/desk/draft-mass-notice", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def draft_mass_notice(data: Sent, request: Asked, gate: ServedGate) -> Response[Any] | Redirect:
    """Draft one; who drafts it cannot approve it."""
    language = language_of(request)
    values = values_of(data)
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            draft = do_read_form(act, values, gate)
            number = do_draft(act, gate.pack.mass_notices, draft, officer=who, signature=gate.mass.signature)
    except BadFieldError as error:
        return _page(request, gate, 422, fault=f"{error.field}: {in_words(error, language)}", values=values)
    except NoticeError as error:
        return _page(request, gate, 422, fault=in_words(error, language), values=values)
    return Redirect(f"/desk/mass-notices/{number}", status_code=303)


def mass_list_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the list."""
    return [mass_list, draft_mass_notice]
