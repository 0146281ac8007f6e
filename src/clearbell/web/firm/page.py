"""Pages of the enterprise door: in the desk's frame, with its tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy import Connection, select

from clearbell.policy.model import Pack
from clearbell.registry.queries import held_by
from clearbell.registry.tables import holder
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers import listing
from clearbell.web.officers.listing import Cell, Table, Wish
from clearbell.web.officers.page import Asked, Language, language_of, show

HOLDERS = 200
"""Holders of one party that a form offers."""
Uploaded = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


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
    gate: ServedGate,
    table: Table,
    rows: Callable[[Connection, Wish], Sequence[Any]],
    line: Callable[[Any], Line],
    template: str = "list.html",
    **fields: Any,
) -> Response[Any]:
    """A page with a table, or the table as a file. ``line``: what a row shows."""
    words = FIRM[language_of(request)]
    titled = {name: text[:1].upper() + text[1:] for name, text in words.items()}

    def cells(row: Any, _language: Language) -> list[Cell]:
        return [one if isinstance(one, Cell) else Cell(str(one)) for one in line(row)]

    title = words[f"table_{table.name}"]
    return listing.listed(
        request,
        gate,
        table,
        rows,
        cells,
        frame=listing.desk_frame(request, titled),
        door_words=words,
        template=f"firm/{template}",
        title=title,
        **fields,
    )


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
