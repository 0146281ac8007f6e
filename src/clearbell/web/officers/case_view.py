"""What the page of a case shows: what it is about, what was seen and done, and what may be done next by whom."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response
from sqlalchemy import Connection, Row

from clearbell.access.model import Permission, Principal
from clearbell.cases.model import State, Unit, UnitKind, Verdict
from clearbell.cases.queries import case_of, category_of
from clearbell.cases.queries import story as lines_of
from clearbell.cases.wording import STATES, VERDICTS, unit_words
from clearbell.desk.ladder import propose
from clearbell.desk.outcomes import MOST_ANSWERED, outcome_of, unanswered
from clearbell.desk.subjects import TARGETS
from clearbell.policy.model import Pack
from clearbell.registry.contacts.queries import contacts_of_holder, contacts_of_number
from clearbell.registry.queries import holder_name, holder_of
from clearbell.reports.hours import reported_hours
from clearbell.reports.queries import descriptions_of
from clearbell.sanctions.life import stages_of
from clearbell.sanctions.queries import sanctions
from clearbell.sanctions.wording import stages_words
from clearbell.web.case_bodies import line_view
from clearbell.web.doors import principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.case_sound import campaign_pictures, sounds_of
from clearbell.web.officers.page import Asked, Language, language_of, show
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

P = Permission


def steps_for(who: Principal, row: Row[Any]) -> list[str]:
    """The forms that a page offers: what the state allows and the role is granted."""
    state = State(row.state)
    offered = []
    if state in (State.OPENED, State.INCONCLUSIVE) and who.may(P.CASES_WORK):
        offered.append("take")
    if state is State.VERIFYING and who.may(P.CASES_DECIDE):
        offered.append("verdict")
    if state is State.PROPOSED and who.may(P.CASES_DECIDE):
        offered.append("second" if row.proposer != who.name else "second_own")
    if state in (State.CONFIRMED, State.SANCTIONED) and who.may(P.SANCTIONS_DECIDE):
        offered.append("sanction")
    if state is State.APPEALED and who.may(P.APPEALS_DECIDE):
        offered.append("appeal")
    if state is not State.CLOSED and who.may(P.CASES_WORK):
        offered.append("note")
    if state in (State.CLEARED, State.SANCTIONED, State.INCONCLUSIVE) and who.may(P.CASES_DECIDE):
        offered.append("close")
    return offered


def _touched(conn: Connection, unit: Unit, pack: Pack) -> dict[str, Any]:
    """Whom a sanction would fall on, and by how many ways they can be told."""
    if unit.kind is UnitKind.NUMBER:
        held = holder_of(conn, unit.number)
        contacts = contacts_of_number(conn, unit.number)
    else:
        held = unit.name
        contacts = contacts_of_holder(conn, unit.name)
    ways = {one.way if pack.ladder.different_channels else (one.way, one.address) for one in contacts}
    return {
        "holder": f"{held} {holder_name(conn, held)}".strip() if held else "",
        "contacts": [one.way.value for one in contacts],
        "few": len(ways) < pack.ladder.channels,
    }


class Kept(msgspec.Struct, frozen=True):
    """What was entered for a sanction that was refused, so that nobody enters it twice."""

    rung: str = ""
    reason: str = ""
    words: str = ""


NOTHING_KEPT = Kept()


def _length(pack: Pack, name: str, language: Language) -> str:
    """How long a rung lasts by the ladder, in words; empty where it has no length."""
    days = pack.ladder.rungs[name].days
    if not days:
        return ""
    return f"{days} 天" if language == "zh" else f"{days} days"


def _answering(
    conn: Connection, row: Row[Any], who: Principal, gate: Gate, language: Language
) -> dict[str, Any] | None:
    """The form that answers all who reported, where the case is decided and somebody waits."""
    if not row.verdict or row.state == State.PROPOSED.value or not who.may(P.COMPLAINTS_HANDLE):
        return None
    waiting = len(unanswered(conn, row.case))
    if not waiting:
        return None
    outcome = outcome_of(conn, row, gate.pack, lambda at: shown_time(at, gate))
    return {"count": waiting, "most": MOST_ANSWERED, "words": getattr(outcome, language)}


def case_view(
    request: Asked,
    gate: ServedGate,
    case: str,
    status: int = 200,
    fault: str = "",
    kept: Kept = NOTHING_KEPT,
    follows: Sequence[str] = (),
) -> Response[str]:
    """The page; raises :class:`~clearbell.cases.errors.UnknownCaseError`. ``follows``: what the sanction entered would do."""
    language = language_of(request)
    now, pack = gate.now(), gate.pack
    words = DESK[language]
    who = principal(request)
    may_reports = who.may(P.REPORTS_READ)
    with gate.store.read() as conn:
        row = case_of(conn, case)
        lines = [line_view(line, pack) for line in lines_of(conn, case)]
        unit = Unit(UnitKind(row.unit_kind), row.unit)
        steps = steps_for(who, row)
        proposal = propose(conn, unit, category_of(conn, case), pack, now) if unit.kind in TARGETS else None
        rungs = [
            (name, _rung(pack, name, language), _length(pack, name, language))
            for name, rules in pack.ladder.rungs.items()
            if unit.kind in TARGETS and TARGETS[unit.kind].value in rules.units
        ]
        touched = _touched(conn, unit, pack) if unit.kind in TARGETS else None
        hours = reported_hours(conn, unit.number, row.since, pack.utc_offset_minutes) if unit.number else []
        given = sanctions(conn, case=case)
        sounds = sounds_of(conn, case, gate.vault, pack, language)
        answering = _answering(conn, row, who, gate, language)
        read = [line.reference for line in lines if line.kind == "report" and may_reports]
        said = descriptions_of(conn, read) if read else {}
        campaign, campaign_life = campaign_pictures(conn, unit, language)
    most = max((count for day in hours for count in day[1]), default=0)
    return show(
        request,
        "case.html",
        status,
        fault=fault,
        case=case,
        unit=unit_words(unit, language),
        state=STATES[State(row.state)][language],
        state_code=row.state,
        urgency=row.urgency,
        urgent=row.urgency >= pack.cases.urgency.urgent_at,
        due=shown_time(row.due, gate),
        late=0 < row.due < now,
        opened=shown_time(row.opened, gate),
        assignee=row.assignee,
        merged_into=row.merged_into,
        verdict=next((w[language] for v, w in VERDICTS.items() if v.value == row.verdict), ""),
        proposer=row.proposer,
        second_words=words["second_hint"].format(
            who=row.proposer,
            verdict=next((w[language] for v, w in VERDICTS.items() if v.value == row.verdict), ""),
            words=row.words,
        ),
        steps=steps,
        sounds=[(one, shown_time(one.at, gate)) for one in sounds],
        campaign=campaign,
        campaign_life=campaign_life,
        may_sanctions=who.may(P.SANCTIONS_READ),
        answering=answering,
        needs_second=bool(pack.cases.four_eyes),
        kept=kept,
        follows=follows,
        verdicts=[(one.value, VERDICTS[one][language]) for one in Verdict],
        proposal=(proposal.rung.value, _rung(pack, proposal.rung.value, language), _sentence(getattr(proposal, language)))
        if proposal
        else None,
        rungs=rungs,
        touched=touched,
        sanctions=[
            (one.sanction, _rung(pack, one.current or one.rung, language), words[f"standing_{one.state}"],
             one.state, shown_time(one.bitten or one.start, gate),
             stages_words(stages_of(one), pack, lambda at: shown_time(at, gate), language), one.officer)
            for one in given
        ],
        runs=_runs([
            {"at": shown_time(line.at, gate), "source": line.source, "words": getattr(line, language), "kind": line.kind,
             "joins": line.joins, "said": said.get(line.reference, ""),
             "page": f"/desk/reports/{quote(line.reference)}" if line.kind == "report" and may_reports else ""}
            for line in lines
        ]),
        hours=[(day, [(count, _shade(count, most)) for count in counts]) for day, counts in hours],
        days=pack.cases.window_days,
    )  # fmt: skip


_MANY = 6
"""Reports in a row that are shown as one line."""


def _runs(lines: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Lines one by one, but many reports in a row, with what counts them, together: a page shows these when asked."""
    found: list[list[dict[str, Any]]] = []
    for told, run in itertools.groupby(lines, lambda line: line["kind"] == "report" or line["source"] == "reports"):
        some = list(run)
        found += [some] if told and len(some) >= _MANY else [[one] for one in some]
    return found


def _sentence(words: str) -> str:
    """As a sentence of its own: the ladder's reasons are written to stand within one."""
    words = words.replace("`", "")
    return words[:1].upper() + words[1:]


def _rung(pack: Pack, name: str, language: Language) -> str:
    words = pack.rungs[name]
    return words.zh if language == "zh" else words.en


def _shade(count: int, most: int) -> int:
    """From 0 to 4: nothing to the busiest hour."""
    return 0 if not count else 1 + min(3, 4 * (count - 1) // max(most, 1))
