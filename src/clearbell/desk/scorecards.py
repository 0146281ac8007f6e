"""Scorecards: how the access each provider gave is used, trunk by trunk (谁接入谁负责, regime 1.2).

Calls and complaints come from sums that every node keeps by trunk and day; a complaint counts for the trunk that the call
records saw its call come in on. So a card takes as long as its days have restrictions, however many calls there were.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, func, select

from clearbell.calls import DAY, HOUR, MINUTE, Action
from clearbell.enforcement.queries import alarms_by_provider
from clearbell.records.outcomes.queries import calls_by_trunk
from clearbell.records.outcomes.tables import COMPLAINED
from clearbell.registry.queries import spans_of
from clearbell.registry.tables import party, resource, trunk
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report, report_trunk
from clearbell.sanctions.model import Target
from clearbell.sanctions.tables import restriction

REPEATS = 2
"""Restrictions within the period that make a holder a repeat offender."""
MOST_DAYS = 31
"""Longest period that is scored."""
_AT_ONCE = 200
NEWEST = 2_000
"""Restrictions of a period, the newest, that the time to act is reckoned from: a median of them tells as much."""


class Acted(msgspec.Struct, frozen=True):
    """A number that was complained about, and the first restriction on it or its holder after that."""

    number: int
    complained: int
    """When the first complaint came in, µs UTC."""
    began: int
    """When the restriction began, µs UTC."""
    restriction: str
    sanction: str
    """That it carries out; empty: it was given straight."""

    @property
    def hours(self) -> float:
        """From one to the other."""
        return (self.began - self.complained) / HOUR


class Scorecard(msgspec.Struct):
    """What came in on one trunk within a period."""

    provider: str
    """Id of the access provider; empty for a trunk that nobody registered."""
    name: str
    trunk: str
    resources: int = 0
    """Number resources that name the trunk: what was connected."""
    attempts: int = 0
    refused: int = 0
    labelled: int = 0
    complaints: int = 0
    """That came in within the period, about calls that the records saw come in on this trunk."""
    hours_to_act: float | None = None
    """Median from the first complaint about a number to the first restriction on it or its holder, of the newest
    :data:`NEWEST` restrictions of the period; None: none yet."""
    repeat_offenders: tuple[str, ...] = ()
    """Holders on the trunk that were restricted more than once."""
    unacknowledged: int = 0
    """Restrictions that this provider's switches did not acknowledge in the pack's time: of all its trunks together."""
    acts: tuple[Acted, ...] = ()
    """What ``hours_to_act`` is the median of."""
    connected: tuple[str, ...] = ()
    """What ``resources`` counts: each text that number resources name their trunks by."""

    @property
    def unwanted_share(self) -> float:
        """Share of attempts that were refused or labelled."""
        return (self.refused + self.labelled) / self.attempts if self.attempts else 0.0

    @property
    def complaints_per_10000(self) -> float:
        """Complaints for 10,000 attempts."""
        return 10_000 * self.complaints / self.attempts if self.attempts else 0.0


class Period(msgspec.Struct, frozen=True):
    """Whole days, in the pack's zone."""

    first: int
    """Days since 1970-01-01."""
    last: int
    """That day too."""
    utc_offset_minutes: int

    @property
    def since(self) -> int:
        """When it begins, µs UTC."""
        return self.first * DAY - self.utc_offset_minutes * MINUTE

    @property
    def until(self) -> int:
        """When it is over, µs UTC."""
        return (self.last + 1) * DAY - self.utc_offset_minutes * MINUTE


def last_days(now: int, days: int, utc_offset_minutes: int) -> Period:
    """The day of ``now`` (µs UTC) and those before it, ``days`` in all, at most :data:`MOST_DAYS`."""
    today = (now + utc_offset_minutes * MINUTE) // DAY
    return Period(today - min(max(days, 1), MOST_DAYS) + 1, today, utc_offset_minutes)


