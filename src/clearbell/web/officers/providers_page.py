"""Access providers at the desk: the league of those that let nuisance in, and what each figure counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import BigInteger, Float, Integer, Text, column

from clearbell.access.model import Permission, Principal
from clearbell.desk.scorecards import Period, Provider, Scorecard, league
from clearbell.ledger.paging import Order, slice_of
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Head, Table, show_listing, wanted
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

P = Permission


def _order(name: str, kind: Any) -> Order:
    return Order((column(name, kind), column("provider", Text)), descending=True)


_ORDERS = {
    "unwanted_share": _order("unwanted_share", Float),
    "complaints_per_10000": _order("complaints_per_10000", Float),
    "attempts": _order("attempts", BigInteger),
    "complaints": _order("complaints", BigInteger),
    "hours_to_act": _order("hours_to_act", Float),
    "offenders": _order("offenders", Integer),
    "unacknowledged": _order("unacknowledged", Integer),
}


def _complaints_at(trunk: str, period: Period) -> str:
    asked = {"trunk": trunk, "from": day_text(period.first), "to": day_text(period.last)}
    return f"/desk/reports?{urlencode(asked)}"


def _restrictions_at(name: str) -> str:
    return f"/desk/sanctions?{urlencode({'holder': name})}"


def _alarms_at(provider: str, period: Period) -> str:
    asked = {"provider": provider, "from": day_text(period.first), "to": day_text(period.last)}
    return f"/desk/unacknowledged?{urlencode(asked)}"


@get("/desk/providers", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def providers_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """The league: the largest share of unwanted calls first."""
    language, who = language_of(request), principal(request)
    words = PROVIDERS[language]
    table = Table(
        "providers",
        (
            Head("provider"),
            Head("trunks", is_count=True),
            *(Head(name, is_count=True, order=name) for name in _ORDERS),
        ),
        _ORDERS,
        (days_choice(language),),
    )
    wish = wanted(request, gate, table)
    with gate.store.read() as conn:
        period, found = cards_of(conn, wish, gate)
    rows: list[Provider] = league(found.cards) if found else []
    alarms = sum(one.unacknowledged for one in rows)

    def cells(one: Provider, _language: Language) -> list[Cell]:
        # The choice of days goes along.
        here, calls = figure_at(one.provider, "", wish), figure_at(one.provider, "/calls", wish)
        acted = one.hours_to_act >= 0
        return [
            Cell(shown_name(one, words), here),
            Cell(str(one.trunks), here),
            Cell(f"{one.unwanted_share:.1%}", calls),
            Cell(f"{one.complaints_per_10000:.1f}", here),
            Cell(f"{one.attempts:,}", calls),
            Cell(f"{one.complaints:,}", here),
            Cell(f"{one.hours_to_act:.1f}" if acted else "–", figure_at(one.provider, "/acts", wish) if acted else ""),
            Cell(str(one.offenders), here if one.offenders else ""),
            Cell(
                str(one.unacknowledged),
                _alarms_at(one.provider, period) if one.unacknowledged and who.may(P.SANCTIONS_READ) else "",
                note=words["alarm"] if one.unacknowledged else "",
            ),
        ]

    return show_listing(
        request,
        table,
        wish,
        slice_of(rows, wish.order, wish.after, wish.limit),
        cells,
        template="providers.html",
        o=words,
        alarms=words["alarms"].format(count=alarms) if alarms else "",
        hint=hint_of(words, period, found, gate),
    )


def _offenders(card: Scorecard, who: Principal) -> Cell:
    if not card.repeat_offenders:
        return Cell("0")
    if not who.may(P.SANCTIONS_READ):
        return Cell(", ".join(card.repeat_offenders))
    return Cell("", links=tuple((one, _restrictions_at(one)) for one in card.repeat_offenders))


_TRUNK_ORDERS = {
    "unwanted_share": Order((column("unwanted_share", Float), column("trunk", Text)), descending=True),
    "complaints_per_10000": Order((column("complaints_per_10000", Float), column("trunk", Text)), descending=True),
    "attempts": Order((column("attempts", BigInteger), column("trunk", Text)), descending=True),
    "complaints": Order((column("complaints", BigInteger), column("trunk", Text)), descending=True),
}


@get("/desk/providers/{provider:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def provider_page(provider: FromPath[str], request: Asked, gate: ServedGate) -> Response[Any]:
    """The scorecard of a provider: each of its trunks; each figure leads to what it counts."""
    language, who = language_of(request), principal(request)
    words = PROVIDERS[language]
    table = Table(
        "trunks",
        (
            Head("trunk"),
            Head("resources", is_count=True),
            Head("unwanted_share", is_count=True, order="unwanted_share"),
            Head("complaints_per_10000", is_count=True, order="complaints_per_10000"),
            Head("attempts", is_count=True, order="attempts"),
            Head("complaints", is_count=True, order="complaints"),
            Head("hours_to_act", is_count=True),
            Head("offenders"),
        ),
        _TRUNK_ORDERS,
        (days_choice(language),),
    )
    wish = wanted(request, gate, table)
    with gate.store.read() as conn:
        period, found = cards_of(conn, wish, gate)
    cards = of_provider(found, provider)
    if found and not cards:
        raise NotFoundException

    def cells(card: Scorecard, _language: Language) -> list[Cell]:
        calls = figure_at(card.provider, "/calls", wish, trunk=card.trunk)
        connected = figure_at(card.provider, "/numbers", wish, trunk=card.trunk)
        acts = figure_at(card.provider, "/acts", wish, trunk=card.trunk)
        return [
            Cell(card.trunk or words["no_trunk"], calls if card.trunk else ""),
            Cell(f"{card.resources:,}", connected if card.resources else ""),
            Cell(f"{card.unwanted_share:.1%}", calls if card.attempts else ""),
            Cell(
                f"{card.complaints_per_10000:.1f}",
                _complaints_at(card.trunk, period) if card.complaints and who.may(P.REPORTS_READ) else "",
            ),
            Cell(f"{card.attempts:,}", calls if card.attempts else ""),
            Cell(
                f"{card.complaints:,}",
                _complaints_at(card.trunk, period) if card.complaints and who.may(P.REPORTS_READ) else "",
            ),
            Cell("–") if card.hours_to_act is None else Cell(f"{card.hours_to_act:.1f}", acts if card.acts else ""),
            _offenders(card, who),
        ]

    alarms = max((card.unacknowledged for card in cards), default=0)
    return show_listing(
        request,
        table,
        wish,
        slice_of(cards, wish.order, wish.after, wish.limit),
        cells,
        template="provider.html",
        o=words,
        name=shown_name(cards[0], words) if cards else provider,
        alarms=words["alarms"].format(count=alarms) if alarms else "",
        alarms_at=_alarms_at(cards[0].provider, period) if cards and who.may(P.SANCTIONS_READ) else "",
        hint=hint_of(words, period, found, gate),
        calls_at=figure_at(cards[0].provider, "/calls", wish) if cards else "",
    )


def providers_handlers() -> list[HTTPRouteHandler]:
    """The handlers of access providers at the desk."""
    return [providers_list, provider_page]
