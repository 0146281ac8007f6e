"""Critical findings open cases, or join those that are open: one for a campaign, else one for a number or holder.

A finding only asks for somebody to look. Findings about trunks and about harmed called numbers accuse nobody, and open none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select

from clearbell.calls import DAY, MINUTE
from clearbell.cases.evidence import Evidence
from clearbell.cases.evidence import Finding as Found
from clearbell.cases.model import Opened, Source, Unit, UnitKind
from clearbell.cases.service import Due, do_open
from clearbell.cases.tables import case_evidence
from clearbell.consent.codes import new_code
from clearbell.discovery.campaigns.queries import campaigns_on
from clearbell.discovery.detectors.model import Level, Subject
from clearbell.discovery.findings.model import Finding
from clearbell.discovery.findings.queries import lasting
from clearbell.ledger import Act
from clearbell.policy.model import Pack

_PAGE = 500


def do_open_cases(act: Act, day: int, pack: Pack, due: Due, randomness: Callable[[int], bytes]) -> int:
    """Bring the critical findings of a local day (since 1970) into cases; returns how many cases are new.

    A finding enters a case once, however often its day is asked about.
    """
    campaign_of = {number: one.campaign for one in campaigns_on(act.conn, day) for number in one.numbers}
    evidence: dict[tuple[UnitKind, str], list[Evidence]] = {}
    ends = min(act.at, (day + 1) * DAY - pack.utc_offset_minutes * MINUTE)
    for found in _critical(act.conn, day):
        unit = _unit(found, campaign_of)
        if unit is not None:
            saw = Found(found.detector, {name: round(value, 4) for name, value in found.evidence.items()})
            evidence.setdefault(unit, []).append(Evidence(saw, ends, "discovery", found.finding))
    opened = 0
    for (kind, name), seen in sorted(evidence.items(), key=lambda one: (one[0][0].value, one[0][1])):
        reason = Opened(Source.DETECTOR, Unit(kind, name), tuple(seen))
        opened += do_open(act, new_code(randomness), reason, pack.cases, due).opened
    return opened


def _critical(conn: Connection, day: int) -> list[Finding]:
    """The day's critical findings that are in no case yet: a number may have joined a campaign since it got its own."""
    found = [one for one in lasting(conn, day) if one.level is Level.CRITICAL and one.last_day >= day]
    known: set[str] = set()
    for start in range(0, len(found), _PAGE):
        names = [one.finding for one in found[start : start + _PAGE]]
        known.update(
            conn.execute(select(case_evidence.c.reference).where(case_evidence.c.reference.in_(names))).scalars()
        )
    return [one for one in found if one.finding not in known]


def _unit(found: Finding, campaign_of: Mapping[int, str]) -> tuple[UnitKind, str] | None:
    if found.subject is Subject.HOLDER:
        return UnitKind.HOLDER, found.unit
    if found.subject is Subject.CALLER:
        campaign = campaign_of.get(int(found.unit))
        return (UnitKind.CAMPAIGN, campaign) if campaign else (UnitKind.NUMBER, found.unit)
    if found.subject is Subject.GROUP:
        names = Counter(campaign_of[one] for one in found.members if one in campaign_of)
        return (UnitKind.CAMPAIGN, min(names, key=lambda name: (-names[name], name))) if names else None
    return None
