"""Telling appellants: that the appeal came in, which papers are asked for, how it was decided. A follower of the ledger."""

from __future__ import annotations

import datetime
from typing import Any

import structlog
from sqlalchemy import Row

from clearbell.appeals.model import FACTS, Filed, Moved, Step
from clearbell.appeals.queries import find_appeal
from clearbell.appeals.wording import STATES, Language, against_words
from clearbell.calls import DAY
from clearbell.ledger import Act, Store
from clearbell.ledger.followers import advance_all
from clearbell.ledger.model import Entry
from clearbell.notices.errors import NoticeError
from clearbell.notices.model import Channel
from clearbell.notices.service import Notice, Outbox, do_queue_notice
from clearbell.policy.model import Pack

log = structlog.get_logger()

FOLLOWER = "appeal-notices"
KINDS = ("appeals.filed", "appeals.moved")
_DAYS = 7
"""For how long it is tried to tell somebody."""


def tell_appellants(store: Store, pack: Pack, outbox: Outbox) -> None:
    """Queue a notice for each appellant who is to be told of something new, by SMS."""

    def effect(act: Act, entries: list[Entry]) -> None:
        for entry in entries:
            for fact in entry.decode(FACTS):
                row = find_appeal(act.conn, fact.appeal)
                if row is not None and row.contact and (said := _said(fact, row, pack)):
                    _queue(act, outbox, row, notice_key(row.appeal, entry.seq), *said)

    advance_all(store, FOLLOWER, KINDS, effect)


def notice_key(appeal: str, seq: int) -> str:
    """What the notice of an appeal's entry at that place in the ledger is called."""
    return f"appeal:{appeal}:{seq}"


def _queue(act: Act, outbox: Outbox, row: Row[Any], key: str, template: str, arguments: dict[str, str]) -> None:
    new = Notice(
        key, Channel.SMS, row.contact, template, arguments, row.language, "appeal", act.at + _DAYS * DAY
    )  # fmt: skip
    try:
        do_queue_notice(act, outbox, new)
    except NoticeError as error:
        log.warning("appellant-not-told", appeal=row.appeal, error=error.en)


def _said(fact: Filed | Moved, row: Row[Any], pack: Pack) -> tuple[str, dict[str, str]] | None:
    language: Language = "zh" if row.language == "zh" else "en"
    name = {"appeal": row.appeal}
    if isinstance(fact, Filed):
        due = _time(fact.due, pack) or ("尽快" if language == "zh" else "soon")
        return "appeal-received", {**name, "against": against_words(row, language), "due": due}
    words = " ".join(fact.words.split())
    match fact.step:
        case Step.ASK_PAPERS:
            until = _time(fact.due, pack) or ("尽快" if language == "zh" else "soon")
            return "appeal-papers", {**name, "papers": words, "until": until}
        case Step.UPHOLD:
            since = _time(row.decided, pack)
            outcome = STATES[fact.state][language]
            outcome += f",自 {since} 起恢复" if language == "zh" else f", all of it undone from {since} on"
            return "appeal-answered", {**name, "outcome": outcome, "reason": words}
        case Step.REJECT:
            return "appeal-answered", {**name, "outcome": STATES[fact.state][language], "reason": words}
        case _:
            return None


def _time(at: int, pack: Pack) -> str:
    if not at:
        return ""
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    return datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%Y-%m-%d %H:%M %z")
