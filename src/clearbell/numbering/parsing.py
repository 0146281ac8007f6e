"""Any text to a number."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from clearbell.numbering.classes import class_of
from clearbell.numbering.model import MAX_DIGITS, Number, NumberClass, Reason, Refusal
from clearbell.numbering.world import read_with_library

if TYPE_CHECKING:
    from collections.abc import Iterable

_WITHHELD = frozenset(
    {
        "anonymous",
        "unavailable",
        "unknown",
        "private",
        "restricted",
        "withheld",
        "blocked",
        "隐藏号码",
        "未知号码",
        "未知",
    }
)
# Dialled before a number to choose a carrier's IP telephony.
_IP_PREFIXES = ("17951", "17950", "17911", "17910", "17909", "17908", "17969", "17968", "12593", "10193")
_SEPARATORS = frozenset(" -.()/\u00a0\u2009\u2010\u2011\u2012\u2013\u2014\u3000()-·\t")
_SHOWN = 64
_ZERO = 48
_COMPILED = not __file__.endswith(".py")
_MIN_FOREIGN = 6
_MAX_TEXT = 512


def _strip_uri(text: str) -> str:
    lowered = text[:5].lower()
    for scheme in ("tel:", "sip:", "sips:"):
        if lowered.startswith(scheme):
            user = text[len(scheme) :]
            for end in ("@", ";", "?", ">"):
                user = user.partition(end)[0]
            return user
    return text


def _digits(text: str) -> str | None:
    """Plain digits, with a leading plus kept; None when there is anything else in the text."""
    out: list[str] = []
    for char in text:
        if char in _SEPARATORS:
            continue
        if char in "++" and not out:
            out.append("+")
            continue
        digit = unicodedata.digit(char, None)
        if digit is None:
            return None
        out.append(str(digit))
    return "".join(out)


def _without_extension(text: str) -> str:
    lowered = text.lower()
    for mark in ("ext", "转", "分机", "#", ",", ";", "x"):
        at = lowered.find(mark)
        if at > 0 and lowered[at + len(mark) :].strip(" .:").isdigit():
            return text[:at]
    return text


def _china(digits: str) -> int:
    """National Chinese digits (no plus, no 00) to a number; 0 when they fit nothing in the plan."""
    for candidate in _china_candidates(digits):
        key = int("86" + candidate)
        if len(candidate) + 2 <= MAX_DIGITS and class_of(key) is not NumberClass.UNALLOCATED:
            return key
    return 0


def _china_candidates(digits: str) -> Iterable[str]:
    yield digits.removeprefix("0") if digits.startswith("0") else digits
    if digits.startswith("86"):
        yield digits[2:].removeprefix("0")
    for prefix in _IP_PREFIXES:
        if digits.startswith(prefix) and len(digits) >= len(prefix) + 7:
            yield digits[len(prefix) :].removeprefix("0")


def _nanp(digits: str) -> int:
    """North American digits to a number: area code and exchange start with 2–9; 0 otherwise."""
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) == 10 and digits[0] > "1" and digits[3] > "1":
        return int("1" + digits)
    return 0


def _international(digits: str) -> int:
    """Digits after a plus or 00; Chinese ones keep their shape even when unallocated, so a check can say so."""
    if digits.startswith("86"):
        national = digits[2:].removeprefix("0")
        return int("86" + national) if len(national) >= 3 else 0
    if digits.startswith("1"):
        return _nanp(digits)
    if not digits or digits[0] == "0" or not _MIN_FOREIGN <= len(digits) <= 15:
        return 0
    return int(digits)


def _home(digits: str, home: str) -> int:
    if home == "CN":
        return _china(digits)
    if home == "US":
        return _nanp(digits)
    return read_with_library(digits, home)


def _chinese(text: bytes) -> int:
    """The number of +86 and eleven digits, the first of which is none; 0 for anything else."""
    if len(text) != 14 or not text.startswith(b"+86") or text[3] == _ZERO:
        return 0
    if not _COMPILED:
        return int(text[1:]) if text[1:].isdigit() else 0
    number = 0
    for place in range(1, 14):
        digit = text[place] - _ZERO
        if digit < 0 or digit > 9:
            return 0
        number = 10 * number + digit
    return number


def to_key(text: str | bytes, home: str = "CN") -> int:
    """The number of a text as E.164 digits; 0 when there is none to be read. Never raises; made for the call path.

    ``home`` is the ISO code of the country whose national forms are understood.
    """
    if isinstance(text, bytes):
        # What nearly every switch sends, without any of the care below.
        key = _chinese(text)
        if key:
            return key
        text = text.decode("utf-8", "replace")
    if text.isascii():
        if text.isdigit():
            if home == "CN" and len(text) == 11 and text[0] == "1" and text[1] > "2":
                return int("86" + text)
            if home == "US" and len(text) == 10:
                return _nanp(text)
        elif text[:3] == "+86" and len(text) == 14 and text[1:].isdigit() and text[3] != "0":
            return int(text[1:])
    read = parse(text, home)
    return read.key if isinstance(read, Number) else 0


def parse(text: str, home: str = "CN") -> Number | Refusal:
    """Read a number from any text: URIs, separators, full-width and other scripts' digits, extensions.

    Returns a :class:`Refusal` that says why when the text is no number; never raises.
    """
    given = text[:_SHOWN]
    if len(text) > _MAX_TEXT:
        return Refusal(Reason.TOO_LONG, given)
    bare = _strip_uri(text.strip().strip("<>\"' ")).strip()
    if not bare:
        return Refusal(Reason.EMPTY, given)
    if bare.lower() in _WITHHELD:
        return Refusal(Reason.WITHHELD, given)
    digits = _digits(bare)
    if digits is None:
        digits = _digits(_without_extension(bare))
    if digits is None:
        return Refusal(Reason.NOT_DIGITS, given)
    count = len(digits.removeprefix("+"))
    if count < 3:
        return Refusal(Reason.TOO_SHORT, given)
    if count > MAX_DIGITS + 6:
        return Refusal(Reason.TOO_LONG, given)
    if digits[0] == "+":
        key = _international(digits[1:])
    elif digits.startswith("00"):
        key = _international(digits[2:])
    else:
        key = _home(digits, home)
    if not key:
        return Refusal(_why(digits, home), given)
    if len(str(key)) > MAX_DIGITS:
        return Refusal(Reason.TOO_LONG, given)
    return Number(key, text)


def _why(digits: str, home: str) -> Reason:
    count = len(digits.removeprefix("+"))
    if home == "CN" and digits[0] in "2345678" and count in (7, 8):
        return Reason.NEEDS_AREA_CODE
    if count > 15:
        return Reason.TOO_LONG
    if count < 7 and digits[0] not in "+0":
        return Reason.TOO_SHORT
    return Reason.IMPOSSIBLE
