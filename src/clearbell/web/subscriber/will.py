"""What I said: consents and refusals, my own list."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection

from clearbell.consent.errors import ConsentError
from clearbell.consent.model import Channel, ConsentWithdrawn, Listed, ListVerdict, RefusalEnded
from clearbell.consent.queries import consents_of, list_of, refusals_of
from clearbell.consent.service import do_end_refusal, do_list, do_withdraw
from clearbell.numbering import format_e164, to_key
from clearbell.registry.queries import holder_name
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import BY_PLACE, Cell, Head, Placed, Press, Table, Wish, at_hand, choice, listed
from clearbell.web.revocation import category_name, shown_time
from clearbell.web.subscriber.calls import ACTOR
from clearbell.web.subscriber.page import Asked, Language, Sent, Shown, field, frame_of, language_of, to
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import need_visit, visit_of

_MOST = 200


def said(request: Asked) -> str:
    """What was done by the press before, in words."""
    words = ME[language_of(request)]
    what = words.get(f"did_{request.query_params.get('did', '')}", "")
    return words["done"].format(what=what) if what and "{" not in what else ""


_SAID = {"since": lambda one: (one.since, one.name), "holder": lambda one: (one.name, one.since)}


class _Will(msgspec.Struct, frozen=True):
    """A consent that I gave, or a refusal."""

    name: str
    state: str
    since: int
    """µs UTC."""
    row: Any


def _wills(conn: Connection, mine: int, now: int) -> list[_Will]:
    given, refused = consents_of(conn, mine, _MOST), refusals_of(conn, mine, _MOST)
    names = {one.holder: holder_name(conn, one.holder) or one.holder for one in (*given, *refused) if one.holder}
    found = [_Will(names.get(one.holder, "") or format_e164(one.caller), "refused", one.at, one) for one in refused]
    for one in given:
        stands = not one.withdrawn and not (one.until and one.until <= now)
        found.append(_Will(names[one.holder], "in_force" if stands else "ended", one.given, one))
    return found


def _consents(request: Asked, gate: Gate, status: int = 200, fault: str = "") -> Response[Any]:
    words, mine = ME[language_of(request)], visit_of(request).number
    frame = frame_of(request, gate)
    table = Table(
        "consents",
        (
            Head("holder", order="holder"),
            Head("state"),
            Head("purpose"),
            Head("since", order="since"),
            Head("how"),
            Head("per_day", is_count=True),
            Head("until"),
            Head("acts"),
        ),
        {"since": BY_PLACE.turned(), "holder": BY_PLACE},
        (choice("state", ("in_force", "ended", "refused"), words),),
        path="/me/consents",
    )
    with gate.store.read() as conn:
        found = _wills(conn, mine, gate.now())

    def rows(_conn: Connection, wish: Wish) -> list[Placed]:
        state = wish.values.get("state", "")
        return at_hand([one for one in found if state in ("", one.state)], wish, _SAID)

    def cells(placed: Placed, language: Language) -> list[Cell]:
        one, row = placed.row, placed.row.row
        state = Cell(words[one.state], tag={"in_force": "in", "refused": "late"}.get(one.state, ""))
        since = shown_time(one.since, gate)
        if one.state == "refused":
            fields = (("holder", row.holder), ("caller", str(row.caller)))
            undo = Press("/me/consents/undo", words["undo"], fields, f"{words['undo']} {one.name}")
            return [Cell(one.name), state, *map(Cell, ("", since, "", "", "")), Cell("", presses=(undo,))]
        purpose = words["any_purpose"] if row.purpose == "*" else category_name(gate, row.purpose, language)
        fields = (("holder", row.holder), ("purpose", row.purpose))
        label = f"{words['withdraw']} {one.name} {purpose}"
        withdraw = Press("/me/consents/withdraw", words["withdraw"], fields, label)
        return [
            Cell(one.name),
            state,
            Cell(purpose),
            Cell(since),
            Cell(words[f"prov_{row.provenance}"]),
            Cell(str(row.per_day or "–")),
            Cell(shown_time(row.until, gate) or words["endless"]),
            Cell("", presses=(withdraw,) if one.state == "in_force" else ()),
        ]

    return listed(
        request, gate, table, rows, cells, frame=frame, template="consents.html", status=status, fault=fault,
        said=said(request), has_any=bool(found),
    )  # fmt: skip


@get("/me/consents", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_consents(request: Asked, gate: ServedGate) -> Response[Any]:
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


def _list(request: Asked, gate: Gate, status: int = 200, fault: str = "", given: str = "") -> Response[Any]:
    words, lines = ME[language_of(request)], _lines(request, gate)
    table = Table(
        "list",
        (Head("number_or_range", order="number_or_range"), Head("verdict", order="verdict"), Head("acts")),
        {"number_or_range": BY_PLACE, "verdict": BY_PLACE},
        (choice("verdict", ("block", "allow"), words, "verdict_"),),
        path="/me/list",
    )
    keys = {
        "number_or_range": lambda line: line["first"],
        "verdict": lambda line: (line["verdict"], line["first"]),
    }

    def rows(_conn: Connection, wish: Wish) -> list[Placed]:
        verdict = wish.values.get("verdict", "")
        return at_hand([one for one in lines if verdict in ("", one["verdict"])], wish, keys)

    def cells(placed: Placed, _language: Language) -> list[Cell]:
        line = placed.row
        fields = (("first", f"+{line['first']}"), ("last", f"+{line['last']}"), ("verdict", "none"))
        remove = Press("/me/list/change", words["remove"], fields, f"{words['remove']} {line['shown']}")
        tag = "in" if line["verdict"] == ListVerdict.ALLOW.value else "late"
        return [Cell(line["shown"]), Cell(line["words"], tag=tag), Cell("", presses=(remove,))]

    return listed(
        request, gate, table, rows, cells, frame=frame_of(request, gate), template="list.html", status=status,
        fault=fault, said=said(request), given=given, has_any=bool(lines),
    )  # fmt: skip


@get("/me/list", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_list(request: Asked, gate: ServedGate) -> Response[Any]:
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
        list_cards,
    ]
