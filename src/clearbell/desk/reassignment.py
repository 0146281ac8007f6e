"""A number changes hands: what hangs on its former user ends in the act that records it.

The rule of the US Reassigned Numbers Database: the day of the permanent disconnect is the last of the former user. What was
said or done before the following day began is the former user's, not the next one's.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import msgspec

from clearbell.consent.reassignment import Ended, do_end_former_user, spoken_of
from clearbell.desk.effects import do_lift_sanction
from clearbell.intake import BadCell, Stored, places
from clearbell.intake.cells import CellError, Row
from clearbell.labels.cards.queries import on_cards
from clearbell.labels.cards.showing import do_end_number
from clearbell.ledger import Act
from clearbell.policy.model import Pack
from clearbell.registry.errors import RegistryError
from clearbell.registry.model import NumbersAssigned
from clearbell.registry.reassignment.model import Zone
from clearbell.registry.reassignment.service import (
    do_disconnect_number,
    do_disconnect_unheld,
    do_reassign_number,
    held,
)
from clearbell.reports.model import NumberReset
from clearbell.reports.reputation import ReputationSettings
from clearbell.reports.resets import do_reset_number, do_reset_unreported, reported
from clearbell.sanctions.model import Lifted
from clearbell.sanctions.queries import standing_on

AGEING = "number_ageing"
_BATCH = 500


class Rules(msgspec.Struct, frozen=True):
    """What a pack says of numbers that change hands."""

    zone: Zone
    ageing_days: int
    reputation: ReputationSettings


def rules_of(pack: Pack) -> Rules:
    """The pack's rules in this room's terms; without ``number_ageing`` a number may be used again the next day."""
    ageing = pack.deadlines.get(AGEING)
    fading = ReputationSettings(
        pack.label.heat_half_life_days, pack.label.evidence_half_life_days, pack.utc_offset_minutes
    )
    return Rules(Zone(pack.utc_offset_minutes), int((ageing.value if ageing else None) or 0), fading)


class Freed(msgspec.Struct, frozen=True):
    """What one act ended."""

    new: bool
    """False: the disconnect was recorded before, and nothing changed."""
    card: bool = False
    """Whether a name card was cleared."""
    ended: Ended = Ended()


def disconnect_number(act: Act, number: int, day: datetime.date, rules: Rules, *, source: str = "") -> Freed:
    """Record a permanent disconnect, and end everything of the former user.

    The number leaves its holder, its name card is cleared, complaints of calls up to that day count no more, and
    consents, refusals, list and wishes of the former user end, sanctions on the number are lifted. Raises the errors of
    :func:`~clearbell.registry.reassignment.service.do_disconnect_number`.
    """
    if not do_disconnect_number(act, number, day, rules.zone, rules.ageing_days, source=source):
        return Freed(new=False)
    return _end(act, number, rules.zone.begins(day + datetime.timedelta(1)), rules)


def reassign_number(
    act: Act, number: int, day: datetime.date, rules: Rules, assignment: NumbersAssigned | None = None
) -> Freed:
    """Record that a number has another user since ``day``; what was said between the two users counts for neither.

    Raises the errors of :func:`~clearbell.registry.reassignment.service.do_reassign_number`.
    """
    do_reassign_number(act, number, day, rules.zone, assignment)
    return _end(act, number, rules.zone.begins(day), rules)


def _end(act: Act, number: int, before: int, rules: Rules) -> Freed:
    do_reset_number(act, number, before, rules.reputation)
    for name, _ in standing_on(act.conn, [number], act.at):
        do_lift_sanction(act, Lifted(name, "号码已换用户 / the number changed hands"))
    return Freed(True, do_end_number(act, number), do_end_former_user(act, number, before))


class Disconnect(msgspec.Struct, frozen=True):
    """A row of a file of disconnects."""

    number: int
    day: datetime.date
    source: str


class DisconnectLoader:
    """Reads ``number,date`` (and ``source``, where it differs from the file's bringer) row by row."""

    name = "registry.disconnects"
    required = ("number", "date")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], Disconnect | list[BadCell]]:
        """Return the reader of one row."""
        found = places(header, self.required)

        def read(cells: Sequence[str]) -> Disconnect | list[BadCell]:
            row = Row(found, cells)
            try:
                return Disconnect(row.number("number"), _day(row.needed("date")), row.text("source"))
            except CellError as error:
                return [error.bad]

        return read

    def store(self, act: Act, items: Sequence[Disconnect]) -> Stored:
        """Record the disconnects, each with what it ends; those the rules refuse are given back with the reason."""
        free = self._free(act, items)
        lasts = [(item.number, item.day, item.source) for item in free.values()]
        do_disconnect_unheld(act, lasts, self._rules.zone, self._rules.ageing_days)
        begins = self._rules.zone.begins
        after = datetime.timedelta(1)
        do_reset_unreported(act, [NumberReset(item.number, begins(item.day + after)) for item in free.values()])
        new, refused = len(free), []
        for place, item in enumerate(items):
            if place in free:
                continue
            try:
                new += disconnect_number(act, item.number, item.day, self._rules, source=item.source).new
            except RegistryError as error:
                refused.append((place, BadCell(error.column, "refused", error.zh, error.en)))
        return Stored(new, len(items) - new - len(refused), tuple(refused))

    def _free(self, act: Act, items: Sequence[Disconnect]) -> dict[int, Disconnect]:
        """By place, the items on whose numbers nothing hangs: most of a carrier's file, recorded all at once."""
        today = self._rules.zone.day_of(act.at)
        first: dict[int, int] = {}
        for place, item in enumerate(items):
            first.setdefault(item.number, place)
        numbers = sorted(first)
        for start in range(0, len(numbers), _BATCH):
            page = numbers[start : start + _BATCH]
            for knows in (spoken_of, on_cards, reported, held):
                for number in knows(act.conn, page):
                    first.pop(number, None)
            for _, number in standing_on(act.conn, page, act.at):
                first.pop(number, None)
        return {place: items[place] for place in sorted(first.values()) if items[place].day <= today}


def _day(text: str) -> datetime.date:
    try:
        # The US database writes 20260131 as well.
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise CellError(
            BadCell(
                "date", "not-a-day", f"「{text}」应为日期,如 2026-01-31", f"`{text}` should be a day such as 2026-01-31"
            )
        ) from None
