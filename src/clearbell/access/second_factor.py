"""The second factor: six digits that a phone shows for half a minute (TOTP, RFC 6238), or a recovery code."""

from __future__ import annotations

import base64
import hmac
import io

import pyotp
import segno

PERIOD = 30
"""Seconds."""
RECOVERY_CODES = 10


def new_totp(randomness: bytes) -> str:
    """A secret, base32, from 20 random bytes (RFC 4226 4)."""
    return base64.b32encode(randomness[:20]).decode()


def address(secret: str, account: str) -> str:
    """The ``otpauth:`` address that authenticator programs read."""
    return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=account, issuer_name="Clearbell")


def picture(text: str) -> str:
    """The address as a QR code: an SVG element to stand in a page."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=5, border=2, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode()


def step_of(secret: str, code: str, now: int, used: int) -> int:
    """The step of time whose code it is; 0: none, or one not past the step last used.

    ``now``: µs UTC. The steps beside the present one count too, for clocks that are off by up to half a minute.
    """
    digits = "".join(sign for sign in code if sign.isdecimal())
    present = now // 1_000_000 // PERIOD
    totp = pyotp.TOTP(secret, interval=PERIOD)
    for step in (present, present - 1, present + 1):
        if step > used and hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return 0
