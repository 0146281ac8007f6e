"""Consents: how many, how they grow, which lapse soon; a file of new ones, and taking one back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, Row, Select, literal, select

from clearbell.calls import DAY
from clearbell.consent.errors import ConsentError
from clearbell.consent.holdings import BY_GIVEN, Stand, Week, by_end, held, lapsing, stand_of
from clearbell.consent.model import Channel, ConsentWithdrawn
from clearbell.consent.own_grants import KIND, OwnGrantLoader
from clearbell.consent.service import do_withdraw
from clearbell.consent.sums import SOON_DAYS, WEEKS, counted
from clearbell.intake import IntakeError, run_intake
from clearbell.intake.model import Run
from clearbell.intake.queries import BY_FILE, BY_ROW, BY_START, faults, reasons, run_of, runs_of
from clearbell.numbering import format_e164, to_key
from clearbell.registry.queries import held_by
from clearbell.registry.tables import holder as holders_table
from clearbell.web.doors import principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.overview import counted_words, lapse_of
from clearbell.web.firm.page import (
    Line,
    Uploaded,
    choices,
    file_of,
    form,
    listed,
    own_holders,
    page,
    tenant,
)
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish, choice
from clearbell.web.officers.page import Asked, Sent, Shown, field, in_words, language_of
from clearbell.web.revocation import category_name, shown_time

_HEIGHT = 120
_STEP = 24


def own_loaders(party: str) -> Select[Any]:
    """Names under which files of the party's holders were taken in."""
    return select(literal(KIND).concat(holders_table.c.holder)).where(holders_table.c.holder.in_(held_by(party)))


def bars(found: list[Week], gate: ServedGate) -> list[dict[str, Any]]:
    """The growth as bars of a picture."""
    most = max((max(one.given, one.withdrawn) for one in found), default=0) or 1
    return [
        {
            "x": place * _STEP,
            "given": one.given,
            "withdrawn": one.withdrawn,
            "up": round(one.given / most * _HEIGHT, 1),
            "down": round(one.withdrawn / most * _HEIGHT, 1),
            "week": shown_time(one.begins, gate)[:10],
        }
        for place, one in enumerate(found)
    ]


def _page(request: Asked, gate: ServedGate, **fields: Any) -> Response[Any]:
    party, language, now = tenant(request), language_of(request), gate.now()
    own = held_by(party)
    with gate.store.read() as conn:
        found = counted(conn, own, now, lapse_of(gate), gate.pack.utc_offset_minutes)
        grown = found.weeks
        holders = own_holders(conn, party)
    table = Table(
        "uploads",
        (
            Head("file", order="file"),
            Head("holder"),
            Head("when", order="when"),
            Head("rows", is_count=True),
            Head("stored", is_count=True),
            Head("quarantined", is_count=True),
        ),
        {"when": BY_START, "file": BY_FILE},
        (Filter("file", Kind.TEXT),),
        path="/firm/consents",
    )

    def rows(conn: Connection, wish: Wish) -> list[Run]:
        return runs_of(conn, own_loaders(party), wish.limit, wish.order, wish.after, wish.values.get("file", ""))

    def line(run: Run) -> Line:
        path = f"/firm/consents/{run.run}"
        return (
            Cell(run.file, path),
            run.loader.removeprefix(KIND),
            shown_time(run.started_at, gate),
            f"{run.rows:,}",
            f"{run.stored:,}",
            Cell(f"{run.quarantined:,}", path if run.quarantined else ""),
        )

    return listed(
        request,
        gate,
        table,
        rows,
        line,
        "consents.html",
        found=found.holding,
        counted=counted_words(found, gate, language),
        soon=SOON_DAYS,
        weeks=bars(grown, gate),
        most=max((max(one.given, one.withdrawn) for one in grown), default=0),
        width=WEEKS * _STEP,
        height=_HEIGHT,
        holders=holders,
        purposes=choices(gate.pack, language),
        **fields,
    )


@page("/firm/consents")
def consents(request: Asked, gate: ServedGate) -> Response[Any]:
    """What there is, how it grew, and the files that were uploaded."""
    return _page(request, gate)


