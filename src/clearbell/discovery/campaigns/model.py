"""Facts of campaigns, and what ties their numbers together."""

from __future__ import annotations

import enum

import msgspec


class Tie(enum.Enum):
    """What two suspect numbers have in common; named as its weight in the pack is."""

    HOLDER = "same_holder"
    GROUP = "same_group"
    TRUNK = "same_trunk"
    CALLEES = "shared_callees"
    RANGES = "called_ranges"
    HOURS = "same_hours"


TIE_WORDS = {
    Tie.HOLDER: ("使用主体相同", "one holder"),
    Tie.GROUP: ("同一号码群", "one group of numbers"),
    Tie.TRUNK: ("中继相同", "one trunk"),
    Tie.CALLEES: ("被叫相同", "the same callees"),
    Tie.RANGES: ("被叫号段相近", "the same called ranges"),
    Tie.HOURS: ("呼叫时段相近", "the same hours"),
}


class Suspect(msgspec.Struct, frozen=True):
    """A number that a finding names, and what its calls tell."""

    number: int
    holder: str
    trunk: str
    """The trunk of most of its calls."""
    groups: tuple[str, ...]
    """Findings of groups that it is in."""
    callees: frozenset[int]
    ranges: dict[int, int]
    """Calls by range of 10,000 numbers."""
    hours: tuple[int, ...]
    """Calls by local hour."""


class Link(msgspec.Struct, frozen=True, order=True):
    """Two numbers that belong together."""

    one: int
    other: int
    weight: float
    ties: tuple[str, ...]

    @property
    def ends(self) -> tuple[int, int]:
        """The two numbers."""
        return (self.one, self.other)


class Anchor(msgspec.Struct, frozen=True, order=True):
    """Something that several numbers of a campaign have: a holder, a group, a trunk."""

    tie: str
    name: str
    numbers: tuple[int, ...]


class Bonds(msgspec.Struct, frozen=True):
    """What holds a campaign together."""

    pairs: dict[str, int]
    """By tie: linked pairs of numbers that have it."""
    anchors: tuple[Anchor, ...]
    shared: tuple[Link, ...]
    """Links of numbers that called the same numbers, the heaviest first; not all of many."""


class Component(msgspec.Struct, frozen=True):
    """Numbers that links hold together."""

    numbers: tuple[int, ...]
    bonds: Bonds


class Campaign(msgspec.Struct, frozen=True):
    """A campaign as it stands."""

    campaign: str
    first_day: int
    """Local days since 1970."""
    last_day: int
    numbers: tuple[int, ...]
    """Those in it on its last day."""
    bonds: Bonds


class Chapter(msgspec.Struct, frozen=True):
    """What changed in a campaign on a day."""

    day: int
    joined: int
    left: int
    numbers: int
    """How many there were after it."""


class CampaignJoined(msgspec.Struct, frozen=True):
    """A number became part of a campaign (kind ``discovery.campaign-joined``)."""

    campaign: str
    number: int
    day: int


class CampaignLeft(msgspec.Struct, frozen=True):
    """A number is no longer part of a campaign (kind ``discovery.campaign-left``)."""

    campaign: str
    number: int
    day: int


FACTS: dict[str, type[msgspec.Struct]] = {
    "discovery.campaign-joined": CampaignJoined,
    "discovery.campaign-left": CampaignLeft,
}
