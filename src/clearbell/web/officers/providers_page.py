"""Access providers at the desk: the league of those that let nuisance in, and what each figure counts."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import BigInteger, Float, Integer, Text, column

from clearbell.access.model import Permission, Principal
from clearbell.desk.league.keeping import OFFERED, Reckoned, reckoned
from clearbell.desk.scorecards import Period, Provider, Scorecard, last_days, league
from clearbell.ledger.paging import Order, slice_of
from clearbell.records.outcomes.queries import days_of_trunks
from clearbell.registry.queries import trunks_of
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.officers.provider_texts import PROVIDERS
from clearbell.web.revocation import shown_time
from clearbell.web.texts import TEXTS

P = Permission
_DAYS = 7
NOBODY = "-"
"""In an address: trunks that nobody registered."""


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


def _days(language: Language) -> Filter:
    words = PROVIDERS[language]
    return Filter("period", Kind.CHOICE, tuple((str(days), words["last_days"].format(days=days)) for days in OFFERED))


def _period(wish: Wish, gate: Gate) -> Period:
    wish.raw.setdefault("period", str(_DAYS))
    return last_days(gate.now(), int(wish.values.get("period", _DAYS)), gate.pack.utc_offset_minutes)


def _day(number: int) -> str:
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=number)).isoformat()


def _hint(words: dict[str, str], found: Reckoned | None, gate: Gate) -> str:
    if found is None:
        return words["not_yet"]
    said = words["hint"].format(first=_day(found.period.first), last=_day(found.period.last))
    return f"{said} {words['as_of'].format(at=shown_time(found.at, gate))}"


def _shown_name(one: Provider | Scorecard, words: dict[str, str]) -> str:
    return one.name or one.provider or words["nobody"]


def _complaints_at(trunk: str, period: Period) -> str:
    asked = {"trunk": trunk, "from": _day(period.first), "to": _day(period.last)}
    return f"/desk/reports?{urlencode(asked)}"


def _restrictions_at(name: str) -> str:
    return f"/desk/sanctions?{urlencode({'holder': name})}"


def _alarms_at(provider: str, period: Period) -> str:
    asked = {"provider": provider, "from": _day(period.first), "to": _day(period.last)}
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
        (_days(language),),
    )
    wish = wanted(request, gate, table)
    period = _period(wish, gate)
    rows: list[Provider] = []
    found: Reckoned | None = None
    if not wish.fault:
        with gate.store.read() as conn:
            found = reckoned(conn, period)
    if found is not None:
        period, rows = found.period, league(found.cards)
    alarms = sum(one.unacknowledged for one in rows)
    # The choice of days goes along.
    days = urlencode({"period": wish.raw["period"]})

    def cells(one: Provider, _language: Language) -> list[Cell]:
        here = f"/desk/providers/{quote(one.provider or NOBODY, safe='')}?{days}" if "/" not in one.provider else ""
        return [
            Cell(_shown_name(one, words), here),
            Cell(str(one.trunks), here),
            Cell(f"{one.unwanted_share:.1%}", here),
            Cell(f"{one.complaints_per_10000:.1f}", here),
            Cell(f"{one.attempts:,}", here),
            Cell(f"{one.complaints:,}", here),
            Cell("–" if one.hours_to_act < 0 else f"{one.hours_to_act:.1f}", "" if one.hours_to_act < 0 else here),
            Cell(str(one.offenders), here),
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
        hint=_hint(words, found, gate),
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
    """The scorecard of a provider: each of its trunks, and its calls by day and what became of them."""
    language, who = language_of(request), principal(request)
    words = PROVIDERS[language]
    name = "" if provider == NOBODY else provider
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
        (_days(language),),
    )
    wish = wanted(request, gate, table)
    period = _period(wish, gate)
    with gate.store.read() as conn:
        found = reckoned(conn, period)
        period = found.period if found else period
        cards = [one for one in (found.cards if found else ()) if one.provider == name]
        trunks = trunks_of(conn, name) if name else [one.trunk for one in cards]
        days = days_of_trunks(conn, trunks, period.first, period.last)
    if found and not cards:
        raise NotFoundException

    def cells(card: Scorecard, _language: Language) -> list[Cell]:
        return [
            Cell(card.trunk or words["no_trunk"]),
            Cell(str(card.resources)),
            Cell(f"{card.unwanted_share:.1%}", "#days"),
            Cell(
                f"{card.complaints_per_10000:.1f}",
                _complaints_at(card.trunk, period) if card.complaints and who.may(P.REPORTS_READ) else "",
            ),
            Cell(f"{card.attempts:,}", "#days"),
            Cell(
                f"{card.complaints:,}",
                _complaints_at(card.trunk, period) if card.complaints and who.may(P.REPORTS_READ) else "",
            ),
            Cell("–" if card.hours_to_act is None else f"{card.hours_to_act:.1f}"),
            _offenders(card, who),
        ]

    alarms = max((card.unacknowledged for card in cards), default=0)
    actions = {code: TEXTS[language][f"action_{code}"] for _, code, _ in days}
    return show_listing(
        request,
        table,
        wish,
        slice_of(cards, wish.order, wish.after, wish.limit),
        cells,
        template="provider.html",
        o=words,
        name=_shown_name(cards[0], words) if cards else name,
        alarms=words["alarms"].format(count=alarms) if alarms else "",
        alarms_at=_alarms_at(name, period) if who.may(P.SANCTIONS_READ) else "",
        hint=_hint(words, found, gate),
        days=[(_day(day), actions[code], code, f"{calls:,}") for day, code, calls in days],
    )


def providers_handlers() -> list[HTTPRouteHandler]:
    """The handlers of access providers at the desk."""
    return [providers_list, provider_page]
