"""One case on one page: what it is about, what was seen and done, and what may be done next by whom."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.access.model import Permission, Principal
from clearbell.appeals.errors import AppealError
from clearbell.cases.errors import CaseError, UnknownCaseError
from clearbell.cases.model import State, Unit, UnitKind, Verdict
from clearbell.cases.queries import case_of, category_of
from clearbell.cases.queries import story as lines_of
from clearbell.cases.service import do_assign, do_close, do_note, do_verify
from clearbell.cases.wording import STATES, VERDICTS, unit_words
from clearbell.desk.ladder import Asked as AskedSanction
from clearbell.desk.ladder import do_announce_sanction, propose
from clearbell.desk.subjects import TARGETS
from clearbell.desk.verdicts import do_confirm, do_find, do_settle_appeal
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.policy.model import Pack
from clearbell.registry.contacts.queries import contacts_of_holder, contacts_of_number
from clearbell.registry.queries import holder_name, holder_of
from clearbell.reports.hours import reported_hours
from clearbell.sanctions.model import Rung
from clearbell.sanctions.queries import sanctions
from clearbell.sanctions.service import SanctionError
from clearbell.story import page as story
from clearbell.story.gathering import gather, numbers_of
from clearbell.web.case_bodies import line_view
from clearbell.web.console import html_page
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.case_sound import campaign_pictures, sounds_of
from clearbell.web.officers.page import Asked, Language, Sent, Shown, field, in_words, language_of, show
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

P = Permission


def steps_for(who: Principal, row: Row[Any]) -> list[str]:
    """The forms that a page offers: what the state allows and the role is granted."""
    state = State(row.state)
    offered = []
    if state in (State.OPENED, State.INCONCLUSIVE) and who.may(P.CASES_WORK):
        offered.append("take")
    if state is State.VERIFYING and who.may(P.CASES_DECIDE):
        offered.append("verdict")
    if state is State.PROPOSED and who.may(P.CASES_DECIDE):
        offered.append("second" if row.proposer != who.name else "second_own")
    if state in (State.CONFIRMED, State.SANCTIONED) and who.may(P.SANCTIONS_DECIDE):
        offered.append("sanction")
    if state is State.APPEALED and who.may(P.APPEALS_DECIDE):
        offered.append("appeal")
    if state is not State.CLOSED and who.may(P.CASES_WORK):
        offered.append("note")
    if state in (State.CLEARED, State.SANCTIONED, State.INCONCLUSIVE) and who.may(P.CASES_DECIDE):
        offered.append("close")
    return offered


def _touched(conn: Connection, unit: Unit, pack: Pack) -> dict[str, Any]:
    """Whom a sanction would fall on, and by how many ways they can be told."""
    if unit.kind is UnitKind.NUMBER:
        held = holder_of(conn, unit.number)
        contacts = contacts_of_number(conn, unit.number)
    else:
        held = unit.name
        contacts = contacts_of_holder(conn, unit.name)
    ways = {one.way if pack.ladder.different_channels else (one.way, one.address) for one in contacts}
    return {
        "holder": f"{held} {holder_name(conn, held)}".strip() if held else "",
        "contacts": [one.way.value for one in contacts],
        "few": len(ways) < pack.ladder.channels,
    }


def _page(request: Asked, gate: ServedGate, case: str, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    now, pack = gate.now(), gate.pack
    words = DESK[language]
    who = principal(request)
    with gate.store.read() as conn:
        row = case_of(conn, case)
        lines = [line_view(line, pack) for line in lines_of(conn, case)]
        unit = Unit(UnitKind(row.unit_kind), row.unit)
        steps = steps_for(who, row)
        proposal = propose(conn, unit, category_of(conn, case), pack, now) if unit.kind in TARGETS else None
        rungs = [
            (name, pack.rungs[name].zh if language == "zh" else pack.rungs[name].en)
            for name, rules in pack.ladder.rungs.items()
            if unit.kind in TARGETS and TARGETS[unit.kind].value in rules.units
        ]
        touched = _touched(conn, unit, pack) if unit.kind in TARGETS else None
        hours = reported_hours(conn, unit.number, row.since, pack.utc_offset_minutes) if unit.number else []
        given = sanctions(conn, case=case)
        sounds = sounds_of(conn, case, gate.vault, pack, language)
        campaign, campaign_life = campaign_pictures(conn, unit, language)
    most = max((count for day in hours for count in day[1]), default=0)
    return show(
        request,
        "case.html",
        status,
        fault=fault,
        case=case,
        unit=unit_words(unit, language),
        state=STATES[State(row.state)][language],
        state_code=row.state,
        urgency=row.urgency,
        urgent=row.urgency >= pack.cases.urgency.urgent_at,
        due=shown_time(row.due, gate),
        late=0 < row.due < now,
        opened=shown_time(row.opened, gate),
        assignee=row.assignee,
        merged_into=row.merged_into,
        verdict=next((w[language] for v, w in VERDICTS.items() if v.value == row.verdict), ""),
        proposer=row.proposer,
        second_words=words["second_hint"].format(
            who=row.proposer,
            verdict=next((w[language] for v, w in VERDICTS.items() if v.value == row.verdict), ""),
            words=row.words,
        ),
        steps=steps,
        sounds=[(one, shown_time(one.at, gate)) for one in sounds],
        campaign=campaign,
        campaign_life=campaign_life,
        may_sanctions=who.may(P.SANCTIONS_READ),
        verdicts=[(one.value, VERDICTS[one][language]) for one in Verdict],
        proposal=(proposal.rung.value, _rung(pack, proposal.rung.value, language), getattr(proposal, language)) if proposal else None,
        rungs=rungs,
        touched=touched,
        sanctions=[
            (one.sanction, _rung(pack, one.current or one.rung, language), words[f"standing_{one.state}"],
             shown_time(one.start, gate), shown_time(one.until, gate) or words["until_lifted"], one.officer)
            for one in given
        ],
        lines=[
            {"at": shown_time(line.at, gate), "source": line.source, "words": getattr(line, language), "kind": line.kind,
             "joins": line.joins}
            for line in lines
        ],
        hours=[(day, [(count, _shade(count, most)) for count in counts]) for day, counts in hours],
        days=pack.cases.window_days,
    )  # fmt: skip


def _rung(pack: Pack, name: str, language: Language) -> str:
    words = pack.rungs[name]
    return words.zh if language == "zh" else words.en


def _shade(count: int, most: int) -> int:
    """From 0 to 4: nothing to the busiest hour."""
    return 0 if not count else 1 + min(3, 4 * (count - 1) // max(most, 1))


def _do(request: Asked, gate: ServedGate, case: str, do: Callable[[Act, str], object]) -> Shown:
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            do(act, who)
    except UnknownCaseError:
        raise NotFoundException from None
    except (AppealError, CaseError, SanctionError, IllegalStepError) as error:
        return _page(request, gate, case, 422, in_words(error, language_of(request)))
    return Redirect(f"/desk/cases/{case}", status_code=303)


def _route(step: str) -> post:
    return post(
        f"/desk/cases/{{case:str}}/{step}",
        status_code=200,
        sync_to_thread=True,
        guards=[need_session],
        include_in_schema=False,
    )


@get("/desk/cases/{case:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def case_page(case: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The case as it stands."""
    try:
        return _page(request, gate, case)
    except UnknownCaseError:
        raise NotFoundException from None


