"""Identity numbers: checked by their check digit, kept only as keyed digests."""

from __future__ import annotations

import hmac
import unicodedata

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V and Z."""


def plain(text: str) -> str:
    """A number or name as it is compared: half width, upper case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def same_name(one: str, other: str) -> bool:
    """Whether two writings are the same name: width, blanks and the form of brackets do not matter."""
    return plain(one) == plain(other) and bool(plain(one))


def is_resident_id(text: str) -> bool:
    """Whether the text is a resident identity number with a right check digit (GB 11643, ISO 7064 MOD 11-2)."""
    number = plain(text)
    if len(number) != 18 or not number[:17].isascii() or not number[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return number[17] == _ID_CHECK[total % 11]


def is_credit_code(text: str) -> bool:
    """Whether the text is a unified social credit code with a right check sign (GB 32100, MOD 31-3)."""
    code = plain(text)
    if len(code) != 18 or any(sign not in _CODE_SIGNS for sign in code):
        return False
    total = sum(_CODE_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return code[17] == _CODE_SIGNS[(31 - total % 31) % 31]


class IdentityKey:
    """Turns identity numbers, credit codes, addresses and devices into digests that only this key can make.

    The digest tells whether two are the same, and nothing else to anyone without the key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, kind: str, text: str) -> str:
        """Keyed digest (hex) of what the text says, for a kind such as ``id`` or ``address``; empty for none."""
        value = plain(text)
        if not value:
            return ""
        return hmac.new(self._key, f"{kind}\0{value}".encode(), "sha256").hexdigest()
