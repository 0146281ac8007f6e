"""Identity numbers and credit codes with right check digits, of nobody."""

from __future__ import annotations

from clearbell.registry.identity import is_credit_code, is_resident_id


def resident_id(serial: int) -> str:
    """A well-formed resident identity number; region 000000 belongs to no place."""
    start = f"00000019900101{serial:03d}"
    return next(start + sign for sign in "0123456789X" if is_resident_id(start + sign))


def credit_code(serial: int) -> str:
    """A well-formed unified social credit code; region 000000 belongs to no place."""
    start = f"91000000{serial:09d}"
    return next(start + sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_credit_code(start + sign))
