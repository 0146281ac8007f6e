"""Mass notices on the desk: the list, and drafting one."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Redirect

from clearbell.access.model import Permission
from clearbell.notices.errors import NoticeError
from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.model import OPEN, MassState
from clearbell.notices.mass.queries import masses
from clearbell.notices.mass.service import channels_of, do_draft
from clearbell.notices.mass.wording import STATES
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.mass_form import choices, do_read_form, values_of
from clearbell.web.officers.mass_texts import MASS
from clearbell.web.officers.page import Asked, Language, Sent, Shown, in_words, language_of, show
from clearbell.web.revocation import shown_time
from clearbell.web.schemas import BadFieldError

_PAGE = 50
InState = Annotated[MassState | None, QueryParameter(name="state", description="Only those in this state.")]
From = Annotated[int, QueryParameter(name="from", ge=0, le=10_000, description="How many to leave out.")]


def _line(conn: Any, row: Any, gate: ServedGate, language: Language) -> dict[str, Any]:
    at = 0 if language == "zh" else 1
    counts = counts_kept(conn, row)
    purpose = gate.pack.mass_notices.purposes.get(row.purpose)
    return {
        "mass": row.mass,
        "name": row.name,
        "purpose": (purpose.zh if at == 0 else purpose.en) if purpose else row.purpose,
        "state": STATES[MassState(row.state)][at],
        "state_code": row.state,
        "since": shown_time(row.since, gate),
        "people": f"{row.recipients:,}" if row.digest else "–",
        "all": row.recipients,
        "done": row.recipients - sum(counts[outcome] for outcome in OPEN) if row.digest else 0,
        "until": shown_time(row.not_after, gate),
        "channels": ", ".join(MASS[language][channel.value] for channel in channels_of(row)),
    }


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[str]:
    language = language_of(request)
    at = 0 if language == "zh" else 1
    filled: dict[str, Any] = {"state": None, "start": 0, "fault": "", "values": {}, **fields}
    with gate.store.read() as conn:
        rows = masses(conn, filled["state"], _PAGE + 1, filled["start"])
        lines = [_line(conn, row, gate, language) for row in rows[:_PAGE]]
    return show(
        request,
        "mass_list.html",
        status,
        rows=lines,
        more=filled["start"] + _PAGE if len(rows) > _PAGE else 0,
        states=[(one.value, STATES[one][at]) for one in MassState],
        may_send=principal(request).may(Permission.NOTICES_SEND),
        **choices(gate, language),
        **filled,
    )


@get("/desk/mass-notices", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def mass_list(request: Asked, gate: ServedGate, in_state: InState = None, start: From = 0) -> Response[str]:
    """The newest first."""
    return _page(request, gate, state=in_state, start=start)


@post("/desk/draft-mass-notice", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def draft_mass_notice(data: Sent, request: Asked, gate: ServedGate) -> Shown:
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
