"""The one way of the desk's tables: each is filtered, sorted, paged and taken away as a file by the same means.

A page says which columns, orders and filters its table has, asks its query with what :func:`wanted` understood, and
:func:`show_listing` does the rest. Everything stands in the address, so that it works without JavaScript, can be sent
to a colleague, and the browser's way back is the way back.
"""

from __future__ import annotations

import base64
import datetime
import enum
import functools
import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from sqlalchemy import BigInteger, Connection, column

from clearbell.access.keys import AccessKey
from clearbell.ledger.paging import Order, Place
from clearbell.numbering import to_key
from clearbell.web.exporting import csv_file
from clearbell.web.gate import Gate
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.page import Asked, Language, doors_of, language_of, show

PAGE = 50
FILE = 10_000
"""Lines of a file. What is beyond is had by another filter, or from where the file ends."""
EMPTY: Mapping[str, str] = MappingProxyType({})
_MOST_TEXT = 200
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


class Kind(enum.Enum):
    """What somebody gives a filter."""

    CHOICE = "choice"
    FLAG = "flag"
    NUMBER = "number"
    """A phone number."""
    DAY = "day"
    TEXT = "text"


class Filter(msgspec.Struct, frozen=True):
    """What a table can be narrowed by."""

    name: str
    """In the address; its words have this name too."""
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()
    """Value and words."""


class Head(msgspec.Struct, frozen=True):
    """A column."""

    name: str
    """Of its words."""
    is_count: bool = False
    order: str = ""
    """The order that it is sorted by; empty: by none."""


class Press(msgspec.Struct, frozen=True):
    """A button in a cell, which posts to an address."""

    href: str
    words: str
    fields: tuple[tuple[str, str], ...] = ()
    """Names and values that it sends along."""
    label: str = ""
    """What a screen reader says instead of the words, where these do not tell on what it acts."""


class Cell(msgspec.Struct, frozen=True):
    """What stands in a cell."""

    text: str
    href: str = ""
    tag: str = ""
    """Class of the mark that the text is shown as."""
    note: str = ""
    """Marked, after the text."""
    soft: str = ""
    """In a line of its own, beneath."""
    presses: tuple[Press, ...] = ()
    """On the page only; a file has none of them."""
    done: int = 0
    """Of ``whole``, shown as a bar of progress."""
    whole: int = 0
    """0: there is no bar."""
    links: tuple[tuple[str, str], ...] = ()
    """Words and addresses of further links, one a line."""

    @property
    def is_time(self) -> bool:
        """Whether the text is a day and time, whose day a page does not break."""
        return _TIME.fullmatch(self.text) is not None

    @property
    def plain(self) -> str:
        """As it stands in a file."""
        further = [words for words, _ in self.links]
        return " · ".join(part for part in (self.text, self.note, self.soft, *further) if part)


class Table(msgspec.Struct, frozen=True):
    """What a table is like, whatever is in it."""

    name: str
    """Of the file that it is taken away as."""
    heads: tuple[Head, ...]
    orders: Mapping[str, Order]
    """By name; the first is the one nobody has to ask for."""
    filters: tuple[Filter, ...] = ()
    path: str = ""
    """Of the page; empty: the one that is asked for."""
    is_turnable: bool = True
    """Whether each order can be had from its other end too."""


class Wish(msgspec.Struct):
    """What was asked of a table, as far as it was understood."""

    raw: dict[str, str]
    """What the address says, for links."""
    values: dict[str, Any]
    """By filter: text, bool, number, or the start of a day in µs UTC; left out: not given."""
    sort: str
    order: Order
    after: Place
    is_file: bool
    fault: str = ""
    """What was not understood. Then there is nothing to show."""

    @property
    def limit(self) -> int:
        """Rows to ask for: one more than are shown, to know whether there are more."""
        return (FILE if self.is_file else PAGE) + 1

    def use(self, sort: str, order: Order) -> None:
        """Take another order than the usual one, where none was asked for; a place of the usual one is none of it."""
        self.sort, self.order = sort, order

    def day_after(self, name: str) -> int:
        """The end of the day that a filter names, µs UTC; 0: it names none."""
        return int(self.values[f"{name}:end"]) if name in self.values else 0


