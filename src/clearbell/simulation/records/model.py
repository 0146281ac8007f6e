"""What a simulated caller of the call lake really is, and the ranges from which its habits are drawn."""

from __future__ import annotations

import enum

import msgspec

Span = tuple[float, float]
"""Lowest and highest value; each caller draws its own between them."""


class Kind(enum.Enum):
    """What a caller really is."""

    PERSON = "person"
    TALKER = "heavy-talker"
    ELDERLY = "elderly"
    COUPLE = "couple"
    SMALL_BUSINESS = "small-business"
    NEWCOMER = "new-number"
    ROAMER = "roamer"
    OVERSEAS = "family-overseas"
    COURIER = "courier"
    RIDE = "ride"
    REPAIR = "repair"
    CLINIC = "clinic"
    HOTLINE = "hospital-hot-line"
    SCHOOL = "school"
    NOTICE = "emergency-notice"
    REMINDER = "appointment-reminder"
    BANK = "bank"
    CALL_CENTRE = "call-centre"
    DEBT_REMINDER = "debt-reminder"
    POLLSTER = "pollster"
    INBOUND_400 = "inbound-400"
    CONFERENCE = "teleconference"
    MARKETER_FAST = "marketer-fast"
    MARKETER_SLOW = "marketer-slow"
    MISUSE = "misused-purpose"
    NO_CONSENT = "no-consent"
    REDIALLER = "redials-refusers"
    ROTATOR = "rotator"
    ROTATOR_UNKNOWN = "rotator-unregistered"
    SIM_BANK = "sim-bank"
    WANGIRI = "wangiri"
    BOMBER = "bomber"
    SWEEPER = "sweeper"
    ROBOCALL = "robocaller"
    DEBT = "debt-collector"
    SPOOF_NEIGHBOUR = "spoofer-neighbour"
    SPOOF_HOME = "spoofer-home"
    OUTBOUND_400 = "outbound-400"


class Numbers(enum.Enum):
    """What numbers a caller shows."""

    SUBSCRIBER = "subscriber"
    MOBILE = "mobile"
    MIDDLE = "middle"
    FIXED = "fixed"
    SERVICE_95 = "service-95"
    CENTRE_95 = "centre-95"
    TOLL_400 = "toll-400"
    FOREIGN = "foreign"


class Use(enum.Enum):
    """Which of its numbers a call shows."""

    LINE = "line"
    """Each line has its number."""
    TURNS = "turns"
    """A number for some calls, then the next."""
    ALTERNATE = "alternate"
    """Every call the next number."""
    RANDOM = "random"
    NEIGHBOUR = "neighbour"
    """Forged: all but the last four digits are the callee's own."""


class Whom(enum.Enum):
    """Whom it calls, where it does not call a stranger."""

    FRIENDS = "friends"
    LIST = "list"
    ROUND = "round"
    """Its list, one after the other."""
    SWEEP = "sweep"
    """Consecutive numbers."""
    VICTIM = "victim"
    """One number for a day or a few."""


class Trunk(enum.Enum):
    """On what kind of trunk its calls come in."""

    LOCAL = "local"
    BUSINESS = "business"
    TRANSIT = "transit"
    FOREIGN = "gateway"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Habits of a kind. Spans whose lower end is positive are drawn log-uniformly, others uniformly."""

    count: float
    """Callers at scale 1. A caller with many numbers counts once."""
    nuisance: bool = False
    numbers: Numbers = Numbers.MOBILE
    size: Span = (1, 1)
    """Numbers a caller has."""
    use: Use = Use.LINE
    quota: Span = (10, 10)
    """Calls before a number in turn gives way to the next."""
    lines: Span = (1, 1)
    """Calls it can have at one time."""
    trunk: Trunk = Trunk.LOCAL
    holder: bool = False
    """Whether the registry knows who uses the numbers."""
    purpose: str = ""
    """Registered purpose, of those with a holder."""
    category: str = ""
    inbound_only: bool = False
    whom: Whom = Whom.ROUND
    fresh: Span = (0, 0)
    """Share of calls to strangers."""
    listed: Span = (50, 50)
    """Length of its list, or size of its circle of friends."""
    consented: Span = (0, 0)
    """Share of its list that consented."""
    rate: Span
    """Calls on a working day, by all its numbers together."""
    unsteady: Span = (0.1, 0.5)
    """Spread of the daily calls, as a standard deviation of their logarithm."""
    active: Span = (0.8, 1.0)
    """Share of days on which it calls."""
    weekend: Span = (0.5, 1.0)
    """Calls at the weekend, of those on a weekday."""
    starts: Span = (8, 10)
    """Local hour."""
    ends: Span = (17, 20)
    span: Span = (24, 24)
    """Hours from the first to the last call, where shorter than the working day."""
    human_hours: bool = False
    """Spread over the day as people's calls are."""
    regular: Span = (0, 0.1)
    """0: calls at random times; 1: evenly spaced."""
    answer: Span = (0.5, 0.8)
    talk: Span = (30, 90)
    """Median talk, seconds."""
    talk_spread: Span = (0.7, 1.1)
    callee_ends: Span = (0.3, 0.5)
    """Share of answered calls that the callee hangs up."""
    cut_short: Span = (0, 0.05)
    """Share of answered calls that the callee cuts short."""
    script: Span = (0, 0)
    """Share of the other answered calls in which one recording is heard to its end."""
    silent: Span = (0, 0.01)
    """Share of answered calls that the caller drops at once."""
    one_ring: Span = (0, 0.02)
    """Share of unanswered calls hung up after one ring."""
    rejects: Span = (0.01, 0.04)
    """Share of unanswered calls that the callee declines."""
    refused: Span = (0, 0)
    """Share of calls after which the callee asks not to be called again."""
    insists: Span = (0, 0)
    """Share of calls that go to those who refused."""
    failed: Span = (0.002, 0.02)
    """Share of calls to numbers that do not exist."""
    redials: Span = (0.03, 0.2)
    """Share of unanswered calls tried again within minutes."""
    called_back: Span = (0.02, 0.1)
    """Share of calls that the callee returns."""
    inbound: Span = (0, 0)
    """Calls a day that others make to it first."""
    late: bool = False
    """Begins some day within the month rather than before it."""
    lasts: Span = (60, 60)
    """Days from its first to its last."""
    persists: Span = (1, 1)
    """Days for which a victim is called, or a list is kept."""
