"""Contracts: their terms, and signing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.lifecycles import IllegalStepError
from clearbell.registry.contracts.model import State
from clearbell.registry.contracts.queries import BY_HOLDER, BY_OFFERED, contracts_of_party
from clearbell.registry.contracts.service import contract_row, do_accept
from clearbell.registry.errors import RegistryError
from clearbell.web.doors import principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import Line, form, listed, page, shown, tenant
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing import Cell, Head, Table, Wish, choice
from clearbell.web.officers.page import Asked, Sent, Shown, field, in_words, language_of
from clearbell.web.revocation import category_name, shown_time


@page("/firm/contracts")
def contracts(request: Asked, gate: ServedGate) -> Response[Any]:
    """All contracts, the newest offer first."""
    party, language = tenant(request), language_of(request)
    words = FIRM[language]
    table = Table(
        "contracts",
        (
            Head("contract"),
            Head("holder", order="holder"),
            Head("state"),
            Head("purpose"),
            Head("hours"),
            Head("per_hour", is_count=True),
            Head("per_callee_day", is_count=True),
            Head("offered", order="offered"),
            Head("signed"),
        ),
        {"offered": BY_OFFERED, "holder": BY_HOLDER},
        (choice("state", [one.value for one in State], words, "contract_"),),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        return contracts_of_party(conn, party, wish.limit, wish.order, wish.after, wish.values.get("state", ""))

    def line(row: Row[Any]) -> Line:
        return (
            Cell(row.contract, f"/firm/contracts/{row.contract}"),
            row.holder,
            Cell(words[f"contract_{row.state}"], tag="label" if row.state == State.OFFERED.value else ""),
            category_name(gate, row.purpose, language),
            row.hours,
            row.per_hour,
            row.per_callee_day,
            shown_time(row.offered, gate),
            shown_time(row.accepted, gate),
        )

    return listed(request, gate, table, rows, line, hint="contracts_hint")


def _page(request: Asked, gate: ServedGate, name: str, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    with gate.store.read() as conn:
        row = contract_row(conn, name)
    return shown(
        request,
        "contract.html",
        status,
        fault=fault,
        c=row,
        state=FIRM[language][f"contract_{row.state}"],
        offered=shown_time(row.offered, gate),
        accepted=shown_time(row.accepted, gate),
        ended=shown_time(row.ended, gate),
        open=row.state == State.OFFERED.value,
    )


@page("/firm/contracts/{contract:str}")
def contract_page(contract: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """A contract with its whole text."""
    return _page(request, gate, contract)


@form("/firm/contracts/{contract:str}/accept")
def accept(contract: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Sign exactly the text that the page showed."""
    try:
        with gate.store.act(principal(request).name) as act:
            do_accept(act, contract, field(data, "signer", 200), field(data, "digest", 64))
    except (RegistryError, IllegalStepError) as error:
        return _page(request, gate, contract, 422, in_words(error, language_of(request)))
    return Redirect(f"/firm/contracts/{contract}", status_code=303)


def contracts_handlers() -> list[HTTPRouteHandler]:
    """The handlers of contracts."""
    return [contracts, contract_page, accept]
