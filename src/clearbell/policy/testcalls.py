"""What a pack may say of test calls."""

from __future__ import annotations

import re

from clearbell.numbering import NumberClass
from clearbell.policy.model import VerificationRules, Window

MEANINGS = ("busy", "no-answer", "refused", "not-in-service")
"""What a SIP status may mean."""
NOTICES = ("none", "tone", "spoken")
ALWAYS_SPARED = frozenset({NumberClass.EMERGENCY, NumberClass.PUBLIC_SERVICE, NumberClass.NONE})
"""No pack can have these called."""
_COUNTS = (
    "per_number_day", "per_pool_day", "concurrency", "ring_seconds", "talk_seconds", "call_back_hours",
    "recordings_days", "prints_days", "prints_seconds",
)  # fmt: skip


_MOST_CALLS = 10
"""Of a case to one number: more would be a nuisance of our own."""
_TIMES = re.compile(r"([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d")


def verification_problems(rules: VerificationRules, hours: Window | None) -> list[tuple[str, str, str]]:
    """Everything wrong with the rules: Chinese, English, key."""
    found: list[tuple[str, str, str]] = [
        ("须至少为 1", "should be at least 1", f"verification.{name}") for name in _COUNTS if getattr(rules, name) < 1
    ]
    found += [
        ("不得小于 0", "should not be below 0", f"verification.{name}")
        for name in ("gap_minutes", "spread_minutes", "immediate_seconds")
        if getattr(rules, name) < 0
    ]
    if rules.recording_notice not in NOTICES:
        found.append(("应为 none、tone 或 spoken", "should be none, tone or spoken", "verification.recording_notice"))
    if rules.recording_notice == "spoken" and not (rules.notice_zh and rules.notice_en):
        found.append(("缺少告知用语", "the words of the notice are missing", "verification.notice_zh"))
    found += [
        (
            f"须含 {kind.value}:紧急与公共服务号码一律不得拨测",
            f"needs {kind.value}: emergency and public-service numbers are never called",
            "verification.never",
        )
        for kind in (NumberClass.EMERGENCY, NumberClass.PUBLIC_SERVICE)
        if kind not in rules.never
    ]
    seen: set[int] = set()
    for meaning, codes in rules.statuses.items():
        key = f"verification.statuses.{meaning}"
        if meaning not in MEANINGS:
            found.append((f"应为 {'、'.join(MEANINGS)} 之一", f"should be one of {', '.join(MEANINGS)}", key))
        for code in codes:
            if not 300 <= code <= 699 or code in seen:
                found.append((f"{code} 不是失败状态码或重复", f"{code} is no failure status, or stands twice", key))
            seen.add(code)
    if hours is None:
        found.append(
            ("缺少 hours.verification(拨测时段)", "`hours.verification`, when test calls are made, is missing", "hours")
        )
    return found + _for_cases_problems(rules, hours)


def _for_cases_problems(rules: VerificationRules, hours: Window | None) -> list[tuple[str, str, str]]:
    key = "verification.for_cases"
    own = rules.for_cases
    found: list[tuple[str, str, str]] = []
    if not 0 <= own.calls <= _MOST_CALLS:
        found.append((f"须在 0 与 {_MOST_CALLS} 之间", f"should be from 0 to {_MOST_CALLS}", f"{key}.calls"))
    if own.numbers < 1:
        found.append(("须至少为 1", "should be at least 1", f"{key}.numbers"))
    wrong = [text for text in own.times if not _TIMES.fullmatch(text)]
    found += [
        (f"「{text}」应为 时:分-时:分", f"`{text}` should be HH:MM-HH:MM, such as 09:30-11:30", f"{key}.times")
        for text in wrong
    ]
    if wrong:
        return found
    if own.calls and not own.times:
        found.append(("缺少时段", "needs at least one window", f"{key}.times"))
    before = 0
    for text, (start, end) in zip(own.times, own.windows, strict=True):
        if not before <= start < end or (hours is not None and not hours.start <= start < end <= hours.end):
            found.append(
                (
                    f"「{text}」须先后相接而不重叠,且在 hours.verification 之内",
                    f"`{text}` should follow the window before it and lie within `hours.verification`",
                    f"{key}.times",
                )
            )
        before = end
    return found
