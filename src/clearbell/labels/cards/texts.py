"""Whether a text may stand on a card: its length, what no one may show, and what only some public bodies may."""

from __future__ import annotations

import unicodedata

from clearbell.labels.cards.errors import BadTextError, ImpersonationError
from clearbell.labels.cards.model import Texts
from clearbell.policy.model import CardRules
from clearbell.registry.model import PartyKind

_COLUMNS = ("name_zh", "name_en", "department_zh", "department_en")


def check_texts(texts: Texts, rules: CardRules, kind: PartyKind, registered_name: str) -> None:
    """Check every text of a card for a holder of that kind and registered name.

    Raises :class:`BadTextError` and :class:`ImpersonationError`, each naming the field.
    """
    for column in _COLUMNS:
        text = getattr(texts, column)
        needed = column.startswith("name")
        if not text and not needed:
            continue
        if not text.strip() or text != text.strip():
            raise BadTextError("不能为空,首尾不得有空格", "it must not be empty, or begin or end with a blank", column)
        if any(unicodedata.category(sign)[0] == "C" for sign in text):
            raise BadTextError("含有不可见字符", "it has signs that cannot be seen", column)
        most = rules.name_width if needed else rules.department_width
        width = width_of(text)
        if width > most:
            raise BadTextError(
                f"宽度 {width},上限 {most}(汉字计 2)",
                f"it is {width} wide; the most is {most} (Chinese counts 2)",
                column,
            )
        for word in rules.forbidden:
            if _folded(word) in _folded(text):
                raise BadTextError(f"不得含有「{word}」", f"it must not have `{word}`", column)
        for group in rules.reserved:
            found = next((word for word in group.words if names(text, word)), "")
            of_that_kind = kind is PartyKind.PUBLIC_BODY and any(names(registered_name, word) for word in group.words)
            if found and not of_that_kind:
                raise ImpersonationError(column, found)


def width_of(text: str) -> int:
    """Columns that the text takes; East Asian wide and full-width signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def names(text: str, word: str) -> bool:
    """Whether the text has the word, however it is spaced or punctuated.

    Latin words and numbers count as whole words, also spelt with blanks or dots between; ``110`` is not in ``1100``.
    """
    wanted, signs = _solid(word), _folded(text)
    if not wanted.isascii():
        return wanted in _solid(text)
    # Where one word ends and the next begins is lost without blanks, so places of the solid text remember theirs.
    solid = [(place, sign) for place, sign in enumerate(signs) if sign.isalnum()]
    line = "".join(sign for _, sign in solid)
    start = line.find(wanted)
    while start >= 0:
        first, last = solid[start][0], solid[start + len(wanted) - 1][0]
        if not _joined(signs, first - 1) and not _joined(signs, last + 1):
            return True
        start = line.find(wanted, start + 1)
    return False


def _joined(signs: str, place: int) -> bool:
    return 0 <= place < len(signs) and signs[place].isascii() and signs[place].isalnum()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _solid(text: str) -> str:
    return "".join(sign for sign in _folded(text) if sign.isalnum())
