"""Bodies of the API of sanctions."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from clearbell.desk.effects import effects_of
from clearbell.desk.ladder import Asked, Proposal
from clearbell.desk.sanctioning import is_through
from clearbell.desk.subjects import Subject
from clearbell.desk.touching import Numbers, Touched
from clearbell.numbering import format_e164, mask
from clearbell.policy.model import Pack
from clearbell.sanctions.life import stages_of
from clearbell.sanctions.model import Announced, Rung, Stage, State, Target
from clearbell.sanctions.queries import notices_about, restrictions_of
from clearbell.web.case_bodies import SanctionBody, Words
from clearbell.web.schemas import BadFieldError, Name, NumberKey, NumberText, to_number, to_time


class OnBody(msgspec.Struct, forbid_unknown_fields=True):
    """On whom a sanction of a case would fall: by default what the case is about, else one of those named."""

    case: Name
    number: NumberText | NumberKey = ""
    holder: Name = ""
    trunk: Name = ""
    provider: Name = ""


class DecideBody(SanctionBody, kw_only=True, forbid_unknown_fields=True):
    """A sanction of a confirmed case."""

    case: Name


class LiftBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why a sanction is taken back."""

    reason: Words


class LiftNamedBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which restriction or sanction is lifted, and why."""

    restriction: Name
    """Its id, also of one that is of no case."""
    reason: Words


class LiftedView(msgspec.Struct):
    """What was lifted."""

    restriction: str
    seq: int
    """Place of the ledger's entry."""


class StageView(msgspec.Struct):
    """A rung, until when."""

    rung: Rung
    until: int
    """µs UTC; 0: until lifted."""
    limit: int


class ToldView(msgspec.Struct):
    """By which way its subject was told."""

    event: str
    channel: str
    notice: str
    counts: bool
    fault: str
    delivered: bool


class SanctionView(msgspec.Struct):
    """A sanction as it stands."""

    sanction: str
    case: str
    target: Target
    on: str
    """Number (masked in lists), holder, trunk or access provider."""
    state: State
    rung: Rung
    """At which it began."""
    current: Rung
    reason: str
    officer: str
    announced: int
    """Times are µs UTC; 0: none."""
    start: int
    latest: int
    bitten: int
    until: int
    ends: int
    ended: int
    undone: bool
    unproven: bool
    """In force although its notice was not delivered."""


class FullView(msgspec.Struct):
    """A sanction with all that belongs to it."""

    sanction: SanctionView
    words: str
    order: str
    proposed: str
    """The rung that was due by the ladder; empty: it followed an order."""
    stages: list[StageView]
    told: list[ToldView]
    restrictions: list[str]
    labelled: int
    contracts: list[str]
    listed: list[str]
    """Entries on the blacklist."""


class ProposalView(msgspec.Struct):
    """The rung that is due, and why."""

    rung: Rung
    category: str
    zh: str
    en: str
    earlier: list[str]
    """Sanctions that count."""


class NumbersView(msgspec.Struct):
    """A set of numbers: how many, and the first of them, masked."""

    count: int
    some: list[str]


class TouchedView(msgspec.Struct, kw_only=True):
    """What would follow from a sanction. Nothing of it has happened."""

    target: Target
    on: str
    proposal: ProposalView
    rung: Rung
    at_once: bool
    start: int
    latest: int
    stages: list[StageView]
    holder: str
    holder_name: str
    numbers: NumbersView
    other_numbers: NumbersView
    trunks: list[str]
    outgoing_stopped: bool
    incoming_stopped: bool
    labelled: NumbersView
    labels_now: int
    contracts: list[str]
    listed: int
    ways: list[str]
    few: bool
    """Fewer ways than must be told before it bites: it would wait until ``latest``."""
    standing: list[str]


class DecidedView(msgspec.Struct):
    """A sanction that was announced, or put in force where it is urgent."""

    sanction: SanctionView
    stages: list[StageView]


def to_subject(body: OnBody | SanctionBody, pack: Pack) -> Subject | None:
    """On whom it falls, as the body names it; None: what the case is about. Raises :class:`BadFieldError`."""
    named = [one for one in (body.number, body.holder, body.trunk, body.provider) if one]
    if len(named) > 1:
        raise BadFieldError(
            "number",
            "号码、使用主体、中继、接入方只能写一个",
            "name only one of number, holder, trunk and provider",
        )
    if body.number:
        return Subject(Target.NUMBER, to_number(body.number, "number", pack.home, blank_allowed=False))
    for target, name in ((Target.HOLDER, body.holder), (Target.TRUNK, body.trunk), (Target.PROVIDER, body.provider)):
        if name:
            return Subject(target, name=name)
    return None


def to_asked(body: SanctionBody, pack: Pack) -> Asked:
    """The sanction that is wanted. Raises :class:`BadFieldError`."""
    return Asked(
        body.reason,
        body.rung,
        to_time(body.start, 0),
        to_time(body.until, 0),
        body.limit,
        to_subject(body, pack),
        body.order,
        body.words,
    )


def sanction_view(row: Row[Any], *, masked: bool) -> SanctionView:
    """A sanction for whoever asks."""
    number = (mask if masked else format_e164)(row.number) if row.number else ""
    return SanctionView(
        row.sanction,
        row.case_id,
        Target(row.target),
        number or row.name,
        State(row.state),
        Rung(row.rung),
        Rung(row.current),
        row.reason,
        row.officer,
        row.announced,
        row.start,
        row.latest,
        row.bitten,
        row.until,
        row.ends,
        row.ended,
        row.undone,
        row.undelivered != "[]",
    )


def full_view(conn: Connection, row: Row[Any]) -> FullView:
    """A sanction with all that belongs to it."""
    effects = effects_of(conn, row.sanction)
    return FullView(
        sanction_view(row, masked=False),
        row.words,
        row.order,
        row.proposed,
        stage_views(stages_of(row)),
        [
            ToldView(one.event, one.channel, one.notice, one.counts, one.fault, is_through(conn, one))
            for one in notices_about(conn, row.sanction)
        ],
        restrictions_of(conn, row.sanction),
        effects.labelled,
        list(effects.contracts),
        list(effects.entries),
    )


def stage_views(stages: tuple[Stage, ...]) -> list[StageView]:
    """Rungs for whoever asks."""
    return [StageView(one.rung, one.until, one.limit) for one in stages]


def proposal_view(found: Proposal) -> ProposalView:
    """What is due for whoever asks."""
    return ProposalView(found.rung, found.category, found.zh, found.en, list(found.earlier))


def touched_view(found: Touched) -> TouchedView:
    """A preview for whoever asks."""
    fact: Announced = found.announced
    return TouchedView(
        target=fact.target,
        on=format_e164(fact.number) if fact.number else fact.name,
        proposal=proposal_view(found.proposal),
        rung=fact.rung,
        at_once=fact.at_once,
        start=fact.start,
        latest=fact.latest,
        stages=stage_views(fact.stages),
        holder=found.holder,
        holder_name=found.holder_name,
        numbers=_numbers(found.numbers),
        other_numbers=_numbers(found.other_numbers),
        trunks=list(found.trunks),
        outgoing_stopped=found.outgoing,
        incoming_stopped=found.incoming,
        labelled=_numbers(found.labelled),
        labels_now=found.labels_now,
        contracts=list(found.contracts),
        listed=found.listed,
        ways=[one.value for one in found.ways],
        few=found.few,
        standing=list(found.standing),
    )


def _numbers(found: Numbers) -> NumbersView:
    return NumbersView(found.count, [mask(one) for one in found.some])
