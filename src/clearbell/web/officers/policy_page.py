"""The pack in force in words, and what other points would have changed among the decisions on record."""

from __future__ import annotations

import math
import time
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Float, Integer, column

from clearbell.access.model import Permission
from clearbell.calls import HOUR, Action
from clearbell.desk.deadlines.wording import how_long, name_of
from clearbell.ledger.paging import Order, slice_of
from clearbell.numbering import mask
from clearbell.policy.deadlines import Nature, terms_of
from clearbell.policy.explanation import explain, symbol_words
from clearbell.policy.model import Pack, Status
from clearbell.policy.repricing import Draft, Tried, try_out
from clearbell.policy.symbols import CHECKS
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, language_of
from clearbell.web.officers.policy_texts import POLICY
from clearbell.web.revocation import shown_time
from clearbell.web.texts import TEXTS

_ROWS = 3
"""Symbols that a draft can give other points at once."""
_HOURS = (1, 6, 24)
_MOST = 1_000.0


class Line(msgspec.Struct, frozen=True):
    """A symbol of the pack."""

    place: int
    check: str
    symbol: str
    points: float
    effect: str
    words: str
    basis: str
    status: str


def _lines(pack: Pack, language: Language) -> list[Line]:
    words, actions = POLICY[language], TEXTS[language]
    found: list[Line] = []
    for check in pack.order:
        for symbol in CHECKS[check].symbols:
            price = pack.price(symbol)
            effect = (
                words["decides"].format(action=actions[f"action_{price.decides.value}"])
                if price.decides
                else words["points"].format(points=f"{price.points:+g}")
            )
            said = symbol_words(pack, symbol, language)
            found.append(
                Line(len(found) + 1, check, symbol, price.points, effect, said, price.source, price.status.value)
            )
    return found


def _table(pack: Pack, language: Language) -> Table:
    words = POLICY[language]
    return Table(
        "policy",
        (
            Head("place", is_count=True, order="place"),
            Head("check"),
            Head("symbol"),
            Head("words"),
            Head("effect", order="points"),
            Head("basis"),
        ),
        {"place": Order((column("place", Integer),)), "points": Order((column("points", Float), column("place", Integer)), descending=True)},
        (
            Filter("check", Kind.CHOICE, tuple((name, name) for name in pack.order)),
            Filter("basis", Kind.CHOICE, tuple((one.value, words[f"status_{one.value}"]) for one in Status)),
        ),
    )  # fmt: skip


class Trial(msgspec.Struct):
    """What the form says."""

    draft: Draft
    hours: int
    asked: bool
    bad: bool = False


def _trial(request: Asked, pack: Pack) -> Trial:
    given = request.query_params
    trial = Trial(Draft({}, {}), 1, given.get("try") == "yes")
    points: dict[str, float] = {}
    totals: dict[Action, float] = {}
    try:
        for step in pack.actions[1:]:
            if text := str(given.get(f"from_{step.action.value}", "")):
                totals[step.action] = _number(text)
        for row in range(1, _ROWS + 1):
            symbol = str(given.get(f"symbol_{row}", ""))
            if symbol in pack.prices and (text := str(given.get(f"points_{row}", ""))):
                points[symbol] = _number(text)
        trial.hours = int(given.get("hours", 1))
        trial.hours = trial.hours if trial.hours in _HOURS else 1
    except ValueError:
        trial.bad = True
    trial.draft = Draft(points, totals)
    return trial


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or abs(number) > _MOST:
        raise ValueError(text)
    return number


