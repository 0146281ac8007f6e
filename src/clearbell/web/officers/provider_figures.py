"""What the figures of a provider's scorecard count: its calls by day, what was done about complaints, what is connected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection, Row

from clearbell.access.model import Permission
from clearbell.calls import Action
from clearbell.desk.league.keeping import Reckoned
from clearbell.desk.scorecards import Period, Scorecard
from clearbell.numbering import mask
from clearbell.records.outcomes.queries import days_of_trunks
from clearbell.registry.model import Purpose
from clearbell.registry.queries import BY_FIRST, resources_on
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import (
    BY_PLACE,
    Cell,
    Filter,
    Head,
    Kind,
    Placed,
    Table,
    at_hand,
    show_listing,
    wanted,
)
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.officers.provider_frame import (
    cards_of,
    day_text,
    days_choice,
    figure_at,
    hint_of,
    of_provider,
    shown_name,
)
from clearbell.web.officers.provider_texts import PROVIDERS
from clearbell.web.revocation import shown_time
from clearbell.web.texts import TEXTS

P = Permission


class _Figure:
    """A page about one figure of a provider, or of one of its trunks."""

    def __init__(self, request: Asked, gate: Gate, provider: str, table: Table, conn: Connection) -> None:
        self.words = PROVIDERS[language_of(request)]
        self.wish = wanted(request, gate, table)
        self.period: Period
        self.found: Reckoned | None
        self.period, self.found = cards_of(conn, self.wish, gate)
        self.of_all = of_provider(self.found, provider)
        trunk = self.wish.values.get("trunk", "")
        self.cards: list[Scorecard] = [one for one in self.of_all if trunk in ("", one.trunk)]
        self._asked = request, gate, provider, table

    def show(self, rows: Sequence[Any], cells: Any, title: str, hint: str = "") -> Response[Any]:
        request, gate, provider, table = self._asked
        name = shown_name(self.of_all[0], self.words) if self.of_all else provider
        return show_listing(
            request,
            table,
            self.wish,
            rows,
            cells,
            template="provider_figure.html",
            o=self.words,
            title=f"{name} · {self.words[title]}",
            hint=hint or hint_of(self.words, self.period, self.found, gate),
            back=figure_at("" if not self.of_all else self.of_all[0].provider, "", self.wish),
        )


_TRUNK = Filter("trunk", Kind.TEXT)


@get("/desk/providers/{provider:str}/calls", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def provider_calls(provider: FromPath[str], request: Asked, gate: ServedGate) -> Response[Any]:
    """Its calls by day, and what became of them; the sums that shares are reckoned from."""
    language = language_of(request)
    actions = {one.value: TEXTS[language][f"action_{one.value}"] for one in Action}
    table = Table(
        "provider-calls",
        (Head("day", order="day"), Head("became"), Head("attempts", is_count=True, order="attempts")),
        {"day": BY_PLACE.turned(), "attempts": BY_PLACE.turned()},
        (days_choice(language), _TRUNK, Filter("became", Kind.CHOICE, tuple(actions.items()))),
    )
    keys = {"day": lambda row: (row.day, row.action), "attempts": lambda row: (row.calls, row.day, row.action)}
    with gate.store.read() as conn:
        one = _Figure(request, gate, provider, table, conn)
        trunks = [card.trunk for card in one.cards if card.trunk]
        effect = one.wish.values.get("became", "")
        rows = days_of_trunks(conn, trunks, one.period.first, one.period.last, effect)

    def cells(placed: Placed, _language: Language) -> list[Cell]:
        row = placed.row
        return [Cell(day_text(row.day)), Cell(actions[row.action], tag=row.action), Cell(f"{row.calls:,}")]

    return one.show(at_hand(rows, one.wish, keys), cells, "calls")


@get("/desk/providers/{provider:str}/acts", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def provider_acts(provider: FromPath[str], request: Asked, gate: ServedGate) -> Response[Any]:
    """Numbers that were complained about and then restricted, and how long that took."""
    language, may_open = language_of(request), principal(request).may(P.SANCTIONS_READ)
    table = Table(
        "provider-acts",
        (
            Head("number"),
            Head("trunk"),
            Head("complained", order="complained"),
            Head("begins", order="begins"),
            Head("hours_to_act", is_count=True, order="hours_to_act"),
            Head("sanction"),
        ),
        {"hours_to_act": BY_PLACE.turned(), "complained": BY_PLACE.turned(), "begins": BY_PLACE.turned()},
        (days_choice(language), _TRUNK),
    )
    keys = {
        "hours_to_act": lambda pair: (pair[1].hours, pair[1].number),
        "complained": lambda pair: (pair[1].complained, pair[1].number),
        "begins": lambda pair: (pair[1].began, pair[1].number),
    }
    with gate.store.read() as conn:
        one = _Figure(request, gate, provider, table, conn)

    def cells(placed: Placed, _language: Language) -> list[Cell]:
        trunk, act = placed.row
        name = act.sanction or act.restriction
        known = name.count("/") == 1 and may_open
        return [
            Cell(mask(act.number)),
            Cell(trunk),
            Cell(shown_time(act.complained, gate)),
            Cell(shown_time(act.began, gate)),
            Cell(f"{act.hours:.1f}"),
            Cell(name, f"/desk/sanctions/{quote(name, safe='/')}" if known else ""),
        ]

    rows = [(card.trunk, act) for card in one.cards for act in card.acts]
    return one.show(at_hand(rows, one.wish, keys), cells, "acts")


@get("/desk/providers/{provider:str}/numbers", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def provider_numbers(provider: FromPath[str], request: Asked, gate: ServedGate) -> Response[Any]:
    """Number resources that are connected on its trunks, and who uses them."""
    language = language_of(request)
    words = PROVIDERS[language]
    table = Table(
        "provider-numbers",
        (Head("number", order="number"), Head("holder"), Head("purpose"), Head("trunk")),
        {"number": BY_FIRST},
        (days_choice(language), _TRUNK),
    )
    with gate.store.read() as conn:
        one = _Figure(request, gate, provider, table, conn)
        connected = dict.fromkeys(names for card in one.cards for names in card.connected)
        rows: list[Row[Any]] = []
        if not one.wish.fault:
            rows = resources_on(conn, connected, one.wish.limit, one.wish.order, one.wish.after)

    def cells(row: Row[Any], _language: Language) -> list[Cell]:
        span = mask(row.first) + (f" – {mask(row.last)}" if row.last != row.first else "")
        return [Cell(span), Cell(row.holder), Cell(words[f"purpose_{Purpose(row.purpose).value}"]), Cell(row.trunks)]

    return one.show(rows, cells, "connected", words["connected_hint"])


def provider_figures_handlers() -> list[HTTPRouteHandler]:
    """The handlers of what a provider's figures count."""
    return [provider_calls, provider_acts, provider_numbers]
