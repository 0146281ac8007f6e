"""Which facts of the ledger a case's story is told from, and which calls on record."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, select

from clearbell.appeals.model import Filed, Paper, sealed_for
from clearbell.appeals.model import Moved as AppealMoved
from clearbell.appeals.tables import appeal
from clearbell.cases.evidence import Content, Recording, VerificationCall
from clearbell.cases.files import case_of, part_of, units_in
from clearbell.cases.model import DEADLINES, CaseMoved, CaseOpened, State, Unit, UnitKind
from clearbell.cases.tables import case_file
from clearbell.cases.wording import STATES, unit_words
from clearbell.desk.appeals.telling import notice_key
from clearbell.ledger.tables import ledger_entry, ledger_sealed
from clearbell.notices.model import Channel
from clearbell.notices.queries import notice_of
from clearbell.notices.recipients import masked, subject_of
from clearbell.notices.service import notice_id
from clearbell.policy.deadlines import DEADLINES as TERMS
from clearbell.policy.model import Pack
from clearbell.records.model import CallRecord
from clearbell.reports.complaints.model import DEADLINES as COMPLAINT_DEADLINES
from clearbell.reports.complaints.model import ComplaintMoved
from clearbell.sanctions.queries import notices_about, restriction_of, restrictions_of, sanctions
from clearbell.story.calls import runs_of
from clearbell.story.model import Deadline, Event, Story
from clearbell.story.wording import FACTS, Words, lane_of, said_of
from clearbell.verification.queries import calls_like, calls_to_lines

_CHUNK = 500
_OPEN_KINDS = (
    "sanctions.lifted",
    "enforcement.sent",
    "enforcement.acknowledged",
    "enforcement.overdue",
    "deadlines.passed",
)
"""Kinds of which some or all facts stand in the entry itself, for they name nobody."""
_decode: dict[str, Callable[[bytes], Any]] = {kind: msgspec.json.Decoder(fact).decode for kind, fact in FACTS.items()}
_raw_facts = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _About(msgspec.Struct):
    """The ids that a story follows."""

    cases: set[str]
    numbers: set[int]
    since: int
    sanctions: set[str]
    restrictions: set[str]
    notices: dict[str, tuple[str, str]]
    """Channel and masked recipient of each."""
    calls: set[str]
    """Test calls."""
    appeals: set[str]
    subjects: set[str]
    """Under whom their facts are sealed."""


def gather(conn: Connection, case: str, pack: Pack, calls: Iterable[CallRecord] = (), now: int = 0) -> Story:
    """The story of a case and of those merged into it.

    ``calls``: calls on record, of which those from its numbers are told. ``now``: when it is told, µs UTC. Raises
    :class:`~clearbell.cases.errors.UnknownCaseError`.
    """
    row = case_of(conn, case)
    about = _about(conn, case)
    words = Words(pack, _times(pack), lambda notice: about.notices.get(notice, ("", "")))
    facts = _facts(conn, about)
    met = _met(facts)
    events = _together([_event(entry, fact, words, met) for entry, fact in facts])
    barred = _barred(conn, about)
    events += runs_of([one for one in calls if one.caller in about.numbers], barred, words.shown)
    events.sort(key=lambda event: (event.at, event.seq))
    unit = Unit(UnitKind(row.unit_kind), row.unit)
    head = conn.execute(
        select(ledger_entry.c.seq, ledger_entry.c.hash).order_by(ledger_entry.c.seq.desc()).limit(1)
    ).one()
    return Story(
        case,
        (unit_words(unit, "zh"), unit_words(unit, "en")),
        (STATES[State(row.state)]["zh"], STATES[State(row.state)]["en"]),
        tuple(events),
        (head.seq, bytes(head.hash).hex()),
        now or max((event.at for event in events), default=0),
        barred,
    )


def numbers_of(conn: Connection, case: str) -> list[int]:
    """The numbers that a case and those merged into it are about, whose calls belong to its story."""
    return [unit.number for unit in units_in(conn, case) if unit.number]


def _about(conn: Connection, case: str) -> _About:
    parts = part_of(conn, case)
    units = units_in(conn, case)
    since: int = conn.execute(select(func.min(case_file.c.since)).where(case_file.c.case.in_(parts))).scalar_one()
    found = _About(
        cases=set(parts),
        numbers={unit.number for unit in units if unit.number},
        since=since,
        sanctions=set(),
        restrictions=set(),
        notices={},
        calls=set(),
        appeals=set(),
        subjects={unit.name for unit in units},
    )
    for part in parts:
        for row in sanctions(conn, case=part, limit=None):
            found.sanctions.add(row.sanction)
            found.restrictions |= {row.sanction, *restrictions_of(conn, row.sanction)}
            if row.number:
                found.subjects.add(str(row.number))
            for told in notices_about(conn, row.sanction):
                _add_notice(conn, told.notice, found)
        for call in calls_like(conn, case=part, limit=_CHUNK):
            found.calls.add(call.call)
            found.subjects.add(str(call.number))
            for back in calls_to_lines(conn, answers=call.call, limit=_CHUNK):
                found.subjects.add(str(back.caller))
    query = select(appeal.c.appeal).where(
        appeal.c.case_id.in_(parts) | appeal.c.number.in_(found.numbers) & (appeal.c.filed >= since)
    )
    for name in conn.execute(query).scalars():
        found.appeals.add(name)
        found.subjects.add(sealed_for(name))
        entries = select(ledger_sealed.c.seq).where(ledger_sealed.c.subject == sealed_for(name)).distinct()
        for seq in conn.execute(entries).scalars():
            _add_notice(conn, notice_id(notice_key(name, seq)), found)
    return found


def _add_notice(conn: Connection, name: str, found: _About) -> None:
    known = notice_of(conn, name)
    if known is not None:
        channel = Channel(known.channel)
        found.notices[name] = (channel.value, masked(channel, known.recipient))
        found.subjects.add(str(subject_of(channel, known.recipient)))


def _facts(conn: Connection, about: _About) -> list[tuple[Any, Any]]:
    """Entries and facts, in the order of the chain."""
    found: list[tuple[Any, Any]] = []
    columns = (ledger_entry.c.seq, ledger_entry.c.at, ledger_entry.c.kind, ledger_entry.c.actor, ledger_entry.c.hash)
    subjects = sorted(about.subjects)
    for start in range(0, len(subjects), _CHUNK):
        query = (
            select(*columns, ledger_sealed.c.data, ledger_sealed.c.item)
            .join(ledger_sealed, ledger_sealed.c.seq == ledger_entry.c.seq)
            .where(
                ledger_sealed.c.subject.in_(subjects[start : start + _CHUNK]),
                ledger_sealed.c.data.is_not(None),
                _told_of(about),
                ledger_entry.c.kind.in_(list(FACTS)),
            )
        )
        found.extend((row, _decode[row.kind](bytes(row.data))) for row in conn.execute(query))
    open_ = select(*columns, ledger_entry.c.body).where(
        ledger_entry.c.kind.in_(_OPEN_KINDS), _told_of(about), ledger_entry.c.sealed == 0
    )
    for entry in conn.execute(open_):
        found.extend((entry, _decode[entry.kind](bytes(fact))) for fact in _raw_facts(bytes(entry.body)))
    kept = [(entry, fact) for entry, fact in found if _belongs(entry.kind, fact, about)]
    return sorted(kept, key=lambda pair: pair[0].seq)


def _told_of(about: _About) -> ColumnElement[bool]:
    return ledger_entry.c.at >= about.since


def _belongs(kind: str, fact: Any, about: _About) -> bool:
    """Whether a fact is of this story: the same person may have others."""
    room = kind.partition(".")[0]
    if room == "cases":
        return fact.case in about.cases
    if room == "verification":
        named = fact.call if hasattr(fact, "call") else fact.answers
        return named in about.calls
    if room == "appeals":
        return fact.appeal in about.appeals
    if room == "notices":
        return fact.notice in about.notices
    if room == "enforcement":
        return fact.restriction in about.restrictions
    if room == "sanctions":
        named = getattr(fact, "sanction", "") or getattr(fact, "restriction", "")
        return named in about.sanctions or named in about.restrictions
    if room == "deadlines":
        return fact.subject in about.cases or fact.number in about.numbers
    return fact.number in about.numbers


def _together(events: Sequence[Event]) -> list[Event]:
    """One for all facts of an entry that say the same, with how many they are."""
    return [_times_said(one, times) for one, times in Counter(events).items()]


def _times_said(one: Event, times: int) -> Event:
    if times == 1:
        return one
    return msgspec.structs.replace(one, zh=f"{times} 项:{one.zh}", en=f"{times} times: {one.en}", count=times)


def _event(entry: Row[Any], fact: Any, words: Words, met: dict[tuple[str, int], int]) -> Event:
    zh, en, tone = said_of(entry.kind, fact, words)
    return Event(
        entry.at,
        lane_of(entry.kind),
        zh,
        en,
        _who(entry, fact),
        entry.kind,
        entry.seq,
        bytes(entry.hash).hex(),
        tone,
        _digests(fact),
        _deadline(entry, fact, met),
    )


def _who(entry: Row[Any], fact: Any) -> str:
    """The officer where one is named, else the source, else who appended it."""
    named = getattr(fact, "officer", "") or getattr(fact, "opener", "") or getattr(fact, "filer", "")
    if entry.kind == "cases.evidence":
        return str(fact.source)
    if entry.kind == "reports.received":
        return entry.actor if fact.source in entry.actor else f"{entry.actor} ({fact.source})"
    return str(named or entry.actor)


def _digests(fact: Any) -> tuple[str, ...]:
    what = getattr(fact, "what", None)
    if isinstance(what, VerificationCall | Content):
        return (what.recording,) if what.recording else ()
    if isinstance(what, Recording):
        return (what.digest,)
    if isinstance(fact, Paper):
        return (fact.digest,)
    seen = getattr(fact, "evidence", "")
    if isinstance(seen, str):
        return (seen,) if seen else ()
    return tuple(one for one in (getattr(seen, "heard", ""), getattr(seen, "said", "")) if one)


def _met(facts: Sequence[tuple[Any, Any]]) -> dict[tuple[str, int], int]:
    """When what each step of a case or complaint left to be done was done: by the next step."""
    waiting: dict[str, int] = {}
    met = {}
    for entry, fact in facts:
        if isinstance(fact, CaseOpened | CaseMoved | ComplaintMoved | Filed | AppealMoved):
            name = _follows(fact)
            if name in waiting:
                met[name, waiting[name]] = entry.at
            waiting[name] = entry.seq
    return met


def _follows(fact: CaseOpened | CaseMoved | ComplaintMoved | Filed | AppealMoved) -> str:
    if isinstance(fact, Filed | AppealMoved):
        return f"appeal {fact.appeal}"
    return f"complaint {fact.report}" if isinstance(fact, ComplaintMoved) else fact.case


def _deadline(entry: Row[Any], fact: Any, met: dict[tuple[str, int], int]) -> Deadline | None:
    if isinstance(fact, CaseOpened | CaseMoved) and fact.due:
        state = fact.state if isinstance(fact, CaseMoved) else State.OPENED
        terms = TERMS[DEADLINES[state]]
        return Deadline(terms.zh, terms.en, fact.due, met.get((_follows(fact), entry.seq), 0))
    if isinstance(fact, Filed | AppealMoved) and fact.due:
        return Deadline("申诉决定", "decision on the appeal", fact.due, met.get((_follows(fact), entry.seq), 0))
    if entry.kind == "sanctions.announced" and fact.channels:
        return Deadline("最迟生效", "it takes effect at the latest", fact.latest)
    if entry.kind == "enforcement.sent":
        return Deadline("确认", "to be acknowledged", fact.due)
    if isinstance(fact, ComplaintMoved) and fact.due:
        terms = TERMS[COMPLAINT_DEADLINES[fact.state]]
        return Deadline(terms.zh, terms.en, fact.due, met.get((_follows(fact), entry.seq), 0))
    return None


def _barred(conn: Connection, about: _About) -> tuple[tuple[int, int], ...]:
    found = []
    for name in sorted(about.restrictions):
        row = restriction_of(conn, name)
        if row is not None:
            ends = [end for end in (row.lifted, row.until) if end]
            found.append((row.start, min(ends) if ends else 0))
    return tuple(sorted(found))


def _times(pack: Pack) -> Callable[[int], str]:
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    return lambda at: datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%Y-%m-%d %H:%M:%S")
