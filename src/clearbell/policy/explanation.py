"""Decisions in words, built only when someone asks."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from clearbell.calls import Decision
from clearbell.policy.model import Pack

Language = Literal["zh", "en"]

_ACTIONS = {
    "zh": {"allow": "放行", "label": "标注后放行", "challenge": "质询", "reject": "拒绝"},
    "en": {"allow": "let through", "label": "let through with a label", "challenge": "challenged", "reject": "refused"},
}


_PLACEHOLDER = re.compile(r"\{[^}]*\}")


class Line(msgspec.Struct, frozen=True):
    """One line of the sum."""

    symbol: str
    words: str
    points: float


class Explanation(msgspec.Struct, frozen=True):
    """Why a call was treated as it was; the lines' points add up to the total."""

    lines: tuple[Line, ...]
    total: float
    action_words: str
    sentence: str


class _Known(dict[str, object]):
    """Evidence that was not recorded shows as a question mark instead of failing."""

    def __missing__(self, key: str) -> str:
        return "?"


def _shown(name: str, value: object) -> object:
    if name == "share" and isinstance(value, int | float):
        return f"{value:.0%}"
    return f"{value:.4g}" if isinstance(value, float) else value


def symbol_words(pack: Pack, symbol: str, language: Language) -> str:
    """What a symbol says, with an ellipsis for what would be filled in for a call; its name where the pack has none such."""
    price = pack.prices.get(symbol)
    if price is None:
        return symbol
    return _PLACEHOLDER.sub("…", price.zh if language == "zh" else price.en)


def explain(decision: Decision, pack: Pack, language: Language) -> Explanation:
    """Put a decision into words. A symbol that the pack no longer prices is named as it is."""
    lines = []
    for charge in decision.charges:
        price = pack.prices.get(charge.symbol)
        words = charge.symbol
        if price is not None:
            evidence = dict(charge.evidence)
            if "category" in evidence:
                category = pack.categories.get(str(evidence["category"]))
                if category is not None:
                    evidence["category"] = category.zh if language == "zh" else category.en
            if "rung" in evidence:
                rung = pack.rungs.get(str(evidence["rung"]))
                if rung is not None:
                    evidence["rung"] = rung.zh if language == "zh" else rung.en
            template = price.zh if language == "zh" else price.en
            words = template.format_map(_Known({name: _shown(name, value) for name, value in evidence.items()}))
        lines.append(Line(charge.symbol, words, charge.points))
    action = _ACTIONS[language][decision.action.value]
    return Explanation(tuple(lines), decision.total, action, _sentence(decision, lines, action, language))


def _sentence(decision: Decision, lines: list[Line], action: str, language: Language) -> str:
    if decision.decided_by == "fail-open":
        return "未能判定,予以放行" if language == "zh" else "Could not be judged and was let through"
    if decision.decided_by != "total":
        why = next((line.words for line in lines if line.symbol == decision.decided_by), decision.decided_by)
        return f"{action}:{why}" if language == "zh" else f"Call {action}: {why}"
    if not lines:
        return f"{action}:没有发现异常" if language == "zh" else f"Call {action}: nothing unusual was seen"
    total = f"{decision.total:+g}"
    if language == "zh":
        return f"{action}:{len(lines)} 项所见,合计 {total} 分"
    return f"Call {action}: {len(lines)} thing{'s' if len(lines) > 1 else ''} seen, {total} points in all"