class Frame(msgspec.Struct, frozen=True):
    """The door that a table stands in."""

    language: Language
    words: Mapping[str, str]
    """Of heads and filters."""
    key: AccessKey | None
    """Seals places in addresses; None: places of this door tell nothing."""
    render: Callable[..., Response[Any]]
    """Template, status and fields make the page."""
    kept: tuple[tuple[str, str], ...] = ()
    """What stays in every address of the table, such as the language where nothing else keeps it."""


def desk_frame(request: Asked, own: Mapping[str, str] = EMPTY) -> Frame:
    """The desk; ``own``: words of another door in its frame, before the desk's."""
    language = language_of(request)
    words = {**LISTING[language], **own}
    return Frame(language, words, doors_of(request).key, functools.partial(show, request))


def wanted(request: Asked, gate: Gate, table: Table, frame: Frame | None = None) -> Wish:
    """Read the address of a page; ``frame``: where the table stands, if not on the desk."""
    frame = frame or desk_frame(request)
    given, words = request.query_params, frame.words
    raw = {
        one.name: str(given[one.name])[:_MOST_TEXT].replace("\x00", "") for one in table.filters if given.get(one.name)
    }
    sort = str(given.get("sort", "")) or next(iter(table.orders))
    known = sort.removeprefix("-") in table.orders and (table.is_turnable or not sort.startswith("-"))
    first = next(iter(table.orders.values()))
    order = table.orders[sort.removeprefix("-")] if known else first
    if sort.startswith("-"):
        order = order.turned()
    wish = Wish(raw, {}, sort, order, (), given.get("as") == "csv", "" if known else words["bad_sort"])
    for one in table.filters:
        if one.name in raw and not _read(one, raw[one.name], gate, wish):
            wish.fault = words["bad_filter"].format(what=words[one.name])
    if after := str(given.get("after", "")):
        place = _place(after, frame.key, table)
        if place is None or not order.fits(place):
            wish.fault = words["bad_place"]
        else:
            wish.after = place
    return wish


def _read(one: Filter, text: str, gate: Gate, wish: Wish) -> bool:
    """Understand what was given for a filter; whether it could be."""
    text = text.strip()
    if one.kind is Kind.CHOICE:
        if text not in {value for value, _ in one.choices}:
            return False
        wish.values[one.name] = text
    elif one.kind is Kind.FLAG:
        wish.values[one.name] = text == "true"
    elif one.kind is Kind.NUMBER:
        number = to_key(text, gate.pack.home)
        if not number:
            return False
        wish.values[one.name] = number
    elif one.kind is Kind.DAY:
        try:
            day = datetime.datetime.combine(
                datetime.date.fromisoformat(text), datetime.time(), zoneinfo.ZoneInfo(gate.pack.timezone)
            )
            wish.values[one.name] = int(day.timestamp()) * 1_000_000
            wish.values[f"{one.name}:end"] = int((day + datetime.timedelta(days=1)).timestamp()) * 1_000_000
        except (ValueError, OverflowError):
            return False
    elif text:
        wish.values[one.name] = text
    return True


