"""Who can be told of what concerns a number, a holder, a trunk or an access provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from clearbell.registry.applications.model import State
from clearbell.registry.applications.tables import application
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.tables import contact
from clearbell.registry.queries import holder_of, holders_of
from clearbell.registry.tables import holder, resource, trunk

_PHONES = ("handler_phone", "legal_phone")


def contacts_named(conn: Connection, kind: ContactOf, unit: str) -> list[Contact]:
    """Contacts named for it and nothing else."""
    query = select(contact).where(contact.c.kind == kind.value, contact.c.unit == unit)
    rows = conn.execute(query.order_by(contact.c.channel, contact.c.address))
    return [Contact(ContactOf(r.kind), r.unit, Way(r.channel), r.address, r.language) for r in rows]


def contacts_of_number(conn: Connection, number: int) -> list[Contact]:
    """Contacts of a number and of who holds it. The number itself is none."""
    found = contacts_named(conn, ContactOf.NUMBER, str(number))
    held = holder_of(conn, number)
    if held:
        found += contacts_of_holder(conn, held)
    own = {("sms", str(number))}
    return [one for one in _once(found) if (one.way.value, one.address) not in own]


def contacts_of_holder(conn: Connection, name: str) -> list[Contact]:
    """Contacts of a holder, of the party that it is, and the phones of its approved applications (form: regime 10).

    Numbers that the holder itself uses are none: what bars the holder bars them.
    """
    found = contacts_named(conn, ContactOf.HOLDER, name)
    party: str | None = conn.execute(select(holder.c.party).where(holder.c.holder == name)).scalar_one_or_none()
    if party:
        found += contacts_named(conn, ContactOf.PARTY, party)
    found += _phones(conn, name)
    return [one for one in _once(found) if one.way is not Way.SMS or holder_of(conn, int(one.address)) != name]


def contacts_of_trunk(conn: Connection, name: str) -> list[Contact]:
    """Contacts of the access provider that connected a trunk."""
    provider: str | None = conn.execute(select(trunk.c.provider).where(trunk.c.trunk == name)).scalar_one_or_none()
    return contacts_of_provider(conn, provider) if provider else []


def contacts_of_provider(conn: Connection, party: str) -> list[Contact]:
    """Contacts of an access provider, and of the holders that it is."""
    found = contacts_named(conn, ContactOf.PARTY, party)
    for name in holders_of(conn, party):
        found += contacts_of_holder(conn, name)
    return _once(found)


def _phones(conn: Connection, name: str) -> list[Contact]:
    numbers = conn.execute(select(resource.c.resource).where(resource.c.holder == name).limit(1)).first()
    if numbers is None:
        return []
    query = select(application.c.fields).where(application.c.state == State.APPROVED.value)
    found = []
    for text in conn.execute(query.where(application.c.fields.contains(name, autoescape=True))).scalars():
        fields: dict[str, Any] = msgspec.json.decode(text)
        if fields.get("holder") == name:
            phones = [str(fields[key]).lstrip("+") for key in _PHONES if fields.get(key)]
            found += [Contact(ContactOf.HOLDER, name, Way.SMS, one) for one in phones if one.isdecimal()]
    return found


def _once(found: Iterable[Contact]) -> list[Contact]:
    return list({(one.way, one.address): one for one in reversed(list(found))}.values())[::-1]
