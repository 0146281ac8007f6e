"""Deadlines at the desk: what is due, the soonest first, each with the page where it is met."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import BigInteger, Text, column

from clearbell.access.model import Permission, Principal
from clearbell.calls import DAY
from clearbell.desk.deadlines.catalogue import EVERY
from clearbell.desk.deadlines.model import Open
from clearbell.desk.deadlines.queries import open_deadlines
from clearbell.desk.deadlines.wording import NATURES, name_of, subject_of
from clearbell.ledger.paging import Order
from clearbell.policy.deadlines import terms_of
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.health_texts import HEALTH
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.revocation import shown_time

P = Permission
_WITHIN = (1, 7, 30)
_BY_DUE = Order((column("due", BigInteger), column("kind", Text), column("subject", Text)))
_PAGES: tuple[tuple[str, str, Permission], ...] = (
    ("case_", "/desk/cases/", P.CASES_READ),
    ("report_", "/desk/reports/", P.REPORTS_READ),
    ("label_appeal", "/desk/appeals/", P.APPEALS_READ),
    ("appeal", "/desk/appeals/", P.APPEALS_READ),
    ("order_", "/desk/orders/", P.ORDERS_READ),
    ("must_do_", "/desk/orders/", P.ORDERS_READ),
    ("sanction_", "/desk/sanctions/", P.SANCTIONS_READ),
    ("application_", "/desk/applications/", P.APPLICATIONS_READ),
    ("number_recheck", "/desk/applications/", P.APPLICATIONS_READ),
    ("number_valid", "/desk/applications/", P.APPLICATIONS_READ),
)
"""Beginning of the kind, where its subject has a page, and who may look at it."""


def page_of(one: Open, who: Principal) -> str:
    """Where a deadline is met; empty: there is no page for it, or not for this reader."""
    if one.kind == "enforcement_acknowledge":
        return "/desk/health" if who.may(P.NODE_READ) else ""
    for begins, path, needed in _PAGES:
        if one.kind.startswith(begins) and not one.number:
            # What an order asks for is met on the order's page.
            subject = one.subject.rpartition("/")[0] if begins == "must_do_" else one.subject
            known = subject.count("/") == (1 if begins == "sanction_" else 0)
            return f"{path}{quote(subject, safe='/')}" if known and who.may(needed) else ""
    return ""


def _table(language: Language) -> Table:
    words = HEALTH[language]
    return Table(
        "deadlines",
        (Head("due", order="due"), Head("deadline"), Head("subject"), Head("nature")),
        {"due": _BY_DUE},
        (
            Filter("kind", Kind.CHOICE, tuple((one.kind, name_of(one.kind, language)) for one in EVERY)),
            Filter("within", Kind.CHOICE, tuple((str(days), words[f"within_{days}"]) for days in _WITHIN)),
            Filter("overdue", Kind.FLAG),
        ),
        is_turnable=False,
    )


@get("/desk/deadlines", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def deadlines_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """What was not met, the soonest due first."""
    language, now, who = language_of(request), gate.now(), principal(request)
    table = _table(language)
    wish = wanted(request, gate, table)
    values = wish.values
    rows: list[Open] = []
    if not wish.fault:
        with gate.store.read() as conn:
            rows = open_deadlines(
                conn,
                gate.pack,
                now,
                kinds=[values["kind"]] if "kind" in values else None,
                overdue=bool(values.get("overdue")),
                by=now + int(values["within"]) * DAY if "within" in values else 0,
                limit=wish.limit,
                after=(int(wish.after[0]), str(wish.after[1]), str(wish.after[2])) if wish.after else None,
            )

    def cells(one: Open, language: Language) -> list[Cell]:
        return [
            Cell(shown_time(one.due, gate), note=LISTING[language]["late"] if one.overdue else ""),
            Cell(name_of(one.kind, language)),
            Cell(subject_of(one.subject, one.number), page_of(one, who)),
            Cell(NATURES[terms_of(one.kind).nature][language]),
        ]

    words = HEALTH[language]
    return show_listing(request, table, wish, rows, cells, template="deadlines.html", o=words)


def deadlines_handlers() -> list[HTTPRouteHandler]:
    """The handlers of deadlines at the desk."""
    return [deadlines_list]
