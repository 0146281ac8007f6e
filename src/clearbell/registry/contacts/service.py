"""Naming contacts, taking them away, forgetting them. Addresses are checked by :mod:`clearbell.desk.contacts`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, or_, select

from clearbell.ledger import Act
from clearbell.registry.contacts.model import Contact, ContactGone, ContactOf, Way
from clearbell.registry.contacts.tables import contact
from clearbell.registry.errors import UnknownError
from clearbell.registry.tables import holder, party


def do_name_contact(act: Act, fact: Contact) -> None:
    """Name a contact of a number, holder or party, or change its language. Raises :class:`UnknownError`."""
    if fact.kind is not ContactOf.NUMBER:
        table, key, words = (
            (holder, holder.c.holder, ("使用主体", "holder"))
            if fact.kind is ContactOf.HOLDER
            else (party, party.c.party, ("主体", "party"))
        )
        if act.conn.execute(select(key).select_from(table).where(key == fact.unit)).first() is None:
            raise UnknownError(*words, fact.unit, fact.kind.value)
    seq = act.append("registry.contact", [fact], about=_subject)
    act.conn.execute(delete(contact).where(_is(fact)))
    act.conn.execute(
        contact.insert().values(
            kind=fact.kind.value,
            unit=fact.unit,
            channel=fact.way.value,
            address=fact.address,
            language=fact.language,
            seq=seq,
        )
    )


def do_remove_contact(act: Act, fact: ContactGone) -> None:
    """Take a contact away. Raises :class:`UnknownError`."""
    if not act.conn.execute(delete(contact).where(_is(fact))).rowcount:
        raise UnknownError("联系方式", "contact", fact.address, "address")
    act.append("registry.contact-gone", [fact], about=_subject)


def erase_person(act: Act, number: int) -> int:
    """Forget the contacts of a number, and those that it is; returns how many rows went."""
    digits = str(number)
    mine = or_(
        and_(contact.c.kind == ContactOf.NUMBER.value, contact.c.unit == digits),
        and_(contact.c.channel == Way.SMS.value, contact.c.address == digits),
    )
    # The facts are sealed under whoever the contact is for: where it is somebody else's, they are sought out.
    for seq in act.conn.execute(select(contact.c.seq).where(mine)).scalars().all():
        act.erase_where(seq, lambda data: f'"{digits}"'.encode() in data)
    return act.conn.execute(delete(contact).where(mine)).rowcount


def _subject(fact: Contact | ContactGone) -> int | str:
    return int(fact.unit) if fact.kind is ContactOf.NUMBER else f"contact:{fact.kind.value}:{fact.unit}"


def _is(fact: Contact | ContactGone) -> ColumnElement[bool]:
    return and_(
        contact.c.kind == fact.kind.value,
        contact.c.unit == fact.unit,
        contact.c.channel == fact.way.value,
        contact.c.address == fact.address,
    )
