"""Everyone who calls in a city: persons first, then firms and pests, with what the registry knows of them."""

from __future__ import annotations

import random

import msgspec

from clearbell.consent.model import ConsentGranted
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkKind,
    TrunkOpened,
)
from clearbell.simulation.config import CityConfig
from clearbell.simulation.model import CallerKind

LOCAL = "local-1"
BUSINESS = "business-1"
FOREIGN = "gateway-1"
MOBILE_PREFIXES = ("134", "136", "138", "139", "150", "158", "187", "188", "130", "155", "186", "133", "177", "189")


class Traits(msgspec.Struct, frozen=True):
    """How one kind of caller calls."""

    per_hour: float
    """Calls in a busy hour."""
    hours: tuple[int, int]
    """Local hours of the day in which it calls."""
    answer: float
    """Share of its calls that are answered."""
    talk: float
    """Mean talk time, seconds."""
    category: str
    """What an honest report of it says."""


TRAITS: dict[CallerKind, Traits] = {
    CallerKind.CLINIC: Traits(25, (8, 18), 0.75, 45, "health"),
    CallerKind.COURIER: Traits(30, (8, 20), 0.8, 20, "other"),
    CallerKind.SCHOOL: Traits(35, (9, 17), 0.7, 60, "education"),
    CallerKind.BANK: Traits(40, (9, 19), 0.6, 80, "loans"),
    CallerKind.RIDE: Traits(8, (6, 23), 0.9, 25, "transport"),
    CallerKind.CALL_CENTRE: Traits(45, (9, 20), 0.5, 70, "insurance"),
    CallerKind.MARKETER: Traits(130, (8, 21), 0.3, 12, "property"),
    CallerKind.REGISTERED_MARKETER: Traits(90, (9, 20), 0.35, 15, "insurance"),
    CallerKind.ROTATOR: Traits(110, (9, 21), 0.3, 12, "loans"),
    CallerKind.WANGIRI: Traits(200, (1, 23), 0.02, 2, "fraud"),
    CallerKind.BOMBER: Traits(400, (20, 22), 0.1, 2, "nuisance"),
    CallerKind.DEBT: Traits(40, (7, 23), 0.35, 30, "debt"),
    CallerKind.SPOOFER: Traits(90, (8, 22), 0.35, 40, "fraud"),
    CallerKind.OUTBOUND_400: Traits(60, (9, 20), 0.3, 15, "retail"),
}


class Caller(msgspec.Struct):
    """One caller that is no person. A rotator's number changes as it goes."""

    kind: CallerKind
    name: str
    holder: str
    numbers: list[int]
    trunk: str
    targets: list[int]
    """Whom it calls; empty: anyone."""
    used: int = 0
    """Place of the number it uses now."""

    @property
    def number(self) -> int:
        """The number it uses now."""
        return self.numbers[self.used]


class Founding(msgspec.Struct, frozen=True):
    """What the registry and the consent book hold when the city begins."""

    parties: list[PartyRegistered]
    holders: list[HolderRegistered]
    trunks: list[TrunkOpened]
    numbers: list[NumbersAssigned]
    consents: list[ConsentGranted]


def subscriber_number(place: int) -> int:
    """Mobile number of the subscriber at that place; distinct for all places below 10,000,000."""
    # 7,654,321 has no factor in common with 10^7: the numbers look scattered and never collide.
    scattered = place * 7_654_321 % 10_000_000
    return int(f"86{MOBILE_PREFIXES[place % len(MOBILE_PREFIXES)]}{place % 10}{scattered:07d}")


