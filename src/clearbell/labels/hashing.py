"""Looking a number up without telling it: the asker sends the beginning of its digest and gets all that begin so.

The digest is SHA-256 of the E.164 form with its plus sign, in hexadecimal. Of the five signs that are sent there are
about a million, and a country has billions of numbers: thousands of possible numbers share each. A digest of a number
can be reversed by trying all numbers; what protects the asker is that only so little of it is told.
"""

from __future__ import annotations

import hashlib

from clearbell.numbering import format_e164

SIGNS = 5
"""Hexadecimal signs that the asker sends."""


def digest_of(number: int) -> str:
    """SHA-256 (hex) of the number's E.164 form."""
    return hashlib.sha256(format_e164(number).encode()).hexdigest()


def bucket_of(number: int) -> int:
    """The first :data:`SIGNS` signs of the digest, as a number."""
    return int(digest_of(number)[:SIGNS], 16)
