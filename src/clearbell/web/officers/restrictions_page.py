"""Restrictions given straight, by an order or by hand, which carry out no sanction of the ladder."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Row

from clearbell.access.model import Permission
from clearbell.policy.model import Pack
from clearbell.sanctions.listing import BY_START, Group, Wanted, straight_listed
from clearbell.sanctions.model import Rung
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, doors_of, language_of
from clearbell.web.officers.sanction_texts import SANCTIONS
from clearbell.web.officers.sanctions_page import on_words, rung_words
from clearbell.web.revocation import shown_time


def _table(language: Language, pack: Pack) -> Table:
    words = SANCTIONS[language]
    return Table(
        "restrictions",
        (
            Head("restriction"),
            Head("unit"),
            Head("rung"),
            Head("order"),
            Head("reason"),
            Head("begins", order="begins"),
            Head("until"),
            Head("ended"),
        ),
        {"begins": BY_START},
        (
            Filter("group", Kind.CHOICE, tuple((one.value, words[f"group_{one.value}"]) for one in Group)),
            Filter("rung", Kind.CHOICE, tuple((name, rung_words(pack, name, language)) for name in pack.ladder.rungs)),
            Filter("number", Kind.NUMBER),
            Filter("holder", Kind.TEXT),
            Filter("from", Kind.DAY),
        ),
    )


@get("/desk/restrictions", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def restrictions_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """All of them, the newest first."""
    language, pack = language_of(request), gate.pack
    words, table = SANCTIONS[language], _table(language, gate.pack)
    wish = wanted(request, gate, table)
    values, rows = wish.values, list[Row[Any]]()
    if not wish.fault:
        asked = Wanted(
            Group(values["group"]) if "group" in values else None,
            Rung(values["rung"]) if "rung" in values else None,
            values.get("number", 0),
            values.get("holder", ""),
            since=values.get("from", 0),
        )
        with gate.store.read() as conn:
            rows = list(straight_listed(conn, asked, gate.now(), wish.order, wish.limit, wish.after))
        if asked.number:
            doors_of(request).note(principal(request), "/desk/restrictions", f"+{asked.number}")
    may_open = principal(request).may(Permission.ORDERS_READ)

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        return [
            Cell(row.restriction),
            Cell(on_words(row, language, masked=True)),
            Cell(rung_words(pack, row.rung, language)),
            Cell(row.order, f"/desk/orders/{quote(row.order, safe='')}" if row.order and may_open else ""),
            Cell(row.reason),
            Cell(shown_time(row.start, gate)),
            Cell(shown_time(row.until, gate) or words["until_lifted"]),
            Cell(shown_time(row.lifted, gate)),
        ]

    return show_listing(request, table, wish, rows, cells, template="restrictions.html", o=words)


def restrictions_handlers() -> list[HTTPRouteHandler]:
    """The handlers of restrictions given straight."""
    return [restrictions_list]
