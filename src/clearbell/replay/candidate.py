"""The pack that is tried: the one in force, or another, with a change made to it."""

from __future__ import annotations

import hashlib
import math

import msgspec

from clearbell.calls import Action, Answer
from clearbell.policy.model import Pack, Price
from clearbell.policy.pack import load_pack
from clearbell.policy.repricing import Draft
from clearbell.policy.symbols import CHECKS
from clearbell.replay.model import Change

MOST = 1_000_000.0
_ANSWERS = {
    Action.ALLOW: Answer.CONTINUE,
    Action.LABEL: Answer.LABELLED,
    Action.CHALLENGE: Answer.CHALLENGE,
    # What decides by itself never answers as analytics.
    Action.REJECT: Answer.NOT_ENTITLED,
}


class ChangeError(Exception):
    """A change that cannot be made to the pack."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(f"{field}: {en}")
        self.field, self.zh, self.en = field, f"{field}:{zh}", f"{field}: {en}"


def candidate_of(pack: Pack, change: Change, pack_text: str = "") -> Pack:
    """The pack with the change. Raises :class:`ChangeError`, and ``PackError`` for a text that is no pack."""
    base = load_pack(pack_text, "pack.toml") if pack_text else pack
    _check(base, change)
    if change == Change():
        return base
    prices = dict(base.prices)
    for symbol, points in change.points.items():
        prices[symbol] = msgspec.structs.replace(prices[symbol], points=points)
    for symbol, action in change.decides.items():
        prices[symbol] = _deciding(prices[symbol], Action(action) if action else None)
    thresholds = dict(base.thresholds)
    for name, value in change.thresholds.items():
        thresholds[name] = msgspec.structs.replace(thresholds[name], value=value)
    digest = hashlib.sha256(msgspec.json.encode(change, order="sorted")).hexdigest()[:8]
    return msgspec.structs.replace(
        base,
        version=f"{base.version}~{digest}",
        order=tuple(name for name in base.order if name not in change.left_out),
        prices=prices,
        actions=Draft({}, {Action(name): total for name, total in change.totals.items()}).steps(base),
        thresholds=thresholds,
    )


def _deciding(price: Price, action: Action | None) -> Price:
    if action is price.decides:
        return price
    return msgspec.structs.replace(price, decides=action, answer=_ANSWERS[action] if action else None)


def _check(pack: Pack, change: Change) -> None:
    for symbol in (*change.points, *change.decides):
        if symbol not in pack.prices:
            raise ChangeError(symbol, "规则包中没有这项所见", "the pack has no such symbol")
    known = {step.action.value for step in pack.actions[1:]}
    for name in change.totals:
        if name not in known:
            raise ChangeError(name, "没有可改总分的这一处理", "no action of the pack whose total could be another")
    for symbol, action in change.decides.items():
        if action and action not in {one.value for one in Action}:
            raise ChangeError(symbol, f"没有处理 {action}", f"there is no action {action}")
    for name in change.thresholds:
        if name not in pack.thresholds:
            raise ChangeError(name, "规则包中没有这个阈值", "the pack has no such threshold")
    for name in change.left_out:
        if name not in pack.order:
            raise ChangeError(name, "规则包中没有这项检查", "the pack has no such check")
        if CHECKS[name].floor:
            raise ChangeError(name, "任何规则都不得略去这项检查", "no policy may leave this check out")
    numbers = {**change.points, **change.totals, **change.thresholds}
    for name, number in numbers.items():
        if number is not None and (not math.isfinite(number) or abs(number) > MOST):
            raise ChangeError(name, "须为有限的数", "must be a number, and not a huge one")
    for name, value in change.thresholds.items():
        if value is not None and value <= 0:
            raise ChangeError(name, "阈值须大于零", "a threshold is more than zero")
