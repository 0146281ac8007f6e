"""Applications: the form of a class, its documents, and what holds one up in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.consent.codes import new_code
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.registry.applications.checks import DIGEST, Problem
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import LineClass, State
from clearbell.registry.applications.queries import BY_FILED, BY_VALID, applications_of, documents_of
from clearbell.registry.applications.service import application_row, do_attach, do_edit, do_file, do_withdraw
from clearbell.registry.errors import RegistryError
from clearbell.registry.model import PartyKind, Purpose
from clearbell.vault import VaultError
from clearbell.web.doors import principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import (
    Line,
    Uploaded,
    choices,
    file_of,
    form,
    listed,
    own_holders,
    page,
    shown,
    tenant,
)
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing import Cell, Head, Table, Wish, choice
from clearbell.web.officers.page import Asked, Language, Sent, Shown, field, in_words, language_of
from clearbell.web.revocation import shown_time

Class = Annotated[LineClass, QueryParameter(name="line_class", description="What is applied for.")]
_OPEN = (State.PENDING.value, State.HELD.value, State.REFUSED.value)
_LEAVES = (State.PENDING.value, State.HELD.value)


@page("/firm/applications")
def applications(request: Asked, gate: ServedGate) -> Response[Any]:
    """All applications, the newest first."""
    party, words = tenant(request), FIRM[language_of(request)]
    table = Table(
        "applications",
        (
            Head("application"),
            Head("line_class"),
            Head("state"),
            Head("problems", is_count=True),
            Head("filed", order="filed"),
            Head("valid_until", order="valid_until"),
        ),
        {"filed": BY_FILED, "valid_until": BY_VALID},
        (
            choice("state", [one.value for one in State], words, "application_"),
            choice("line_class", [one.value for one in LineClass], words, "class_"),
        ),
    )

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        state, line_class = wish.values.get("state", ""), wish.values.get("line_class", "")
        return applications_of(conn, party, wish.limit, wish.order, wish.after, state=state, line_class=line_class)

    def line(row: Row[Any]) -> Line:
        path, problems = f"/firm/applications/{row.application}", len(msgspec.json.decode(row.problems))
        return (
            Cell(row.application, path),
            words[f"class_{row.line_class}"],
            Cell(words[f"application_{row.state}"], tag="late" if row.state == State.HELD.value else ""),
            Cell(str(problems), path if problems else ""),
            shown_time(row.filed_at, gate),
            shown_time(row.valid_until, gate),
        )

    classes = [(one.value, words[f"class_{one.value}"]) for one in LineClass]
    return listed(request, gate, table, rows, line, "applications.html", classes=classes)


def _fields(
    line_class: LineClass, values: dict[str, str], gate: ServedGate, language: Language
) -> list[dict[str, Any]]:
    """What a form asks for, as a page shows it."""
    words = FIRM[language]
    found = []
    for one in FORMS[line_class].fields:
        value = values.get(one.name, "")
        offered: list[tuple[str, str]] = []
        if one.kind == "purpose":
            offered = [(p.value, words[f"purpose_{p.value}"]) for p in Purpose if p is not Purpose.PERSONAL]
        elif one.kind == "entity-kind":
            offered = [(k.value, words[f"kind_{k.value}"]) for k in (PartyKind.COMPANY, PartyKind.PUBLIC_BODY)]
        elif one.kind == "category":
            offered = choices(gate.pack, language)
        elif one.kind == "yes":
            offered = [("yes", words["yes"])]
        found.append(
            {
                "name": one.name,
                "words": words.get(f"field_{one.name}", one.zh if language == "zh" else one.en),
                "kind": one.kind,
                "value": "" if value.startswith(DIGEST) else value,
                "kept": value.startswith(DIGEST),
                "optional": one.optional,
                "choices": offered,
            }
        )
    return found


def _new(
    request: Asked, gate: ServedGate, line_class: LineClass, values: dict[str, str], status: int = 200, fault: str = ""
) -> Response[str]:
    language = language_of(request)
    with gate.store.read() as conn:
        holders = own_holders(conn, tenant(request))
    return shown(
        request,
        "application_new.html",
        status,
        current="/firm/applications",
        fault=fault,
        line_class=line_class.value,
        class_words=FIRM[language][f"class_{line_class.value}"],
        fields=_fields(line_class, values, gate, language),
        holders=holders,
        holder=values.get("holder", holders[0] if holders else ""),
    )


@page("/firm/new-application")
def new_application(request: Asked, gate: ServedGate, line_class: Class = LineClass.TRUNK) -> Response[str]:
    """The form of a class."""
    return _new(request, gate, line_class, {"own_use": ""})


def _sent(line_class: LineClass, data: dict[str, Any]) -> dict[str, str]:
    return {one.name: field(data, one.name) for one in FORMS[line_class].fields if one.name in data}


@form("/firm/file-application")
def file_application(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """File it; its own page says what is missing."""
    party, who = tenant(request), principal(request).name
    try:
        line_class = LineClass(field(data, "line_class", 8))
    except ValueError:
        line_class = LineClass.TRUNK
    values = _sent(line_class, data)
    name = f"{party}:{new_code(os.urandom)}"
    # A user that is not registered yet gets an id with the application.
    values["holder"] = values.get("holder") or f"{party}:{new_code(os.urandom)}"
    try:
        with gate.store.act(who) as act:
            do_file(act, gate.desk, name, line_class, {key: one for key, one in values.items() if one}, party=party)
    except RegistryError as error:
        return _new(request, gate, line_class, values, 422, in_words(error, language_of(request)))
    return Redirect(f"/firm/applications/{name}", status_code=303)


def _page(request: Asked, gate: ServedGate, name: str, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    words = FIRM[language]
    with gate.store.read() as conn:
        row = application_row(conn, name)
        papers = {paper.kind: paper for paper in documents_of(conn, name)}
        holders = own_holders(conn, tenant(request))
    line_class = LineClass(row.line_class)
    values = msgspec.json.decode(row.fields, type=dict[str, str])
    problems = msgspec.json.decode(row.problems, type=list[Problem])
    held = values.get("holder", "")
    return shown(
        request,
        "application.html",
        status,
        fault=fault,
        name=name,
        class_words=words[f"class_{row.line_class}"],
        state=words[f"application_{row.state}"],
        state_code=row.state,
        reason=row.reason,
        filed=shown_time(row.filed_at, gate),
        due=shown_time(row.due, gate),
        valid_until=shown_time(row.valid_until, gate),
        recheck_at=shown_time(row.recheck_at, gate),
        problems=[getattr(one, language) for one in problems],
        fields=_fields(line_class, values, gate, language),
        holders=holders if held in holders or not held else [*holders, held],
        holder=held,
        documents=[
            (one.kind, one.zh if language == "zh" else one.en, one.kind in papers)
            for one in FORMS[line_class].documents
        ],
        may_edit=row.state in _OPEN,
        may_withdraw=row.state in _LEAVES,
    )


@page("/firm/applications/{application:str}")
def application_page(application: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """An application as it stands."""
    return _page(request, gate, application)


def _do(request: Asked, gate: ServedGate, name: str, do: Callable[[Act], object]) -> Shown:
    try:
        with gate.store.act(principal(request).name) as act:
            do(act)
    except (RegistryError, IllegalStepError) as error:
        return _page(request, gate, name, 422, in_words(error, language_of(request)))
    return Redirect(f"/firm/applications/{name}", status_code=303)


@form("/firm/applications/{application:str}/fields")
def edit_application(application: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Change what was filled in. An identity number that is left empty stays as it is kept."""
    with gate.store.read() as conn:
        line_class = LineClass(application_row(conn, application).line_class)
    kept = {one.name for one in FORMS[line_class].fields if one.kind == "id"}
    values = {key: one for key, one in _sent(line_class, data).items() if one or key not in kept}
    if not values.get("holder"):
        values.pop("holder", None)
    return _do(request, gate, application, lambda act: do_edit(act, gate.desk, application, values))


@form("/firm/applications/{application:str}/documents")
def attach_document(application: FromPath[str], data: Uploaded, request: Asked, gate: ServedGate) -> Shown:
    """Attach a document; it is kept encrypted."""
    _, content = file_of(data)
    try:
        kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
    except VaultError as error:
        return _page(request, gate, application, 422, in_words(error, language_of(request)))
    kind = field(data, "kind", 64)
    return _do(request, gate, application, lambda act: do_attach(act, gate.desk, application, kind, kept))


@form("/firm/applications/{application:str}/withdraw")
def withdraw_application(application: FromPath[str], request: Asked, gate: ServedGate) -> Shown:
    """Take it back."""
    return _do(request, gate, application, lambda act: do_withdraw(act, application))


def applications_handlers() -> list[HTTPRouteHandler]:
    """The handlers of applications."""
    return [
        applications,
        new_application,
        file_application,
        application_page,
        edit_application,
        attach_document,
        withdraw_application,
    ]
