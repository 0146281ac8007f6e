"""The rest of the world, by the ``phonenumbers`` library."""

from __future__ import annotations


def country_code(digits: str) -> int:
    """Country calling code that the digits start with; 0 when none does."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    for length in (1, 2, 3):
        if int(digits[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            return int(digits[:length])
    return 0


def read_with_library(text: str, home: str) -> int:
    """Digits of E.164 by ``phonenumbers``; 0 when the library finds no possible number."""
    import phonenumbers

    try:
        read = phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return 0
    if not phonenumbers.is_possible_number(read):
        return 0
    return int(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)[1:])
