"""Bodies of the API of cases."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from sqlalchemy import Row

from clearbell.cases.evidence import Calls, Content, Finding, Recording, VerificationCall
from clearbell.cases.model import State, Unit, UnitKind, Verdict
from clearbell.cases.queries import Line, Taken
from clearbell.cases.wording import line_words
from clearbell.numbering import format_e164
from clearbell.policy.model import Pack
from clearbell.sanctions.model import Rung
from clearbell.web.schemas import Name, NumberKey, NumberText, Time

Words = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]


class OpenBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be looked into, and why: exactly one of number, holder and campaign."""

    words: Words
    number: NumberText | NumberKey = ""
    holder: Name = ""
    campaign: Name = ""
    order: Name = ""
    """The regulator's order that asks for it."""
    officer: Name = ""


class WordsBody(msgspec.Struct, forbid_unknown_fields=True):
    """An officer's words."""

    words: Words = ""
    officer: Name = ""


class AssignBody(msgspec.Struct, forbid_unknown_fields=True):
    """To whom a case is given; empty: to nobody."""

    assignee: Name
    officer: Name = ""


class SnoozeBody(msgspec.Struct, forbid_unknown_fields=True):
    """Until when a case is put off; 0: it is taken up again."""

    until: Time
    words: Words = ""
    officer: Name = ""


class FindBody(msgspec.Struct, forbid_unknown_fields=True):
    """A verdict."""

    verdict: Verdict
    words: Words
    officer: Name = ""


class SecondBody(msgspec.Struct, forbid_unknown_fields=True):
    """A second officer's word on a proposed verdict."""

    agrees: bool
    words: Words = ""
    officer: Name = ""


class UpholdBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is decided about an appeal."""

    upheld: bool
    words: Words
    officer: Name = ""


class MergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """Into which case; empty: it goes on by itself again."""

    into: Name
    words: Words
    officer: Name = ""


class EvidenceBody(msgspec.Struct, forbid_unknown_fields=True):
    """Something that was found out."""

    what: Calls | Content | Finding | Recording | VerificationCall
    source: Name
    at: Time | None = None
    """When it happened; now, when absent."""
    reference: Name = ""
    """Its id at the source: the same kind with the same one enters once."""


class SanctionBody(msgspec.Struct, forbid_unknown_fields=True):
    """A restriction that follows from a confirmed verdict."""

    reason: Words
    rung: Rung | None = None
    """None: the one that is due by the ladder."""
    words: Words = ""
    """Why it is harsher than that."""
    start: Time = 0
    """When it bites at the earliest; 0: as soon as the ladder allows."""
    until: Time = 0
    """End of the rung; 0: as the ladder says."""
    limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """Calls an hour, for ``rate_limit``; 0: the ladder's."""
    number: NumberText | NumberKey = ""
    """On which number or holder, where the case is about several; by default what the case itself is about."""
    holder: Name = ""
    trunk: Name = ""
    """One that connects what the case is about."""
    provider: Name = ""
    """Whoever connected such a trunk."""
    order: Name = ""
    officer: Name = ""


class CaseView(msgspec.Struct):
    """A case as it stands."""

    case: str
    kind: UnitKind
    unit: str
    """The number, or the id of the holder or campaign."""
    state: State
    urgency: int
    urgent: bool
    due: int
    """µs UTC; 0: no deadline."""
    overdue: bool
    opened: int
    snoozed: int
    assignee: str
    merged_into: str
    verdict: str
    proposer: str


class LineView(msgspec.Struct):
    """One line of a case's story."""

    at: int
    """µs UTC."""
    source: str
    zh: str
    en: str
    reference: str
    joins: str
    """The reason that brought it; empty: found in the course of the case."""
    kind: str
    """``taken`` for a step, ``report`` for a report about the number, else the kind of evidence."""


class StoryView(msgspec.Struct):
    """A case with everything that was seen and done, by time."""

    case: CaseView
    story: list[LineView]


class FoundView(msgspec.Struct):
    """A verdict, and what followed from it."""

    case: CaseView
    taught: int
    """Reporters who learned from it."""
    wrong: list[str]
    """Reporters who had been wrong, masked."""
    lifted: list[str]
    """Restrictions that it lifted."""


class SanctionedView(msgspec.Struct):
    """A sanction that was announced, or put in force where it is urgent."""

    case: CaseView
    restriction: str
    """Id of the sanction."""
    rung: Rung
    proposed: Rung | None
    """The rung that was due by the ladder."""
    in_force: bool
    start: int
    """µs UTC."""
    latest: int
    """When it bites though its notice did not get through, µs UTC."""
    until: int
    """End of its last rung, µs UTC; 0: when it is lifted."""


def case_view(row: Row[Any], pack: Pack, now: int) -> CaseView:
    """The row of a case for whoever asks."""
    unit = Unit(UnitKind(row.unit_kind), row.unit)
    return CaseView(
        row.case,
        unit.kind,
        format_e164(unit.number) if unit.number else unit.name,
        State(row.state),
        row.urgency,
        row.urgency >= pack.cases.urgency.urgent_at,
        row.due,
        0 < row.due < now,
        row.opened,
        row.snoozed,
        row.assignee,
        row.merged_into,
        row.verdict,
        row.proposer,
    )


def line_view(line: Line, pack: Pack) -> LineView:
    """A line of a story for whoever asks."""
    tag = "taken" if isinstance(line.what, Taken) else line.what.__struct_config__.tag
    return LineView(
        line.at,
        line.source,
        line_words(line, pack, "zh"),
        line_words(line, pack, "en"),
        line.reference,
        line.joins.value if line.joins else "",
        str(tag or "report"),
    )