def scorecards(conn: Connection, period: Period) -> list[Scorecard]:
    """Score every trunk in a period, worst first.

    A provider without a trunk, such as another carrier, has a card where it let restrictions lie.
    """
    cards: dict[str, Scorecard] = {}
    for row in conn.execute(
        select(trunk.c.trunk, trunk.c.provider, party.c.name).join(
            party, party.c.party == trunk.c.provider, isouter=True
        )
    ):
        cards[row.trunk] = Scorecard(row.provider, row.name or "", row.trunk)
    for names, count in conn.execute(select(resource.c.trunks, func.count()).group_by(resource.c.trunks)):
        for name in names.split():
            if name in cards:
                cards[name].resources += count
                cards[name].connected += (names,)
    for name, action, calls in calls_by_trunk(conn, period.first, period.last):
        card = cards.setdefault(name, Scorecard("", "", name))
        if action == COMPLAINED:
            card.complaints += calls
            continue
        card.attempts += calls
        card.refused += calls if action == Action.REJECT.value else 0
        card.labelled += calls if action == Action.LABEL.value else 0
    _acts(conn, cards, period)
    found = [*cards.values(), *_alarms(conn, cards, period)]
    return sorted(
        found, key=lambda c: (-c.unwanted_share, -c.complaints_per_10000, -c.unacknowledged, c.trunk, c.provider)
    )


def _complaints(period: Period) -> tuple[ColumnElement[bool], ...]:
    within = (report.c.received >= period.since, report.c.received < period.until)
    return (*within, COUNTS, report.c.wanted.is_(False))


def _alarms(conn: Connection, cards: dict[str, Scorecard], period: Period) -> list[Scorecard]:
    """Put alarms of enforcement on the cards of their providers; returns cards for those that have none."""
    alarms = alarms_by_provider(conn, period.since, period.until)
    for card in cards.values():
        card.unacknowledged = alarms.get(card.provider, 0) if card.provider else 0
    without = sorted(set(alarms) - {card.provider for card in cards.values()} - {""})
    names = {row.party: row.name for row in conn.execute(select(party).where(party.c.party.in_(without)))}
    return [Scorecard(one, names.get(one, ""), "", unacknowledged=alarms[one]) for one in without]


def _held(number: Any, what: Column[Any]) -> ColumnElement[str]:
    """Of the resource that a number of another table belongs to; the empty text where nobody registered it."""
    query = (
        select(what)
        .where(resource.c.first <= number, resource.c.last >= number)
        .order_by(resource.c.first.desc())
        .limit(1)
        .correlate(number.table)
    )
    return func.coalesce(query.scalar_subquery(), "")


class _Acts:
    """When numbers and holders were restricted within the period, and on which trunks the registry has the holders."""

    def __init__(self, conn: Connection, period: Period) -> None:
        self.numbers: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        """Of each: when it was restricted, by which restriction, of which sanction."""
        self.holders: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        self.times: Counter[str] = Counter()
        self.came_in: dict[str, set[str]] = defaultdict(set)
        c = restriction.c
        held = _held(c.number, resource.c.holder), _held(c.number, resource.c.trunks)
        query = select(c.number, c.name, c.start, c.restriction, c.sanction, *held).where(
            c.start >= period.since,
            c.start < period.until,
            c.target.in_([Target.NUMBER.value, Target.HOLDER.value]),
            # A sanction that stepped down is one act, not two.
            c.sanction.in_(["", c.restriction]),
        )
        for number, name, start, restricted, sanction, holder, trunks in conn.execute(query.order_by(c.start)):
            (self.numbers[number] if number else self.holders[name]).append((start, restricted, sanction))
            if held := holder or name:
                self.times[held] += 1
                self.came_in[held] |= set(trunks.split())


