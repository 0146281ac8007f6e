"""Decisions as API bodies, with words when a language is asked for."""

from __future__ import annotations

from clearbell.calls import Decision
from clearbell.policy.explanation import explain
from clearbell.policy.model import Pack
from clearbell.web.schemas import ChargeBody, DecisionBody

LANGUAGES = ("zh", "en")


def decision_body(decision: Decision, pack: Pack, language: str = "") -> DecisionBody:
    """Return the decision as the API shows it; words are built only for a language of :data:`LANGUAGES`."""
    words = [""] * len(decision.charges)
    sentence = ""
    if language in LANGUAGES:
        explanation = explain(decision, pack, "zh" if language == "zh" else "en")
        words = [line.words for line in explanation.lines]
        sentence = explanation.sentence
    return DecisionBody(
        id=decision.id,
        call=decision.call.id,
        action=decision.action.value,
        answer=decision.answer.value,
        total=decision.total,
        decided_by=decision.decided_by,
        policy=decision.policy,
        charges=[
            ChargeBody(charge.symbol, charge.points, charge.evidence, text)
            for charge, text in zip(decision.charges, words, strict=True)
        ],
        marks=list(decision.marks),
        label=decision.label,
        sentence=sentence,
    )
