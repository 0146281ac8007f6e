"""Everyone who calls: each with habits of its own, drawn once from the seed."""

from __future__ import annotations

import dataclasses

import numpy as np

from clearbell.simulation.records.chance import Flags, Floats, Ints, between, scattered_below
from clearbell.simulation.records.model import Kind, Numbers, Profile, Trunk
from clearbell.simulation.records.numbers import shown
from clearbell.simulation.records.profiles import PROFILES

STRANGERS = 3_000_000
"""Mobile numbers that exist, whoever is watched."""
_DRAWN = (
    "fresh", "listed", "consented", "rate", "unsteady", "active", "weekend", "starts", "ends", "span", "regular",
    "answer", "talk", "talk_spread", "callee_ends", "cut_short", "script", "silent", "one_ring", "rejects", "refused",
    "insists", "failed", "redials", "called_back", "inbound", "quota", "lines", "persists",
)  # fmt: skip
_LATEST = 20
"""Last day on which one may begin."""


@dataclasses.dataclass(frozen=True)
class Group:
    """All callers of a kind, as columns. ``habits`` holds the drawn values of a :class:`Profile` by name."""

    kind: Kind
    profile: Profile
    first: int
    """Place of its first caller among all callers."""
    habits: dict[str, Floats]
    begins: Ints
    """First day with calls, from 0."""
    until: Ints
    """Day after the last."""
    sizes: Ints
    """Numbers of each caller."""
    offsets: Ints
    """Place of its first number in ``numbers``."""
    numbers: Ints
    seats: Ints
    """Place of each subscriber among all; friends sit near each other."""
    trunks: Ints
    """Place of its trunk among the trunks."""

    def __len__(self) -> int:
        return len(self.begins)

    def holder(self, place: int) -> str:
        """Name of the holder that one caller of the group truly is."""
        return f"{self.kind.value}-{place + 1}"


@dataclasses.dataclass(frozen=True)
class Cast:
    """Everyone, and where they call from."""

    seed: int
    groups: dict[Kind, Group]
    subscribers: int
    """Subscribers that are callers too; their places come first among the mobile numbers."""
    joined: Ints
    """First day of each subscriber's number."""
    trunks: list[str]
    foreign: Flags
    """Of each trunk, whether it comes from abroad."""


def make_cast(seed: int, scale: float, days: int) -> Cast:
    """Draw everyone. ``scale`` 1 makes about 90,000 callers and 700,000 calls a weekday."""
    rng = np.random.default_rng([seed, 0])
    counts = {kind: max(2, round(profile.count * scale)) for kind, profile in PROFILES.items()}
    living = [kind for kind, profile in PROFILES.items() if profile.numbers is Numbers.SUBSCRIBER]
    subscribers = sum(counts[kind] for kind in living)
    # Neighbours in the order of places are friends, so kinds are mixed among them.
    seats = rng.permutation(subscribers)
    joined = np.zeros(subscribers, np.int64)
    trunks, spans = _trunks(scale)
    groups: dict[Kind, Group] = {}
    used = dict.fromkeys(Numbers, 0)
    first = 0
    for kind, profile in PROFILES.items():
        count = counts[kind]
        sizes = np.maximum(1, between(rng, profile.size, count).astype(np.int64))
        total = int(sizes.sum())
        begun = used[profile.numbers]
        places = np.arange(begun, begun + total)
        used[profile.numbers] += total
        habits = {name: between(rng, getattr(profile, name), count) for name in _DRAWN}
        begins = np.zeros(count, np.int64)
        if profile.late:
            # Half had begun before: their first days are not in the lake.
            begins = np.where(rng.random(count) < 0.5, 0, rng.integers(0, min(_LATEST, max(1, days)), count))
        lasts = np.maximum(3, between(rng, profile.lasts, count).astype(np.int64))
        low, high = spans[profile.trunk]
        if profile.numbers is Numbers.SUBSCRIBER:
            places = seats[places]
            joined[places] = begins
        groups[kind] = Group(
            kind=kind,
            profile=profile,
            first=first,
            habits=habits,
            begins=begins,
            until=begins + lasts,
            sizes=sizes,
            offsets=np.cumsum(sizes) - sizes,
            numbers=shown(profile.numbers, places),
            seats=places,
            trunks=low + scattered_below(high - low, seed, first + np.arange(count)),
        )
        first += count
    foreign = np.array([name.startswith(Trunk.FOREIGN.value) for name in trunks])
    return Cast(seed, groups, subscribers, joined, trunks, foreign)


def _trunks(scale: float) -> tuple[list[str], dict[Trunk, tuple[int, int]]]:
    """Names of all trunks, and the places of each kind's."""
    shares = {Trunk.LOCAL: 400, Trunk.BUSINESS: 60, Trunk.TRANSIT: 40, Trunk.FOREIGN: 20}
    names: list[str] = []
    spans = {}
    for kind, share in shares.items():
        low = len(names)
        names.extend(f"{kind.value}-{n + 1}" for n in range(max(4, round(share * scale))))
        spans[kind] = (low, len(names))
    return names, spans
