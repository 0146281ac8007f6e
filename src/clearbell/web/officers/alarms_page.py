"""Restrictions that a switch or carrier did not acknowledge in the pack's time: what the alarm of a scorecard counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Row

from clearbell.enforcement.model import Operation, State
from clearbell.enforcement.queries import BY_ALARM, alarmed_tasks
from clearbell.enforcement.wording import OPERATIONS, STATES
from clearbell.web.doors import need_session
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.officers.provider_texts import PROVIDERS
from clearbell.web.revocation import shown_time

_TABLE = Table(
    "unacknowledged",
    (
        Head("alarmed", order="alarmed"),
        Head("provider"),
        Head("target"),
        Head("sanction"),
        Head("operation"),
        Head("state"),
        Head("due"),
        Head("acknowledged"),
        Head("fault"),
    ),
    {"alarmed": BY_ALARM},
    (
        Filter("provider", Kind.TEXT),
        Filter("target", Kind.TEXT),
        Filter("from", Kind.DAY),
        Filter("to", Kind.DAY),
        Filter("still_open", Kind.FLAG),
    ),
)


@get("/desk/unacknowledged", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def alarms_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """Each with its alarm, the newest first, those that were acknowledged late too."""
    language = language_of(request)
    wish = wanted(request, gate, _TABLE)
    values = wish.values
    rows: list[Row[Any]] = []
    if not wish.fault:
        with gate.store.read() as conn:
            rows = list(
                alarmed_tasks(
                    conn,
                    wish.order,
                    wish.limit,
                    wish.after,
                    provider=values.get("provider", ""),
                    name=values.get("target", ""),
                    since=values.get("from", 0),
                    until=wish.day_after("to"),
                    still_open=bool(values.get("still_open")),
                )
            )

    def cells(row: Row[Any], _language: Language) -> list[Cell]:
        sanction = row.sanction or row.restriction
        return [
            Cell(shown_time(row.alarmed, gate)),
            Cell(row.provider),
            Cell(row.target),
            Cell(sanction, f"/desk/sanctions/{quote(sanction, safe='/')}" if sanction.count("/") == 1 else ""),
            Cell(OPERATIONS[Operation(row.operation)][language]),
            Cell(STATES[State(row.state)][language]),
            Cell(shown_time(row.deadline, gate)),
            Cell(shown_time(row.acknowledged, gate)),
            Cell(row.fault),
        ]

    return show_listing(request, _TABLE, wish, rows, cells, template="unacknowledged.html", o=PROVIDERS[language])


def alarms_handlers() -> list[HTTPRouteHandler]:
    """The handlers of alarms of enforcement."""
    return [alarms_list]
