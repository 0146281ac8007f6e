"""Scorecards: how the access each provider gave is used, trunk by trunk (谁接入谁负责, regime 1.2)."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from clearbell.calls import HOUR, Action, Decision
from clearbell.enforcement.queries import alarms_by_provider
from clearbell.registry.queries import resource_of
from clearbell.registry.tables import party, resource, trunk
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report
from clearbell.sanctions.model import Target
from clearbell.sanctions.tables import restriction

REPEATS = 2
"""Restrictions within the period that make a holder a repeat offender."""
_BATCH = 500


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
    """About calls in the period, by numbers that called on this trunk most."""
    hours_to_act: float | None = None
    """Median from the first complaint about a number to the first restriction on it or its holder; None: none yet."""
    repeat_offenders: tuple[str, ...] = ()
    """Holders on the trunk that were restricted more than once."""
    unacknowledged: int = 0
    """Restrictions that this provider's switches did not acknowledge in the pack's time: of all its trunks together."""

    @property
    def unwanted_share(self) -> float:
        """Share of attempts that were refused or labelled."""
        return (self.refused + self.labelled) / self.attempts if self.attempts else 0.0

    @property
    def complaints_per_10000(self) -> float:
        """Complaints for 10,000 attempts."""
        return 10_000 * self.complaints / self.attempts if self.attempts else 0.0


def scorecards(conn: Connection, decisions: Iterable[Decision], since: int, until: int) -> list[Scorecard]:
    """Score every trunk from the decisions, reports and restrictions between two times (µs UTC), worst first.

    A provider without a trunk, such as another carrier, has a card where it let restrictions lie.
    """
    cards: dict[str, Scorecard] = {}
    for row in conn.execute(
        select(trunk.c.trunk, trunk.c.provider, party.c.name).join(
            party, party.c.party == trunk.c.provider, isouter=True
        )
    ):
        cards[row.trunk] = Scorecard(row.provider, row.name or "", row.trunk)
    for (names,) in conn.execute(select(resource.c.trunks)):
        for name in names.split():
            if name in cards:
                cards[name].resources += 1
    used: dict[int, Counter[str]] = defaultdict(Counter)
    for decision in decisions:
        call = decision.call
        if not since <= call.at < until or not call.trunk:
            continue
        card = cards.setdefault(call.trunk, Scorecard("", "", call.trunk))
        card.attempts += 1
        card.refused += decision.action is Action.REJECT
        card.labelled += decision.action is Action.LABEL
        if call.caller:
            used[call.caller][call.trunk] += 1
    home = {number: trunks.most_common(1)[0][0] for number, trunks in used.items()}
    first = _complaints(conn, cards, home, since, until)
    _acts(conn, cards, home, first, since, until)
    found = [*cards.values(), *_alarms(conn, cards, since, until)]
    return sorted(
        found, key=lambda c: (-c.unwanted_share, -c.complaints_per_10000, -c.unacknowledged, c.trunk, c.provider)
    )


def _alarms(conn: Connection, cards: dict[str, Scorecard], since: int, until: int) -> list[Scorecard]:
    """Put alarms of enforcement on the cards of their providers; returns cards for those that have none."""
    alarms = alarms_by_provider(conn, since, until)
    for card in cards.values():
        card.unacknowledged = alarms.get(card.provider, 0) if card.provider else 0
    without = sorted(set(alarms) - {card.provider for card in cards.values()} - {""})
    names = {row.party: row.name for row in conn.execute(select(party).where(party.c.party.in_(without)))}
    return [Scorecard(one, names.get(one, ""), "", unacknowledged=alarms[one]) for one in without]


def _complaints(
    conn: Connection, cards: dict[str, Scorecard], home: dict[int, str], since: int, until: int
) -> dict[int, int]:
    """Count complaints on the cards; returns of each number its first complaint in the period."""
    first: dict[int, int] = {}
    numbers = sorted(home)
    for start in range(0, len(numbers), _BATCH):
        rows = conn.execute(
            select(report.c.number, report.c.received).where(
                report.c.number.in_(numbers[start : start + _BATCH]),
                COUNTS,
                report.c.wanted.is_(False),
                report.c.at >= since,
                report.c.at < until,
            )
        )
        for number, received in rows:
            cards[home[number]].complaints += 1
            first[number] = min(received, first.get(number, received))
    return first


def _acts(
    conn: Connection, cards: dict[str, Scorecard], home: dict[int, str], first: dict[int, int], since: int, until: int
) -> None:
    starts: dict[int | str, list[int]] = defaultdict(list)
    for row in conn.execute(
        select(restriction).where(
            restriction.c.start >= since,
            restriction.c.start < until,
            restriction.c.target.in_([Target.NUMBER.value, Target.HOLDER.value]),
            # A sanction that stepped down is one act, not two.
            restriction.c.sanction.in_(["", restriction.c.restriction]),
        )
    ):
        starts[row.number or row.name].append(row.start)
    holders = {}
    for number in home:
        found = resource_of(conn, number)
        holders[number] = found.holder if found is not None else ""
    took: dict[str, list[float]] = defaultdict(list)
    offenders: dict[str, set[str]] = defaultdict(set)
    times: Counter[str] = Counter()
    for number in home:
        if holder := holders[number]:
            times[holder] += len(starts.get(number, ()))
    for holder in set(filter(None, holders.values())):
        times[holder] += len(starts.get(holder, ()))
    for number, name in home.items():
        holder = holders[number]
        if holder and times[holder] >= REPEATS:
            offenders[name].add(holder)
        complained = first.get(number)
        if complained is not None:
            acts = [at for key in (number, holder) if key for at in starts.get(key, ()) if at >= complained]
            if acts:
                took[name].append((min(acts) - complained) / HOUR)
    for name, card in cards.items():
        card.hours_to_act = statistics.median(took[name]) if took[name] else None
        card.repeat_offenders = tuple(sorted(offenders[name]))
