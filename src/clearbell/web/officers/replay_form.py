"""What the form of a replay says."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping
from typing import Any

from clearbell.calls import HOUR, Action
from clearbell.policy.model import Pack
from clearbell.policy.symbols import CHECKS
from clearbell.replay.model import Asked, Change
from clearbell.web.officers.page import Language, field
from clearbell.web.officers.replay_texts import REPLAY
from clearbell.web.texts import TEXTS

ROWS = 3
"""Symbols, and thresholds, that the form changes at once."""
HOURS = (1, 6, 24, 72, 168)
COUNTS = "counts"
"""Effect of a symbol that only counts."""
_MOST_TEXT = 500_000


class FormError(Exception):
    """Something in the form cannot be understood."""


def read_form(data: Mapping[str, Any], pack: Pack, now: int, by: str, language: Language) -> Asked:
    """What is asked. Raises :class:`FormError` in the reader's words."""
    given = dict(data)
    words = REPLAY[language]
    points: dict[str, float] = {}
    decides: dict[str, str] = {}
    thresholds: dict[str, float | None] = {}
    for row in range(1, ROWS + 1):
        symbol = field(given, f"symbol_{row}")
        if symbol and (text := field(given, f"points_{row}")):
            points[symbol] = _number(symbol, text, words)
        if symbol and (effect := field(given, f"effect_{row}")):
            decides[symbol] = "" if effect == COUNTS else effect
        name, text = field(given, f"threshold_{row}"), field(given, f"value_{row}")
        if name and text:
            thresholds[name] = None if text == "off" else _number(name, text, words)
    totals = {}
    for step in pack.actions[1:]:
        text = field(given, f"from_{step.action.value}")
        if text and (total := _number(step.action.value, text, words)) != step.at_least:
            totals[step.action.value] = total
    left_out = field(given, "leave_out")
    since, until = _window(given, pack, now, words)
    change = Change(points, decides, totals, thresholds, (left_out,) if left_out else ())
    return Asked(since, until, change, field(given, "pack_text", _MOST_TEXT), by, now)


def offered(pack: Pack, values: Mapping[str, str], language: Language) -> dict[str, Any]:
    """What the form offers, with what was entered."""
    words, actions = REPLAY[language], TEXTS[language]
    return {
        "totals": [
            (step.action.value, words["total"].format(action=actions[f"action_{step.action.value}"]),
             values.get(f"from_{step.action.value}", f"{step.at_least:g}"))
            for step in pack.actions[1:]
        ],
        "rows": range(1, ROWS + 1),
        "symbols": [
            (symbol, f"{symbol} ({actions[f'action_{price.decides.value}'] if price.decides else f'{price.points:+g}'})")
            for symbol, price in pack.prices.items()
        ],
        "effects": [
            (COUNTS, words["only_points"]),
            *((one.value, words["decides"].format(action=actions[f"action_{one.value}"])) for one in Action),
        ],
        "thresholds": [
            (name, f"{name} ({words['off'] if limit.value is None else f'{limit.value:g}'} {limit.unit})")
            for name, limit in pack.thresholds.items()
        ],
        "checks": [name for name in pack.order if not CHECKS[name].floor],
        "hours": [(str(hours), words["hour"].format(hours=hours)) for hours in HOURS],
        "values": {"hours": "24", **values},
    }  # fmt: skip


def tried(asked: Asked, candidate: str, language: Language) -> list[str]:
    """What a replay tries, in words."""
    words, actions, change = REPLAY[language], TEXTS[language], asked.change
    said = [words["tried_pack"].format(version=candidate)] if asked.pack_text else []
    said += [words["tried_points"].format(symbol=name, points=f"{value:g}") for name, value in change.points.items()]
    for name, action in change.decides.items():
        shown = words["tried_decides"].format(symbol=name, action=actions[f"action_{action}"]) if action else ""
        said.append(shown or words["tried_counts"].format(symbol=name))
    for name, value in change.totals.items():
        said.append(words["tried_total"].format(action=actions[f"action_{name}"], points=f"{value:g}"))
    for name, limit in change.thresholds.items():
        said.append(words["tried_threshold"].format(name=name, value=words["off"] if limit is None else f"{limit:g}"))
    said += [words["tried_left_out"].format(name=name) for name in change.left_out]
    return said or [words["tried_nothing"]]


def _number(name: str, text: str, words: Mapping[str, str]) -> float:
    try:
        return float(text)
    except ValueError:
        raise FormError(words["bad_number"].format(what=name)) from None


def _window(given: dict[str, Any], pack: Pack, now: int, words: Mapping[str, str]) -> tuple[int, int]:
    first, last = field(given, "from"), field(given, "to")
    hours = field(given, "hours")
    if not first and not last:
        return now - (int(hours) if hours in {str(one) for one in HOURS} else 24) * HOUR, now
    try:
        begin = _midnight(datetime.date.fromisoformat(first), pack)
        end = _midnight(datetime.date.fromisoformat(last or first) + datetime.timedelta(days=1), pack)
    except (ValueError, OverflowError):
        raise FormError(words["bad_window"]) from None
    if not 0 < begin < end:
        raise FormError(words["bad_window"])
    return begin, min(end, now)


def _midnight(day: datetime.date, pack: Pack) -> int:
    zone = zoneinfo.ZoneInfo(pack.timezone)
    return int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) * 1_000_000
