"""Open figures: a page for anyone, and the same as CSV and JSON. They name nobody and are asked for by anyone."""

from __future__ import annotations

import datetime
import secrets
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from clearbell.desk.figures.model import COLUMNS, Month
from clearbell.desk.figures.queries import months, since
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.exporting import csv_file
from clearbell.web.feeds import ServedGate
from clearbell.web.figure_texts import FIGURES
from clearbell.web.gate import Gate
from clearbell.web.texts import TEXTS

Asked = Request[Any, Any, State]


class FiguresBody(msgspec.Struct):
    """Open figures, the newest month first."""

    least: int
    """Counts above none and below this are null, and so are sums that they could be reckoned from."""
    timezone: str
    """Of the months."""
    since: str
    """The first day that was counted, ISO 8601; empty: none yet."""
    months: list[Month]


def _figures(gate: Gate) -> FiguresBody:
    with gate.store.read() as conn:
        found, first = months(conn, gate.pack, gate.now()), since(conn)
    day = str(datetime.date(1970, 1, 1) + datetime.timedelta(days=first)) if first else ""
    return FiguresBody(gate.pack.figures.least, gate.pack.timezone, day, found)


@get("/figures", sync_to_thread=True, include_in_schema=False)
def figures_page(request: Asked, gate: ServedGate) -> Response[str]:
    """The figures as a table."""
    language = choose_language(request)
    nonce = secrets.token_urlsafe(16)
    words, found = FIGURES[language], _figures(gate)
    small = words["small"].format(least=found.least)
    rows = [
        (one.month, [small if one.figures[name] is None else f"{one.figures[name]:,}" for name in COLUMNS])
        for one in found.months
    ]
    body = (
        pages()
        .get_template("figures.html")
        .render(
            t=TEXTS[language],
            f=words,
            lang=language,
            nonce=nonce,
            heads=[words[name.replace("-", "_")] for name in COLUMNS],
            rows=rows,
            least=found.least,
            zone=found.timezone,
            since=found.since,
        )
    )
    return html_page(body, nonce)


@get("/figures.csv", sync_to_thread=True, include_in_schema=False)
def figures_sheet(gate: ServedGate) -> Response[bytes]:
    """The figures as CSV; a cell that is left out is empty."""
    rows = [
        [one.month, *("" if one.figures[name] is None else one.figures[name] for name in COLUMNS)]
        for one in _figures(gate).months
    ]
    return csv_file("figures", ["month", *COLUMNS], rows)


@get("/figures.json", sync_to_thread=True, include_in_schema=False, media_type=MediaType.JSON)
def figures_json(gate: ServedGate) -> FiguresBody:
    """The figures as JSON."""
    return _figures(gate)


def figures_handlers() -> list[HTTPRouteHandler]:
    """The handlers of open figures."""
    return [figures_page, figures_sheet, figures_json]
