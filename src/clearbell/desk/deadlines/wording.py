"""Deadlines in words."""

from __future__ import annotations

from typing import Literal

from clearbell.policy.deadlines import DEADLINES, Nature, terms_of
from clearbell.policy.model import Pack, Status, Threshold

Language = Literal["zh", "en"]

NATURES: dict[Nature, dict[str, str]] = {
    Nature.DUTY: {"zh": "须办结", "en": "to be done by then"},
    Nature.END: {"zh": "到期即止", "en": "ends by itself"},
    Nature.JUDGED: {"zh": "办理时判断", "en": "judged when it is done"},
    Nature.LIMIT: {"zh": "限额", "en": "a limit"},
}
STATUSES: dict[Status, dict[str, str]] = {
    Status.LAW: {"zh": "法律法规", "en": "law"},
    Status.NOTICE: {"zh": "通知", "en": "notice"},
    Status.DRAFT: {"zh": "征求意见稿", "en": "draft"},
    Status.PRACTICE: {"zh": "惯例", "en": "practice"},
    Status.OURS: {"zh": "自定", "en": "ours"},
}

_UNITS_ZH = {"working days": "个工作日", "days": "天", "hours": "小时"}


def table(pack: Pack, language: Language) -> str:
    """The pack's deadlines as a Markdown table."""
    zh = language == "zh"
    head = ("名称", "期限", "时长", "性质", "依据") if zh else ("name", "what", "time", "kind", "status and source")
    rows = [head, ("---",) * len(head)]
    for name, rule in pack.deadlines.items():
        terms = DEADLINES[name]
        status = STATUSES[rule.status][language]
        source = status if rule.source == "ours" else f"{status}: {rule.source}"
        what = terms.zh if zh else terms.en
        rows.append((f"`{name}`", what, how_long(rule, language), NATURES[terms.nature][language], source))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def how_long(rule: Threshold, language: Language) -> str:
    """The length of a deadline."""
    zh = language == "zh"
    if rule.value is None:
        return "关闭" if zh else "off"
    number = f"{rule.value:.0f}" if rule.value % 1 == 0 else f"{rule.value:g}"
    if zh:
        for unit, word in _UNITS_ZH.items():
            if rule.unit.startswith(unit):
                return f"{number} {word}"
    return f"{number} {rule.unit}"


def name_of(kind: str, language: Language) -> str:
    """The name of a kind of deadline."""
    terms = terms_of(kind)
    return terms.zh if language == "zh" else terms.en
