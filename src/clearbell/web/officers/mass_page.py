"""One mass notice on one page: what it says, to whom, how far it is, and what may be done next by whom."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage
from sqlalchemy import Row

from clearbell.access.model import Permission, Principal
from clearbell.cases.errors import CaseError
from clearbell.desk.mass_notices import STEPS, approve_notice, do_mass_step, preview_of
from clearbell.lifecycles import IllegalStepError
from clearbell.notices.errors import NoticeError
from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.errors import UnknownMassError
from clearbell.notices.mass.model import OPEN, MassState, Outcome
from clearbell.notices.mass.queries import mass_of, reasons_of
from clearbell.notices.mass.service import audience_of, channels_of, do_edit, words_of
from clearbell.notices.mass.wording import LEFT_OUT, OUTCOMES, SOURCES, STATES, counted, reason_words
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.mass_form import choices, do_read_form, values_from, values_of
from clearbell.web.officers.mass_texts import MASS
from clearbell.web.officers.page import Asked, Language, Sent, Shown, field, in_words, language_of, show
from clearbell.web.revocation import shown_time
from clearbell.web.schemas import BadFieldError

_LOOK_SECONDS = 1.0
_LOOKS = 300
"""A stream ends after so many looks; the browser asks again, and is let in again or not."""
_STEPS: dict[MassState, tuple[str, ...]] = {
    MassState.DRAFT: ("submit", "edit", "cancel"),
    MassState.SUBMITTED: ("approve", "cancel"),
    MassState.APPROVED: ("start", "cancel"),
    MassState.SENDING: ("pause", "cancel"),
    MassState.PAUSED: ("resume", "cancel"),
}
Mass = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
Ahead = Annotated[bool, QueryParameter(name="preview", description="Count whom it would reach now.")]


def steps_for(who: Principal, row: Row[Any]) -> list[str]:
    """The forms that a page offers: what the state allows and the role is granted."""
    if not who.may(Permission.NOTICES_SEND):
        return []
    offered = list(_STEPS.get(MassState(row.state), ()))
    if "approve" in offered and who.name in row.hands.split("\n"):
        offered[0] = "own"
    return offered


class Progress(msgspec.Struct):
    """What a page of a notice shows of its progress, and keeps up to date."""

    state: str
    state_code: str
    done: int
    all: int
    share: str
    counts: dict[str, int]
    settled: str


def _progress(row: Row[Any], counts: dict[Outcome, int], gate: ServedGate, language: Language) -> Progress:
    done = row.recipients - sum(counts.get(outcome, 0) for outcome in OPEN)
    return Progress(
        state=STATES[MassState(row.state)][0 if language == "zh" else 1],
        state_code=row.state,
        done=done,
        all=row.recipients,
        share=f"{100 * done / row.recipients:.1f} %" if row.recipients else "–",
        counts={outcome.word: counts.get(outcome, 0) for outcome in Outcome},
        settled=shown_time(row.settled, gate),
    )


def _page(
    request: Asked,
    gate: ServedGate,
    mass: int,
    status: int = 200,
    fault: str = "",
    *,
    ahead: bool = False,
    values: dict[str, str] | None = None,
) -> Response[str]:
    language = language_of(request)
    at = 0 if language == "zh" else 1
    words = MASS[language]
    who = principal(request)
    with gate.store.read() as conn:
        row = mass_of(conn, mass)
        reasons = reasons_of(conn, mass) if row.digest else []
        progress = _progress(row, counts_kept(conn, row), gate, language)
    found = None
    if ahead:
        try:
            found = preview_of(gate.store, mass, gate.pack, gate.mass, random.Random())  # noqa: S311 a sample
        except (NoticeError, CaseError) as error:
            fault, status = in_words(error, language), 422
    said, audience = words_of(row), audience_of(row)
    purpose = gate.pack.mass_notices.purposes.get(row.purpose)
    narrowed = {name: value for name, value in msgspec.to_builtins(audience).items() if name not in ("source", "list")}
    return show(
        request,
        "mass.html",
        status,
        fault=fault,
        values=values or values_from(row, gate),
        row=row,
        progress=progress,
        running=row.state == MassState.SENDING.value
        or (row.digest and not row.settled and bool(progress.counts["accepted"])),
        purpose=(purpose.zh if at == 0 else purpose.en) if purpose else row.purpose,
        by=", ".join(words[channel.value] for channel in channels_of(row)),
        audience=f"{SOURCES[audience.source][at]} {' '.join(f'{k}={v}' for k, v in narrowed.items())}".strip(),
        text=said,
        until=shown_time(row.not_after, gate),
        since=shown_time(row.since, gate),
        hands=row.hands.replace("\n", ", "),
        left_out=counted(msgspec.json.decode(bytes(row.left_out)), LEFT_OUT, language),
        outcomes=[(outcome.word, OUTCOMES[outcome][at], progress.counts[outcome.word]) for outcome in Outcome],
        reasons=[(OUTCOMES[outcome][at], reason_words(why, language), f"{many:,}") for outcome, why, many in reasons],
        steps=steps_for(who, row),
        found=found,
        found_left_out=counted(found.left_out, LEFT_OUT, language) if found else "",
        **choices(gate, language),
    )


@get("/desk/mass-notices/{mass:int}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def mass_page(mass: Mass, request: Asked, gate: ServedGate, ahead: Ahead = False) -> Response[str]:
    """The page; with ``preview`` the audience is counted as it is now."""
    try:
        return _page(request, gate, mass, ahead=ahead)
    except UnknownMassError as error:
        raise NotFoundException(detail=error.en) from error


@get("/desk/mass-notices/{mass:int}/events", guards=[need_session], include_in_schema=False)
async def mass_events(mass: Mass, request: Asked, gate: ServedGate) -> ServerSentEvent:
    """Progress as server-sent events: whenever it changed, until everyone has an end."""
    language = language_of(request)

    def look() -> Progress:
        with gate.store.read() as conn:
            row = mass_of(conn, mass)
            return _progress(row, counts_kept(conn, row), gate, language)

    try:
        first = await asyncio.to_thread(look)
    except UnknownMassError as error:
        raise NotFoundException(detail=error.en) from error

    async def told() -> AsyncIterator[ServerSentEventMessage]:
        newest, before = first, None
        for _ in range(_LOOKS):
            if newest != before:
                yield ServerSentEventMessage(event="progress", data=msgspec.json.encode(newest).decode())
                before = newest
            if newest.settled:
                yield ServerSentEventMessage(event="end", data="")
                return
            await asyncio.sleep(_LOOK_SECONDS)
            newest = await asyncio.to_thread(look)

    return ServerSentEvent(told(), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


@post(
    "/desk/mass-notices/{mass:int}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def mass_step(mass: Mass, step: Annotated[str, PathParameter()], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Take a step with it."""
    language = language_of(request)
    who = principal(request).name
    values = values_of(data) if step == "edit" else None
    try:
        if values is not None:
            with gate.store.act(who) as act:
                draft = do_read_form(act, values, gate, audience_of(mass_of(act.conn, mass)))
                do_edit(act, gate.pack.mass_notices, mass, draft, officer=who, signature=gate.mass.signature)
        elif step == "approve":
            approve_notice(gate.store, mass, gate.pack, gate.mass, officer=who, actor=who)
        elif step in STEPS:
            with gate.store.act(who) as act:
                do_mass_step(act, mass, step, field(data, "reason"), gate.mass.on, officer=who)
        else:
            raise NotFoundException(detail="step")
    except UnknownMassError as error:
        raise NotFoundException(detail=error.en) from error
    except (NoticeError, CaseError, IllegalStepError) as error:
        return _page(request, gate, mass, 422, in_words(error, language), values=values)
    except BadFieldError as error:
        return _page(request, gate, mass, 422, f"{error.field}: {in_words(error, language)}", values=values)
    return Redirect(f"/desk/mass-notices/{mass}", status_code=303)


def mass_page_handlers() -> list[HTTPRouteHandler]:
    """The handlers of one notice."""
    return [mass_page, mass_events, mass_step]