@page("/firm/lapsing")
def lapsing_soon(request: Asked, gate: ServedGate) -> Response[Any]:
    """Consents that lapse soon, the next first."""
    party, language, now = tenant(request), language_of(request), gate.now()
    table = Table(
        "lapsing",
        (Head("number"), Head("holder"), Head("purpose"), Head("until", order="until")),
        {"until": by_end(lapse_of(gate))},
        (Filter("purpose", Kind.CHOICE, tuple(choices(gate.pack, language))),),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        return lapsing(
            conn, held_by(party), now, now + SOON_DAYS * DAY, lapse_of(gate), wish.limit, wish.order, wish.after,
            wish.values.get("purpose", ""),
        )  # fmt: skip

    def line(row: Row[Any]) -> Line:
        purpose = category_name(gate, row.purpose, language)
        return format_e164(row.callee), row.holder, purpose, shown_time(row.ends, gate)

    return listed(request, gate, table, rows, line, hint="lapsing_hint", current="/firm/consents")


@page("/firm/consent-list")
def consent_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """Every consent of the firm, of each holder the newest first."""
    party, language, now = tenant(request), language_of(request), gate.now()
    words = FIRM[language]
    table = Table(
        "consents",
        (
            Head("number"),
            Head("holder", order="holder"),
            Head("purpose"),
            Head("given_at"),
            Head("until"),
            Head("state"),
        ),
        {"holder": BY_GIVEN},
        (
            choice("state", [one.value for one in Stand], words, "consent_"),
            Filter("purpose", Kind.CHOICE, tuple(choices(gate.pack, language))),
            Filter("number", Kind.NUMBER),
        ),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        values = wish.values
        return held(
            conn, held_by(party), now, lapse_of(gate), wish.limit, wish.order, wish.after,
            stand=Stand(values["state"]) if "state" in values else None,
            purpose=values.get("purpose", ""), callee=values.get("number", 0),
        )  # fmt: skip

    def line(row: Row[Any]) -> Line:
        stand = stand_of(row, now)
        return (
            format_e164(row.callee),
            row.holder,
            category_name(gate, row.purpose, language),
            shown_time(row.given, gate),
            shown_time(row.ends, gate),
            Cell(words[f"consent_{stand.value}"], tag="in" if stand is Stand.IN_FORCE else ""),
        )

    return listed(request, gate, table, rows, line, hint="consents_hint", current="/firm/consents")


@form("/firm/consents/upload")
def upload(data: Uploaded, request: Asked, gate: ServedGate) -> Shown:
    """Take a CSV file in; the run's page says what became of each bad row."""
    name, content = file_of(data)
    language = language_of(request)
    if not content:
        return _page(request, gate, status=422, fault=FIRM[language]["file_needed"])
    loader = OwnGrantLoader(field(data, "holder", 256), gate.pack.categories)
    with tempfile.TemporaryDirectory() as folder:
        # Its own name is kept for the list, without any folder.
        path = Path(folder) / (Path(name.replace("\\", "/")).name or "consents.csv")
        path.write_bytes(content)
        try:
            done = run_intake(gate.store, loader, path, actor=principal(request).name)
        except IntakeError as error:
            return _page(request, gate, status=422, fault=in_words(error, language))
    return Redirect(f"/firm/consents/{done.run}", status_code=303)


@form("/firm/consents/withdraw")
def withdraw(data: Sent, request: Asked, gate: ServedGate) -> Response[Any]:
    """Take a consent back, as the subscriber asked the firm to."""
    language = language_of(request)
    number = to_key(field(data, "number", 64), gate.pack.home)
    if not number:
        return _page(request, gate, status=422, fault=FIRM[language]["number_needed"])
    fact = ConsentWithdrawn(field(data, "holder", 256), number, field(data, "purpose", 64) or "*", Channel.WEB)
    try:
        with gate.store.act(principal(request).name) as act:
            ended = do_withdraw(act, fact)
    except ConsentError as error:
        return _page(request, gate, status=422, fault=in_words(error, language))
    return _page(request, gate, said=FIRM[language]["withdrawn_said"].format(count=ended))


@page("/firm/consents/{run:str}")
def run_page(run: FromPath[str], request: Asked, gate: ServedGate) -> Response[Any]:
    """What became of an uploaded file: the rows that were kept out, each with its reasons."""
    language = language_of(request)
    with gate.store.read() as conn:
        done = run_of(conn, run)
        why = [(code, zh if language == "zh" else en, count) for code, zh, en, count in reasons(conn, run)]
    table = Table(
        "quarantine",
        (Head("line", is_count=True, order="line"), Head("column"), Head("reason"), Head("row")),
        {"line": BY_ROW},
        (Filter("reason", Kind.CHOICE, tuple((code, words) for code, words, _ in why)),),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        return faults(conn, run, wish.limit, wish.order, wish.after, wish.values.get("reason", ""))

    def line(row: Row[Any]) -> Line:
        return row.line, row.column, row.zh if language == "zh" else row.en, row.raw

    when = shown_time(done.started_at, gate) if done is not None else ""
    return listed(request, gate, table, rows, line, "run.html", run=done, when=when, why=why)


def consents_handlers() -> list[HTTPRouteHandler]:
    """The handlers of consents."""
    return [consents, consent_list, lapsing_soon, upload, withdraw, run_page]
