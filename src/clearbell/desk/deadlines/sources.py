"""Which deadlines are open: for each kind, where it is kept and what follows when it passes.

To have a deadline kept by the clock, keep its time (µs UTC, 0: none) in a column of the row that it is about, name the
kind in :mod:`clearbell.policy.deadlines` (``DEADLINES`` where the pack sets the time, ``STATED`` where the act states
it), and add a :class:`Source` to ``SOURCES``::

    Source("order_due", lambda pack: Kept(regulator_order.c.order, regulator_order.c.due, regulator_order.c.state == "open"))

Name in :mod:`clearbell.desk.deadlines.catalogue` where the pack says it; a test holds the two together.

``then`` is called in the act that records the passing, with the fact. A time is set by
:func:`clearbell.policy.deadlines.due_after` in the act that starts it; whoever meets the deadline changes the row so that
it is open no more. Nothing is to be called. Followers read ``deadlines.passed``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, cast, false, literal, literal_column, true

from clearbell.appeals import model as appeals
from clearbell.appeals.service import do_be_late as do_be_late_appeal
from clearbell.appeals.service import do_lapse as do_lapse_papers
from clearbell.appeals.tables import appeal
from clearbell.calls import DAY
from clearbell.cases import model as cases
from clearbell.cases.service import do_be_late
from clearbell.cases.tables import case_file
from clearbell.consent.evidence import do_remove_evidence
from clearbell.consent.tables import consent, evidence
from clearbell.desk.deadlines.model import Passed
from clearbell.desk.reassignment import AGEING
from clearbell.ledger import Act
from clearbell.policy.model import Pack
from clearbell.registry.applications import service as applications
from clearbell.registry.applications.model import State as Application
from clearbell.registry.applications.tables import application
from clearbell.registry.contracts.model import State as Contract
from clearbell.registry.contracts.service import do_withdraw_offer
from clearbell.registry.contracts.tables import contract
from clearbell.registry.reassignment.tables import number_disconnect
from clearbell.reports.complaints import model as complaints
from clearbell.reports.complaints.tables import complaint
from clearbell.sanctions.tables import restriction
from clearbell.vault import Vault

SECOND, MINUTE, HOUR = 1, 60, 3600
MANY = 500
EVIDENCE = "evidence_kept"
OFFER = "contract_offer"
PASSED = "deadlines.passed"


@dataclass(frozen=True)
class Kept:
    """Where open deadlines of a kind are, as SQL over one table, in the order of an index by ``since``."""

    subject: ColumnElement[str]
    """Id of what is due; with ``due`` it names the deadline. Begins with the number, where it names one."""
    since: ColumnElement[int]
    """µs UTC; 0: none. A column as it is stored."""
    open: ColumnElement[bool]
    """What holds while it was not met."""
    number: ColumnElement[int] | None = None
    """Set where the subject names somebody's number: then the fact is sealed, and erased with it."""
    after: int = 0
    """How long after ``since`` it is due, µs."""

    @property
    def due(self) -> ColumnElement[int]:
        """When it is due, µs UTC."""
        return self.since + self.after if self.after else self.since

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """The soonest first. Very many that are due at once are those that name numbers."""
        return (self.since, self.subject) if self.number is None else (self.since, self.number, self.subject)

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """What is read of each: ``subject``, ``due`` and ``number`` (0: it names none)."""
        number = literal(0) if self.number is None else self.number
        return self.subject.label("subject"), self.due.label("due"), number.label("number")


@dataclass(frozen=True)
class Works:
    """What may be needed when a deadline passes."""

    pack: Pack
    vault: Vault


@dataclass(frozen=True)
class Source:
    """A kind of deadline."""

    kind: str
    kept: Callable[[Pack], Kept | Sequence[Kept]]
    """One, or one for each index that has a part of them in order."""
    then: Callable[[Act, Sequence[Passed], Works], None] | None = None
    """What follows, in the act that records the passing."""
    at_once: int = 1
    """Most that pass in one act: a consequence that fails takes these back, and no others."""
    every: int = SECOND
    """Seconds between two looks of a node."""
    stays: bool = False
    """Rows stay open after it passed, and there may be a great many: what was due long ago is not looked at again."""
    fact: str = PASSED
    """The kind of fact that says that it passed. Any other than this one is appended by the room that it belongs to,
    which keeps its own time; see :mod:`clearbell.desk.deadlines.rooms`."""

    def places(self, pack: Pack) -> Sequence[Kept]:
        """Where they are."""
        found = self.kept(pack)
        return (found,) if isinstance(found, Kept) else found


def each_state(
    subject: ColumnElement[str], since: ColumnElement[int], state: Column[str], states: Iterable[enum.Enum]
) -> Callable[[Pack], Sequence[Kept]]:
    """Those of several states, each by itself: an index by state and time has them in order."""
    found = tuple(Kept(subject, since, state == one.value) for one in states)
    return lambda _: found


