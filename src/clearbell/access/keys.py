"""Passwords, digests and secrets: what is kept of them tells nothing without the node's key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_SECRET = 32


class AccessKey:
    """Derives a key for each use from the node's 32-byte secret; hashes passwords, two at a time at most."""

    def __init__(self, secret: bytes, randomness: Callable[[int], bytes], hasher: PasswordHasher | None = None) -> None:
        """``hasher``: argon2id as its library sets it, 64 MiB a password, unless given another."""
        self._cipher = AESGCM(_derive(secret, b"second factor"))
        self._digests = _derive(secret, b"digests")
        self._hasher = hasher or PasswordHasher()
        # Each password takes 64 MiB for a tenth of a second: without a limit, many at once would take the machine.
        self._turn = threading.Semaphore(2)
        self.randomness = randomness
        self._dummy = self._hasher.hash(randomness(16).hex())

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Whether it is the password. Takes as long when ``kept`` is empty, so that no one learns who has an account."""
        with self._turn:
            try:
                self._hasher.verify(kept or self._dummy, password)
            except (VerificationError, InvalidHashError):
                return False
        return bool(kept)

    def new_secret(self) -> str:
        """A random word that cannot be guessed, fit for a cookie, an address or a header."""
        return base64.urlsafe_b64encode(self.randomness(_SECRET)).rstrip(b"=").decode()

    def digest(self, use: str, secret: str) -> bytes:
        """What is kept of a secret that only has to be recognised."""
        return hmac.new(self._digests, f"{use}:{secret}".encode(), hashlib.sha256).digest()

    def hide(self, account: str, secret: str) -> bytes:
        """Encrypt a secret that has to be used again."""
        nonce = self.randomness(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), account.encode())

    def reveal(self, account: str, hidden: bytes) -> str:
        """The secret again. Raises ``ValueError`` when it was hidden with another key or for another account."""
        try:
            return self._cipher.decrypt(hidden[:_NONCE], hidden[_NONCE:], account.encode()).decode()
        except InvalidTag as error:
            message = "the second factor was encrypted with another key"
            raise ValueError(message) from error


def _derive(secret: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"clearbell access " + use).derive(secret)
