"""Orders of authorities as a pack says it: who may ask for what, and by when it is done where the order is silent."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from clearbell.policy.status import Status

Asks = Literal[
    "shut_off", "lift", "label", "open_case", "hand_over_records", "stop_resource", "remove_listing", "other"
]


class AskRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of must-do."""

    zh: str
    en: str
    hours: int
    """From its receipt to its due time, where neither the order nor the must-do names one."""
    source: str
    status: Status


class AuthorityRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may order something."""

    zh: str
    en: str
    may: tuple[Asks, ...]
    """What it may ask for; anything else is refused when the order is received."""
    at_once: bool
    """A shut-off that it orders bites at once, with the notice at the same time, where the rung may."""
    source: str
    status: Status


class OrderRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orders of authorities."""

    acknowledge_hours: int
    """From receipt to acknowledgement."""
    source: str
    status: Status
    kinds: dict[Asks, AskRules]
    authorities: dict[str, AuthorityRules]


def order_problems(rules: OrderRules) -> list[tuple[str, str, str]]:
    """Everything wrong with the rules of orders: Chinese, English, key."""
    found: list[tuple[str, str, str]] = []

    def bad(key: str, zh: str, en: str) -> None:
        found.append((zh, en, f"orders.{key}"))

    if rules.acknowledge_hours < 1:
        bad("acknowledge_hours", "须至少为 1", "should be at least 1")
    for kind in get_args(Asks):
        if kind not in rules.kinds:
            bad("kinds", f"缺少 {kind}", f"`{kind}` is missing")
    for name, one in rules.kinds.items():
        if one.hours < 1:
            bad(f"kinds.{name}.hours", "须至少为 1", "should be at least 1")
    if not rules.authorities:
        bad("authorities", "至少要有一个机关", "there must be at least one")
    for code, authority in rules.authorities.items():
        if not authority.may:
            bad(f"authorities.{code}.may", "须写明可以要求什么", "say what it may ask for")
        for field in ("zh", "en"):
            if not getattr(authority, field).strip():
                bad(f"authorities.{code}.{field}", "缺少文字", "the words are missing")
    return found
