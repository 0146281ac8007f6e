"""The clock of enforcement as a pack says it: who must be told, and must have acted, within which hours."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from clearbell.policy.status import Status


class EnforcementRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How soon switches and carriers carry restrictions out."""

    acknowledge_hours: int
    """The caller's own carrier acknowledges within so long of being due; so does everyone when a restriction ends."""
    spread_hours: int
    """Other carriers are told within so long of a restriction coming into force."""
    act_hours: int
    """They acknowledge within so long of being told."""
    spread: tuple[str, ...]
    """Rungs that other carriers are told of."""
    retry_seconds: tuple[int, ...]
    """Waits before each further attempt to tell a target; the last one repeats."""
    source: str
    status: Status


def enforcement_problems(rules: EnforcementRules, names: Collection[str]) -> list[tuple[str, str, str]]:
    """Everything wrong with it: Chinese, English, key. ``names``: rungs that have words."""
    found: list[tuple[str, str, str]] = []

    def bad(key: str, zh: str, en: str) -> None:
        found.append((zh, en, f"enforcement.{key}"))

    for name in ("acknowledge_hours", "spread_hours", "act_hours"):
        if getattr(rules, name) < 1:
            bad(name, "须至少为 1", "should be at least 1")
    if rules.acknowledge_hours > rules.spread_hours:
        bad(
            "spread_hours",
            "不得小于 acknowledge_hours:其他运营商在号码所属运营商确认后才被告知",
            "should not be below `acknowledge_hours`: others are told once the caller's own carrier had its time",
        )
    for name in rules.spread:
        if name not in names:
            bad("spread", f"[rungs] 中没有 {name}", f"`[rungs]` has no `{name}`")
    if not rules.retry_seconds or min(rules.retry_seconds) < 1:
        bad("retry_seconds", "至少一项,且均至少为 1", "needs at least one wait, each at least 1")
    return found
