"""One step of a sanction: the row, and the fact that says so."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, update

from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.sanctions.model import ALIVE, TRANSITIONS, Moved, Rung, Stage, State, Step
from clearbell.sanctions.tables import sanction

_ENDED = frozenset(State) - ALIVE


def change_state(
    act: Act,
    row: Row[Any],
    step: Step,
    *,
    stage: Stage | None = None,
    restriction: str = "",
    words: str = "",
    undone: bool = False,
    undelivered: tuple[str, ...] = (),
) -> int:
    """Take a step; returns its place in the ledger. ``stage``: the rung that it is at from now on, and until when.

    Appends ``sanctions.moved``. Raises :class:`~clearbell.lifecycles.IllegalStepError`, and changes nothing.
    """
    to = move(TRANSITIONS, State(row.state), step).to
    values: dict[str, Any] = {"state": to.value, "restriction": restriction, "undone": undone}
    if stage is not None:
        values |= {"current": stage.rung.value, "until": stage.until}
    if restriction:
        values["restrictions"] = row.restrictions + 1
    if step is Step.BITE:
        values |= {"bitten": act.at, "undelivered": msgspec.json.encode(undelivered).decode()}
    if to in _ENDED and step is not Step.ANNUL:
        values["ended"] = act.at
    act.conn.execute(update(sanction).where(sanction.c.sanction == row.sanction).values(**values))
    fact = Moved(
        row.sanction,
        step,
        to,
        stage.rung if stage is not None else Rung(row.current),
        row.number,
        stage.until if stage is not None else row.until,
        restriction,
        words,
        undone,
        undelivered,
    )
    return act.append("sanctions.moved", [fact], about=(lambda f: f.number) if fact.number else None)
