"""The page an operator keeps open: live counts and the newest decisions with their reasons, by server-sent events."""

from __future__ import annotations

import asyncio
import datetime
import zoneinfo
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent

from clearbell.access.model import Permission
from clearbell.calls import Action, Decision
from clearbell.numbering import mask
from clearbell.policy.explanation import explain, symbol_words
from clearbell.web.doors import open_or_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.live_texts import DECIDED, count_words
from clearbell.web.officers.page import language_of, show
from clearbell.web.texts import TEXTS

_PAUSE = 1.0
_STREAM_MOST = 60
"""Looks of one stream. Then the browser asks again, and who is signed in no more is not let in again."""
Most = Annotated[int, QueryParameter(name="most", ge=1, le=_STREAM_MOST, description="Looks before the stream ends.")]


class Row(msgspec.Struct):
    """One decision on the page; numbers are masked."""

    id: str
    time: str
    caller: str
    callee: str
    action: str
    action_words: str
    why: str
    href: str
    """Of the decision in words, as seen from this page, wherever it stands; empty: the reader may not open it."""


class Status(msgspec.Struct):
    """What the page shows and refreshes."""

    since: str
    calls: int
    ends: int
    fail_open: int
    stale: bool
    ledger: int
    policy: str
    actions: list[tuple[str, str, int]]
    """Code, words, count; every action, in the order of severity."""
    reasons: list[tuple[str, int]]
    door: list[tuple[str, int]]
    rows: list[Row]


def _time(at: int, zone: zoneinfo.ZoneInfo) -> str:
    return datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%m-%d %H:%M:%S")


def _row(decision: Decision, gate: Gate, language: str, zone: zoneinfo.ZoneInfo, *, opens: bool) -> Row:
    explanation = explain(decision, gate.pack, "zh" if language == "zh" else "en")
    call = decision.call
    return Row(
        id=decision.id,
        time=_time(call.at, zone),
        caller=mask(call.caller) if call.caller else TEXTS[language]["withheld"],
        callee=mask(call.callee) if call.callee else "",
        action=decision.action.value,
        action_words=TEXTS[language][f"action_{decision.action.value}"],
        why="; ".join(line.words for line in explanation.lines) or explanation.sentence,
        href=f"decisions/{quote(decision.id, safe='')}" if opens else "",
    )


def _reason(name: str, gate: Gate, language: str) -> str:
    """What decided, in words: the sum, a failure, or what was seen, without what it was seen of."""
    if name in DECIDED:
        return DECIDED[name][language]
    return symbol_words(gate.pack, name, "zh" if language == "zh" else "en")


def status_of(gate: Gate, language: str, *, opens: bool = False) -> Status:
    """Gather what the page shows; ``opens``: the reader may open a decision."""
    counts = gate.counts
    zone = zoneinfo.ZoneInfo(gate.pack.timezone)
    texts = TEXTS[language]
    reasons = sorted(counts.by_reason.items(), key=lambda item: -item[1])
    return Status(
        since=_time(gate.started, zone),
        calls=counts.calls,
        ends=counts.ends,
        fail_open=counts.fail_open,
        stale=gate.stale,
        ledger=gate.views_seq,
        policy=gate.pack.version,
        actions=[(a.value, texts[f"action_{a.value}"], counts.by_action.get(a.value, 0)) for a in Action],
        reasons=[(_reason(name, gate, language), count) for name, count in reasons[:12]],
        door=[(count_words(name, language), count) for name, count in sorted(gate.door_counts().items())],
        rows=[_row(decision, gate, language, zone, opens=opens) for decision in gate.recent()[:20]],
    )


def _opens(request: Request[Any, Any, State]) -> bool:
    """Only who is signed in at the desk: on an open node there are no pages of decisions."""
    who = principal(request)
    return who.role is not None and who.may(Permission.DECISIONS_READ)


@get("/desk/live", sync_to_thread=True, guards=[open_or_session], include_in_schema=False)
def live(gate: ServedGate, request: Request[Any, Any, State]) -> Response[str]:
    """Live counts and the newest decisions with their reasons. Open to everyone on a node without accounts."""
    language = language_of(request)
    return show(request, "live.html", w=TEXTS[language], s=status_of(gate, language, opens=_opens(request)))


@get("/desk/live/events", guards=[open_or_session], include_in_schema=False)
async def live_events(
    gate: ServedGate, request: Request[Any, Any, State], most: Most = _STREAM_MOST
) -> ServerSentEvent:
    """What the page shows, once a second where it changed; a browser asks again when the stream ends."""
    language, opens = language_of(request), _opens(request)

    async def events() -> AsyncGenerator[str, None]:
        before = b""
        for look in range(most):
            if look:
                await asyncio.sleep(_PAUSE)
            now = msgspec.json.encode(await asyncio.to_thread(status_of, gate, language, opens=opens))
            # A beat now and then, or a proxy takes the quiet for the end.
            if now != before or look % 15 == 0:
                before = now
                yield now.decode()

    return ServerSentEvent(events())


def live_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the live page."""
    return [live, live_events]
