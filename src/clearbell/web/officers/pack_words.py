"""What a pack decides, in a few lines, for who chooses one."""

from __future__ import annotations

from clearbell.calls import Action
from clearbell.policy.model import Pack, Price
from clearbell.web.texts import TEXTS

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "hours": "商业外呼时段",
        "consent": "未经同意的商业外呼",
        "busy": "一小时内呼叫过多",
        "busy_from": "超过 {limit} 个起计分",
        "totals": "总分达到",
        "off": "不设",
        "opens": "立案",
        "opens_at": "{days} 天内 {reporters} 人举报",
        "eyes": "须第二人复核的结论",
        "rung": "首次处置",
        "keeps": "保存话单",
        "days": "{days} 天",
        "zone": "时区",
        "confirmed": "属实",
        "cleared": "不属实",
        "inconclusive": "无法认定",
        "none": "无",
        "points": "{points} 分",
        "unpriced": "不判定",
        "join": "、",
    },
    "en": {
        "hours": "Hours of commercial calls",
        "consent": "A commercial call without consent",
        "busy": "Many calls in an hour",
        "busy_from": "points beyond {limit}",
        "totals": "Totals from",
        "off": "no limit",
        "opens": "A case is opened by",
        "opens_at": "{reporters} reporters in {days} days",
        "eyes": "Verdicts that a second officer confirms",
        "rung": "A first sanction",
        "keeps": "Call records are kept",
        "days": "{days} days",
        "zone": "Time zone",
        "confirmed": "confirmed",
        "cleared": "cleared",
        "inconclusive": "inconclusive",
        "none": "none",
        "points": "{points} points",
        "unpriced": "not judged",
        "join": ", ",
    },
}


def decides(pack: Pack, language: str) -> list[tuple[str, str]]:
    """Name and value of each line."""
    words = _WORDS[language]
    actions = TEXTS[language]
    limit = pack.thresholds.get("frequency_1h")
    rung = pack.rungs.get(pack.ladder.first)
    totals = [f"{step.at_least:g}: {actions[f'action_{step.action.value}']}" for step in pack.actions[1:]]
    eyes = [words[one] for one in pack.cases.four_eyes]
    return [
        (words["hours"], str(pack.hours["commercial"])),
        (words["consent"], _effect(pack.prices.get("NO_CONSENT"), language)),
        (
            words["busy"],
            words["off"]
            if limit is None or limit.value is None
            else words["busy_from"].format(limit=f"{limit.value:g}"),
        ),
        (words["totals"], words["join"].join(totals) or words["none"]),
        (words["opens"], words["opens_at"].format(reporters=pack.cases.reporters, days=pack.cases.window_days)),
        (words["eyes"], words["join"].join(eyes) or words["none"]),
        (words["rung"], str(getattr(rung, language)) if rung is not None else pack.ladder.first),
        (
            words["keeps"],
            words["days"].format(days=f"{pack.retention.cdr_days.value:g}")
            if pack.retention.cdr_days.value
            else words["off"],
        ),
        (words["zone"], pack.timezone),
    ]


def _effect(price: Price | None, language: str) -> str:
    words = _WORDS[language]
    if price is None:
        return words["unpriced"]
    if price.decides is not None:
        return TEXTS[language][f"action_{Action(price.decides).value}"]
    return words["points"].format(points=f"{price.points:+g}")
