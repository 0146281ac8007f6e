"""Views of any size, laid down as columns at once: building 50 million consents from facts takes minutes.

:func:`alike` shows that they are what following the ledger makes, by building a few both ways.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clearbell.consent.hours import QuietHours
from clearbell.consent.model import ConsentGranted, Listed, ListVerdict, Wished
from clearbell.labels.model import Labelled
from clearbell.ledger import Store
from clearbell.registry.model import HolderRegistered, NumbersAssigned, Purpose
from clearbell.screening.views import Views
from clearbell.screening.views.own_lists import OwnLists
from clearbell.screening.views.packed import Columns, PackedTable
from clearbell.screening.views.ragged import RaggedColumns, RaggedTable
from clearbell.screening.views.standing import Standing
from clearbell.screening.views.wills import SavedWills, Wills
from clearbell.screening.views.wishes import Wishes
from clearbell.serving.snapshots import save_views

HOLDERS = 48
STEP, PRIME = 7_919_993, 1_000_000_007
CHUNK = 5_000
NOON = 1_764_561_600_000_000
END = NOON * 2
SUBSCRIBER, LABELLED, LINE = 8613_000_000_000, 8617_000_000_000, 8695_010_000
ALLOWED, BLOCKED, RANGE = 8621_000_000_000, 8622_000_000_000, 8623_000_000_000
WISHES = [
    Wished(0, refuse, refuse_withheld=withheld, hours=(QuietHours("loans", start, 480),) if start else ())
    for refuse in (("loans",), ("loans", "property"), ("retail",), ("education", "loans", "retail"), ())
    for withheld in (False, True)
    for start in range(0, 1200, 60)
]


def number(base: int, n: int) -> int:
    """The n-th number, in no order and none twice within a billion."""
    return base + n * STEP % PRIME


def _numbers(base: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.uint64(base) + np.arange(count, dtype=np.uint64) * np.uint64(STEP) % np.uint64(PRIME)


def _view(column: object) -> memoryview:
    return memoryview(np.ascontiguousarray(column)).cast("B")  # type: ignore[arg-type, call-overload]


def followed(consents: int, labels: int, subscribers: int) -> Views:
    """The views as the ledger's facts make them."""
    views = Views()
    _registry(views)
    for start in range(0, consents, CHUNK):
        some = range(start, min(start + CHUNK, consents))
        facts = [ConsentGranted(f"H{n % HOLDERS}", number(SUBSCRIBER, n), "insurance") for n in some]
        # A file of consents is taken in by chunks, and each chunk was given at one time.
        views.wills.apply(facts, NOON - start)
    views.standing.apply(
        [Labelled(number(LABELLED, n), "loans", 5 + n % 9, 1.0 + n % 7, 4.0, NOON, END) for n in range(labels)]
    )
    for n in range(subscribers):
        owner, wish = number(SUBSCRIBER, n), WISHES[n % len(WISHES)]
        lines = [
            Listed(owner, ALLOWED + n, ALLOWED + n, ListVerdict.ALLOW),
            Listed(owner, BLOCKED + n, BLOCKED + n, ListVerdict.BLOCK),
        ]
        if n % 10 == 0:
            lines.append(Listed(owner, RANGE + n, RANGE + n + 99, ListVerdict.BLOCK))
        views.wills.apply([Wished(owner, wish.refuse, wish.refuse_withheld, wish.hours, wish.zone), *lines], NOON)
    return views


def _registry(views: Views) -> None:
    views.entitlements.apply([HolderRegistered(f"H{n}", "p", "insurance") for n in range(HOLDERS)])
    views.entitlements.apply(
        [NumbersAssigned(f"r{n}", f"H{n}", LINE + n, LINE + n, Purpose.COMMERCIAL) for n in range(HOLDERS)]
    )


def laid(consents: int, labels: int, subscribers: int) -> Views:
    """The same views, from columns."""
    views = Views()
    _registry(views)
    views.wills = _wills(consents, subscribers)
    views.standing = _standing(labels)
    return views