class Cast:
    """Makes the callers of a city from its configuration and a source of randomness."""

    def __init__(self, config: CityConfig, rng: random.Random, start: int) -> None:
        self._config = config
        self._rng = rng
        self._start = start
        self.subscribers = [subscriber_number(place) for place in range(config.subscribers)]
        self.callers: list[Caller] = []
        self.founding = Founding(
            parties=[PartyRegistered("carrier-1", PartyKind.COMPANY, "carrier-1")],
            holders=[],
            trunks=[
                TrunkOpened(LOCAL, "carrier-1"),
                TrunkOpened(BUSINESS, "carrier-1", TrunkKind.DOMESTIC, registered_only=True),
                TrunkOpened(FOREIGN, "carrier-1", TrunkKind.FOREIGN),
            ],
            numbers=[],
            consents=[],
        )
        self._lawful()
        self._pests()

    def _register(
        self, name: str, numbers: list[int], purpose: Purpose, category: str, *, inbound_only: bool = False
    ) -> str:
        founding = self.founding
        founding.parties.append(PartyRegistered(f"p-{name}", PartyKind.COMPANY, name))
        founding.holders.append(HolderRegistered(name, f"p-{name}", category))
        for place, number in enumerate(numbers):
            founding.numbers.append(
                NumbersAssigned(
                    f"{name}/{place + 1}", name, number, number, purpose, (BUSINESS,), inbound_only, category
                )
            )
        return name

    def _add(
        self,
        kind: CallerKind,
        name: str,
        numbers: list[int],
        trunk: str,
        holder: str = "",
        targets: list[int] | None = None,
    ) -> None:
        self.callers.append(Caller(kind, name, holder, numbers, trunk, targets or []))

    def _some(self, share: float) -> list[int]:
        count = max(5, int(len(self.subscribers) * share))
        return self._rng.sample(self.subscribers, min(count, len(self.subscribers)))

    def _lawful(self) -> None:
        config = self._config
        for n in range(config.clinics):
            numbers = [8657187000000 + n]
            holder = self._register(f"clinic-{n + 1}", numbers, Purpose.NOTICE, "health")
            self._add(CallerKind.CLINIC, holder, numbers, BUSINESS, holder, self._some(0.2))
        for n in range(config.couriers):
            # Couriers ring from their own mobile phones.
            self._add(CallerKind.COURIER, f"courier-{n + 1}", [8615900000000 + n], LOCAL)
        for n in range(config.schools):
            numbers = [8657186000000 + n]
            holder = self._register(f"school-{n + 1}", numbers, Purpose.NOTICE, "education")
            self._add(CallerKind.SCHOOL, holder, numbers, BUSINESS, holder, self._some(0.1))
        for n in range(config.banks):
            numbers = [8695500 + n]
            holder = self._register(f"bank-{n + 1}", numbers, Purpose.SERVICE, "")
            self._add(CallerKind.BANK, holder, numbers, BUSINESS, holder, self._some(0.3))
        for n in range(config.rides):
            self._add(CallerKind.RIDE, f"ride-{n + 1}", [8670010000000 + n], LOCAL)
        for n in range(config.call_centres):
            numbers = [int(f"8695010{n:03d}{line:02d}") for line in range(3)]
            holder = self._register(f"call-centre-{n + 1}", numbers, Purpose.COMMERCIAL, "insurance")
            targets = self._some(0.15)
            for place, callee in enumerate(targets):
                # A tenth lapses while the city is watched.
                until = self._start + int(self._rng.random() * config.days * 86_400_000_000) if place % 10 == 0 else 0
                self.founding.consents.append(ConsentGranted(holder, callee, "insurance", until))
            self._add(CallerKind.CALL_CENTRE, holder, numbers, BUSINESS, holder, targets)

    def _pests(self) -> None:
        config = self._config
        rng = self._rng
        for n in range(config.marketers):
            self._add(CallerKind.MARKETER, f"marketer-{n + 1}", [8613100000000 + n], LOCAL)
        for n in range(config.registered_marketers):
            numbers = [int(f"86951{n:02d}{line}") for line in range(10, 12)]
            holder = self._register(f"registered-marketer-{n + 1}", numbers, Purpose.COMMERCIAL, "insurance")
            self._add(CallerKind.REGISTERED_MARKETER, holder, numbers, BUSINESS, holder)
        for n in range(config.rotators):
            numbers = [int(f"8657189{n:02d}{line:04d}") for line in range(60)]
            holder = self._register(f"rotator-{n + 1}", numbers, Purpose.SERVICE, "loans")
            self._add(CallerKind.ROTATOR, holder, numbers, BUSINESS, holder)
        for n in range(config.wangiri):
            self._add(CallerKind.WANGIRI, f"wangiri-{n + 1}", [23276000000 + n * 7], FOREIGN)
        for n in range(config.bombers):
            numbers = [8617000000000 + n * 50 + line for line in range(20)]
            self._add(CallerKind.BOMBER, f"bomber-{n + 1}", numbers, LOCAL, targets=[rng.choice(self.subscribers)])
        for n in range(config.debt_collectors):
            self._add(
                CallerKind.DEBT,
                f"debt-collector-{n + 1}",
                [8616600000000 + n],
                LOCAL,
                targets=rng.sample(self.subscribers, 5),
            )
        for n in range(config.spoofers):
            self._add(CallerKind.SPOOFER, f"spoofer-{n + 1}", [8613300000000 + n * 131], FOREIGN)
        for n in range(config.outbound_400):
            numbers = [int(f"864001{n:06d}")]
            holder = self._register(f"outbound-400-{n + 1}", numbers, Purpose.SERVICE, "retail", inbound_only=True)
            self._add(CallerKind.OUTBOUND_400, holder, numbers, BUSINESS, holder)
