"""A label in words."""

from __future__ import annotations

from clearbell.policy.model import Pack


def category_name(category: str, pack: Pack, language: str) -> str:
    """The category's name in ``zh`` or ``en``; its code where the pack has no such category."""
    words = pack.categories.get(category)
    if words is None:
        return category
    return words.zh if language == "zh" else words.en


def label_words(category: str, count: int, pack: Pack, language: str) -> str:
    """What a phone shows, such as ``贷款理财(12)``: the category, and how many complained when that is known."""
    name = category_name(category, pack, language)
    if not count:
        return name
    return f"{name}({count})" if language == "zh" else f"{name} ({count})"
