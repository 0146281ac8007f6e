"""The audience put into the store: in chunks, in order, each once; and files of recipients taken in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import msgspec
from sqlalchemy import Connection, delete, select, update

from clearbell.intake import BadCell, Stored, places
from clearbell.intake.cells import CellError, Row
from clearbell.ledger import Act, Store
from clearbell.ledger.bulk import put_rows
from clearbell.notices.errors import BadRecipientError
from clearbell.notices.mass.counting import do_shift
from clearbell.notices.mass.errors import EmptyAudienceError, TakenOverError
from clearbell.notices.mass.model import Outcome
from clearbell.notices.mass.queries import mass_of
from clearbell.notices.mass.service import do_approve, may_approve
from clearbell.notices.mass.tables import mass, mass_list, mass_recipient, opt_out
from clearbell.notices.model import Channel
from clearbell.notices.recipients import check_recipient
from clearbell.notices.templates import LANGUAGES

CHANNELS = tuple(Channel)
"""A row holds a channel's place here; new ones are added at the end."""
_CHUNK = 10_000
_COLUMNS = (
    "mass", "recipient", "channel", "language", "outcome", "parts", "accepted", "attempts", "since", "due", "ids",
    "reason",
)  # fmt: skip


class Person(msgspec.Struct, frozen=True, gc=False):
    """One recipient of an audience."""

    recipient: str
    channel: int = 0
    """Place in :data:`CHANNELS`."""
    language: str = "zh"


class Gathered(msgspec.Struct, frozen=True):
    """An audience as the query found it."""

    people: Iterable[Person]
    """In any order; whoever comes twice counts once."""
    left_out: dict[str, int]
    """How many were left out, by reason; whole once ``people`` has ended."""


def approve(
    store: Store,
    number: int,
    gathered: Gathered,
    *,
    officer: str,
    actor: str,
    token: str,
    told: Callable[[int], None] = lambda _count: None,
) -> tuple[int, dict[str, int]]:
    """Fix the audience and approve; returns how many there are and who was left out. ``told``: how many so far.

    The recipients are put in chunk by chunk, so that no writer waits for a million rows; whatever stops it, nothing
    was approved, and the next approval begins anew. Whoever comes twice is put in once. Raises as
    :func:`~clearbell.notices.mass.service.do_approve` does.
    """
    with store.act(actor) as act:
        may_approve(mass_of(act.conn, number), officer)
        act.conn.execute(update(mass).where(mass.c.mass == number).values(token=token, owner=officer))
        act.conn.execute(delete(mass_recipient).where(mass_recipient.c.mass == number))
    given = 0
    people = iter(gathered.people)
    while chunk := list(islice(people, _CHUNK)):
        given += len(chunk)
        with store.act(actor) as act:
            held = mass_of(act.conn, number)
            if held.token != token:
                raise TakenOverError(held.owner)
            rows = [
                (number, p.recipient, p.channel, p.language, int(Outcome.WAITING), 0, 0, 0, act.at, 0, "", "")
                for p in {person.recipient: person for person in chunk}.values()
            ]
            put_rows(act.conn, mass_recipient, _COLUMNS, rows, ("mass", "recipient"))
        told(given)
    with store.read() as conn:
        count, digest = audience_digest(conn, number)
    if not count:
        raise EmptyAudienceError
    left_out = gathered.left_out | ({"duplicate": given - count} if given > count else {})
    with store.act(actor) as act:
        do_approve(act, number, token, count, digest, left_out, officer=officer)
    return count, left_out


def audience_digest(conn: Connection, number: int) -> tuple[int, str]:
    """How many recipients a notice has, and the SHA-256 over them in the order of their bytes, each with a line feed."""
    recipient = mass_recipient.c.recipient
    ordered = recipient.collate("C") if conn.dialect.name == "postgresql" else recipient
    query = select(recipient).where(mass_recipient.c.mass == number).order_by(ordered)
    digest = hashlib.sha256()
    count = 0
    for page in conn.execute(query, execution_options={"yield_per": _CHUNK}).scalars().partitions():
        digest.update("".join(f"{one}\n" for one in page).encode())
        count += len(page)
    return count, digest.hexdigest()


class ListLoader:
    """Reads a CSV file of recipients: ``number``, or ``mail``, or ``webhook``; ``language`` is zh (else) or en."""

    required: Sequence[str] = ()

    def __init__(self, name: str, channels: Sequence[Channel]) -> None:
        """``name``: what an audience calls the list; ``channels``: of several that a row gives, the first of these."""
        self._list = name
        self._channels = tuple(channels)
        self.name = f"notices.mass-list:{name}:{','.join(channel.value for channel in channels)}"

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], Person | list[BadCell]]:
        """Return the reader of one row."""
        found = places(header, self.required)

        def read(cells: Sequence[str]) -> Person | list[BadCell]:
            try:
                return self._read(Row(found, cells))
            except CellError as error:
                return [error.bad]

        return read

    def _read(self, row: Row) -> Person:
        language = row.text("language", "zh")
        if language not in LANGUAGES:
            zh, en = f"语言「{language}」应为 zh 或 en", f"the language `{language}` should be zh or en"
            raise CellError(BadCell("language", "language", zh, en))
        for channel in self._channels:
            column = "number" if channel is Channel.SMS else channel.value
            text = row.text(column)
            if not text:
                continue
            try:
                recipient = check_recipient(channel, row.number(column) if channel is Channel.SMS else text)
            except BadRecipientError as error:
                raise CellError(BadCell(column, "recipient", error.zh, error.en)) from error
            return Person(recipient, CHANNELS.index(channel), language)
        raise CellError(
            BadCell("", "no-recipient", "没有可用渠道的收件人", "it names no recipient on any of the channels")
        )

    def store(self, act: Act, items: Sequence[Person]) -> Stored:
        """Store a chunk; whoever stands in it twice, or stood in the list before, counts as a duplicate."""
        new = {person.recipient: person for person in items}
        names = list(new)
        known: set[str] = set()
        for at in range(0, len(names), 500):
            query = select(mass_list.c.recipient).where(
                mass_list.c.list == self._list, mass_list.c.recipient.in_(names[at : at + 500])
            )
            known.update(act.conn.execute(query).scalars())
        fresh = [(self._list, p.recipient, p.channel, p.language) for p in new.values() if p.recipient not in known]
        put_rows(act.conn, mass_list, ("list", "recipient", "channel", "language"), fresh, ("list", "recipient"))
        return Stored(len(fresh), len(items) - len(fresh))


def do_forget(act: Act, recipient: int | str) -> int:
    """Delete a recipient from lists, opt-outs and mass notices; returns how many rows. Sealed facts: ``Act.erase``.

    Of a row that a sender holds the recipient stays until the sender lets it go; erase again then.
    """
    who = str(recipient)
    gone = act.conn.execute(delete(mass_list).where(mass_list.c.recipient == who)).rowcount
    gone += act.conn.execute(delete(opt_out).where(opt_out.c.recipient == who)).rowcount
    for number in act.conn.execute(select(mass.c.mass)).scalars().all():
        mine = (mass_recipient.c.mass == number) & (mass_recipient.c.recipient == who)
        held = mass_recipient.c.outcome == int(Outcome.TAKEN)
        stood = act.conn.execute(select(mass_recipient.c.outcome).where(mine, ~held)).scalar_one_or_none()
        if stood is not None:
            gone += act.conn.execute(delete(mass_recipient).where(mine, ~held)).rowcount
            do_shift(act, number, {Outcome(stood): -1})
    return gone