def _case(kind: str, state: cases.State) -> Source:
    open_ = (case_file.c.state == state.value) & (case_file.c.merged_into == "")
    return Source(kind, lambda _: Kept(case_file.c.case, case_file.c.due, open_), _be_late)


def _be_late(act: Act, passed: Sequence[Passed], works: Works) -> None:
    for one in passed:
        do_be_late(act, one.subject, one.kind, one.due, works.pack.cases)


def _complaint(kind: str, state: complaints.State) -> Source:
    open_ = complaint.c.state == state.value
    return Source(kind, lambda _: Kept(complaint.c.report, complaint.c.due, open_), at_once=MANY)


def _appeal(kind: str, against: ColumnElement[bool]) -> Source:
    # While papers are waited for, the time to decide does not run.
    running = (appeals.State.RECEIVED, appeals.State.REVIEWING)
    found = [Kept(appeal.c.appeal, appeal.c.due, (appeal.c.state == one.value) & against) for one in running]
    return Source(kind, lambda _: found, _be_late_appeal)


def _be_late_appeal(act: Act, passed: Sequence[Passed], _works: Works) -> None:
    for one in passed:
        do_be_late_appeal(act, one.subject, one.due)


def _lapse_papers(act: Act, passed: Sequence[Passed], _works: Works) -> None:
    for one in passed:
        do_lapse_papers(act, one.subject)


def _application(kind: str, column: Any, states: list[Application], *, lapses: bool) -> Source:
    kept = each_state(application.c.application, column, application.c.state, states)
    return Source(kind, kept, _lapse if lapses else None)


def _lapse(act: Act, passed: Sequence[Passed], _works: Works) -> None:
    for one in passed:
        applications.do_lapse(act, one.subject)


def _offers(pack: Pack) -> Kept:
    days = pack.deadlines[OFFER].value or 0
    open_ = (contract.c.state == Contract.OFFERED.value) if days else false()
    return Kept(contract.c.contract, contract.c.offered, open_, after=int(days * DAY))


def _withdraw(act: Act, passed: Sequence[Passed], _works: Works) -> None:
    for one in passed:
        do_withdraw_offer(act, one.subject)


def _documents(pack: Pack) -> Kept:
    days = pack.deadlines[EVIDENCE].value or 0
    return Kept(evidence.c.digest, evidence.c.ended, true() if days else false(), after=int(days * DAY))


def _remove(act: Act, passed: Sequence[Passed], works: Works) -> None:
    do_remove_evidence(act, works.vault, [one.subject for one in passed])


def _ageing(_pack: Pack) -> Kept:
    row = number_disconnect.c
    # What was over when it was recorded is no news.
    waits = (row.reassigned == "") & (row.free > row.recorded)
    return Kept(cast(row.number, Text), row.free, waits, row.number)


def _consents(pack: Pack) -> Sequence[Kept]:
    row = consent.c
    name = cast(row.callee, Text) + "/" + row.holder + "/" + row.purpose
    # Written out, so that the indexes of those in force are seen to fit: they have them in order.
    none: ColumnElement[int] = literal_column("0")
    found = [Kept(name, row.until, (row.withdrawn == none) & (row.until > none), row.callee)]
    if (days := pack.limit("consent_days")) is not None:
        open_ = (row.withdrawn == none) & (row.until == none)
        found.append(Kept(name, row.given, open_, row.callee, int(days * DAY)))
    return found


_IN_FORCE = (restriction.c.sanction == "") & (restriction.c.lifted == 0)
SOURCES: tuple[Source, ...] = (
    *(_case(kind, state) for state, kind in cases.DEADLINES.items()),
    *(_complaint(kind, state) for state, kind in complaints.DEADLINES.items()),
    _appeal(appeals.DECIDE_LABEL, appeal.c.subject == appeals.Subject.LABEL.value),
    _appeal(appeals.DECIDE, appeal.c.subject != appeals.Subject.LABEL.value),
    Source(
        appeals.PAPERS,
        lambda _: Kept(appeal.c.appeal, appeal.c.papers_due, appeal.c.state == appeals.State.PAPERS_ASKED.value),
        _lapse_papers,
    ),
    _application(applications.REVIEW, application.c.due, [Application.PENDING, Application.REVIEWED], lapses=False),
    _application(applications.RECHECK, application.c.recheck_at, [Application.APPROVED], lapses=True),
    _application(applications.VALID, application.c.valid_until, [Application.APPROVED], lapses=True),
    Source(OFFER, _offers, _withdraw),
    Source(
        "restriction_ends",
        # One that carries a sanction out ends with its step, which is a fact already.
        lambda _: Kept(restriction.c.restriction, restriction.c.until, _IN_FORCE),
        at_once=MANY,
        every=MINUTE,
        stays=True,
    ),
    Source(EVIDENCE, _documents, _remove, at_once=MANY, every=HOUR),
    Source(AGEING, _ageing, at_once=MANY, every=HOUR, stays=True),
    Source("consent_ends", _consents, at_once=MANY, every=HOUR, stays=True),
)
"""Every deadline that the clock itself passes."""
