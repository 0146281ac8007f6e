"""What stands against the firm: sanctions, and reports by category and day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection, Row

from clearbell.calls import DAY
from clearbell.desk.firms import BY_ANNOUNCED, BY_DAY, BY_REPORTS, BY_UNTIL, reports_against, sanctions_against
from clearbell.numbering import format_e164
from clearbell.sanctions.model import ALIVE
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import (
    Line,
    category_words,
    choices,
    day_words,
    listed,
    page,
    rung_words,
    tenant,
)
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.revocation import shown_time

_REPORT_DAYS = 90
_ALIVE = frozenset(state.value for state in ALIVE)


def on_whom(row: Row[Any], language: Language) -> str:
    """What a sanction bears on, in words."""
    return format_e164(row.number) if row.number else f"{FIRM[language][f'target_{row.target}']} {row.name}"


@page("/firm/sanctions")
def sanctions(request: Asked, gate: ServedGate) -> Response[Any]:
    """Each with its reason, what is to be done, until when, and how to appeal."""
    party, language, pack = tenant(request), language_of(request), gate.pack
    words = FIRM[language]
    rungs = tuple((name, rung_words(pack, name, language)) for name in pack.ladder.rungs)
    table = Table(
        "sanctions",
        (
            Head("sanction"),
            Head("unit"),
            Head("rung"),
            Head("state"),
            Head("reason"),
            Head("announced", order="announced"),
            Head("begins"),
            Head("until", order="until"),
            Head("remedy"),
            Head("papers"),
            Head("appeal"),
        ),
        {"announced": BY_ANNOUNCED, "until": BY_UNTIL},
        (Filter("rung", Kind.CHOICE, rungs), Filter("alive", Kind.FLAG)),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        alive, rung = bool(wish.values.get("alive")), wish.values.get("rung", "")
        return sanctions_against(conn, party, wish.limit, wish.order, wish.after, alive=alive, rung=rung)

    def line(row: Row[Any]) -> Line:
        rung = row.current or row.rung
        rules = pack.ladder.rungs.get(rung)
        alive = row.state in _ALIVE
        return (
            row.sanction,
            on_whom(row, language),
            rung_words(pack, rung, language),
            Cell(words[f"standing_{row.state}"], tag="late" if alive else ""),
            row.reason,
            shown_time(row.announced, gate),
            shown_time(row.bitten or row.start, gate),
            shown_time(row.until, gate) or words["until_lifted"],
            getattr(rules, f"remedy_{language}") if rules is not None and alive else "",
            getattr(rules, f"papers_{language}") if rules is not None and alive else "",
            Cell(words["appeal"], f"/appeal?id={quote(row.sanction)}") if alive else "",
        )

    how = pack.ladder.appeal_zh if language == "zh" else pack.ladder.appeal_en
    return listed(request, gate, table, rows, line, "sanctions.html", how=how)


@page("/firm/reports")
def reports(request: Asked, gate: ServedGate) -> Response[Any]:
    """Reports of the last 90 days: how many a day about what. Who reported is nobody's to see here."""
    party, language, pack = tenant(request), language_of(request), gate.pack
    since = gate.now() - _REPORT_DAYS * DAY
    table = Table(
        "reports",
        (Head("day", order="day"), Head("category"), Head("number"), Head("reports", is_count=True, order="reports")),
        {"day": BY_DAY, "reports": BY_REPORTS},
        (Filter("category", Kind.CHOICE, tuple(choices(pack, language))), Filter("number", Kind.NUMBER)),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        category, number = wish.values.get("category", ""), wish.values.get("number", 0)
        return reports_against(
            conn, party, since, pack.utc_offset_minutes, wish.limit, wish.order, wish.after,
            category=category, number=number,
        )  # fmt: skip

    def line(row: Row[Any]) -> Line:
        return (
            day_words(row.day), category_words(pack, row.category, language), format_e164(row.number), f"{row.reports:,}"
        )  # fmt: skip

    return listed(request, gate, table, rows, line, hint="reports_hint")


def sanctions_handlers() -> list[HTTPRouteHandler]:
    """The handlers of what stands against a firm."""
    return [sanctions, reports]
