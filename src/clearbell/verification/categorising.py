"""The category of what was heard in a test call, by a model that the operator learned from calls of his own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clearbell.cases.evidence import Content
from clearbell.content.judging import categorise
from clearbell.content.model import ModelError, load_model
from clearbell.content.transcripts import Transcript
from clearbell.policy.model import ContentRules


def open_categoriser(file: str, rules: ContentRules) -> Callable[[str], Content] | None:
    """What tells the category of words; None for no file.

    What the called side says is judged as a caller's words: it is whoever is suspected that speaks. An undecided
    category is the likeliest one, with the doubt. Raises :class:`~clearbell.content.model.ModelError`.
    """
    if not file:
        return None
    try:
        model = load_model(Path(file))
    except OSError as error:
        raise ModelError(file, f"读不出:{error.strerror}", f"cannot be read: {error.strerror}") from error

    def tell(text: str) -> Content:
        opinion = categorise(model, Transcript("", caller=(text,)), rules)
        return Content(
            opinion.category or opinion.main.category,
            opinion.confidence,
            doubt=opinion.doubt.value if opinion.doubt else "",
            spoke=tuple(word for word, _ in opinion.main.words),
            model=opinion.model,
        )

    return tell
