"""Audiences of mass notices by query: who is meant, one at a time, however many they are.

Each source is one query over the rooms. Its result is read as a stream; memory does not grow with the audience, except for
``called``, which holds eight bytes for each number, and for cases and restrictions, whose people are counted in hundreds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select, union

from clearbell.cases.files import case_of, units_in
from clearbell.cases.model import UnitKind
from clearbell.consent.tables import consent, own_list, refusal, wish
from clearbell.notices.errors import BadRecipientError
from clearbell.notices.mass.audience import CHANNELS, Gathered, Person
from clearbell.notices.mass.errors import BadMassError
from clearbell.notices.mass.model import Audience, Source
from clearbell.notices.mass.tables import mass_list, opt_out
from clearbell.notices.model import Channel
from clearbell.notices.recipients import check_recipient, masked
from clearbell.numbering import classify
from clearbell.policy.model import MassRules
from clearbell.records.lake import Lake
from clearbell.registry.admission.tables import line
from clearbell.registry.contacts.model import Contact
from clearbell.registry.contacts.queries import (
    contacts_of_holder,
    contacts_of_number,
    contacts_of_provider,
    contacts_of_trunk,
)
from clearbell.registry.tables import holder, resource
from clearbell.reports.complaints.model import State as ComplaintState
from clearbell.reports.complaints.tables import complaint
from clearbell.reports.tables import report
from clearbell.sanctions.model import Rung, Target
from clearbell.sanctions.tables import restriction

Range = tuple[int, int]
"""Numbers from the first to the last, both included."""

_Item = TypeVar("_Item")
_PAGE = 5_000
_CONDITIONS = 200
_SILENT = frozenset({Rung.BARRED.value, Rung.CONTRACT_ENDED.value, Rung.BLACKLISTED.value})
"""A number under one of these takes no SMS."""
_UNANSWERED = [s.value for s in ComplaintState if s not in (ComplaintState.ANSWERED, ComplaintState.WITHDRAWN)]


class Sources(msgspec.Struct, frozen=True):
    """Where audiences are looked for, besides the store."""

    lake: Callable[[], Lake]
    numbers_of: Callable[[Connection, str], Collection[int]]
    """The numbers of a campaign."""


class Preview(msgspec.Struct, frozen=True):
    """An audience as it would be now."""

    count: int
    left_out: dict[str, int]
    """How many were left out, by reason."""
    sample: list[str]
    """Some of them, masked."""


def gather(
    conn: Connection,
    audience: Audience,
    channels: Collection[Channel],
    rules: MassRules,
    purpose: str,
    sources: Sources,
    at: int,
) -> Gathered:
    """Who is meant at ``at`` (µs UTC), as a stream that reads ``conn``; the reasons are whole when it has ended.

    Whoever opted out is left out, unless the purpose is mandatory. Raises :class:`BadMassError` for a holder, list or
    campaign that is not there, and :class:`~clearbell.cases.errors.UnknownCaseError`.
    """
    left_out: dict[str, int] = {}
    found = _FOUND[audience.source](_Search(conn, audience, channels, sources, at, left_out))
    people = _reachable(_narrowed(found, audience), channels, left_out)
    if not rules.is_mandatory(purpose):
        people = _without_opted_out(conn, people, left_out)
    return Gathered(people, left_out)


def preview(gathered: Gathered, sample: int, chance: random.Random) -> Preview:
    """Count an audience and draw a sample of it."""
    drawn: list[Person] = []
    count = 0
    for person in gathered.people:
        count += 1
        if len(drawn) < sample:
            drawn.append(person)
        elif (place := chance.randrange(count)) < sample:
            drawn[place] = person
    return Preview(count, gathered.left_out, [masked(CHANNELS[p.channel], p.recipient) for p in drawn])


class _Search(msgspec.Struct, frozen=True):
    conn: Connection
    audience: Audience
    channels: Collection[Channel]
    sources: Sources
    at: int
    left_out: dict[str, int]

    def rows(self, query: Any) -> Iterator[Row[Any]]:
        yield from self.conn.execute(query, execution_options={"yield_per": _PAGE})

    def numbers(self, query: Any) -> Iterator[Person]:
        for (number,) in self.rows(query):
            yield Person(str(number))

    def callers(self) -> list[Range]:
        """The numbers of the case or campaign; empty where neither is named."""
        wanted = self.audience
        if wanted.campaign:
            return self._campaign(wanted.campaign)
        found: list[Range] = []
        if wanted.case:
            case_of(self.conn, wanted.case)
            for unit in units_in(self.conn, wanted.case):
                if unit.kind is UnitKind.NUMBER:
                    found.append((unit.number, unit.number))
                elif unit.kind is UnitKind.HOLDER:
                    found += _ranges(self.conn, unit.name)
                else:
                    found += self._campaign(unit.name)
        return found

    def _campaign(self, name: str) -> list[Range]:
        numbers = self.sources.numbers_of(self.conn, name)
        if not numbers:
            raise BadMassError(f"没有活动 {name},或其中没有号码", f"no campaign `{name}` has numbers", "campaign")
        return [(number, number) for number in sorted(numbers)]


def _subscribers(search: _Search) -> Iterator[Person]:
    said = [select(column.label("number")) for column in (consent.c.callee, refusal.c.callee, own_list.c.owner)]
    said += [
        select(wish.c.owner.label("number")),
        select(line.c.number.label("number")).where(line.c.ended == 0, line.c.number != 0),
    ]
    return search.numbers(union(*said).order_by("number"))


def _consent(search: _Search) -> Iterator[Person]:
    query = select(consent.c.callee).distinct().order_by(consent.c.callee)
    query = query.where(consent.c.withdrawn == 0, (consent.c.until == 0) | (consent.c.until > search.at))
    if search.audience.holder:
        _holder(search.conn, search.audience.holder)
        query = query.where(consent.c.holder == search.audience.holder)
    if search.audience.purpose:
        query = query.where(consent.c.purpose == search.audience.purpose)
    return search.numbers(query)


def _settings(search: _Search) -> Iterator[Person]:
    owners = union(select(own_list.c.owner.label("number")), select(wish.c.owner.label("number")))
    return search.numbers(owners.order_by("number"))


def _registered(search: _Search) -> Iterator[Person]:
    _holder(search.conn, search.audience.holder)
    for first, last in _ranges(search.conn, search.audience.holder):
        for number in range(first, last + 1):
            yield Person(str(number))


def _called(search: _Search) -> Iterator[Person]:
    wanted, lake = search.audience, search.sources.lake()
    since, until = wanted.since, wanted.until or search.at
    if not since and wanted.case:
        since = case_of(search.conn, wanted.case).since
    caller, start = pc.field("caller"), pc.field("start")
    where = (start >= since) & (start < until) & _among(caller, search.callers())
    found = pa.array([], pa.int64())
    for day in lake.days():
        if lake.day_of(since) <= day <= lake.day_of(until):
            more = lake.read(day, day, ["callee"], where).column("callee")
            found = pc.unique(pa.chunked_array([found, *more.chunks], pa.int64()))
    found = found.sort()
    pseudonyms = pc.sum(pc.less(found, 0)).as_py() or 0
    if pseudonyms:
        search.left_out["pseudonym"] = pseudonyms
    for at in range(0, len(found), _PAGE):
        for number in found.slice(at, _PAGE).to_pylist():
            if number > 0:
                yield Person(str(number))


def _among(column: pc.Expression, callers: list[Range]) -> pc.Expression:
    wanted = column.isin(pa.array([first for first, last in callers if first == last], pa.int64()))
    for first, last in callers:
        if first != last:
            wanted |= (column >= first) & (column <= last)
    return wanted


def _reporters(search: _Search) -> Iterator[Person]:
    stands = (report.c.withdrawn == 0, report.c.wanted.is_(False), report.c.reporter != 0)
    return _of_callers(search, select(report.c.reporter).where(*stands), report.c.number)


def _waiting(search: _Search) -> Iterator[Person]:
    query = select(complaint.c.reporter).distinct()
    query = query.where(complaint.c.state.in_(_UNANSWERED), complaint.c.reporter != 0)
    if not (search.audience.case or search.audience.campaign):
        return search.numbers(query.order_by(complaint.c.reporter))
    return _of_callers(search, query, complaint.c.number)


def _of_callers(search: _Search, query: Select[Any], column: ColumnElement[int]) -> Iterator[Person]:
    found: set[int] = set()
    for some in _pages(search.callers(), _CONDITIONS):
        where = or_(*(column.between(first, last) for first, last in some))
        found.update(search.conn.execute(query.where(where)).scalars())
    for number in sorted(found):
        yield Person(str(number))


def _restricted(search: _Search) -> Iterator[Person]:
    query = select(restriction).where(restriction.c.lifted == 0, restriction.c.start <= search.at)
    query = query.where((restriction.c.until == 0) | (restriction.c.until > search.at))
    if search.audience.rungs:
        query = query.where(restriction.c.rung.in_(search.audience.rungs))
    told: set[str] = set()
    for row in search.conn.execute(query.order_by(restriction.c.number, restriction.c.name)).all():
        found = _contact(search, row)
        if found is None:
            search.left_out["no-contact"] = search.left_out.get("no-contact", 0) + 1
        elif found.recipient not in told:
            told.add(found.recipient)
            yield found


def _contact(search: _Search, row: Row[Any]) -> Person | None:
    target = Target(row.target)
    if target is Target.NUMBER:
        known: list[Contact] = contacts_of_number(search.conn, row.number)
    elif target is Target.HOLDER:
        known = contacts_of_holder(search.conn, row.name)
    else:
        known = (contacts_of_trunk if target is Target.TRUNK else contacts_of_provider)(search.conn, row.name)
    for channel in search.channels:
        for one in known:
            if one.way.value == channel.value:
                return Person(one.address, CHANNELS.index(channel), one.language)
    if target is Target.NUMBER and row.rung not in _SILENT and Channel.SMS in search.channels:
        return Person(str(row.number))
    return None


def _listed(search: _Search) -> Iterator[Person]:
    mine = select(mass_list).where(mass_list.c.list == search.audience.list)
    if search.conn.execute(mine.limit(1)).first() is None:
        raise BadMassError(f"没有名单 {search.audience.list}", f"there is no list `{search.audience.list}`", "list")
    for row in search.rows(mine.order_by(mass_list.c.recipient)):
        yield Person(row.recipient, row.channel, row.language)


_FOUND: dict[Source, Callable[[_Search], Iterator[Person]]] = {
    Source.SUBSCRIBERS: _subscribers,
    Source.CONSENT: _consent,
    Source.SETTINGS: _settings,
    Source.HOLDER: _registered,
    Source.CALLED: _called,
    Source.REPORTERS: _reporters,
    Source.WAITING: _waiting,
    Source.RESTRICTED: _restricted,
    Source.LIST: _listed,
}


def _holder(conn: Connection, name: str) -> None:
    if conn.execute(select(holder.c.holder).where(holder.c.holder == name)).first() is None:
        raise BadMassError(f"没有使用主体 {name}", f"there is no holder `{name}`", "holder")


def _ranges(conn: Connection, name: str) -> list[Range]:
    query = select(resource.c.first, resource.c.last).where(resource.c.holder == name).order_by(resource.c.first)
    return [(row.first, row.last) for row in conn.execute(query)]


def _narrowed(people: Iterable[Person], audience: Audience) -> Iterator[Person]:
    classes, countries, prefixes = frozenset(audience.classes), frozenset(audience.countries), audience.prefixes
    if not (classes or countries or prefixes):
        yield from people
        return
    for person in people:
        if CHANNELS[person.channel] is not Channel.SMS or not person.recipient.startswith(prefixes or ("",)):
            continue
        if classes or countries:
            facts = classify(int(person.recipient))
            if (classes and facts.number_class not in classes) or (countries and facts.country not in countries):
                continue
        yield person


def _reachable(people: Iterable[Person], channels: Collection[Channel], left_out: dict[str, int]) -> Iterator[Person]:
    for person in people:
        channel = CHANNELS[person.channel]
        if channel not in channels:
            left_out["other-channel"] = left_out.get("other-channel", 0) + 1
            continue
        if channel is Channel.SMS:
            try:
                check_recipient(channel, int(person.recipient))
            except BadRecipientError:
                left_out["takes-no-sms"] = left_out.get("takes-no-sms", 0) + 1
                continue
        yield person


def _without_opted_out(conn: Connection, people: Iterable[Person], left_out: dict[str, int]) -> Iterator[Person]:
    for page in _pages(people, _PAGE):
        query = select(opt_out.c.recipient).where(opt_out.c.recipient.in_([person.recipient for person in page]))
        gone = set(conn.execute(query).scalars())
        if gone:
            left_out["opted-out"] = left_out.get("opted-out", 0) + len(gone)
        yield from (person for person in page if person.recipient not in gone) if gone else page


def _pages(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    each = iter(items)
    while page := list(islice(each, size)):
        yield page