def _wills(consents: int, subscribers: int) -> Wills:
    start = Wills()
    # The pools are filled by facts: the first consent of each chunk, and every wish.
    for first in range(0, consents, CHUNK):
        start.apply([ConsentGranted("H0", first, "insurance")], NOON - first)
    for n, wish in enumerate(WISHES[:subscribers]):
        start.apply([Wished(n, wish.refuse, wish.refuse_withheld, wish.hours, wish.zone)], NOON)
    start.fold()
    rest, columns = start.saved()
    parts: list[tuple[int, int]] = []
    keys, rows = [], []
    holder = np.arange(consents, dtype=np.uint64) % np.uint64(HOLDERS)
    codes = (np.arange(consents) // CHUNK).astype(">u4")
    callees = _numbers(SUBSCRIBER, consents)
    for high in range(HOLDERS // 16):
        mine = holder >> np.uint64(4) == high
        low = (holder[mine] & np.uint64(15)) << np.uint64(60) | callees[mine]
        order = np.argsort(low)
        parts.append((high, len(low)))
        keys.append(_view(low[order]))
        rows.append(_view(codes[mine][order]))
    del holder, codes, callees
    saved = SavedWills([f"H{n}" for n in range(HOLDERS)], parts, rest.refused_holders, rest.zones)
    whole = {name: memoryview(b"".join(column)) for name, column in columns.items()}
    whole |= {"grants.keys": memoryview(b"".join(keys)), "grants.rows": memoryview(b"".join(rows))}
    wills = Wills.restored(saved, whole)
    owners = _numbers(SUBSCRIBER, subscribers)
    order = np.argsort(owners)
    wished = (order % len(WISHES)).astype(">u4")
    columned = Columns(_view(owners[order]), _view(wished), 4)
    wishes = Wishes.restored(rest.zones, {**whole, "wishes.keys": memoryview(b""), "wishes.rows": memoryview(b"")})
    wishes.table = PackedTable(4, columned)
    wills.wishes = wishes
    lengths = np.where(order % 10 == 0, 4, 2)
    offsets = np.zeros(subscribers + 1, np.uint32)
    np.cumsum(lengths, out=offsets[1:])
    words = np.zeros(int(offsets[-1]), np.uint64)
    base = offsets[:-1].astype(np.int64)
    n = order.astype(np.uint64)
    flag = np.uint64(1 << 63)
    two = np.uint64(2)
    words[base] = (n + np.uint64(ALLOWED)) << two | np.uint64(1)
    words[base + 1] = (n + np.uint64(BLOCKED)) << two | two
    ranged = order % 10 == 0
    words[base[ranged] + 2] = flag | (n[ranged] + np.uint64(RANGE)) << two | two
    words[base[ranged] + 3] = flag | (n[ranged] + np.uint64(RANGE + 99)) << two
    wills.lists = OwnLists(RaggedTable(RaggedColumns(_view(owners[order]), _view(offsets), _view(words))))
    return wills


def _standing(labels: int) -> Standing:
    start = Standing()
    start.apply([Labelled(1, "loans", 5, 1.0, 4.0, NOON, END)])
    start.fold()
    numbers = _numbers(LABELLED, labels)
    order = np.argsort(numbers)
    kind = np.dtype([("at", "<u8"), ("until", "<u8"), ("heat", "<f8"), ("reporters", "<u4"), ("code", "<u2")])
    rows = np.zeros(labels, kind)
    rows["at"], rows["until"] = NOON, END
    rows["heat"] = 1.0 + order % 7
    rows["reporters"] = 5 + order % 9
    whole = {name: memoryview(b"".join(column)) for name, column in start.saved().items()}
    return Standing.restored({**whole, "labels.keys": _view(numbers[order]), "labels.rows": _view(rows.view("u1"))})


def alike() -> bool:
    """Whether both ways make the same."""
    size = (12_345, 1_234, 2_345)
    return laid(*size).fingerprint() == followed(*size).fingerprint()


def keep(consents: int, labels: int, subscribers: int, folder: Path) -> None:
    """Lay views down and keep them beside a ledger of their own."""
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    store.create()
    save_views(laid(consents, labels, subscribers), store, folder / "views")
