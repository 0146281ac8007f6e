"""Labels that a sanction puts on numbers: there at once, gone with the sanction."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select

from clearbell.labels.model import Freed, Imposed, Labelled
from clearbell.labels.publishing import do_change_labels, imposed_on
from clearbell.labels.rules import overlaid, tombstone
from clearbell.labels.tables import label, label_imposed
from clearbell.ledger import Act

ENDLESS = 253_402_214_400_000_000
"""End of a label that stands until its sanction is lifted: the last day of the year 9999, µs UTC."""
_PAGE = 500
_LABEL = Labelled.__struct_fields__


def do_impose(act: Act, sanction: str, numbers: Sequence[int], category: str, until: int) -> int:
    """Put the label of a sanction on numbers until ``until`` (µs UTC; 0: until freed); returns how many.

    It is published in the same act, with the complaints that the published label counts. Appends ``labels.imposed``
    and ``labels.published``.
    """
    end = until or ENDLESS
    facts = [Imposed(sanction, number, category, end) for number in dict.fromkeys(numbers)]
    if not facts:
        return 0
    act.conn.execute(label_imposed.insert(), [{**msgspec.structs.asdict(fact), "at": act.at} for fact in facts])
    act.append("labels.imposed", facts, about=lambda fact: fact.number)
    changed, renewed = [], 0
    for start in range(0, len(facts), _PAGE):
        page = [fact.number for fact in facts[start : start + _PAGE]]
        before, held = _published(act, page), imposed_on(act.conn, page, act.at)
        for number, imposed in held.items():
            shown = before.get(number)
            # Scores keep the time that they refer to.
            changed.append(overlaid(shown, imposed, shown.at if shown is not None else act.at))
            renewed += shown is not None
    if changed:
        do_change_labels(act, changed, {"published": len(changed) - renewed, "renewed": renewed, "removed": 0}, act.at)
    return len(facts)


def do_free(act: Act, sanction: str) -> int:
    """Take the label of a sanction away from all its numbers; returns how many had it.

    What another sanction put there stays. What complaints earn a number is published with the next publication.
    Appends ``labels.freed`` and ``labels.published``.
    """
    rows = act.conn.execute(select(label_imposed.c.number).where(label_imposed.c.sanction == sanction))
    return _free(act, [(sanction, number) for number in rows.scalars()])


def do_free_number(act: Act, number: int) -> int:
    """Take the labels of every sanction away from a number, as when it changes hands; returns how many."""
    rows = act.conn.execute(select(label_imposed.c.sanction).where(label_imposed.c.number == number))
    return _free(act, [(sanction, number) for sanction in rows.scalars()])


def _free(act: Act, pairs: Sequence[tuple[str, int]]) -> int:
    if not pairs:
        return 0
    for sanction, number in pairs:
        act.conn.execute(
            delete(label_imposed).where(label_imposed.c.sanction == sanction, label_imposed.c.number == number)
        )
    act.append("labels.freed", [Freed(*pair) for pair in pairs], about=lambda fact: fact.number)
    changed, removed = [], 0
    numbers = [number for _, number in pairs]
    for start in range(0, len(numbers), _PAGE):
        page = numbers[start : start + _PAGE]
        before, held = _published(act, page), imposed_on(act.conn, page, act.at)
        for number, shown in before.items():
            imposed = held.get(number)
            changed.append(tombstone(number, act.at) if imposed is None else overlaid(shown, imposed, shown.at))
            removed += imposed is None
    if changed:
        do_change_labels(act, changed, {"published": 0, "renewed": len(changed) - removed, "removed": removed}, act.at)
    return len(pairs)


def _published(act: Act, numbers: Sequence[int]) -> dict[int, Labelled]:
    query = select(*(label.c[name] for name in _LABEL)).where(label.c.number.in_(numbers), label.c.category != "")
    return {row.number: Labelled(*row) for row in act.conn.execute(query)}
