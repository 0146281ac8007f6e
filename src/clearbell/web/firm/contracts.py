"""Contracts: their terms, and signing them."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from clearbell.lifecycles import IllegalStepError
from clearbell.registry.contracts.model import State
from clearbell.registry.contracts.queries import contracts_of_party
from clearbell.registry.contracts.service import contract_row, do_accept
from clearbell.registry.errors import RegistryError
from clearbell.web.doors import principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import Cell, Form, From, Line, form, listed, page, shown, tenant
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.page import Asked, Sent, Shown, field, in_words, language_of
from clearbell.web.revocation import shown_time


@page("/firm/contracts")
def contracts(request: Asked, gate: ServedGate, start: From = 0, as_form: Form = "") -> Response[Any]:
    """All contracts, the newest offer first."""
    party, language = tenant(request), language_of(request)
    words = FIRM[language]

    def rows(start: int, count: int) -> list[Line]:
        with gate.store.read() as conn:
            return [
                (
                    Cell(row.contract, f"/firm/contracts/{row.contract}"),
                    row.holder,
                    Cell(words[f"contract_{row.state}"], tag="label" if row.state == State.OFFERED.value else ""),
                    row.purpose,
                    row.hours,
                    row.per_hour,
                    row.per_callee_day,
                    shown_time(row.accepted, gate),
                )
                for row in contracts_of_party(conn, party, count, start)
            ]

    heads = ("contract", "holder", "state", "purpose", "hours", "per_hour#", "per_callee_day#", "signed")
    return listed(request, "list.html", "contracts", heads, rows, start, as_form, hint="contracts_hint")


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
