"""Publishing labels: a follower of reports. What it publishes and how far it has read land together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, cast, delete, func, select

from clearbell.calls import DAY
from clearbell.labels.hashing import bucket_of
from clearbell.labels.model import FACTS as LABEL_FACTS
from clearbell.labels.model import Imposed, Labelled
from clearbell.labels.rules import LabelSettings, label_for, matters, overlaid, tombstone
from clearbell.labels.tables import label, label_imposed, label_version
from clearbell.ledger import Act, Store
from clearbell.ledger.bulk import insert_rows
from clearbell.ledger.tables import ledger_entry, ledger_follower, ledger_sealed
from clearbell.reports.model import FACTS
from clearbell.reports.queries import categories_of, scale_of
from clearbell.reports.reputation import Reputation, Scale
from clearbell.reports.tables import reputation

FOLLOWER = "labels"
RECOUNTED = "reports.recounted"
"""Kind of the entry after which every number is looked at anew."""
_LEAD = DAY
"""Labels are looked at this long before they lapse, so that one that is still earned is renewed without a gap."""
_PAGE = 5000
KINDS = [*FACTS, *(kind for kind in LABEL_FACTS if kind != "labels.published")]
"""Kinds of facts after which their number is looked at."""
_REPUTATION = Reputation.__struct_fields__
_LABEL = Labelled.__struct_fields__


class Published(msgspec.Struct, frozen=True):
    """What a publication changed; ``version`` is that of its last change, or of the last before it."""

    version: int
    published: int = 0
    """Numbers that gained a label."""
    renewed: int = 0
    """Labels that changed in a way that matters, or got more time."""
    removed: int = 0
    """Labels that are no longer earned; each left a tombstone."""


def publish_labels(
    store: Store, settings: LabelSettings, at: int | None = None, *, actor: str = "system:labels"
) -> Published:
    """Publish what has changed since the last time, in one act; ``at`` is event time, µs UTC (default: now).

    A crash before the end leaves everything as it was, the place reached included, so the next call does it all.
    When there is nothing to look at, no writer is kept waiting.
    """
    with store.read() as conn:
        if _idle(conn, store.clock.now() if at is None else at):
            return Published(last_version(conn))
    with store.act(actor) as act:
        return do_publish_labels(act, store, settings, act.at if at is None else at)


def do_publish_labels(act: Act, store: Store, settings: LabelSettings, at: int) -> Published:
    """Give, renew and take away labels: of the numbers reported since the last time, and of those about to lapse.

    Appends ``labels.published``, sealed about the numbers, when anything changed.
    """
    conn = act.conn
    version = last_version(conn)
    scale = scale_of(conn)
    if scale is None:
        return Published(version)
    cursor = store.cursor(act, FOLLOWER)
    head = conn.execute(select(func.max(ledger_entry.c.seq))).scalar_one() or 0
    changes: dict[int, Labelled] = {}
    counts = dict.fromkeys(("published", "renewed", "removed"), 0)
    for known in _pages(_candidates(conn, cursor, settings, scale, at)):
        for kind, change in _judge(conn, known, scale, settings, at):
            if change.number not in changes:
                changes[change.number] = change
                counts[kind] += 1
    if head > cursor:
        store.set_cursor(act, FOLLOWER, head)
    if not changes:
        return Published(version)
    return do_change_labels(act, list(changes.values()), counts, at)


def do_change_labels(act: Act, changes: Sequence[Labelled], counts: dict[str, int], at: int) -> Published:
    """Put changes of labels in place as one publication; ``counts``: how many of which sort. One a number at most."""
    version = last_version(act.conn)
    _put(act, sorted(changes, key=lambda change: change.number), version)
    version += len(changes)
    act.conn.execute(label_version.insert().values(version=version, at=at, **counts))
    return Published(version, **counts)


def do_judge_number(act: Act, number: int, settings: LabelSettings) -> bool:
    """Publish at once what a number's label is now, and its removal where it earns none; False when nothing changed.

    Appends ``labels.published``.
    """
    scale = scale_of(act.conn)
    columns = [reputation.c[name] for name in _REPUTATION]
    row = act.conn.execute(select(*columns).where(reputation.c.number == number)).first()
    known = Reputation(*row) if row is not None else Reputation(number, 0, 0, 0.0, 0.0, 0, 0)
    if scale is None:
        return False
    changed = list(_judge(act.conn, [known], scale, settings, act.at))
    if not changed:
        return False
    counts = dict.fromkeys(("published", "renewed", "removed"), 0)
    for kind, _ in changed:
        counts[kind] += 1
    do_change_labels(act, [change for _, change in changed], counts, act.at)
    return True


def imposed_on(conn: Connection, numbers: Sequence[int], at: int) -> dict[int, Imposed]:
    """Of the numbers those with a label that a sanction put there, in force at ``at`` (µs UTC): the latest of each."""
    query = select(label_imposed).where(label_imposed.c.number.in_(numbers), label_imposed.c.until > at)
    rows = conn.execute(query.order_by(label_imposed.c.at, label_imposed.c.sanction))
    return {row.number: Imposed(row.sanction, row.number, row.category, row.until) for row in rows}


def last_version(conn: Connection) -> int:
    """Version of the last change ever published; 0 before the first."""
    return conn.execute(select(func.max(label_version.c.version))).scalar_one() or 0


def _idle(conn: Connection, at: int) -> bool:
    """Whether nothing was appended since the last publication, and no label is about to lapse."""
    head = conn.execute(select(func.max(ledger_entry.c.seq))).scalar_one() or 0
    moved = conn.execute(
        select(ledger_follower.c.cursor).where(ledger_follower.c.name == FOLLOWER)
    ).scalar_one_or_none()
    if head != (moved or 0):
        return False
    due = select(label.c.number).where(label.c.category != "", label.c.until <= at + _LEAD)
    return conn.execute(due.limit(1)).first() is None


def _candidates(conn: Connection, cursor: int, settings: LabelSettings, scale: Scale, at: int) -> Iterator[Reputation]:
    """Numbers whose label may differ from the published one."""
    columns = [reputation.c[name] for name in _REPUTATION]
    # What was known of the number was erased: nothing earns its label any more.
    erased = select(label.c.number).where(
        label.c.category != "",
        label.c.number.not_in(select(reputation.c.number)),
        label.c.number.not_in(select(label_imposed.c.number).where(label_imposed.c.until > at)),
    )
    for number in conn.execute(erased).scalars().all():
        yield Reputation(number, 0, 0, 0.0, 0.0, 0, 0)
    due = select(label.c.number).where(label.c.category != "", label.c.until <= at + _LEAD)
    yield from _read(conn, select(*columns).where(reputation.c.number.in_(due)))
    recounted = select(ledger_entry.c.seq).where(ledger_entry.c.seq > cursor, ledger_entry.c.kind == RECOUNTED)
    touched: ColumnElement[bool] = reputation.c.number > 0
    if conn.execute(recounted.limit(1)).first() is None:
        # Of a sealed fact the subject is the number: no need to open it.
        named = (
            select(cast(ledger_sealed.c.subject, BigInteger))
            .join(ledger_entry, ledger_entry.c.seq == ledger_sealed.c.seq)
            .where(ledger_sealed.c.seq > cursor, ledger_entry.c.kind.in_(KINDS), ledger_sealed.c.subject.is_not(None))
        )
        touched = reputation.c.number.in_(named)
    _, fading = scale.fading(at)
    # The order of stored sums is that of scores, so the threshold can be carried back to the sums.
    earns = (reputation.c.reporters >= settings.min_reporters) & (
        reputation.c.evidence >= settings.min_score / fading * (1 - 1e-9)
    )
    labelled = reputation.c.number.in_(select(label.c.number).where(label.c.category != ""))
    yield from _read(conn, select(*columns).where(touched, earns | labelled))


def _read(conn: Connection, query: Select[Any]) -> Iterator[Reputation]:
    for row in conn.execute(query).all():
        yield Reputation(*row)


def _pages(numbers: Iterable[Reputation]) -> Iterator[list[Reputation]]:
    source = iter(numbers)
    while page := list(islice(source, _PAGE)):
        yield page


def _judge(
    conn: Connection, page: Sequence[Reputation], scale: Scale, settings: LabelSettings, at: int
) -> Iterator[tuple[str, Labelled]]:
    numbers = [known.number for known in page]
    categories = categories_of(conn, numbers)
    old = _published(conn, numbers)
    held = imposed_on(conn, numbers, at)
    for known in page:
        before = old.get(known.number)
        now = label_for(known, categories.get(known.number, {}), scale, settings, at)
        if known.number in held:
            now = overlaid(now, held[known.number], at)
        if now is None:
            if before is not None:
                yield "removed", tombstone(known.number, at)
        elif before is None:
            yield "published", now
        elif matters(before, now, settings) or (before.until <= at + _LEAD and now.until > before.until):
            yield "renewed", now


def _published(conn: Connection, numbers: Sequence[int]) -> dict[int, Labelled]:
    query = select(*(label.c[name] for name in _LABEL)).where(label.c.number.in_(numbers), label.c.category != "")
    return {row.number: Labelled(*row) for row in conn.execute(query)}


def _put(act: Act, changes: Sequence[Labelled], version: int) -> None:
    for start in range(0, len(changes), _PAGE):
        page = changes[start : start + _PAGE]
        act.conn.execute(delete(label).where(label.c.number.in_([change.number for change in page])))
        rows = [
            (*msgspec.structs.astuple(change), version + start + place, bucket_of(change.number))
            for place, change in enumerate(page, 1)
        ]
        insert_rows(act.conn, label, (*_LABEL, "version", "bucket"), rows)
        act.append("labels.published", page, about=lambda change: change.number)
