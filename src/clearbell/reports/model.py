"""Facts and terms of reports. Every fact kind is sealed for the number it names; marks of bad faith for the reporter's."""

from __future__ import annotations

import enum

import msgspec


class Standing(enum.Enum):
    """What a report counts for."""

    WAITING = "waiting"
    """Its call is still being looked for on record."""
    COUNTED = "counted"
    ASIDE = "aside"
    """On file, and counts for nothing; :class:`Why` says why."""


class Match(enum.Enum):
    """What the call records say of the call that is reported."""

    UNLOOKED = ""
    NO_RECORDS = "no-records"
    """Calls to the reporter are not on record here: nothing can be said."""
    MATCHED = "matched"
    """There was such a call."""
    LOOSE = "loose"
    """There was one, but not quite as told, or it was refused before it rang."""
    NONE = "none"
    """Calls to the reporter are on record, and this one is not among them."""


class Why(enum.Enum):
    """Why a report is set aside."""

    NOTHING = ""
    NO_CALL = "no-call"
    PRIVATE = "private"
    """The two call each other: perhaps a private dispute, for an officer to look at."""
    CONTACT = "contact"
    """The reporter had called the number himself and talked, and had not refused it since."""
    STALE = "stale"
    BURST = "burst"
    """One of many unproven reports about the number on that day."""
    OFFICER = "officer"
    """An officer said so."""


class Duration(enum.Enum):
    """How long the call was, in bands."""

    UNKNOWN = ""
    UNDER_3 = "under-3-min"
    UNDER_10 = "3-to-10-min"
    LONGER = "over-10-min"


class Reported(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Someone complained about a call (kind ``reports.received``)."""

    report: str
    """Unique id of the report; the same id again is a duplicate."""
    source: str
    """Where it came in: ``desk``, ``api``, ``csv``, ``ftc`` …"""
    number: int
    """The number complained about."""
    at: int
    """When the call was, µs UTC (start of the day where only the day is known)."""
    received: int
    """When the complaint was made, µs UTC."""
    reporter: int = 0
    """The reporter's number; 0 when the source does not tell."""
    category: str = ""
    """Category code of the pack; empty when not said."""
    automatic: bool = False
    """A recorded message or robot, as the reporter said."""
    area: str = ""
    """Area of the reporter, as the source gives it."""
    wanted: bool = False
    """No complaint but a vote for the number: the reporter says that its calls are wanted."""
    origin: int = 0
    """Keyed digest of where the report was made (a household, an address), above 0; 0: not known."""
    duration: Duration = Duration.UNKNOWN
    description: str = ""
    """What was said, in the reporter's words."""
    evidence: str = ""
    """Digest of a recording or screenshot in the vault; empty: none."""
    forward: bool = False
    """The reporter wants it passed on to whoever connected the caller."""
    verified: bool = False
    """The reporter proved to have the number, by a one-time code."""

    @property
    def has_details(self) -> bool:
        """Whether it says more than a line of a list does."""
        return bool(
            self.duration is not Duration.UNKNOWN or self.description or self.evidence or self.forward or self.verified
        )


class Weighed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a report counts for from now on (kind ``reports.weighed``)."""

    report: str
    number: int
    standing: Standing
    match: Match = Match.UNLOOKED
    why: Why = Why.NOTHING
    weight: float = 0.0
    """In complaints."""
    proven: bool = False
    """Its reporter is one of those that a label needs."""
    voice: int = 0
    """Whose voice it is: the reporter's number; below 0: that of a place where unproven reports were made; 0: one of
    its own. Not in the ledger, where the fact stands under another person's number: see :meth:`fact`."""
    void: bool = False
    """Void for bad faith, whatever it stood for."""
    officer: str = ""
    reason: str = ""
    """An officer's words, where one decided."""

    def fact(self) -> Weighed:
        """What the ledger keeps: the reporter is named by ``reports.received`` alone, and forgotten there."""
        return msgspec.structs.replace(self, voice=0)


class VerdictLearned(msgspec.Struct, frozen=True):
    """A verdict on a number said who had been right about it (kind ``reports.verdict``)."""

    number: int
    nuisance: bool
    since: int
    until: int
    """Calls in [since, until), µs UTC, were judged."""


class BadFaithMarked(msgspec.Struct, frozen=True):
    """A reporter's reports of a time are void (kind ``reports.bad-faith-marked``)."""

    mark: str
    reporter: int
    since: int
    until: int
    """Reports received in [since, until), µs UTC."""
    officer: str
    reason: str


class BadFaithLifted(msgspec.Struct, frozen=True):
    """A mark was lifted: the reports stand as before (kind ``reports.bad-faith-lifted``)."""

    mark: str
    reporter: int
    officer: str
    reason: str


class ReportWithdrawn(msgspec.Struct, frozen=True):
    """The reporter took the report back (kind ``reports.withdrawn``)."""

    report: str
    number: int


class NumberReset(msgspec.Struct, frozen=True):
    """Complaints of calls before a time count no more: another used the number then (kind ``reports.reset``)."""

    number: int
    before: int
    """µs UTC."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "reports.received": Reported,
    "reports.withdrawn": ReportWithdrawn,
    "reports.reset": NumberReset,
    "reports.weighed": Weighed,
    "reports.verdict": VerdictLearned,
}

MARKS: dict[str, type[msgspec.Struct]] = {
    "reports.bad-faith-marked": BadFaithMarked,
    "reports.bad-faith-lifted": BadFaithLifted,
}
"""Facts about reporters."""
