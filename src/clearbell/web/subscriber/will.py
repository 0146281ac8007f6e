"""What I said: consents and refusals, my own list."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from clearbell.consent.errors import ConsentError
from clearbell.consent.model import Channel, ConsentWithdrawn, Listed, ListVerdict, RefusalEnded
from clearbell.consent.queries import consents_of, list_of, refusals_of
from clearbell.consent.service import do_end_refusal, do_list, do_withdraw
from clearbell.numbering import format_e164, to_key
from clearbell.registry.queries import holder_name
from clearbell.web.exporting import csv_file
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.revocation import category_name, shown_time
from clearbell.web.subscriber.calls import ACTOR
from clearbell.web.subscriber.page import Asked, Sent, Shown, field, language_of, show, to
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import need_visit, visit_of

_MOST = 200


def said(request: Asked) -> str:
    """What was done by the press before, in words."""
    words = ME[language_of(request)]
    what = words.get(f"did_{request.query_params.get('did', '')}", "")
    return words["done"].format(what=what) if what and "{" not in what else ""


def _consents(request: Asked, gate: Gate, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    words, now = ME[language], gate.now()
    mine = visit_of(request).number
    with gate.store.read() as conn:
        given = consents_of(conn, mine, _MOST)
        refused = refusals_of(conn, mine, _MOST)
        names = {one.holder: holder_name(conn, one.holder) or one.holder for one in (*given, *refused) if one.holder}
    return show(
        request,
        gate,
        "consents.html",
        status,
        fault=fault,
        said=said(request),
        consents=[
            {
                "holder": one.holder,
                "name": names[one.holder],
                "code": one.purpose,
                "purpose": words["any_purpose"] if one.purpose == "*" else category_name(gate, one.purpose, language),
                "given": shown_time(one.given, gate),
                "until": shown_time(one.until, gate) or words["endless"],
                "how": words[f"prov_{one.provenance}"],
                "per_day": one.per_day or "",
                "in_force": not one.withdrawn and not (one.until and one.until <= now),
            }
            for one in given
        ],
        refusals=[
            {
                "holder": one.holder,
                "caller": one.caller,
                "name": names.get(one.holder, "") or format_e164(one.caller),
                "since": shown_time(one.at, gate),
            }
            for one in refused
        ],
    )


@get("/me/consents", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_consents(request: Asked, gate: ServedGate) -> Response[str]:
    """Who may call me, and whom I refused."""
    return _consents(request, gate)


@post("/me/consents/{what:str}", status_code=200, sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def change_consents(what: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Withdraw a consent, or take a refusal back."""
    mine = visit_of(request).number
    holder = field(data, "holder", 256)
    try:
        with gate.store.act(ACTOR) as act:
            if what == "withdraw":
                do_withdraw(act, ConsentWithdrawn(holder, mine, field(data, "purpose", 64), Channel.WEB))
            else:
                do_end_refusal(act, RefusalEnded(mine, holder, _digits(field(data, "caller", 20))))
    except ConsentError as error:
        return _consents(request, gate, 422, error.zh if language_of(request) == "zh" else error.en)
    return to("consents", "withdraw" if what == "withdraw" else "undo")


def _digits(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _lines(request: Asked, gate: Gate) -> list[dict[str, Any]]:
    words = ME[language_of(request)]
    with gate.store.read() as conn:
        return [
            {
                "first": line.first,
                "last": line.last,
                "shown": format_e164(line.first) + (f" – {format_e164(line.last)}" if line.last != line.first else ""),
                "verdict": line.verdict,
                "words": words[f"verdict_{line.verdict}"],
            }
            for line in list_of(conn, visit_of(request).number)
        ]


def _list(request: Asked, gate: Gate, status: int = 200, fault: str = "", given: str = "") -> Response[str]:
    lines = _lines(request, gate)
    return show(request, gate, "list.html", status, fault=fault, said=said(request), lines=lines, given=given)


@get("/me/list", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_list(request: Asked, gate: ServedGate) -> Response[str]:
    """My own list."""
    return _list(request, gate)


@post("/me/list/change", status_code=200, sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def change_list(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Put a number or range on it, or take it off."""
    language = language_of(request)
    given, last_given = field(data, "first", 40), field(data, "last", 40)
    first = to_key(given, gate.pack.home)
    last = to_key(last_given, gate.pack.home) if last_given else first
    wanted = field(data, "verdict", 10)
    known = {one.value: one for one in ListVerdict}
    if not first or not last or wanted not in known:
        return _list(request, gate, 422, ME[language]["need_number"], given)
    try:
        with gate.store.act(ACTOR) as act:
            do_list(act, Listed(visit_of(request).number, first, last, known[wanted]))
    except ConsentError as error:
        return _list(request, gate, 422, error.zh if language == "zh" else error.en, given)
    return to("list", "list")


@get("/me/list.csv", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def list_sheet(request: Asked, gate: ServedGate) -> Response[bytes]:
    """The list as a table."""
    # Without a leading plus, which would make a formula of it in a spreadsheet.
    rows = [(line["first"], line["last"], line["verdict"]) for line in _lines(request, gate)]
    return csv_file("list", ["first", "last", "verdict"], rows)


@get("/me/list.vcf", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def list_cards(request: Asked, gate: ServedGate) -> Response[bytes]:
    """Numbers that are not to ring, as one contact (vCard 3.0) that a phone can block; ranges a phone cannot."""
    numbers = [
        format_e164(line["first"])
        for line in _lines(request, gate)
        if line["verdict"] == ListVerdict.BLOCK.value and line["first"] == line["last"]
    ]
    name = ME[language_of(request)]["verdict_block"]
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{name};;;;", f"FN:{name}", *(f"TEL;TYPE=VOICE:{n}" for n in numbers)]
    return _file("\r\n".join([*lines, "END:VCARD", ""]).encode(), "text/vcard", "list.vcf")


def _file(body: bytes, media: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media, headers=headers)


def will_handlers() -> list[HTTPRouteHandler]:
    """The handlers of what I said."""
    return [
        my_consents,
        change_consents,
        my_list,
        change_list,
        list_sheet,
        list_cards,
    ]
