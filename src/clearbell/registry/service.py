"""Changes to the registry: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Table, delete, select

from clearbell.ledger import Act
from clearbell.numbering import NumberClass, class_of
from clearbell.registry.errors import (
    BadRangeError,
    OrganisationsOnlyError,
    OverlapError,
    StillAgeingRangeError,
    UnknownError,
    UserNumberForOutboundError,
)
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    NumbersReleased,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkClosed,
    TrunkOpened,
)
from clearbell.registry.reassignment.tables import number_disconnect
from clearbell.registry.tables import holder, party, resource, trunk

ORGANISATIONS_ONLY = frozenset(
    {
        NumberClass.SERVICE_95,
        NumberClass.CALL_CENTRE_95,
        NumberClass.SHORT_96,
        NumberClass.TOLL_400,
        NumberClass.TOLL_FREE_800,
        NumberClass.BUSINESS_1010,
    }
)
USER_NUMBERS = frozenset({NumberClass.MOBILE, NumberClass.RESALE, NumberClass.IOT})


def _put(conn: Connection, table: Table, key: str, values: dict[str, Any]) -> None:
    conn.execute(delete(table).where(table.c[key] == values[key]))
    conn.execute(table.insert().values(**values))


def do_register_party(act: Act, fact: PartyRegistered) -> None:
    """Register a party, or correct one. A person's name is sealed and can be erased."""
    _put(act.conn, party, "party", {"party": fact.party, "kind": fact.kind.value, "name": fact.name})
    about = (lambda f: f"party:{f.party}") if fact.kind is PartyKind.PERSON else None
    act.append("registry.party", [fact], about=about)


def do_register_holder(act: Act, fact: HolderRegistered) -> None:
    """Make a registered party a holder. Raises :class:`UnknownError` for an unknown party."""
    _known(act.conn, party, "party", fact.party, ("主体", "party"))
    _put(act.conn, holder, "holder", {"holder": fact.holder, "party": fact.party, "category": fact.category})
    act.append("registry.holder", [fact])


def do_open_trunk(act: Act, fact: TrunkOpened) -> None:
    """Open a trunk, or change one. Raises :class:`UnknownError` for an unknown access provider."""
    _known(act.conn, party, "party", fact.provider, ("接入方", "access provider"), column="provider")
    _put(
        act.conn,
        trunk,
        "trunk",
        {
            "trunk": fact.trunk,
            "provider": fact.provider,
            "kind": fact.kind.value,
            "registered_only": fact.registered_only,
        },
    )
    act.append("registry.trunk", [fact])


def do_close_trunk(act: Act, name: str) -> None:
    """Close a trunk. Raises :class:`UnknownError`."""
    _known(act.conn, trunk, "trunk", name, ("中继", "trunk"))
    act.conn.execute(delete(trunk).where(trunk.c.trunk == name))
    act.append("registry.trunk-closed", [TrunkClosed(name)])


def do_assign_numbers(act: Act, facts: Sequence[NumbersAssigned], *, checked: bool = False) -> None:
    """Assign numbers or ranges to holders, all or none. ``checked``: parts of what was assigned before.

    Raises a :class:`RegistryError` for the first that the rules refuse: unknown holder or trunk, no range, overlap
    with another resource, a number that is still ageing after its disconnect, a person as holder of an organisation's number, a user number for commercial calls.
    """
    for fact in facts:
        if not checked:
            check_assignment(act.conn, fact)
            _check_ageing(act, fact)
        _put(
            act.conn,
            resource,
            "resource",
            {
                "resource": fact.resource,
                "holder": fact.holder,
                "first": fact.first,
                "last": fact.last,
                "purpose": fact.purpose.value,
                "trunks": " ".join(fact.trunks),
                "inbound_only": fact.inbound_only,
                "category": fact.category,
            },
        )
    if facts:
        act.append("registry.assigned", facts, about=lambda fact: fact.first)


