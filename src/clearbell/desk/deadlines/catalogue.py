"""What becomes of every time in a pack: which deadline it sets, or why it sets none.

The pack is walked, so a time that nobody thought of is found: a test fails until a line of :data:`RULES` covers it. A room that adds a time adds its line here, and its deadline to
:data:`~clearbell.desk.deadlines.sources.SOURCES` or :data:`~clearbell.desk.deadlines.rooms.ROOMS`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from clearbell.desk.deadlines.rooms import ROOMS
from clearbell.desk.deadlines.sources import SOURCES, Source
from clearbell.policy.deadlines import DEADLINES
from clearbell.policy.model import Pack
from clearbell.policy.times import Time, times_of

EVERY: tuple[Source, ...] = (*SOURCES, *ROOMS)
"""Every deadline that is kept, whoever passes it."""


class Why(enum.Enum):
    """Why a time of the pack sets no deadline."""

    CALL = "call"
    """A call, or what is heard in it, is measured by it."""
    COUNT = "count"
    """It says how often something may be within a time, and is looked at when that happens."""
    BACK = "back"
    """It says how far back is looked when something is judged."""
    ACT = "act"
    """What somebody does is judged by it when it is done; until then nothing waits."""
    DAY = "day"
    """It is a time of the day in which something may be done."""
    AGAIN = "again"
    """It spaces what is done anyway; nothing ends with it."""


class Fires(msgspec.Struct, frozen=True):
    """Times that set deadlines."""

    paths: str
    """Where they stand; ``*`` is any text."""
    deadlines: tuple[str, ...]
    """Kinds of :data:`EVERY`."""


class Followed(msgspec.Struct, frozen=True):
    """Times after which a room acts on each of very many rows by itself. Nobody has them to do, so they are not listed."""

    paths: str
    fact: str
    """The kind of fact that says so; empty: only what is gone tells."""
    where: str
    """Modules that act."""


class Judged(msgspec.Struct, frozen=True):
    """Times that set none."""

    paths: str
    why: Why
    where: str
    """Modules that look at them."""


RULES: tuple[Fires | Followed | Judged, ...] = (
    Fires("thresholds.consent_days", ("consent_ends",)),
    Judged("thresholds.*", Why.CALL, "screening.checks"),
    Judged("features.*", Why.CALL, "discovery.features"),
    Judged("learning.max_age_days", Why.BACK, "discovery.learning"),
    Judged("detectors.*.window", Why.BACK, "discovery.detectors"),
    Judged("detectors.*", Why.COUNT, "discovery.detectors"),
    Judged("campaigns.*", Why.CALL, "discovery.campaigns"),
    Judged("hours.*", Why.DAY, "screening.checks, verification.rules"),
    Fires("label.days", ("label_ends",)),
    Judged("label.*_half_life_days", Why.BACK, "reports.reputation"),
    Judged("reports.unproven_per_day", Why.COUNT, "reports.weighing"),
    Followed("reports.records_wait_minutes", "reports.weighed", "desk.matching"),
    Judged("reports.bad_faith_days", Why.ACT, "reports.reporters"),
    Judged("reports.*", Why.BACK, "reports.judging"),
    Followed("retention.*", "", "records.journal, records.retention"),
    Judged("codes.per_*", Why.COUNT, "notices.codes"),
    Judged("codes.*", Why.ACT, "notices.codes"),
    Judged("mass_notices.days_most", Why.ACT, "notices.mass.drafting"),
    Judged("mass_notices.retry_seconds", Why.AGAIN, "notices.mass.sender"),
    Followed("mass_notices.receipt_hours", "notices.mass-no-receipt", "notices.mass.settling"),
    Judged("mass_notices.reply_days", Why.BACK, "desk.answers"),
    Fires("cards.days", ("card_ends",)),
    Judged("cases.window_days", Why.BACK, "cases.opening"),
    # A case that was put off is in the queue again by itself: the queue is a question, and nothing is changed.
    Judged("cases.snooze_days", Why.ACT, "cases.service"),
    Judged("verification.per_*", Why.COUNT, "verification.service"),
    Judged("verification.gap_minutes", Why.COUNT, "verification.service"),
    Judged("verification.spread_minutes", Why.AGAIN, "verification.rules"),
    Judged("verification.call_back_hours", Why.BACK, "verification.service"),
    Followed("verification.recordings_days", "verification.recordings-removed", "verification.service"),
    Followed("verification.prints_days", "", "verification.service"),
    Judged("verification.for_cases.times", Why.DAY, "verification.for_cases"),
    Judged("verification.*_seconds", Why.CALL, "verification.agent"),
    Judged("verification.hearing.*", Why.CALL, "verification.listening"),
    Judged("ladder.look_back_days", Why.BACK, "desk.ladder"),
    Fires("ladder.wait_hours", ("sanction_bites",)),
    Fires("ladder.rungs.*.notice_hours", ("sanction_bites",)),
    Fires("ladder.rungs.*.days", ("sanction_ends",)),
    Fires("ladder.rungs.*.then_days", ("sanction_ends",)),
    Fires("orders.acknowledge_hours", ("order_acknowledge",)),
    Fires("orders.kinds.*.hours", ("must_do_due", "order_due")),
    Fires("enforcement.acknowledge_hours", ("enforcement_acknowledge",)),
    Fires("enforcement.spread_hours", ("enforcement_acknowledge",)),
    Fires("enforcement.act_hours", ("enforcement_acknowledge",)),
    Judged("enforcement.retry_seconds", Why.AGAIN, "enforcement.progress"),
    Judged("deadlines.finding_passes", Why.BACK, "discovery.running"),
    Judged("deadlines.consent_ask_again", Why.ACT, "consent.asking"),
    Judged("deadlines.number_change_filed", Why.ACT, "registry.applications"),
    *(Fires(f"deadlines.{source.kind}", (source.kind,)) for source in SOURCES if source.kind in DEADLINES),
)
"""The first that fits a path holds."""


class Line(msgspec.Struct, frozen=True):
    """One time of a pack, and what becomes of it."""

    time: Time
    rule: Fires | Followed | Judged | None
    """None: nobody has said; the pack cannot be shipped so."""


def catalogue(pack: Pack) -> Iterator[Line]:
    """Every time of a pack, in its order."""
    for time in times_of(pack):
        yield Line(time, rule_for(time.path))


def rule_for(path: str, rules: Sequence[Fires | Followed | Judged] = RULES) -> Fires | Followed | Judged | None:
    """What becomes of the time at that place of the pack."""
    return next((rule for rule in rules if fnmatchcase(path, rule.paths)), None)


def source_of(kind: str) -> Source:
    """The deadline of that name. Raises ``KeyError``."""
    found = next((source for source in EVERY if source.kind == kind), None)
    if found is None:
        raise KeyError(kind)
    return found
