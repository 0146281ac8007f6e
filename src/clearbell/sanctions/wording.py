"""Sanctions in words, in Chinese and English: where one stands, on what it falls, what its subject was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clearbell.policy.model import Pack
from clearbell.sanctions.model import Stage, State, Target

Words = dict[str, str]

STATES: dict[State, Words] = {
    State.ANNOUNCED: {"zh": "已公告", "en": "announced"},
    State.IN_FORCE: {"zh": "生效中", "en": "in force"},
    State.STEPPED_DOWN: {"zh": "已降级", "en": "stepped down"},
    State.EXPIRED: {"zh": "已到期", "en": "expired"},
    State.LIFTED: {"zh": "已解除", "en": "lifted"},
    State.WITHDRAWN: {"zh": "已撤回", "en": "withdrawn"},
}
TARGETS: dict[Target, Words] = {
    Target.NUMBER: {"zh": "号码", "en": "number"},
    Target.HOLDER: {"zh": "使用主体", "en": "holder"},
    Target.TRUNK: {"zh": "中继", "en": "trunk"},
    Target.PROVIDER: {"zh": "接入方", "en": "provider"},
}
EVENTS: dict[str, Words] = {
    "ahead": {"zh": "事先告知", "en": "told ahead"},
    "bite": {"zh": "生效", "en": "in force"},
    "step-down": {"zh": "降级", "en": "stepped down"},
    "expire": {"zh": "到期", "en": "expired"},
    "lift": {"zh": "解除", "en": "lifted"},
    "withdraw": {"zh": "撤回", "en": "withdrawn"},
    "annul": {"zh": "撤销", "en": "annulled"},
}
"""By the first word of what a notice was about."""
CHANNELS: dict[str, Words] = {
    "sms": {"zh": "短信", "en": "SMS"},
    "mail": {"zh": "邮件", "en": "mail"},
    "webhook": {"zh": "网络回调", "en": "webhook"},
}


def stages_words(stages: Sequence[Stage], pack: Pack, shown: Callable[[int], str], language: str) -> str:
    """The rungs of a sanction one after the other, each with its end; ``shown`` writes a time (µs UTC)."""
    zh = language == "zh"
    parts = []
    for stage in stages:
        known = pack.rungs.get(stage.rung.value)
        name = stage.rung.value if known is None else known.zh if zh else known.en
        if not stage.until:
            end = "至解除为止" if zh else "until it is lifted"
        else:
            end = f"至 {shown(stage.until)}" if zh else f"until {shown(stage.until)}"
        parts.append(f"{name},{end}" if zh else f"{name}, {end}")
    return (";其后" if zh else "; then ").join(parts)
