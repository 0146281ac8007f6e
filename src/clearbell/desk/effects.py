"""What a sanction does beside restricting calls: labels, ended contracts, the blacklist. And how each is undone.

The steps of a sanction go through here, so that a step and its effects are one act.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from clearbell.cases.queries import category_of
from clearbell.labels.imposing import do_free, do_impose
from clearbell.labels.queries import labelled_by
from clearbell.labels.rules import SUSPECTED
from clearbell.ledger import Act
from clearbell.registry.admission.model import Blacklisted, Unlisted
from clearbell.registry.admission.queries import entries_of
from clearbell.registry.admission.service import do_blacklist, do_unlist
from clearbell.registry.applications.queries import answerable_for
from clearbell.registry.contracts.queries import contracts_ended_by, contracts_in_force
from clearbell.registry.contracts.service import do_end, do_reinstate
from clearbell.registry.identity import is_credit_code
from clearbell.registry.queries import holders_of, numbers_of, party_of, party_row
from clearbell.sanctions.life import do_bite, do_pass
from clearbell.sanctions.model import Lifted, Restricted, Rung, State, Target
from clearbell.sanctions.queries import restrictions_of, sanction_named, sanction_of
from clearbell.sanctions.service import SanctionError, do_lift

MOST_NUMBERS = 10_000
"""A holder of more numbers is not labelled as a whole: its numbers are, one by one."""
_STANDING = (State.IN_FORCE.value, State.STEPPED_DOWN.value)


class Effects(msgspec.Struct, frozen=True):
    """What a sanction changed elsewhere, as it stands."""

    labelled: int = 0
    contracts: tuple[str, ...] = ()
    """Those that it ended."""
    entries: tuple[str, ...] = ()
    """Its entries on the blacklist."""


def check_effects(conn: Connection, rung: Rung, target: Target, name: str) -> None:
    """Raise :class:`SanctionError` where a rung could not take effect on what it falls on."""
    if rung is Rung.LABEL and target is Target.HOLDER and numbers_of(conn, name, MOST_NUMBERS) is None:
        raise SanctionError(
            f"该使用主体的号码超过 {MOST_NUMBERS} 个,请逐个号码标注",
            f"the holder has more than {MOST_NUMBERS} numbers; label them one by one",
            "rung",
        )


def do_put_in_force(act: Act, name: str, undelivered: tuple[str, ...] = ()) -> Restricted | None:
    """Put an announced sanction in force with all its effects. Raises as :func:`~clearbell.sanctions.life.do_bite`."""
    made = do_bite(act, name, undelivered)
    _begin(act, name)
    return made


def do_pass_on(act: Act, name: str) -> bool:
    """Do what time asks of a sanction now, with what follows elsewhere; False: nothing was due."""
    row = sanction_of(act.conn, name)
    if not do_pass(act, name):
        return False
    if row is not None and row.state in _STANDING:
        # What time ended, time undoes by itself; only a label is taken back at once.
        do_free(act, name)
        _begin(act, name)
    return True


def do_lift_sanction(act: Act, fact: Lifted, *, undone: bool = False) -> int:
    """Lift a restriction or a sanction before its time, and take back everything that it did elsewhere.

    Returns and raises as :func:`~clearbell.sanctions.service.do_lift`.
    """
    row = sanction_named(act.conn, fact.restriction)
    place = do_lift(act, fact, undone=undone)
    if row is not None and row.state in _STANDING:
        for undo in UNDO.values():
            undo(act, row.sanction, fact.reason)
    return place


def effects_of(conn: Connection, name: str) -> Effects:
    """What a sanction changed elsewhere and has not been taken back."""
    return Effects(
        labelled_by(conn, name),
        tuple(contracts_ended_by(conn, restrictions_of(conn, name))),
        tuple(entries_of(conn, _entry(name))),
    )


def _begin(act: Act, name: str) -> None:
    row = sanction_of(act.conn, name)
    if row is not None and row.state in _STANDING and (begin := _BEGIN.get(Rung(row.current))) is not None:
        begin(act, row)


def labelled_with(conn: Connection, target: Target, number: int, name: str) -> list[int]:
    """Numbers that a label on the target would be on."""
    if target is Target.HOLDER:
        return numbers_of(conn, name, MOST_NUMBERS) or []
    return [number] if number else []


def ended_with(conn: Connection, target: Target, name: str) -> list[str]:
    """Contracts that end when the target's is ended."""
    return [one for holder in _holders(conn, target, name) for one in contracts_in_force(conn, holder)]


