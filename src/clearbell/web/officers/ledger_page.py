"""The ledger in a browser: what was appended, and that the chain holds. Facts about people stay sealed here."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from sqlalchemy import Row

from clearbell.ledger.browse import BY_PLACE, entries_listed
from clearbell.ledger.verify import verify
from clearbell.web.doors import need_session
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

_TABLE = Table(
    "ledger",
    (
        Head("seq", is_count=True, order="seq"),
        Head("when"),
        Head("kind"),
        Head("actor"),
        Head("facts", is_count=True),
        Head("hash"),
    ),
    {"seq": BY_PLACE},
    (Filter("kind", Kind.TEXT),),
)
Check = Annotated[bool, QueryParameter(name="verify", description="Verify the whole chain.")]


@get("/desk/ledger", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def ledger_page(request: Asked, gate: ServedGate, check: Check = False) -> Response[Any]:
    """The newest entries; with ``verify`` the whole chain is walked first."""
    words = DESK[language_of(request)]
    said, sound = "", True
    if check:
        found = verify(gate.store)
        sound = found.fault is None
        said = (
            words["sound"].format(entries=found.entries, sealed=found.sealed, erased=found.erased)
            if found.fault is None
            else f"{words['unsound']} {found.fault.seq}: {found.fault.kind.en if words is DESK['en'] else found.fault.kind.zh}"
        )
    wish = wanted(request, gate, _TABLE)
    rows: list[Row[Any]] = []
    if not wish.fault:
        with gate.store.read() as conn:
            rows = list(entries_listed(conn, wish.order, wish.limit, wish.after, kind=wish.values.get("kind", "")))

    def cells(row: Row[Any], _language: Language) -> list[Cell]:
        return [
            Cell(str(row.seq)),
            Cell(shown_time(row.at, gate)),
            Cell(row.kind, f"?kind={quote(row.kind)}"),
            Cell(row.actor),
            Cell(str(row.sealed)),
            Cell(bytes(row.hash).hex()[:16]),
        ]

    return show_listing(
        request,
        _TABLE,
        wish,
        rows,
        cells,
        template="ledger.html",
        said=said if sound else "",
        unsound="" if sound else said,
    )


def ledger_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the ledger."""
    return [ledger_page]