def check_assignment(conn: Connection, fact: NumbersAssigned) -> None:
    """Raise a :class:`RegistryError` where the rules refuse the assignment."""
    if fact.first > fact.last or len(str(fact.first)) != len(str(fact.last)) or fact.first <= 0:
        raise BadRangeError(fact.first, fact.last)
    who = conn.execute(
        select(holder.c.holder, party.c.kind)
        .join(party, party.c.party == holder.c.party)
        .where(holder.c.holder == fact.holder)
    ).first()
    if who is None:
        raise UnknownError("使用主体", "holder", fact.holder, "holder")
    for name in fact.trunks:
        _known(conn, trunk, "trunk", name, ("中继", "trunk"), column="trunks")
    number_class = class_of(fact.first)
    if number_class in ORGANISATIONS_ONLY and who.kind == PartyKind.PERSON.value:
        raise OrganisationsOnlyError(number_class.value)
    if number_class in USER_NUMBERS and fact.purpose is Purpose.COMMERCIAL:
        raise UserNumberForOutboundError
    other = overlapping(conn, fact.first, fact.last, fact.resource)
    if other is not None:
        raise OverlapError(fact.resource, other["resource"], other["holder"])


def overlapping(conn: Connection, first: int, last: int, but: str) -> RowMapping | None:
    """A resource other than ``but`` that shares a number with the range; None when there is none."""
    return (
        conn.execute(
            select(resource.c.resource, resource.c.holder)
            .where(resource.c.first <= last, resource.c.last >= first, resource.c.resource != but)
            .order_by(resource.c.first)
            .limit(1)
        )
        .mappings()
        .first()
    )


def _check_ageing(act: Act, fact: NumbersAssigned) -> None:
    ageing = act.conn.execute(
        select(number_disconnect.c.number)
        .where(
            number_disconnect.c.number >= fact.first,
            number_disconnect.c.number <= fact.last,
            number_disconnect.c.free > act.at,
        )
        .limit(1)
    ).first()
    if ageing is not None:
        raise StillAgeingRangeError(ageing.number)


def do_take_number(act: Act, number: int) -> bool:
    """Take one number from whatever resource it is in; False when it is in none.

    Of a range, the part below keeps the resource's id, and the part above gets one of its own.
    """
    row = act.conn.execute(select(resource).where(resource.c.first <= number, resource.c.last >= number)).first()
    if row is None:
        return False
    whole = NumbersAssigned(
        row.resource,
        row.holder,
        row.first,
        row.last,
        Purpose(row.purpose),
        tuple(row.trunks.split()),
        row.inbound_only,
        row.category,
    )
    below, above = row.first < number, number < row.last
    parts = []
    if below:
        parts.append(msgspec.structs.replace(whole, last=number - 1))
    if above:
        name = f"{row.resource}/{number + 1}" if below else row.resource
        parts.append(msgspec.structs.replace(whole, resource=name, first=number + 1))
    if not parts:
        do_release_numbers(act, row.resource)
    do_assign_numbers(act, parts, checked=True)
    return True


def do_release_numbers(act: Act, name: str) -> None:
    """Release a resource. Raises :class:`UnknownError`."""
    _known(act.conn, resource, "resource", name, ("资源", "resource"))
    act.conn.execute(delete(resource).where(resource.c.resource == name))
    act.append("registry.released", [NumbersReleased(name)])


def _known(conn: Connection, table: Table, key: str, name: str, words: tuple[str, str], *, column: str = "") -> None:
    if conn.execute(select(table.c[key]).where(table.c[key] == name)).first() is None:
        raise UnknownError(*words, name, column or key)


def erase_person(act: Act, number: int) -> int:
    """Forget a resource that is exactly this number; returns how many rows went. Ranges are no person's."""
    return act.conn.execute(delete(resource).where(resource.c.first == number, resource.c.last == number)).rowcount
