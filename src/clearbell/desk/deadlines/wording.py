"""Deadlines in words."""

from __future__ import annotations

from typing import Literal

from clearbell.desk.deadlines.catalogue import Fires, Judged, Why, catalogue, source_of
from clearbell.numbering import mask
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

WHYS: dict[Why, dict[str, str]] = {
    Why.CALL: {"zh": "衡量通话或其声音", "en": "measures a call, or what is heard in it"},
    Why.COUNT: {"zh": "一段时间内的次数上限", "en": "how often within a time"},
    Why.BACK: {"zh": "判断时回看多久", "en": "how far back is looked"},
    Why.ACT: {"zh": "办理时判断", "en": "judged when it is done"},
    Why.DAY: {"zh": "一天中的时段", "en": "hours of the day"},
    Why.AGAIN: {"zh": "两次办理的间隔", "en": "spaces what is done anyway"},
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


def subject_of(subject: str, number: int) -> str:
    """What a deadline is about, with the number that it names masked."""
    return subject.replace(str(number), mask(number)) if number else subject


def full_table(pack: Pack, language: Language) -> str:
    """Every time of the pack and what becomes of it, as a Markdown table."""
    zh = language == "zh"
    head = ("时间", "时长", "结果", "账本事实") if zh else ("time", "how long", "what becomes of it", "fact")
    rows = [head, ("---",) * len(head)]
    for line in catalogue(pack):
        value = line.time.value
        said = ("关闭" if zh else "off") if value is None else _plain(value)
        what, facts = "-", set[str]()
        if isinstance(line.rule, Fires):
            what = ("、" if zh else "; ").join(name_of(kind, language) for kind in line.rule.deadlines)
            facts = {source_of(kind).fact for kind in line.rule.deadlines}
        elif isinstance(line.rule, Judged):
            what = WHYS[line.rule.why][language]
        elif line.rule is not None:
            what = "逾期由系统自动处理" if zh else "what is past it is dealt with by itself"
            facts = {line.rule.fact} - {""}
        rows.append((f"`{line.time.path}`", said, what, ", ".join(f"`{fact}`" for fact in sorted(facts)) or "-"))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
