"""Open figures: a page for anyone, and the same as CSV and JSON. They name nobody and are asked for by anyone."""

from __future__ import annotations

import datetime
import functools
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection

from clearbell.desk.figures.model import COLUMNS, Month
from clearbell.desk.figures.queries import months, since
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.exporting import csv_file
from clearbell.web.feeds import ServedGate
from clearbell.web.figure_texts import FIGURES
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import (
    BY_PLACE,
    Cell,
    Filter,
    Frame,
    Head,
    Kind,
    Placed,
    Table,
    Wish,
    at_hand,
    listed,
)
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.page import Language
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
def figures_page(request: Asked, gate: ServedGate) -> Response[Any]:
    """The figures as a table."""
    language: Language = "zh" if choose_language(request) == "zh" else "en"
    found = _figures(gate)
    words = {**LISTING[language], **FIGURES[language]}
    small = words["small"].format(least=found.least)
    years = dict.fromkeys(one.month[:4] for one in found.months)
    names = {name: name.replace("-", "_") for name in COLUMNS}
    table = Table(
        "figures",
        (Head("month", order="month"), *(Head(word, is_count=True, order=word) for word in names.values())),
        {"month": BY_PLACE.turned(), **dict.fromkeys(names.values(), BY_PLACE.turned())},
        (Filter("year", Kind.CHOICE, tuple((year, year) for year in years)),),
    )
    keys: dict[str, Callable[[Month], Any]] = {"month": lambda one: one.month}
    # What is not told counts as none: its place tells nothing.
    keys |= {word: functools.partial(_sorted_by, name) for name, word in names.items()}

    def render(template: str, status: int, **fields: Any) -> Response[str]:
        nonce = secrets.token_urlsafe(16)
        given = {"t": TEXTS[language], "f": words, "lang": language, "nonce": nonce, **fields}
        return html_page(pages().get_template(template).render(**given), nonce, status)

    def rows(_conn: Connection, wish: Wish) -> list[Placed]:
        year = wish.values.get("year", "")
        return at_hand([one for one in found.months if one.month.startswith(year)], wish, keys)

    def cells(placed: Placed, _language: Language) -> list[Cell]:
        counts = (placed.row.figures[name] for name in COLUMNS)
        return [Cell(placed.row.month), *(Cell(small if one is None else f"{one:,}") for one in counts)]

    return listed(
        request, gate, table, rows, cells, frame=Frame(language, words, None, render, (("lang", language),)), template="figures.html",
        has_any=bool(found.months), least=found.least, zone=found.timezone, since=found.since,
    )  # fmt: skip


def _sorted_by(name: str, one: Month) -> tuple[int, str]:
    return one.figures[name] or 0, one.month


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