def _shown(tried: Tried, gate: Gate, language: Language) -> dict[str, Any]:
    words, actions = POLICY[language], TEXTS[language]
    moved = sum(tried.moved.values())
    return {
        "looked": words["try_looked"].format(
            count=f"{tried.looked:,}", first=shown_time(tried.first, gate), last=shown_time(tried.last, gate)
        )
        if tried.looked
        else words["none"],
        "part": "" if tried.whole else words["try_part"],
        "said": words["try_moved"].format(count=f"{moved:,}") if moved else words["try_same"],
        "moved": [
            (actions[f"action_{before.value}"], before.value, actions[f"action_{after.value}"], after.value, f"{count:,}")
            for (before, after), count in tried.moved.most_common()
        ],
        "some": [
            (
                shown_time(one.decision.call.at, gate),
                mask(one.decision.call.caller) if one.decision.call.caller else actions["withheld"],
                f"{one.decision.total:+g} → {one.total:+g}",
                actions[f"action_{one.action.value}"],
                one.action.value,
                "; ".join(line.words for line in explain(one.decision, gate.pack, language).lines),
            )
            for one in tried.some
        ],
    }  # fmt: skip


@get("/desk/policy", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def policy_page(request: Asked, gate: ServedGate) -> Response[Any]:
    """The rules as they are, and what others would have done."""
    language, pack = language_of(request), gate.pack
    words, actions = POLICY[language], TEXTS[language]
    table = _table(pack, language)
    wish = wanted(request, gate, table)
    check, basis = wish.values.get("check", ""), wish.values.get("basis", "")
    lines = [one for one in _lines(pack, language) if check in ("", one.check) and basis in ("", one.status)]
    may_try = principal(request).may(Permission.DECISIONS_READ)
    trial = _trial(request, pack)
    fault = words["bad_number"] if trial.bad else ""
    tried = None
    if trial.asked and may_try and not trial.bad:
        since = gate.now() - trial.hours * HOUR
        tried = _shown(try_out(gate.decided_since(since), trial.draft, pack, clock=time.monotonic), gate, language)

    def cells(one: Line, _language: Language) -> list[Cell]:
        return [
            Cell(str(one.place)),
            Cell(one.check),
            Cell(one.symbol),
            Cell(one.words),
            Cell(one.effect),
            Cell(words[f"status_{one.status}"], soft=one.basis if one.basis != "ours" else ""),
        ]

    given = request.query_params
    return show_listing(
        request,
        table,
        wish,
        slice_of(lines, wish.order, wish.after, wish.limit),
        cells,
        template="policy.html",
        status=422 if trial.bad else 200,
        o=words,
        fault=fault,
        name=pack.zh if language == "zh" else pack.en,
        version=pack.version,
        steps=[
            (
                words["from_points"].format(points=f"{step.at_least:g}") if place else words["always"],
                actions[f"action_{step.action.value}"],
                step.action.value,
            )
            for place, step in enumerate(pack.actions)
        ],
        thresholds=[
            (
                name,
                words["off"] if limit.value is None else f"{limit.value:g}",
                limit.unit,
                limit.min_sample or "",
                words[f"status_{limit.status.value}"],
            )
            for name, limit in pack.thresholds.items()
        ],
        rungs=[
            (
                getattr(pack.rungs[name], language),
                words["days"].format(days=rules.days) if rules.days else words["until_lifted"],
                words["hours_ahead"].format(hours=rules.notice_hours) if rules.notice_hours else "–",
            )
            for name, rules in pack.ladder.rungs.items()
        ],
        deadlines=[
            (name_of(name, language), how_long(rule, language))
            for name, rule in pack.deadlines.items()
            if terms_of(name).nature is not Nature.LIMIT
        ],
        may_try=may_try,
        totals=[
            (step.action.value, words["try_total"].format(action=actions[f"action_{step.action.value}"]),
             given.get(f"from_{step.action.value}", f"{step.at_least:g}"))
            for step in pack.actions[1:]
        ],
        picks=[
            (row, given.get(f"symbol_{row}", ""), given.get(f"points_{row}", "")) for row in range(1, _ROWS + 1)
        ],
        symbols=[(symbol, f"{symbol} ({price.points:+g})") for symbol, price in pack.prices.items() if price.decides is None],
        hours=[(hours, words["try_hour"].format(hours=hours), hours == trial.hours) for hours in _HOURS],
        tried=tried,
    )  # fmt: skip


def policy_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the policy."""
    return [policy_page]
