"""The first page of the enterprise door, and the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection, Row

from clearbell.calls import DAY
from clearbell.consent.sums import SOON_DAYS, Counted, counted
from clearbell.desk.firms import count_reports_against, sanctions_against
from clearbell.labels.cards.model import State as CardState
from clearbell.labels.cards.queries import cards_of_party
from clearbell.labels.cards.service import missing_papers
from clearbell.numbering import NumberClass, class_of, format_e164
from clearbell.records.outcomes.queries import BY_CALLS, BY_DAY, outcome_totals, outcomes
from clearbell.registry.applications.model import State as ApplicationState
from clearbell.registry.applications.queries import applications_of
from clearbell.registry.contracts.model import State as ContractState
from clearbell.registry.contracts.queries import contracts_of_party
from clearbell.registry.model import Purpose
from clearbell.registry.queries import BY_FIRST, BY_HOLDER, BY_PURPOSE, held_by, party_row, resources_of_party
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.limits import Limits, Nearness
from clearbell.web.firm.page import Line, day_words, listed, page, rung_words, shown, tenant
from clearbell.web.firm.sanctions import on_whom
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish, choice
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.revocation import shown_time

_EVIDENCE = re.compile(r"\s*[((][…,,、 ]+[))]")
LATELY_DAYS = 7
_LOOKED_AT = 200
CALL_DAYS = 30
ACTIONS = ("allow", "label", "challenge", "reject")


@page("/firm")
def overview(request: Asked, gate: ServedGate) -> Response[str]:
    """What waits, what is in force, how close it is to a limit."""
    party, language, now = tenant(request), language_of(request), gate.now()
    offset = gate.pack.utc_offset_minutes
    since = now - LATELY_DAYS * DAY
    with gate.store.read() as conn:
        known = party_row(conn, party)
        own = resources_of_party(conn, party, _LOOKED_AT)
        near = max(
            (one for _, one in Limits(conn, gate).nearest(own, 20)),
            key=lambda one: (one.share, one.hour),
            default=Nearness(0, 0, 0, 0, ""),
        )
        consents = counted(conn, held_by(party), now, lapse_of(gate), offset)
        fields: dict[str, Any] = {
            "party": known.name if known is not None else party,
            "waiting": _waiting(conn, party, language),
            "sanctions": [
                (one.sanction, rung_words(gate.pack, one.current or one.rung, language), on_whom(one, language),
                 shown_time(one.until, gate))
                for one in sanctions_against(conn, party, 5, alive=True)
            ],
            "numbers": sum(one.last - one.first + 1 for one in own),
            "near": near,
            "near_number": format_e164(near.number) if near.number else "",
            "near_why": FIRM[language][f"limit_{near.why}"] if near.why else "",
            "consents": consents.holding,
            "counted": counted_words(consents, gate, language),
            "reports": count_reports_against(conn, party, since),
            "calls": outcome_totals(conn, held_by(party), (since + offset * 60_000_000) // DAY),
        }  # fmt: skip
    fields["calls_in_all"] = sum(fields["calls"].values())
    return shown(request, "overview.html", days=LATELY_DAYS, soon=SOON_DAYS, **fields)


def counted_words(found: Counted, gate: ServedGate, language: Language) -> str:
    """As of when consents are counted, where that is not now; empty: it is."""
    words = FIRM[language]
    if found.missing:
        return words["counted_not_yet"]
    return words["counted_as_of"].format(at=shown_time(found.at, gate)) if found.at else ""


def lapse_of(gate: ServedGate) -> int | None:
    """How long a consent without a stated period lasts, µs; None: without end."""
    days = gate.pack.limit("consent_days")
    return None if days is None else int(days * DAY)


def _waiting(conn: Connection, party: str, language: Language) -> list[tuple[str, str]]:
    """What waits for the firm: words and where."""
    words = FIRM[language]
    found = []
    for one in applications_of(conn, party, _LOOKED_AT):
        if one.state in (ApplicationState.HELD.value, ApplicationState.REFUSED.value, ApplicationState.LAPSED.value):
            state = words[f"application_{one.state}"]
            found.append(
                (f"{words['application']} {one.application}: {state}", f"/firm/applications/{one.application}")
            )
    found += [
        (f"{words['contract']} {one.contract}: {words['to_sign']}", f"/firm/contracts/{one.contract}")
        for one in contracts_of_party(conn, party, _LOOKED_AT)
        if one.state == ContractState.OFFERED.value
    ]
    found += [
        (f"{words['card']} {one.card}: {words['papers_missing']}", f"/firm/cards/{one.card}")
        for one in cards_of_party(conn, party, _LOOKED_AT)
        if one.state == CardState.APPLIED.value and missing_papers(conn, one)
    ]
    return [(said[:1].upper() + said[1:], path) for said, path in found[:20]]


@page("/firm/numbers")
def numbers(request: Asked, gate: ServedGate) -> Response[Any]:
    """The numbers with their state, and how much of their limit they used."""
    party, language = tenant(request), language_of(request)
    words = FIRM[language]
    table = Table(
        "numbers",
        (
            Head("number", order="number"),
            Head("number_class"),
            Head("purpose", order="purpose"),
            Head("holder", order="holder"),
            Head("state"),
            Head("hour", is_count=True),
            Head("limit", is_count=True),
            Head("limit_by"),
            Head("day_calls", is_count=True),
        ),
        {"number": BY_FIRST, "purpose": BY_PURPOSE, "holder": BY_HOLDER},
        (choice("purpose", [one.value for one in Purpose], words, "purpose_"),),
    )
    near: dict[str, Nearness] = {}

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        found = resources_of_party(conn, party, wish.limit, wish.order, wish.after, wish.values.get("purpose", ""))
        # A file of thousands of ranges looks at the first numbers of each.
        looked = Limits(conn, gate).nearest(found, 5 if wish.is_file else 200)
        near.update({row.resource: one for row, one in looked})
        return found

    return listed(
        request, gate, table, rows, lambda row: _number(row, near[row.resource], gate, language), hint="numbers_hint"
    )


def _number(row: Any, near: Nearness, gate: ServedGate, language: Language) -> Line:
    words = FIRM[language]
    state = (
        Cell(rung_words(gate.pack, near.barred, language), tag="late")
        if near.barred
        else Cell(words["active"], tag="in")
    )
    if row.inbound_only and not near.barred:
        state = Cell(words["inbound_only"])
    whose = format_e164(row.first) + (f" – {format_e164(row.last)}" if row.last != row.first else "")
    used = str(near.hour) + (f" ({format_e164(near.number)})" if near.number and row.last != row.first else "")
    if near.limit and near.share >= 0.8:
        used = Cell(used, tag="late")  # type: ignore[assignment]
    return (
        whose,
        _class_words(class_of(row.first), language),
        words[f"purpose_{row.purpose}"],
        row.holder,
        state,
        used,
        near.limit or "–",
        words[f"limit_{near.why}"] if near.why else "",
        near.day,
    )


def _class_words(kind: NumberClass, language: Language) -> str:
    return FIRM[language][f"number_class_{kind.value}"]


@page("/firm/calls")
def calls(request: Asked, gate: ServedGate) -> Response[Any]:
    """What became of the calls: by day, action and reason."""
    party, language = tenant(request), language_of(request)
    words = FIRM[language]
    since = (gate.now() + gate.pack.utc_offset_minutes * 60_000_000) // DAY - CALL_DAYS
    reasons = tuple((name, reason_words(gate, name, language)) for name in (*gate.pack.prices, "total", "fail-open"))
    table = Table(
        "calls",
        (Head("day", order="day"), Head("action"), Head("reason"), Head("calls", is_count=True, order="calls")),
        {"day": BY_DAY, "calls": BY_CALLS},
        (choice("action", ACTIONS, words, "action_"), Filter("reason", Kind.CHOICE, reasons)),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        action, reason = wish.values.get("action", ""), wish.values.get("reason", "")
        return outcomes(conn, held_by(party), since, wish.limit, wish.order, wish.after, action=action, reason=reason)

    def line(row: Row[Any]) -> Line:
        action = Cell(words[f"action_{row.action}"], tag=row.action)
        return day_words(row.day), action, reason_words(gate, row.reason, language), f"{row.calls:,}"

    with gate.store.read() as conn:
        totals = outcome_totals(conn, held_by(party), since)
    return listed(
        request, gate, table, rows, line, "calls.html", days=CALL_DAYS,
        totals=[(name, words[f"action_{name}"], f"{totals.get(name, 0):,}") for name in ACTIONS],
    )  # fmt: skip


class _Left(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def reason_words(gate: ServedGate, reason: str, language: Language) -> str:
    """What decided, without the evidence of one call."""
    price = gate.pack.prices.get(reason)
    if price is not None:
        words = (price.zh if language == "zh" else price.en).format_map(_Left())
        # What is nothing but evidence in brackets goes with it.
        return _EVIDENCE.sub("", words)
    return FIRM[language].get(f"reason_{reason}", reason)


def overview_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the overview, the numbers and the calls."""
    return [overview, numbers, calls]
