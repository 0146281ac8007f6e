"""The ladder of sanctions as a pack says it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec

from clearbell.policy.status import Status

Bears = Literal["number", "holder", "trunk", "provider"]


class RungRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rung: how long, on whom, with which notice, and what the subject can do."""

    days: int
    """How long it lasts; 0: until lifted."""
    units: tuple[Bears, ...]
    """What it may bear on."""
    notice: bool
    """Whether its subject must be told before it bites."""
    notice_hours: int
    """From the announcement to its beginning, at least."""
    remedy_zh: str
    remedy_en: str
    """What its subject is to do."""
    papers_zh: str
    papers_en: str
    """Papers that an appeal or an early reinstatement needs."""
    source: str
    status: Status
    at_once: bool = False
    """It may bite at once, with the notice at the same time, where the category is one of ``urgent``."""
    limit: int = 0
    """Calls an hour, for a rate limit."""
    then: str = ""
    """The rung that it steps down to at its end; empty: none, it ends."""
    then_days: int = 0
    """For how long."""


class LadderRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ladder of sanctions. Rungs stand in the order of severity, the mildest first."""

    look_back_days: int
    """A sanction announced within so many days raises the next one by a rung."""
    channels: int
    """By how many channels a notice must have been delivered before its sanction bites; none is the number barred."""
    different_channels: bool
    """Whether these must be of different kinds (SMS, mail, webhook); else different addresses do."""
    wait_hours: int
    """How long past its beginning a sanction waits for that at most; then it bites, and an officer is alarmed."""
    first: str
    """The rung of a first sanction."""
    first_by_category: dict[str, str]
    """The same, where the category of the nuisance says otherwise."""
    urgent: tuple[str, ...]
    """Categories whose sanctions may bite at once."""
    appeal_zh: str
    appeal_en: str
    """How to appeal; every notice says so, with the id of the sanction."""
    source: str
    status: Status
    rungs: dict[str, RungRules]


def ladder_problems(
    rules: LadderRules, names: Collection[str], categories: Collection[str]
) -> list[tuple[str, str, str]]:
    """Everything wrong with a ladder: Chinese, English, key. ``names``: rungs that have words."""
    found: list[tuple[str, str, str]] = []

    def bad(key: str, zh: str, en: str) -> None:
        found.append((zh, en, f"ladder.{key}"))

    for name in ("look_back_days", "channels", "wait_hours"):
        if getattr(rules, name) < 1:
            bad(name, "须至少为 1", "should be at least 1")
    order = list(rules.rungs)
    for key, name in (
        ("first", rules.first),
        *((f"first_by_category.{c}", r) for c, r in rules.first_by_category.items()),
    ):
        if name not in rules.rungs:
            bad(key, f"阶梯中没有 {name}", f"the ladder has no rung `{name}`")
    for key, codes in (("first_by_category", rules.first_by_category), ("urgent", rules.urgent)):
        for code in codes:
            if code not in categories:
                bad(key, f"没有类别 {code}", f"no category `{code}`")
    for place, (name, rung) in enumerate(rules.rungs.items()):
        key = f"rungs.{name}"
        if name not in names:
            bad(key, "[rungs] 中没有它的名称", "`[rungs]` has no words for it")
        if not rung.units:
            bad(f"{key}.units", "须写明可适用的对象", "say what it may bear on")
        for field in ("days", "notice_hours", "limit", "then_days"):
            if getattr(rung, field) < 0:
                bad(f"{key}.{field}", "不得小于 0", "should not be below 0")
        for field in ("remedy_zh", "remedy_en", "papers_zh", "papers_en"):
            if not getattr(rung, field).strip():
                bad(f"{key}.{field}", "缺少文字", "the words are missing")
        if (name == "rate_limit") != (rung.limit > 0):
            bad(f"{key}.limit", "限频须有每小时上限,其他不得有", "a rate limit, and nothing else, has a limit")
        if bool(rung.then) != (rung.then_days > 0):
            bad(f"{key}.then_days", "then 与 then_days 须同时给出", "`then` and `then_days` go together")
        # Only ever milder, so that every way down ends.
        if rung.then and rung.then not in order[:place]:
            bad(f"{key}.then", "只能降到更轻的一级", "it can only step down to a milder rung")
        if rung.then and not rung.days:
            bad(f"{key}.days", "直至解除的处置不会降级", "what lasts until it is lifted never steps down")
    return found
