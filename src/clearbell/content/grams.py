"""Text to tokens, n-grams and shingles.

A token is one Chinese character, one word of other scripts, or ``0`` for any run of digits: telephone numbers and sums
of money tell calls apart that say the same. Punctuation ends an n-gram, because transcription puts it where it likes;
shingles run over it for the same reason.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
_PHRASE = re.compile(r"[\w'\s]+")
_DIGITS = re.compile(r"\d+")
_LONGEST = 3
"""Tokens of an n-gram or shingle. The model file says which features it was trained on: see ``FEATURES``."""
_PIECE = 4
"""Characters of the pieces of a word, which survive a wrong letter elsewhere in it."""

FEATURES = "tokens-1-3+pieces-4/crc32"
"""Names how text becomes features. A model trained with others is refused."""


def tokens(text: str) -> list[str]:
    """Tokens in order; widths and case are one (NFKC)."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return _TOKEN.findall(_DIGITS.sub(" 0 ", plain))


def is_han(token: str) -> bool:
    """Whether the token is a Chinese character."""
    return token[:1] >= "\u3400" and _TOKEN.fullmatch(token) is not None and len(token) == 1


def joined(parts: Iterable[str]) -> str:
    """Tokens as they are read: Chinese without spaces, words with them."""
    text = ""
    for part in parts:
        text += part if not text or (is_han(text[-1]) and is_han(part)) else f" {part}"
    return text


def grams(lines: Iterable[str]) -> Counter[str]:
    """How often each n-gram stands in the lines; a piece of a word is marked by dots, as in ``…cial…``."""
    found: Counter[str] = Counter()
    for line in lines:
        for phrase in _PHRASE.findall(unicodedata.normalize("NFKC", line)):
            parts = tokens(phrase)
            for start, part in enumerate(parts):
                for end in range(start + 1, min(start + _LONGEST, len(parts)) + 1):
                    found[joined(parts[start:end])] += 1
                if len(part) > _PIECE:
                    found.update(f"…{part[at : at + _PIECE]}…" for at in range(len(part) - _PIECE + 1))
    return found


def hashed(gram: str) -> int:
    """The 32 bits by which a model knows an n-gram: the model file holds no words of anybody's calls."""
    return zlib.crc32(gram.encode())


def shingles(lines: Iterable[str]) -> frozenset[str]:
    """Every three tokens in a row; a shorter text is one shingle, an empty one has none."""
    parts = [part for line in lines for part in tokens(line)]
    if not parts:
        return frozenset()
    return frozenset(" ".join(parts[at : at + _LONGEST]) for at in range(max(1, len(parts) - _LONGEST + 1)))
