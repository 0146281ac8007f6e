"""How a decision is shown on the screen: a table whose points add up."""

from __future__ import annotations

from clearbell.calls import Decision
from clearbell.cli.context import language, say, words
from clearbell.cli.tables import show, table
from clearbell.policy.explanation import explain
from clearbell.policy.model import Pack


def print_decision(decision: Decision, pack: Pack) -> None:
    """Print the decision: every symbol with its words and points, the sum, and what it leads to."""
    explanation = explain(decision, pack, "zh" if language() == "zh" else "en")
    rows: list[tuple[object, ...]] = [(line.symbol, line.words, f"{line.points:+g}") for line in explanation.lines]
    rows.append((words("总分", "total"), explanation.action_words, f"{explanation.total:+g}"))
    show(
        table(
            f"{words('判定', 'Decision')} {decision.id}",
            [words("所见", "symbol"), words("说明", "what was seen"), words("分值", "points")],
            rows,
            numeric=(2,),
        )
    )
    say(explanation.sentence, explanation.sentence)
    say(
        f"处理 {decision.action.value},应答 {decision.answer.value},规则 {decision.policy}"
        + (f",标记 {'、'.join(decision.marks)}" if decision.marks else ""),
        f"action {decision.action.value}, answer {decision.answer.value}, policy {decision.policy}"
        + (f", marks {', '.join(decision.marks)}" if decision.marks else ""),
    )
