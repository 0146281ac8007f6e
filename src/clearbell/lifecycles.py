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


class IllegalStepError(Exception):
    """The step cannot be taken from the state; nothing changed. 此步骤不可行,状态未变。"""

    def __init__(self, state: enum.Enum, step: enum.Enum, allowed: list[str]) -> None:
        options = "、".join(allowed) if allowed else "无"
        self.zh = f"状态为「{state.value}」时不能「{step.value}」;此时可行的步骤:{options}"
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
