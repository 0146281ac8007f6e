"""Lifecycles as tables: from which state, by which step, by whom, to which state."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Generic, TypeVar

import msgspec

S = TypeVar("S", bound=enum.Enum)
E = TypeVar("E", bound=enum.Enum)


class Transition(msgspec.Struct, Generic[S], frozen=True):
    """What a step leads to."""

    to: S
    role: str = ""
    """Who may take it; empty: anyone who may act at all."""
    deadline: str = ""
    """Name of the pack's deadline for the step; empty: none."""


CHINESE: dict[str, str] = {
    "acknowledge": "签收",
    "acknowledged": "已签收",
    "announced": "已公告",
    "annul": "撤销",
    "appeal": "受理申诉",
    "appealed": "申诉中",
    "ask-papers": "要求补充材料",
    "assign": "分派",
    "begin": "开始办理",
    "bite": "生效",
    "cannot": "不能办理",
    "clear": "排除违规",
    "cleared": "已排除",
    "close": "结案",
    "closed": "已结案",
    "complete": "办结",
    "confirm": "认定违规",
    "confirmed": "已认定违规",
    "dismiss": "驳回申诉",
    "done": "已办结",
    "expire": "到期",
    "expired": "已到期",
    "give-up": "不能办理",
    "hand-over": "移交",
    "handed-over": "已移交",
    "in-force": "生效中",
    "in-work": "办理中",
    "inconclusive": "无法认定",
    "lapse": "逾期",
    "leave-open": "无法认定",
    "lift": "解除",
    "lifted": "已解除",
    "merge": "并案",
    "note": "登记说明",
    "open": "未办",
    "opened": "已立案",
    "overturn": "支持申诉",
    "papers-asked": "待补材料",
    "propose": "提出结论",
    "proposed": "待复核",
    "prove": "证明",
    "received": "已收到",
    "refuse": "不予办理",
    "refused": "不予办理",
    "reject": "不支持申诉",
    "rejected": "申诉不成立",
    "reopen": "重新办理",
    "return": "退回",
    "returned": "已退回",
    "review": "开始审核",
    "sanction": "处置",
    "sanctioned": "已处置",
    "send-back": "复核退回",
    "send-papers": "提交材料",
    "sent-back": "已退回",
    "snooze": "延后",
    "step-down": "降级",
    "stepped-down": "已降级",
    "under-review": "审核中",
    "upheld": "申诉成立",
    "uphold": "支持申诉",
    "verify": "核查",
    "verifying": "核查中",
    "withdraw": "撤回",
    "withdrawn": "已撤回",
}
"""States and steps as a Chinese refusal says them; what is not here is said as it is written."""


class IllegalStepError(Exception):
    """The step cannot be taken from the state; nothing changed. 此步骤不可行,状态未变。"""

    def __init__(self, state: enum.Enum, step: enum.Enum, allowed: list[str]) -> None:
        said = [CHINESE.get(str(one), str(one)) for one in (state.value, step.value, *allowed)]
        self.zh = f"状态为「{said[0]}」时不能「{said[1]}」;此时可行的步骤:{'、'.join(said[2:]) or '无'}"
        self.en = f"`{step.value}` is not possible while it is `{state.value}`; possible now: {', '.join(allowed) or 'nothing'}"
        self.column = "step"
        super().__init__(self.en)


def move(table: Mapping[tuple[S, E], Transition[S]], state: S, step: E) -> Transition[S]:
    """The transition that ``step`` makes from ``state``. Raises :class:`IllegalStepError`."""
    found = table.get((state, step))
    if found is None:
        raise IllegalStepError(state, step, [known.value for was, known in table if was is state])
    return found


def mermaid(table: Mapping[tuple[S, E], Transition[S]], first: S) -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {_name(first)}"]
    for (state, step), transition in table.items():
        role = f" ({transition.role})" if transition.role else ""
        lines.append(f"    {_name(state)} --> {_name(transition.to)}: {step.value}{role}")
    left = {state for state, _ in table}
    ends = {transition.to for transition in table.values()} - left
    lines.extend(f"    {_name(state)} --> [*]" for state in sorted(ends, key=lambda end: str(end.value)))
    return "\n".join(lines) + "\n"


def _name(state: enum.Enum) -> str:
    return str(state.value).replace("-", "_")
