"""The ledger in a browser: what was appended, and that the chain holds. Facts about people stay sealed here."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from clearbell.ledger.browse import newest
from clearbell.ledger.verify import verify
from clearbell.web.doors import need_session
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.page import Asked, language_of, show
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

_PAGE = 100
Before = Annotated[int, QueryParameter(name="before", ge=0, description="Only entries before this place.")]
Kind = Annotated[str, QueryParameter(name="kind", max_length=64, pattern=r"^[a-z.-]*$", description="Of this kind.")]
Check = Annotated[bool, QueryParameter(name="verify", description="Verify the whole chain.")]


@get("/desk/ledger", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def ledger_page(
    request: Asked, gate: ServedGate, before: Before = 0, kind: Kind = "", check: Check = False
) -> Response[str]:
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
    with gate.store.read() as conn:
        rows = newest(conn, _PAGE + 1, before=before, kind=kind)
    return show(
        request,
        "ledger.html",
        rows=[
            (row.seq, shown_time(row.at, gate), row.kind, row.actor, row.sealed, bytes(row.hash).hex()[:16])
            for row in rows[:_PAGE]
        ],
        more=rows[_PAGE - 1].seq if len(rows) > _PAGE else 0,
        kind=kind,
        said=said,
        sound=sound,
    )


def ledger_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the ledger."""
    return [ledger_page]
