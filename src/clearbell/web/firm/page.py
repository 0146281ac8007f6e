"""Pages of the enterprise door: in the desk's frame, with tables that page and can be had as CSV."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter
from sqlalchemy import Connection, select

from clearbell.policy.model import Pack
from clearbell.registry.queries import held_by
from clearbell.registry.tables import holder
from clearbell.web.doors import need_session, principal
from clearbell.web.exporting import csv_file
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.page import Asked, Language, language_of, show

PAGE = 50
MOST = 10_000
HOLDERS = 200
"""Holders of one party that a form offers."""
From = Annotated[int, QueryParameter(name="from", ge=0, le=MOST, description="How many to leave out.")]
Form = Annotated[str, QueryParameter(name="as", pattern="^(csv)?$", description="A file instead of a page.")]
Uploaded = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


class Cell(NamedTuple):
    """A cell of a table."""

    text: str
    href: str = ""
    tag: str = ""
    """Class of a tag that it is shown as."""

    def __str__(self) -> str:
        return self.text


Line = Sequence[Cell | str | int]


def page(path: str) -> get:
    """The handler of a page."""
    return get(path, sync_to_thread=True, guards=[need_session], include_in_schema=False)


def form(path: str) -> post:
    """The handler of a form."""
    return post(path, status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)


def shown(request: Asked, template: str, status: int = 200, **fields: Any) -> Response[str]:
    """Render a page of the door."""
    return show(request, f"firm/{template}", status, door_words=FIRM[language_of(request)], **fields)


def listed(
    request: Asked,
    template: str,
    name: str,
    heads: Sequence[str],
    rows: Callable[[int, int], Sequence[Line]],
    start: int,
    as_form: str,
    status: int = 200,
    **fields: Any,
) -> Response[Any]:
    """A page with the table ``name``, or the table as a file.

    ``heads``: names of words, ``#`` after those of numbers. ``rows``: at most so many rows from a place on.
    """
    words = FIRM[language_of(request)]
    titles = [(words[head.rstrip("#")], head.endswith("#")) for head in heads]
    if as_form:
        return csv_file(name, [title for title, _ in titles], rows(0, MOST))
    found = rows(start, PAGE + 1)
    table = {
        "name": words[f"table_{name}"],
        "heads": titles,
        "rows": [[one if isinstance(one, Cell) else Cell(str(one)) for one in row] for row in found[:PAGE]],
        "start": start,
        # The last page that may be asked for has no next one.
        "more": start + PAGE if len(found) > PAGE and start + PAGE <= MOST else 0,
    }
    return shown(request, template, status, table=table, **fields)


def tenant(request: Asked) -> str:
    """The party whose account it is."""
    return principal(request).tenant


def own_holders(conn: Connection, party: str) -> list[str]:
    """Ids of the party's holders, as forms offer them."""
    query = select(holder.c.holder).where(holder.c.holder.in_(held_by(party))).order_by(holder.c.holder)
    return list(conn.execute(query.limit(HOLDERS)).scalars())


def own_trade(conn: Connection, party: str) -> str:
    """The category of the party's first holder that has one; empty when none has."""
    query = select(holder.c.category).where(holder.c.holder.in_(held_by(party)), holder.c.category != "")
    return conn.execute(query.order_by(holder.c.holder).limit(1)).scalar_one_or_none() or ""


def day_words(day: int) -> str:
    """A local day since 1970 as a date."""
    return (datetime.date(1970, 1, 1) + datetime.timedelta(day)).isoformat()


def category_words(pack: Pack, code: str, language: Language) -> str:
    """A category in words; what the pack does not know as it is."""
    known = pack.categories.get(code)
    if known is None:
        return code or FIRM[language]["no_category"]
    return known.zh if language == "zh" else known.en


def choices(pack: Pack, language: Language) -> list[tuple[str, str]]:
    """The pack's categories for a form."""
    return [(code, one.zh if language == "zh" else one.en) for code, one in pack.categories.items()]


def rung_words(pack: Pack, name: str, language: Language) -> str:
    """A rung in words."""
    known = pack.rungs.get(name)
    return name if known is None else known.zh if language == "zh" else known.en


def file_of(data: dict[str, Any], name: str = "file") -> tuple[str, bytes]:
    """Name and content of an uploaded file; empty where none was sent."""
    sent = data.get(name)
    return (sent.filename[:200], sent.file.read()) if isinstance(sent, UploadFile) else ("", b"")
