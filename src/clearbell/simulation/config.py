"""How large a city is, how long it is watched, and how many of each kind call in it."""

from __future__ import annotations

import msgspec


class CityConfig(msgspec.Struct, frozen=True):
    """A city. Counts are of callers; rates are calls an hour at the busiest time."""

    subscribers: int
    days: int = 1
    calls_per_person_day: float = 4.0
    clinics: int = 2
    couriers: int = 6
    schools: int = 1
    banks: int = 1
    rides: int = 4
    call_centres: int = 2
    marketers: int = 3
    registered_marketers: int = 1
    rotators: int = 1
    wangiri: int = 2
    bombers: int = 1
    debt_collectors: int = 1
    spoofers: int = 2
    outbound_400: int = 1
    couples: int = 2
    liars: int = 3
    report_share: float = 0.03
    """Share of nuisance calls that rang which the callee reports."""
    refuse_share: float = 0.05
    """Share of answered marketing calls in which the callee refuses further calls."""


PRESETS: dict[str, CityConfig] = {
    "tiny": CityConfig(subscribers=300),
    "town": CityConfig(
        subscribers=4_000,
        couriers=12,
        clinics=4,
        schools=2,
        marketers=8,
        call_centres=4,
        registered_marketers=2,
        rotators=2,
        wangiri=3,
        spoofers=3,
    ),
    "city": CityConfig(
        subscribers=50_000,
        days=7,
        clinics=30,
        couriers=150,
        schools=20,
        banks=6,
        rides=60,
        call_centres=20,
        marketers=60,
        registered_marketers=10,
        rotators=8,
        wangiri=12,
        bombers=4,
        debt_collectors=12,
        spoofers=12,
        outbound_400=6,
        couples=20,
        liars=20,
    ),
    "country": CityConfig(
        subscribers=1_000_000,
        days=30,
        clinics=300,
        couriers=3_000,
        schools=300,
        banks=40,
        rides=1_000,
        call_centres=150,
        marketers=600,
        registered_marketers=100,
        rotators=60,
        wangiri=80,
        bombers=20,
        debt_collectors=100,
        spoofers=80,
        outbound_400=40,
        couples=300,
        liars=200,
    ),
}
