"""Whom a sanction would touch, before it is decided: numbers, lists, labels, contracts, and who would be told."""

from __future__ import annotations

import itertools

import msgspec
from sqlalchemy import Connection

from clearbell.cases.queries import category_of
from clearbell.cases.service import Due
from clearbell.desk.effects import ended_with, labelled_with, listed_with
from clearbell.desk.ladder import Asked, Proposal, do_announce_sanction, propose
from clearbell.desk.sanctioning import contacts_for
from clearbell.desk.subjects import Subject
from clearbell.desk.verdicts import on_whom
from clearbell.labels.queries import label_of
from clearbell.ledger import Store
from clearbell.policy.model import Pack
from clearbell.registry.contacts.model import Way
from clearbell.registry.queries import holder_name, holder_of, spans_of, trunks_of
from clearbell.sanctions.model import ALIVE, Announced, Rung, State, Target
from clearbell.sanctions.queries import sanctions_on

MOST_SHOWN = 50
"""Of so many numbers each is named; of more, the first."""
_STOPS = {Rung.OUTGOING_BARRED, Rung.BARRED, Rung.CONTRACT_ENDED, Rung.BLACKLISTED}


class Numbers(msgspec.Struct, frozen=True):
    """A set of numbers, some of them by name."""

    count: int
    some: tuple[int, ...] = ()
    """The first of them, as E.164 digits."""


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What would follow from a sanction. Nothing of it has happened."""

    announced: Announced
    proposal: Proposal
    holder: str = ""
    """Who holds the number, or the holder itself."""
    holder_name: str = ""
    numbers: Numbers
    """That it would fall on."""
    other_numbers: Numbers
    """Of the same holder, which it would not fall on."""
    trunks: tuple[str, ...] = ()
    """Of an access provider, whose calls go on."""
    outgoing: bool = False
    """Whether their calls would stop."""
    incoming: bool = False
    """Whether calls to them would stop."""
    labelled: Numbers = Numbers(0)
    """Numbers that would get a label of it."""
    labels_now: int = 0
    """Of the numbers that it names, those that have a label today."""
    contracts: tuple[str, ...] = ()
    """That would end."""
    listed: int = 0
    """Entries that would come on the blacklist."""
    ways: tuple[Way, ...] = ()
    """By which its subject can be told, the line to be barred not counted."""
    few: bool = False
    """They are fewer than must be told before it bites: it would wait until ``announced.latest``."""
    standing: tuple[str, ...] = ()
    """Other sanctions on the same that are not over."""


class _OnlyLookedError(Exception):
    """Undoes what was done to look at it."""

    def __init__(self, found: Touched) -> None:
        super().__init__()
        self.found = found


def preview(store: Store, case: str, asked: Asked, pack: Pack, due: Due, *, officer: str = "") -> Touched:
    """Whom the sanction would touch. It is announced and taken back in one act, so that whatever would be refused is.

    Raises as :func:`~clearbell.desk.ladder.do_announce_sanction`.
    """
    try:
        with store.act("preview") as act:
            # First: what is announced here is no earlier sanction.
            on, _, _ = on_whom(act, case, asked.on, officer)
            proposal = propose(act.conn, on, category_of(act.conn, case), pack, act.at)
            effects = _effects(act.conn, on, asked.rung or proposal.rung, act.at)
            fact = do_announce_sanction(act, case, asked, pack, due, officer=officer)
            raise _OnlyLookedError(_touched(act.conn, on, fact, proposal, effects))
    except _OnlyLookedError as looked:
        return looked.found


def _held(conn: Connection, on: Subject) -> tuple[str, Numbers, Numbers]:
    """The holder, the numbers that a sanction falls on, and the holder's others."""
    held = holder_of(conn, on.number) if on.number else on.name if on.target is Target.HOLDER else ""
    spans = spans_of(conn, held) if held else []
    all_held = Numbers(sum(last - first + 1 for first, last in spans), _first(spans))
    if on.target is Target.HOLDER:
        numbers, others = all_held, Numbers(0)
    elif on.number:
        within = any(first <= on.number <= last for first, last in spans)
        rest = tuple(one for one in all_held.some if one != on.number)
        numbers, others = Numbers(1, (on.number,)), Numbers(all_held.count - within, rest)
    else:
        numbers, others = Numbers(0), Numbers(0)
    return held, numbers, others


def _first(spans: list[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(itertools.islice((one for first, last in spans for one in range(first, last + 1)), MOST_SHOWN))


class _Effects(msgspec.Struct, frozen=True):
    labels_now: int
    labelled: tuple[int, ...]
    contracts: tuple[str, ...]
    listed: int


def _effects(conn: Connection, on: Subject, rung: Rung, at: int) -> _Effects:
    """What it would do elsewhere, looked at before an urgent one does it."""
    _, numbers, _ = _held(conn, on)
    return _Effects(
        sum(label_of(conn, one, at) is not None for one in numbers.some),
        tuple(labelled_with(conn, on.target, on.number, on.name)) if rung is Rung.LABEL else (),
        tuple(ended_with(conn, on.target, on.name)) if rung is Rung.CONTRACT_ENDED else (),
        len(listed_with(conn, on.target, on.name)) if rung is Rung.BLACKLISTED else 0,
    )


def _touched(conn: Connection, on: Subject, fact: Announced, proposal: Proposal, effects: _Effects) -> Touched:
    held, numbers, others = _held(conn, on)
    stops = on.target is not Target.PROVIDER
    rung = fact.rung
    contacts = contacts_for(conn, on.target, on.number, on.name)
    ways = {one.way if fact.different else (one.way, one.address) for one in contacts}
    others_on = sanctions_on(conn, [(on.target, on.number, on.name)])
    return Touched(
        announced=fact,
        proposal=proposal,
        holder=held,
        holder_name=holder_name(conn, held) if held else "",
        numbers=numbers,
        other_numbers=others,
        trunks=tuple(trunks_of(conn, on.name)) if on.target is Target.PROVIDER else (),
        outgoing=stops and rung in _STOPS,
        incoming=rung is Rung.BARRED and on.target in (Target.NUMBER, Target.HOLDER),
        labelled=Numbers(len(effects.labelled), effects.labelled[:MOST_SHOWN]),
        labels_now=effects.labels_now,
        contracts=effects.contracts,
        listed=effects.listed,
        ways=tuple(one.way for one in contacts),
        few=len(ways) < fact.channels,
        standing=tuple(
            one.sanction for one in others_on if State(one.state) in ALIVE and one.sanction != fact.sanction
        ),
    )
