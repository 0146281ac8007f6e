"""What the pages of access providers share: the days that they tell of, and the scorecards of those."""

from __future__ import annotations

import datetime
from urllib.parse import quote, urlencode

from sqlalchemy import Connection

from clearbell.desk.league.keeping import OFFERED, Reckoned, reckoned
from clearbell.desk.scorecards import Period, Provider, Scorecard, last_days
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Filter, Kind, Wish
from clearbell.web.officers.page import Language
from clearbell.web.officers.provider_texts import PROVIDERS
from clearbell.web.revocation import shown_time

_DAYS = 7
NOBODY = "-"
"""In an address: trunks that nobody registered."""


def days_choice(language: Language) -> Filter:
    """The filter by how many days are told of."""
    words = PROVIDERS[language]
    return Filter("period", Kind.CHOICE, tuple((str(days), words["last_days"].format(days=days)) for days in OFFERED))


def cards_of(conn: Connection, wish: Wish, gate: Gate) -> tuple[Period, Reckoned | None]:
    """The days that were asked for, and their scorecards, with the days that these are of; None: there are none yet."""
    wish.raw.setdefault("period", str(_DAYS))
    asked = last_days(gate.now(), int(wish.values.get("period", _DAYS)), gate.pack.utc_offset_minutes)
    found = reckoned(conn, asked)
    return (found.period if found else asked), found


def of_provider(found: Reckoned | None, provider: str) -> list[Scorecard]:
    """The cards of a provider as it stands in an address."""
    name = "" if provider == NOBODY else provider
    return [one for one in (found.cards if found else ()) if one.provider == name]


def day_text(number: int) -> str:
    """A day since 1970-01-01 in ISO 8601."""
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=number)).isoformat()


def hint_of(words: dict[str, str], period: Period, found: Reckoned | None, gate: Gate) -> str:
    """Of which days the figures are, and as of when."""
    if found is None:
        return words["not_yet"]
    said = words["hint"].format(first=day_text(period.first), last=day_text(period.last))
    return f"{said} {words['as_of'].format(at=shown_time(found.at, gate))}"


def shown_name(one: Provider | Scorecard, words: dict[str, str]) -> str:
    """A provider as it is called."""
    return one.name or one.provider or words["nobody"]


def figure_at(provider: str, figure: str, wish: Wish, **asked: str) -> str:
    """Where a figure of a provider is told in its parts; empty: its name fits in no address."""
    if "/" in provider:
        return ""
    place = f"/desk/providers/{quote(provider or NOBODY, safe='')}"
    return f"{place}{figure}?{urlencode({'period': wish.raw['period'], **asked})}"
