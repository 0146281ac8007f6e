"""What keeps codes unreadable in the store, and proofs unforgeable: one 32-byte key of the node."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class NoticeKey:
    """Derives a key for each use from the node's, so that no use weakens another."""

    def __init__(self, secret: bytes, randomness: Callable[[int], bytes]) -> None:
        self._cipher = AESGCM(_derive(secret, b"arguments"))
        self._codes = _derive(secret, b"codes")
        self._proofs = _derive(secret, b"proofs")
        self.randomness = randomness

    def hide(self, notice: str, arguments: Mapping[str, str]) -> bytes:
        """Encrypt a notice's secret arguments; empty for none."""
        if not arguments:
            return b""
        nonce = self.randomness(_NONCE)
        return nonce + self._cipher.encrypt(nonce, msgspec.json.encode(dict(arguments)), notice.encode())

    def reveal(self, notice: str, hidden: bytes) -> dict[str, str]:
        """The arguments again. Raises ``ValueError`` when they were hidden with another key or for another notice."""
        if not hidden:
            return {}
        try:
            plain = self._cipher.decrypt(hidden[:_NONCE], hidden[_NONCE:], notice.encode())
        except InvalidTag as error:
            message = "the secret arguments were encrypted with another key"
            raise ValueError(message) from error
        return msgspec.json.decode(plain, type=dict[str, str])

    def code_digest(self, salt: bytes, number: int, purpose: str, code: str) -> bytes:
        """What is kept of a code: without the key even six digits cannot be found by trying all of them."""
        return _mac(self._codes, salt.hex(), str(number), purpose, code)

    def proof(self, number: int, purpose: str, until: int) -> bytes:
        """Signature that the number was proven for the purpose until then."""
        return _mac(self._proofs, str(number), purpose, str(until))


def _derive(secret: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"clearbell notices " + use).derive(secret)


def _mac(key: bytes, *words: str) -> bytes:
    # Length before each word: no two lists of words run together to the same bytes.
    message = b"".join(len(word.encode()).to_bytes(4, "big") + word.encode() for word in words)
    return hmac.new(key, message, hashlib.sha256).digest()
