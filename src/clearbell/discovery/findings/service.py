"""Acts on findings."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from clearbell.discovery.detectors.model import Hit, Level, Subject
from clearbell.discovery.findings.model import Found, Joined, Passed
from clearbell.discovery.findings.tables import finding, member, sighting
from clearbell.ledger import Act

PASSES_AFTER = "finding_passes"
"""Name of the pack's deadline: days without being found after which a finding has passed."""
_EPOCH = datetime.date(1970, 1, 1)
_PAGE = 500
_Key = tuple[str, str, str]


class Change(msgspec.Struct, frozen=True):
    """What a day changed."""

    new: int = 0
    raised: int = 0
    """Were warnings and are critical now."""
    lasting: int = 0
    passed: int = 0


class _Known(msgspec.Struct, frozen=True):
    finding: str
    level: Level
    last_day: int


def do_find(act: Act, day: int, hits: Sequence[Hit], looked: Collection[str], policy: str, passes_after: int) -> Change:
    """Keep what was found on a local day (since 1970): new findings, updates of those that last, and those that passed.

    ``looked``: detectors that were asked; findings of others stay as they are. Asked again about the same day, it
    changes nothing but what is found now. A day before one that is kept already changes no present state.
    Appends ``discovery.found`` for what is new or surer, ``discovery.joined`` and ``discovery.passed``.
    """
    lasting = _lasting(act.conn, looked)
    found: list[Found] = []
    joined: list[Joined] = []
    serial = _serial(act.conn, day)
    counts = {"new": 0, "raised": 0, "lasting": 0}
    for hit in hits:
        known = lasting.get((hit.detector, hit.subject.value, hit.unit))
        if known is None:
            serial += 1
            name = f"F-{_EPOCH + datetime.timedelta(day)}-{serial:05d}"
            act.conn.execute(finding.insert().values(finding=name, first_day=day, passed=0, **_state(hit, day, policy)))
            counts["new"] += 1
        else:
            name = known.finding
            if day >= known.last_day:
                act.conn.execute(update(finding).where(finding.c.finding == name).values(**_state(hit, day, policy)))
            raised = hit.level is Level.CRITICAL and known.level is Level.WARNING
            counts["raised" if raised else "lasting"] += 1
        if known is None or (hit.level is Level.CRITICAL and known.level is Level.WARNING):
            found.append(
                Found(
                    name,
                    hit.detector,
                    hit.subject,
                    hit.unit,
                    hit.level,
                    day,
                    hit.window,
                    hit.evidence,
                    hit.limits,
                    policy,
                )
            )
        _see(act.conn, name, day, hit)
        joined.extend(_join(act.conn, name, day, hit.members))
    if found:
        act.append("discovery.found", found, about=lambda one: about(one.subject, one.unit))
    if joined:
        act.append("discovery.joined", joined, about=lambda one: one.number)
    return Change(**counts, passed=_do_pass(act, day, looked, passes_after))


def about(subject: Subject, unit: str) -> int | str:
    """Whom a finding's facts are sealed about: a number for what is a number, so that a person can be erased."""
    if unit.isdigit() and subject in (Subject.CALLER, Subject.CALLEE, Subject.GROUP):
        return int(unit)
    return unit


def do_forget_number(act: Act, number: int) -> int:
    """Delete the findings about a number, and its place in groups; returns how many rows went.

    Sealed facts are erased by ``Act.erase``.
    """
    names = select(finding.c.finding).where(
        finding.c.unit == str(number),
        finding.c.subject.in_([one.value for one in (Subject.CALLER, Subject.CALLEE, Subject.GROUP)]),
    )
    chosen = list(act.conn.execute(names).scalars())
    rows = act.conn.execute(delete(member).where(member.c.number == number)).rowcount
    for table in (sighting, member, finding):
        rows += act.conn.execute(delete(table).where(table.c.finding.in_(chosen))).rowcount
    return rows


def _do_pass(act: Act, day: int, looked: Collection[str], passes_after: int) -> int:
    rows = act.conn.execute(
        select(finding.c.finding, finding.c.subject, finding.c.unit).where(
            finding.c.passed == 0, finding.c.detector.in_(list(looked)), finding.c.last_day <= day - passes_after
        )
    ).all()
    if not rows:
        return 0
    for start in range(0, len(rows), _PAGE):
        names = [row.finding for row in rows[start : start + _PAGE]]
        act.conn.execute(update(finding).where(finding.c.finding.in_(names)).values(passed=day))
    subjects = {row.finding: Subject(row.subject) for row in rows}
    act.append(
        "discovery.passed",
        [Passed(row.finding, row.unit, day) for row in rows],
        about=lambda one: about(subjects[one.finding], one.unit),
    )
    return len(rows)


def _lasting(conn: Connection, looked: Iterable[str]) -> Mapping[_Key, _Known]:
    rows = conn.execute(
        select(
            finding.c.detector,
            finding.c.subject,
            finding.c.unit,
            finding.c.finding,
            finding.c.level,
            finding.c.last_day,
        ).where(finding.c.passed == 0, finding.c.detector.in_(list(looked)))
    )
    return {(row.detector, row.subject, row.unit): _Known(row.finding, Level(row.level), row.last_day) for row in rows}


def _serial(conn: Connection, day: int) -> int:
    """Highest serial number of the findings that a day began with."""
    prefix = f"F-{_EPOCH + datetime.timedelta(day)}-"
    newest = conn.execute(select(func.max(finding.c.finding)).where(finding.c.finding.like(f"{prefix}%"))).scalar()
    return int(newest.removeprefix(prefix)) if newest else 0


def _state(hit: Hit, day: int, policy: str) -> dict[str, object]:
    return {
        "detector": hit.detector,
        "subject": hit.subject.value,
        "unit": hit.unit,
        "level": hit.level.value,
        "window": hit.window,
        "last_day": day,
        "evidence": msgspec.json.encode(hit.evidence).decode(),
        "limits": msgspec.json.encode(hit.limits).decode(),
        "policy": policy,
    }


def _see(conn: Connection, name: str, day: int, hit: Hit) -> None:
    conn.execute(delete(sighting).where(sighting.c.finding == name, sighting.c.day == day))
    conn.execute(
        sighting.insert().values(
            finding=name, day=day, level=hit.level.value, evidence=msgspec.json.encode(hit.evidence).decode()
        )
    )


def _join(conn: Connection, name: str, day: int, members: Sequence[int]) -> list[Joined]:
    if not members:
        return []
    known = set(conn.execute(select(member.c.number).where(member.c.finding == name)).scalars())
    new = [number for number in members if number not in known]
    if new:
        conn.execute(member.insert(), [{"finding": name, "number": one, "first_day": day} for one in new])
    return [Joined(name, one) for one in new]
