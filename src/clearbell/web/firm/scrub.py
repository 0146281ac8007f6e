"""Scrub: a calling list held against consents, refusals and lists, and given back with a reason a line."""

from __future__ import annotations

import base64
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from clearbell.consent.calling_lists import BadListError, read_list, write_list
from clearbell.consent.scrub import Question, scrub
from clearbell.numbering import to_key
from clearbell.sanctions.queries import holder_barred
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import Uploaded, choices, file_of, form, own_holders, own_trade, page, shown, tenant
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.page import Asked, field, in_words, language_of

MOST_LINES = 100_000


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[str]:
    party = tenant(request)
    with gate.store.read() as conn:
        holders = own_holders(conn, party)
        # What most of the firm's calls will be about.
        trade = own_trade(conn, party)
    filled: dict[str, Any] = {
        "fault": "", "counts": [], "content": "", "may": 0, "lines": 0, "holder": "", "purpose": trade, "caller": "", **fields
    }  # fmt: skip
    purposes = choices(gate.pack, language_of(request))
    return shown(request, "scrub.html", status, holders=holders, purposes=purposes, most=MOST_LINES, **filled)


@page("/firm/scrub")
def scrub_page(request: Asked, gate: ServedGate) -> Response[str]:
    """Where a list is given."""
    return _page(request, gate)


@form("/firm/scrub/list")
def scrub_list(data: Uploaded, request: Asked, gate: ServedGate) -> Response[str]:
    """Count the reasons and give the list back. Nothing of it is kept."""
    language = language_of(request)
    words = FIRM[language]
    _, content = file_of(data)
    holder, caller, purpose = field(data, "holder", 256), field(data, "caller", 64), field(data, "purpose", 64)
    asked: dict[str, Any] = {"holder": holder, "purpose": purpose, "caller": caller}
    if not content:
        return _page(request, gate, 422, fault=words["file_needed"], **asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        try:
            given = read_list(path, home=gate.pack.home)
        except BadListError as error:
            return _page(request, gate, 422, fault=in_words(error, language), **asked)
        if len(given.numbers) > MOST_LINES:
            return _page(request, gate, 422, fault=words["list_long"].format(most=f"{MOST_LINES:,}"), **asked)
        now = gate.now()
        with gate.store.read() as conn:
            question = Question(
                holder,
                purpose or "*",
                now,
                to_key(caller, gate.pack.home) if caller else 0,
                gate.pack.limit("consent_days"),
                holder_barred(conn, holder, now),
                gate.pack.timezone,
            )
            found = scrub(conn, question, given.numbers)
        told = {number: verdict.told(gate.pack.scrub.tells) for number, verdict in found.items()}
        write_list(path, given, told)
        answer = path.read_bytes()
    reasons = Counter(told[number].why for number in given.numbers)
    return _page(
        request,
        gate,
        **asked,
        lines=len(given.numbers),
        may=sum(told[number].may for number in given.numbers),
        counts=[(why.code, why.zh if language == "zh" else why.en, count) for why, count in reasons.most_common()],
        # In the page itself: what was found about people is stored nowhere.
        content=base64.b64encode(b"\xef\xbb\xbf" + answer).decode(),
    )


def scrub_handlers() -> list[HTTPRouteHandler]:
    """The handlers of scrubbing."""
    return [scrub_page, scrub_list]
