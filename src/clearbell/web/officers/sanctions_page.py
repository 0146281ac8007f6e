"""Sanctions at the desk: what is to come, in force and over, and one on one page with its proof, its doers and its end."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.access.model import Permission
from clearbell.appeals.model import State as AppealState
from clearbell.appeals.model import Subject
from clearbell.appeals.queries import appeals_against
from clearbell.appeals.wording import STATES as APPEAL_STATES
from clearbell.calls import DAY
from clearbell.desk.effects import do_lift_sanction, effects_of
from clearbell.desk.sanctioning import is_through
from clearbell.enforcement.model import Operation
from clearbell.enforcement.model import State as TaskState
from clearbell.enforcement.queries import tasks
from clearbell.enforcement.wording import OPERATIONS
from clearbell.enforcement.wording import STATES as TASK_STATES
from clearbell.lifecycles import IllegalStepError
from clearbell.numbering import format_e164, mask
from clearbell.policy.model import Pack
from clearbell.registry.errors import RegistryError
from clearbell.registry.queries import holder_name, holder_of, spans_of
from clearbell.sanctions.life import stages_of
from clearbell.sanctions.listing import (
    BY_ANNOUNCEMENT,
    BY_END,
    BY_OVER,
    Group,
    Wanted,
    order_for,
    sanctions_listed,
    straight_in_force,
)
from clearbell.sanctions.model import ALIVE, Lifted, Rung, State, Target
from clearbell.sanctions.queries import notices_about, notices_ahead, restrictions_of, sanction_of
from clearbell.sanctions.service import SanctionError
from clearbell.sanctions.wording import CHANNELS, EVENTS, TARGETS
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, Sent, Shown, doors_of, field, in_words, language_of, show
from clearbell.web.officers.sanction_texts import SANCTIONS
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

P = Permission
_COUNTED = 1_000
"""Restrictions given straight are counted no further."""
_DAYS = 366
"""How far back is looked where a filter alone might go through all there is."""
_ALIVE = frozenset(state.value for state in ALIVE)


def rung_words(pack: Pack, name: str, language: Language) -> str:
    """The rung, as the pack calls it."""
    words = pack.rungs.get(name)
    return name if words is None else getattr(words, language)


def _table(language: Language, pack: Pack) -> Table:
    words = SANCTIONS[language]
    return Table(
        "sanctions",
        (
            Head("sanction"),
            Head("unit"),
            Head("rung"),
            Head("state"),
            Head("announced", order="announced"),
            Head("begins"),
            Head("until", order="until"),
            Head("ended", order="ended"),
            Head("told"),
            Head("officer"),
            Head("case"),
        ),
        {"announced": BY_ANNOUNCEMENT, "until": BY_END, "ended": BY_OVER},
        (
            Filter("group", Kind.CHOICE, tuple((one.value, words[f"group_{one.value}"]) for one in Group)),
            Filter("rung", Kind.CHOICE, tuple((name, rung_words(pack, name, language)) for name in pack.ladder.rungs)),
            Filter("number", Kind.NUMBER),
            Filter("holder", Kind.TEXT),
            Filter("from", Kind.DAY),
            Filter("unproven", Kind.FLAG),
        ),
    )


def _asked(request: Asked, wish: Wish, gate: Gate) -> Wanted:
    """What is wanted of the sanctions; without an order of its own, in the one that suits it."""
    values = wish.values
    group = Group(values["group"]) if "group" in values else None
    number, name, since = values.get("number", 0), values.get("holder", ""), values.get("from", 0)
    rung = Rung(values["rung"]) if "rung" in values else None
    if (rung is not None or "unproven" in values) and group in (None, Group.OVER) and not (number or name or since):
        zone = zoneinfo.ZoneInfo(gate.pack.timezone)
        day = datetime.datetime.fromtimestamp((gate.now() - _DAYS * DAY) / 1e6, zone).date()
        wish.raw["from"] = day.isoformat()
        since = int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) * 1_000_000
    found = Wanted(group, rung, number, name, bool(values.get("unproven")), since)
    if not request.query_params.get("sort"):
        by = {"announced": BY_ANNOUNCEMENT, "until": BY_END, "ended": BY_OVER}
        suits = order_for(found)
        wish.use(next(name for name, order in by.items() if order is suits), suits)
    return found


def on_words(row: Row[Any], language: Language, *, masked: bool) -> str:
    """On whom or what a sanction or restriction falls."""
    shown = (mask(row.number) if masked else format_e164(row.number)) if row.number else row.name
    return f"{TARGETS[Target(row.target)][language]} {shown}"


def _address(name: str) -> str:
    """The page of a sanction; empty for one whose id no address can have."""
    return f"/desk/sanctions/{quote(name, safe='/')}" if name.count("/") == 1 else ""


@get("/desk/sanctions", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def sanctions_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """All of them, the newest first, or a group in the order that suits it."""
    language, pack = language_of(request), gate.pack
    words, common = SANCTIONS[language], DESK[language]
    table = _table(language, pack)
    wish = wanted(request, gate, table)
    asked = _asked(request, wish, gate)
    rows: list[Row[Any]] = []
    proofs: dict[str, int] = {}
    if not wish.fault:
        with gate.store.read() as conn:
            rows = list(sanctions_listed(conn, asked, wish.order, wish.limit, wish.after))
            if not wish.is_file:
                proofs = _proofs(conn, [row.sanction for row in rows])
        if asked.number:
            doors_of(request).note(principal(request), "/desk/sanctions", f"+{asked.number}")
    may_open = principal(request).may(P.CASES_READ)

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        alive = row.state in _ALIVE
        told = proofs.get(row.sanction, 0)
        said = (words["told_yes"].format(count=told) if told else words["told_no"]) if row.sanction in proofs else ""
        return [
            Cell(row.sanction, _address(row.sanction)),
            Cell(on_words(row, language, masked=True)),
            Cell(rung_words(pack, row.current or row.rung, language)),
            Cell(common[f"standing_{row.state}"], soft=words["undone"] if row.undone else ""),
            Cell(shown_time(row.announced, gate)),
            Cell(shown_time(row.bitten or row.start, gate)),
            Cell(shown_time(row.until, gate) or words["until_lifted"]) if alive else Cell(""),
            Cell(shown_time(row.ended, gate)),
            Cell(said, note=words["unproven"] if row.undelivered != "[]" else ""),
            Cell(row.officer),
            Cell(row.case_id, f"/desk/cases/{quote(row.case_id)}" if may_open and "/" not in row.case_id else ""),
        ]

    with gate.store.read() as conn:
        straight = straight_in_force(conn, gate.now(), _COUNTED)
    count = f"{straight}+" if straight == _COUNTED else str(straight)
    said = words["straight_count"].format(count=count)
    return show_listing(request, table, wish, rows, cells, template="sanctions.html", o=words, straight=said)


def _proofs(conn: Connection, names: list[str]) -> dict[str, int]:
    """Of each sanction, by how many ways it is proven that its subject was told ahead."""
    proofs = dict.fromkeys(names, 0)
    for one in notices_ahead(conn, names):
        proofs[one.sanction] += one.counts and is_through(conn, one)
    return proofs


def _touched(conn: Connection, row: Row[Any], language: Language) -> list[tuple[str, str]]:
    """Whom it falls on, and what it changed elsewhere."""
    words = SANCTIONS[language]
    effects = effects_of(conn, row.sanction)
    holder = holder_of(conn, row.number) if row.number else row.name if row.target == Target.HOLDER.value else ""
    found = [(TARGETS[Target.HOLDER][language], f"{holder} {holder_name(conn, holder)}".strip())] if holder else []
    if row.target == Target.HOLDER.value:
        count = sum(last - first + 1 for first, last in spans_of(conn, holder))
        found.append((words["numbers"], words["count"].format(count=count)))
    if effects.labelled:
        found.append((words["labelled"], str(effects.labelled)))
    if effects.contracts:
        found.append((words["contracts"], ", ".join(effects.contracts)))
    if effects.entries:
        found.append((words["listed"], ", ".join(effects.entries)))
    return found


def _page(request: Asked, gate: Gate, name: str, status: int = 200, fault: str = "") -> Response[str]:
    language, who, pack = language_of(request), principal(request), gate.pack
    words, common = SANCTIONS[language], DESK[language]
    with gate.store.read() as conn:
        row = sanction_of(conn, name)
        if row is None:
            raise NotFoundException
        told = [(one, is_through(conn, one)) for one in notices_about(conn, name)]
        touched = _touched(conn, row, language)
        doing = [one for restriction in restrictions_of(conn, name) for one in tasks(conn, restriction_id=restriction)]
        appeals = appeals_against(conn, Subject.SANCTION, name) if who.may(P.APPEALS_READ) else []
    lasts = words["until_lifted"]
    facts = [
        (common["state"], common[f"standing_{row.state}"] + (f" · {words['undone']}" if row.undone else "")),
        (common["rung"], rung_words(pack, row.current or row.rung, language)),
        *touched,
        (common["from"], shown_time(row.bitten or row.start, gate)),
        (common["until"], shown_time(row.until, gate) or lasts),
        (words["latest"], shown_time(row.latest, gate) if row.state == State.ANNOUNCED.value else ""),
        (common["assignee"], row.officer),
        (words["proposed"], rung_words(pack, row.proposed, language) if row.proposed else ""),
        (words["order"], row.order),
    ]
    return show(
        request,
        "sanction.html",
        status,
        o=words,
        fault=fault,
        name=name,
        on=on_words(row, language, masked=False),
        facts=[(one, value) for one, value in facts if value],
        reason=row.reason,
        harsher=row.words,
        unproven=row.undelivered != "[]",
        case=row.case_id if who.may(P.CASES_READ) and "/" not in row.case_id else "",
        stages=[
            (
                rung_words(pack, one.rung.value, language),
                shown_time(one.until, gate) or lasts,
                words["limit"].format(limit=one.limit) if one.limit else "",
            )
            for one in stages_of(row)
        ],
        told=[
            (
                EVENTS.get(one.event.partition(" ")[0], {language: one.event})[language],
                CHANNELS.get(one.channel, {language: one.channel})[language],
                shown_time(one.at, gate),
                words["proven"] if through and one.counts else words["not_counted"] if not one.counts else one.fault or words["not_proven"],
                through and one.counts,
            )
            for one, through in told
        ],
        tasks=[
            (
                one.target,
                OPERATIONS[Operation(one.operation)][language],
                TASK_STATES[TaskState(one.state)][language],
                one.state == "overdue",
                shown_time(one.deadline, gate),
                one.fault,
            )
            for one in doing
        ],
        appeals=[
            (one.appeal, APPEAL_STATES[AppealState(one.state)][language], shown_time(one.filed, gate)) for one in appeals
        ],
        may_lift=row.state in _ALIVE and who.may(P.SANCTIONS_DECIDE),
        lift=words["withdraw_do"] if row.state == State.ANNOUNCED.value else words["lift_do"],
    )  # fmt: skip


@get("/desk/sanctions/{case:str}/{place:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def sanction_page(case: FromPath[str], place: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The sanction as it stands."""
    return _page(request, gate, f"{case}/{place}")


@post(
    "/desk/sanctions/{case:str}/{place:str}/lift",
    status_code=200,
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def lift(case: FromPath[str], place: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Lift it with all that it did, or withdraw it before it bites."""
    name = f"{case}/{place}"
    try:
        with gate.store.act(principal(request).name) as act:
            if sanction_of(act.conn, name) is None:
                raise NotFoundException
            do_lift_sanction(act, Lifted(name, field(data, "words")))
    except (SanctionError, IllegalStepError, RegistryError) as error:
        return _page(request, gate, name, 422, in_words(error, language_of(request)))
    return Redirect(_address(name), status_code=303)


def sanctions_handlers() -> list[HTTPRouteHandler]:
    """The handlers of sanctions at the desk."""
    return [sanctions_list, sanction_page, lift]
