"""What stands against the firm: sanctions, and reports by category and day."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Row

from clearbell.calls import DAY
from clearbell.desk.firms import reports_against, sanctions_against
from clearbell.numbering import format_e164
from clearbell.sanctions.model import ALIVE
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import (
    Cell,
    Form,
    From,
    Line,
    category_words,
    day_words,
    listed,
    page,
    rung_words,
    tenant,
)
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.revocation import shown_time

_REPORT_DAYS = 90
_ALIVE = frozenset(state.value for state in ALIVE)


def on_whom(row: Row[Any], language: Language) -> str:
    """What a sanction bears on, in words."""
    return format_e164(row.number) if row.number else f"{FIRM[language][f'target_{row.target}']} {row.name}"


@page("/firm/sanctions")
def sanctions(request: Asked, gate: ServedGate, start: From = 0, as_form: Form = "") -> Response[Any]:
    """Each with its reason, what is to be done, until when, and how to appeal."""
    party, language, pack = tenant(request), language_of(request), gate.pack
    words = FIRM[language]
    heads = ("sanction", "unit", "rung", "state", "reason", "begins", "until", "remedy", "papers", "appeal")

    def rows(start: int, count: int) -> list[Line]:
        with gate.store.read() as conn:
            return [_line(row) for row in sanctions_against(conn, party, count, start)]

    def _line(row: Row[Any]) -> Line:
        rung = row.current or row.rung
        rules = pack.ladder.rungs.get(rung)
        alive = row.state in _ALIVE
        return (
            row.sanction,
            on_whom(row, language),
            rung_words(pack, rung, language),
            Cell(words[f"standing_{row.state}"], tag="late" if alive else ""),
            row.reason,
            shown_time(row.bitten or row.start, gate),
            shown_time(row.until, gate) or words["until_lifted"],
            getattr(rules, f"remedy_{language}") if rules is not None and alive else "",
            getattr(rules, f"papers_{language}") if rules is not None and alive else "",
            Cell(words["appeal"], f"/appeal?id={quote(row.sanction)}") if alive else "",
        )

    how = pack.ladder.appeal_zh if language == "zh" else pack.ladder.appeal_en
    return listed(request, "sanctions.html", "sanctions", heads, rows, start, as_form, how=how)


@page("/firm/reports")
def reports(request: Asked, gate: ServedGate, start: From = 0, as_form: Form = "") -> Response[Any]:
    """Reports of the last 90 days: how many a day about what. Who reported is nobody's to see here."""
    party, language, pack = tenant(request), language_of(request), gate.pack
    since = gate.now() - _REPORT_DAYS * DAY

    def rows(start: int, count: int) -> list[Line]:
        with gate.store.read() as conn:
            return [
                (day_words(row.day), category_words(pack, row.category, language), format_e164(row.number), row.reports)
                for row in reports_against(conn, party, since, pack.utc_offset_minutes, count, start)
            ]

    heads = ("day", "category", "number", "reports#")
    return listed(request, "list.html", "reports", heads, rows, start, as_form, hint="reports_hint")


def sanctions_handlers() -> list[HTTPRouteHandler]:
    """The handlers of what stands against a firm."""
    return [sanctions, reports]