def listed_with(conn: Connection, target: Target, name: str) -> list[tuple[str, str, str]]:
    """What comes on the blacklist with the target, each once: licence, digest of a person's number, name.

    Of whom no approved application tells more, the party is listed: by its credit code where that is its id, else by its
    name. So an access provider that uses no numbers itself is listed too.
    """
    listed: dict[tuple[str, str, str], None] = {}
    holders = _holders(conn, target, name)
    for holder in holders:
        for one in answerable_for(conn, holder):
            entry = (one.licence if is_credit_code(one.licence) else "", one.person, "")
            if any(entry):
                listed[entry] = None
    if not listed and target in (Target.HOLDER, Target.PROVIDER):
        found = party_row(conn, party_of(conn, name) if target is Target.HOLDER else name)
        if found is not None:
            listed[(found.party, "", "") if is_credit_code(found.party) else ("", "", found.name)] = None
    return list(listed)


def _label(act: Act, row: Row[Any]) -> None:
    numbers = labelled_with(act.conn, Target(row.target), row.number, row.name)
    do_impose(act, row.sanction, numbers, category_of(act.conn, row.case_id) or SUSPECTED, row.until)


def _end_contracts(act: Act, row: Row[Any]) -> None:
    for name in ended_with(act.conn, Target(row.target), row.name):
        do_end(act, name, row.reason, row.restriction)


def _blacklist(act: Act, row: Row[Any]) -> None:
    prefix = _entry(row.sanction)
    for place, (licence, person, called) in enumerate(listed_with(act.conn, Target(row.target), row.name), 1):
        do_blacklist(act, Blacklisted(f"{prefix}{place}", row.reason, row.sanction, licence, person, called, row.until))


def _holders(conn: Connection, target: Target, name: str) -> list[str]:
    """The holders that a sanction falls on: of an access provider, those that it is."""
    match target:
        case Target.HOLDER:
            return [name]
        case Target.PROVIDER:
            return sorted(holders_of(conn, name))
        case Target.NUMBER | Target.TRUNK:
            return []


def undo_label(act: Act, name: str, reason: str) -> None:  # noqa: ARG001 every rung is undone in the same way
    """Take the labels of a sanction off its numbers."""
    do_free(act, name)


def undo_contract_ended(act: Act, name: str, reason: str) -> None:
    """Put the contracts that a sanction ended in force again."""
    for contract in contracts_ended_by(act.conn, restrictions_of(act.conn, name)):
        do_reinstate(act, contract, reason)


def undo_blacklisted(act: Act, name: str, reason: str) -> None:
    """Take the entries of a sanction off the blacklist."""
    for entry in entries_of(act.conn, _entry(name)):
        do_unlist(act, Unlisted(entry, reason))


def _entry(name: str) -> str:
    return f"sanction:{name}#"


_BEGIN: dict[Rung, Callable[[Act, Row[Any]], None]] = {
    Rung.LABEL: _label,
    Rung.CONTRACT_ENDED: _end_contracts,
    Rung.BLACKLISTED: _blacklist,
}
UNDO: dict[Rung, Callable[[Act, str, str], None]] = {
    Rung.LABEL: undo_label,
    Rung.CONTRACT_ENDED: undo_contract_ended,
    Rung.BLACKLISTED: undo_blacklisted,
}
"""How what a rung did elsewhere is taken back: by the sanction's id, for a reason. Twice is the same as once."""