def _place(text: str, key: AccessKey | None, table: Table) -> Place | None:
    """The place that an address names; None: none that this node gave out."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,2000}", text):
        return None
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        found = msgspec.json.decode(key.reveal(f"place:{table.name}", sealed) if key else sealed)
    except (ValueError, msgspec.DecodeError):
        return None
    return tuple(found) if isinstance(found, list) else None


def _written(place: Place, key: AccessKey | None, table: Table) -> str:
    # Sealed: a place may hold a number that the page itself masks.
    text = msgspec.json.encode(list(place))
    sealed = key.hide(f"place:{table.name}", text.decode()) if key else text
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def show_listing(
    request: Asked,
    table: Table,
    wish: Wish,
    rows: Sequence[Any],
    cells: Callable[[Any, Language], Sequence[Cell]],
    *,
    template: str,
    status: int = 200,
    frame: Frame | None = None,
    **fields: Any,
) -> Response[Any]:
    """The page, or the file that was asked for. ``rows``: up to ``wish.limit`` of them; ``cells``: what one shows."""
    frame = frame or desk_frame(request)
    language, words = frame.language, frame.words
    shown = rows[: wish.limit - 1]
    kept: dict[str, str] = {
        **dict(frame.kept),
        **wish.raw,
        **({"sort": request.query_params["sort"]} if "sort" in request.query_params else {}),
    }
    more: dict[str, str] = {}
    if len(rows) > len(shown):
        more = {**kept, "after": _written(wish.order.place_of(shown[-1]), frame.key, table)}
    here = table.path or request.url.path
    if wish.is_file and not wish.fault:
        file = csv_file(
            table.name,
            [words[head.name] for head in table.heads],
            ([cell.plain for cell in cells(row, language)] for row in shown),
        )
        if more:
            file.headers["Link"] = f'<{here}?{urlencode({**more, "as": "csv"})}>; rel="next"'
        return file
    return frame.render(
        template,
        422 if wish.fault else status,
        l=words,
        listing={
            "heads": [_head(head, table, wish, here, frame.kept) for head in table.heads],
            "rows": [] if wish.fault else [list(cells(row, language)) for row in shown],
            "filters": [(one, wish.raw.get(one.name, "")) for one in table.filters],
            "sort": request.query_params.get("sort", ""),
            "sorts": [
                (f"{'' if natural else '-'}{head.order}", f"{words[head.name]} {'↓' if down == natural else '↑'}")
                for head in table.heads
                if head.order and (table.is_turnable or len(table.orders) > 1)
                for down in [table.orders[head.order].descending]
                for natural in ((True, False) if table.is_turnable else (True,))
            ],
            "path": here,
            "kept": frame.kept,
            "first": f"{here}?{urlencode(kept)}" if wish.after else "",
            "more": f"{here}?{urlencode(more)}" if more else "",
            "file_hint": words["file_hint"].format(count=FILE),
        },
        **{**fields, "fault": wish.fault or fields.get("fault", "")},
    )


def listed(
    request: Asked,
    gate: Gate,
    table: Table,
    rows: Callable[[Connection, Wish], Sequence[Any]],
    cells: Callable[[Any, Language], Sequence[Cell]],
    *,
    frame: Frame | None = None,
    **fields: Any,
) -> Response[Any]:
    """A whole page with a table: what was asked of it, the rows that fit, and the rest of the page as ``fields`` say."""
    frame = frame or desk_frame(request)
    wish = wanted(request, gate, table, frame)
    found: Sequence[Any] = ()
    if not wish.fault:
        with gate.store.read() as conn:
            found = rows(conn, wish)
    return show_listing(request, table, wish, found, cells, frame=frame, **fields)


BY_PLACE = Order((column("place", BigInteger),))
"""Of rows that are all at hand: a place in their order, which tells nothing of them."""


class Placed(msgspec.Struct, frozen=True):
    """A row that is at hand, and its place."""

    place: int
    row: Any


def at_hand(rows: Iterable[Any], wish: Wish, keys: Mapping[str, Callable[[Any], Any]]) -> list[Placed]:
    """A page of rows that were all read, as few as one person has; ``keys``: what each order sorts them by."""
    ordered = sorted(rows, key=keys[wish.sort.removeprefix("-")], reverse=wish.order.descending)
    start = int(wish.after[0]) if wish.after else 0
    return [Placed(place, row) for place, row in enumerate(ordered[start : start + wish.limit], start + 1)]


def choice(name: str, values: Iterable[str], words: Mapping[str, str], prefix: str = "") -> Filter:
    """A filter with values that have words, under ``prefix`` and their own name."""
    return Filter(name, Kind.CHOICE, tuple((value, words[f"{prefix}{value}"]) for value in values))


def _head(head: Head, table: Table, wish: Wish, here: str, kept: tuple[tuple[str, str], ...]) -> tuple[Head, str, str]:
    """A column, where a press on it leads, and how it is sorted now."""
    if not head.order:
        return head, "", ""
    order = table.orders[head.order]
    is_now = wish.sort.removeprefix("-") == head.order
    if is_now and not table.is_turnable:
        return head, "", "ascending"
    turned = f"-{head.order}" if is_now and not wish.sort.startswith("-") else head.order
    sorted_ = ("descending" if wish.order.descending else "ascending") if is_now and order.columns else ""
    return head, f"{here}?{urlencode({**dict(kept), **wish.raw, 'sort': turned})}", sorted_
