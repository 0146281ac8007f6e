"""Texts as SMS: coded as GSM 7-bit where it can say them, else as UCS-2, and cut into parts that belong together.

Rules: 3GPP TS 23.038 (alphabets), TS 23.040 9.2.3.24.1 (concatenation, 8-bit reference). smpplib's own splitter cuts
through escape sequences and surrogate pairs and numbers the messages at random.
"""

from __future__ import annotations

import msgspec

GSM, ASCII, LATIN_1, UCS2 = 0x00, 0x01, 0x03, 0x08
"""``data_coding`` values of SMPP."""
_GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_GSM_CODES = {sign: bytes([code]) for code, sign in enumerate(_GSM_ALPHABET) if sign != "\x1b"} | {
    sign: bytes([0x1B, code]) for sign, code in _GSM_EXTENSION.items()
}
_EXTENSION_SIGNS = {code: sign for sign, code in _GSM_EXTENSION.items()}
_WHOLE = {GSM: 160, UCS2: 140}
"""Octets of a message by itself (GSM: septets, one an octet)."""
_PART = {GSM: 153, UCS2: 134}
"""Octets of a part beside its header of six octets."""
MOST_PARTS = 255


class TooLongError(ValueError):
    """The text needs more parts than there can be."""


class Coded(msgspec.Struct, frozen=True):
    """A text ready to be submitted."""

    data_coding: int
    has_header: bool
    """The parts begin with a user data header (esm_class 0x40)."""
    parts: tuple[bytes, ...]


def code_text(text: str, reference: int) -> Coded:
    """Code a text. ``reference`` (0 to 255) marks its parts. Raises :class:`TooLongError`."""
    coding = GSM if all(sign in _GSM_CODES for sign in text) else UCS2
    signs = [_GSM_CODES[sign] for sign in text] if coding == GSM else [sign.encode("utf-16-be") for sign in text]
    if sum(map(len, signs)) <= _WHOLE[coding]:
        return Coded(coding, False, (b"".join(signs),))
    chunks = [b""]
    for sign in signs:
        if len(chunks[-1]) + len(sign) > _PART[coding]:
            chunks.append(b"")
        chunks[-1] += sign
    if len(chunks) > MOST_PARTS:
        message = f"the text needs {len(chunks)} parts; the most is {MOST_PARTS}"
        raise TooLongError(message)
    headers = (bytes([5, 0, 3, reference, len(chunks), place]) for place in range(1, len(chunks) + 1))
    return Coded(coding, True, tuple(header + chunk for header, chunk in zip(headers, chunks, strict=True)))


class Piece(msgspec.Struct, frozen=True):
    """What one SMS says, and its place among its parts."""

    text: str
    reference: int = 0
    part: int = 1
    parts: int = 1


def read_text(data: bytes, data_coding: int, has_header: bool) -> Piece:
    """Read an incoming SMS. Never fails: what cannot be read shows as U+FFFD."""
    reference, part, parts = 0, 1, 1
    if has_header and data and len(data) > data[0]:
        header, data = data[1 : 1 + data[0]], data[1 + data[0] :]
        while len(header) >= 2 and len(header) >= 2 + header[1]:
            kind, value, header = header[0], header[2 : 2 + header[1]], header[2 + header[1] :]
            if kind == 0x00 and len(value) == 3:
                reference, parts, part = value
            elif kind == 0x08 and len(value) == 4:
                reference, parts, part = int.from_bytes(value[:2], "big"), value[2], value[3]
        if not 1 <= part <= parts:
            reference, part, parts = 0, 1, 1
    return Piece(_decode(data, data_coding), reference, part, parts)


def _decode(data: bytes, data_coding: int) -> str:
    if data_coding == UCS2:
        return data.decode("utf-16-be", "replace")
    if data_coding == LATIN_1:
        return data.decode("latin-1")
    if data_coding == ASCII:
        return data.decode("ascii", "replace")
    signs = []
    octets = iter(data)
    for octet in octets:
        if octet == 0x1B:
            signs.append(_EXTENSION_SIGNS.get(next(octets, 0x1B), "\ufffd"))
        else:
            signs.append(_GSM_ALPHABET[octet] if octet < len(_GSM_ALPHABET) else "\ufffd")
    return "".join(signs)
