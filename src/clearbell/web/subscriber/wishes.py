"""What kinds of calls I do not want, at any hour or at some."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from clearbell.consent.errors import ConsentError
from clearbell.consent.hours import ANY, DAYS, EVERY_DAY, QuietHours, days_of, minute_of, read_hours, zone_names
from clearbell.consent.model import Wished
from clearbell.consent.queries import wish_of
from clearbell.consent.service import do_wish
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.revocation import category_name
from clearbell.web.subscriber.calls import ACTOR
from clearbell.web.subscriber.page import Asked, Sent, Shown, field, language_of, show, to
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import need_visit, visit_of
from clearbell.web.subscriber.will import said

_EMPTY = 2
"""Lines of hours that stand ready to be filled in."""


def _page(
    request: Asked, gate: Gate, status: int = 200, fault: str = "", given: dict[str, Any] | None = None
) -> Response[str]:
    language = language_of(request)
    words = ME[language]
    with gate.store.read() as conn:
        wished = wish_of(conn, visit_of(request).number)
    if given is None:
        hours = read_hours(wished.quiet) if wished is not None else ()
        lines = [(one.category, *one.window().split("-"), days_of(one.days)) for one in hours]
        refused = set(wished.refuse.split()) if wished is not None else set()
        zone = (wished.zone if wished is not None else "") or gate.pack.timezone
        withheld = bool(wished is not None and wished.refuse_withheld)
    else:
        lines = [(field(given, f"category-{n}", 64), field(given, f"from-{n}", 8), field(given, f"to-{n}", 8),
                  sorted(_several(given, f"day-{n}"), key=DAYS.index)) for n in _places(given)]  # fmt: skip
        refused, zone, withheld = _several(given, "refuse"), field(given, "zone", 64), bool(given.get("withheld"))
    lines += [("", "", "", [])] * _EMPTY
    return show(
        request,
        gate,
        "wishes.html",
        status,
        fault=fault,
        said=said(request),
        categories=[(code, category_name(gate, code, language), code in refused) for code in gate.pack.categories],
        withheld=withheld,
        lines=lines,
        choices=[(ANY, words["any_category"]), *((code, category_name(gate, code, language)) for code in gate.pack.categories)],
        days=[(code, words[f"day_{code}"]) for code in DAYS],
        zone=zone,
        zones=sorted(zone_names()),
    )  # fmt: skip


def _several(data: dict[str, Any], name: str) -> set[str]:
    given = data.get(name, [])
    found = {given} if isinstance(given, str) else set(given)
    return {one for one in found if isinstance(one, str) and (not name.startswith("day-") or one in DAYS)}


def _places(data: dict[str, Any]) -> list[int]:
    """The lines of the form that have a category, or times without one."""
    most = 64
    return [n for n in range(most) if any(field(data, f"{name}-{n}", 8) for name in ("category", "from", "to"))]


def _hours(data: dict[str, Any], gate: Gate) -> tuple[QuietHours, ...] | None:
    """The hours of the form; None where a line is half filled in."""
    found = []
    for n in _places(data):
        category = field(data, f"category-{n}", 64)
        start, end = minute_of(field(data, f"from-{n}", 8)), minute_of(field(data, f"to-{n}", 8))
        if not category:
            # Without a category the line is taken off, as the page says.
            continue
        bits = sum(1 << DAYS.index(day) for day in _several(data, f"day-{n}"))
        if (category != ANY and category not in gate.pack.categories) or start < 0 or end < 0:
            return None
        # From midnight to midnight is the whole day.
        found.append(QuietHours(category, start, end or 24 * 60, bits or EVERY_DAY))
    return tuple(found)


@get("/me/wishes", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_wishes(request: Asked, gate: ServedGate) -> Response[str]:
    """The categories, which I do not want, and at what hours."""
    return _page(request, gate)


@post("/me/wishes/keep", status_code=200, sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def keep_wishes(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Replace my wishes."""
    language = language_of(request)
    ticked = _several(data, "refuse")
    refuse = tuple(code for code in gate.pack.categories if code in ticked)
    hours = _hours(data, gate)
    if hours is None:
        return _page(request, gate, 422, ME[language]["hours_incomplete"], data)
    zone = field(data, "zone", 64)
    wished = Wished(
        visit_of(request).number,
        refuse,
        bool(data.get("withheld")),
        hours,
        "" if zone == gate.pack.timezone else zone,
    )
    try:
        with gate.store.act(ACTOR) as act:
            do_wish(act, wished)
    except ConsentError as error:
        return _page(request, gate, 422, error.zh if language == "zh" else error.en, data)
    return to("wishes", "wish")


def wishes_handlers() -> list[HTTPRouteHandler]:
    """The handlers of my wishes."""
    return [my_wishes, keep_wishes]