def _acts(conn: Connection, cards: dict[str, Scorecard], period: Period) -> None:
    acts = _Acts(conn, period)
    first: dict[tuple[int, str, str], int] = {}
    for number, name, holder, received in _complained(conn, period):
        first[number, name, holder] = min(received, first.get((number, name, holder), received))
    took: dict[str, list[Acted]] = defaultdict(list)
    for (number, name, holder), complained in first.items():
        if holder:
            acts.came_in[holder].add(name)
        known = (*acts.numbers.get(number, ()), *acts.holders.get(holder, ()))
        if after := [one for one in known if one[0] >= complained]:
            took[name].append(Acted(number, complained, *min(after)))
    for name, acted in took.items():
        card = cards.setdefault(name, Scorecard("", "", name))
        card.acts, card.hours_to_act = tuple(acted), statistics.median(one.hours for one in acted)
    again: dict[str, set[str]] = defaultdict(set)
    for holder, count in acts.times.items():
        for name in acts.came_in[holder] if count >= REPEATS else ():
            again[name].add(holder)
    for name, holders in again.items():
        if name in cards:
            cards[name].repeat_offenders = tuple(sorted(holders))


def _complained(conn: Connection, period: Period) -> Iterable[tuple[int, str, str, int]]:
    """Number, trunk, holder and first receipt of the period's complaints about what was restricted in it."""
    c = restriction.c
    seen = (report.c.number, report_trunk.c.trunk)
    what = select(*seen, func.min(report.c.received)).where(*_complaints(period)).group_by(*seen)
    trunks = report_trunk.c.report == report.c.report

    def newest(target: Target) -> Select[Any]:
        within = (c.start >= period.since, c.start < period.until, c.target == target.value)
        return select(c.number, c.name).where(*within).order_by(c.start.desc()).limit(NEWEST)

    # Named, some at a time: a database that joins them all would rather read every report of the period.
    numbers = list(dict.fromkeys(number for number, _ in conn.execute(newest(Target.NUMBER))))
    for start in range(0, len(numbers), _AT_ONCE):
        some = report.c.number.in_(numbers[start : start + _AT_ONCE])
        found = what.select_from(report.join(report_trunk, trunks)).where(some).subquery()
        held = _held(found.c.number, resource.c.holder)
        yield from (tuple(row) for row in conn.execute(select(found.c.number, found.c.trunk, held, found.c[2])))
    # Of a holder its ranges first: a database that joins all three begins with every report of the period.
    holders = [name for _, name in conn.execute(newest(Target.HOLDER))]
    spans = [(*span, name) for name in dict.fromkeys(holders) for span in spans_of(conn, name)]
    for first, last, name in spans:
        query = what.select_from(report.join(report_trunk, trunks)).where(report.c.number.between(first, last))
        yield from ((number, trunk_id, name, received) for number, trunk_id, received in conn.execute(query))


class Provider(msgspec.Struct):
    """What an access provider answers for: its trunks together."""

    provider: str
    """Empty: trunks that nobody registered."""
    name: str
    trunks: int
    attempts: int
    refused: int
    labelled: int
    complaints: int
    hours_to_act: float
    """Median over all its trunks; below 0: none yet."""
    repeat_offenders: tuple[str, ...]
    unacknowledged: int
    unwanted_share: float
    complaints_per_10000: float
    offenders: int
    """How many repeat offenders."""


def league(cards: Iterable[Scorecard]) -> list[Provider]:
    """The providers, each with what its cards add up to."""
    of: dict[str, list[Scorecard]] = defaultdict(list)
    for card in cards:
        of[card.provider].append(card)
    return [_together(provider, held) for provider, held in sorted(of.items())]


def _together(provider: str, cards: list[Scorecard]) -> Provider:
    attempts, complaints = sum(card.attempts for card in cards), sum(card.complaints for card in cards)
    refused, labelled = sum(card.refused for card in cards), sum(card.labelled for card in cards)
    hours = [one.hours for card in cards for one in card.acts]
    again = tuple(sorted({holder for card in cards for holder in card.repeat_offenders}))
    return Provider(
        provider,
        next((card.name for card in cards if card.name), ""),
        sum(bool(card.trunk) for card in cards),
        attempts,
        refused,
        labelled,
        complaints,
        statistics.median(hours) if hours else -1.0,
        again,
        # It is the provider's on each of its cards.
        max(card.unacknowledged for card in cards),
        (refused + labelled) / attempts if attempts else 0.0,
        10_000 * complaints / attempts if attempts else 0.0,
        len(again),
    )