@get("/desk/cases/{case:str}/story", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def story_page(case: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The whole story, from the first call on record, to read, print or keep."""
    try:
        with gate.store.read() as conn:
            numbers = numbers_of(conn, case)
        calls = [call for number in numbers for call in gate.calls_of(number)]
        with gate.store.read() as conn:
            told = gather(conn, case, gate.pack, calls, gate.now())
    except UnknownCaseError:
        raise NotFoundException from None
    nonce = secrets.token_urlsafe(16)
    return html_page(story.page(told, gate.pack, language_of(request), nonce), nonce)


@_route("take")
def take(case: FromPath[str], request: Asked, gate: ServedGate) -> Shown:
    """Begin to verify; from now on it is mine."""

    def do(act: Act, who: str) -> None:
        do_verify(act, case, gate.desk.due, officer=who)
        do_assign(act, case, who, officer=who)

    return _do(request, gate, case, do)


@_route("note")
def note(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Note something."""
    words = field(data, "words")
    return _do(request, gate, case, lambda act, who: do_note(act, case, words, gate.pack.cases, officer=who))


@_route("verdict")
def verdict(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Say what verification found."""
    try:
        found = Verdict(field(data, "verdict", 40))
    except ValueError:
        return _page(request, gate, case, 422, DESK[language_of(request)]["verdict"])
    words = field(data, "words")
    rules, due = gate.pack.cases, gate.desk.due
    return _do(request, gate, case, lambda act, who: do_find(act, case, found, words, rules, due, officer=who))


@_route("second")
def second(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """The second officer's word."""
    words, agrees = field(data, "words"), field(data, "agrees", 4) == "yes"
    due = gate.desk.due
    return _do(request, gate, case, lambda act, who: do_confirm(act, case, words, due, agrees=agrees, officer=who))


@_route("sanction")
def sanction(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Announce a sanction by the ladder."""
    named = field(data, "rung", 40)
    rung = Rung(named) if named in {one.value for one in Rung} else None
    asked = AskedSanction(field(data, "reason"), rung, words=field(data, "words"))
    return _do(
        request,
        gate,
        case,
        lambda act, who: do_announce_sanction(act, case, asked, gate.pack, gate.desk.due, officer=who),
    )


@_route("appeal")
def appeal(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Decide an appeal."""
    words, upheld = field(data, "words"), field(data, "upheld", 4) == "yes"
    due = gate.desk.due
    return _do(
        request, gate, case, lambda act, who: do_settle_appeal(act, case, words, due, upheld=upheld, officer=who)
    )


@_route("close")
def close(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """End a case."""
    words = field(data, "words")
    return _do(request, gate, case, lambda act, who: do_close(act, case, words, gate.desk.due, officer=who))


def case_handlers() -> list[HTTPRouteHandler]:
    """The handlers of one case."""
    return [case_page, story_page, take, note, verdict, second, sanction, appeal, close]
