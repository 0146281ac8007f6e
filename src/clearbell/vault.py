"""Documents and recordings: kept by digest, encrypted at rest, known by their first bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MARK = b"CBV1"
_NONCE = 12
_KEY = 32
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)


class VaultError(Exception):
    """The document cannot be kept or given back. 文件无法保存或取回。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = "document"


class Kept(msgspec.Struct, frozen=True):
    """A document in the vault."""

    digest: str
    """SHA-256 (hex) of the document."""
    media: str
    size: int
    """Bytes."""


def media_of(data: bytes) -> str:
    """Media type by the first bytes, whatever the file's name says; empty for a kind that is not taken."""
    for magic, media in _MAGIC:
        if data.startswith(magic):
            return media
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    return ""


class Vault:
    """A folder of encrypted documents."""

    def __init__(self, folder: Path, key: bytes, randomness: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._cipher = AESGCM(key)
        self._randomness = randomness

    def put(self, data: bytes, most: int) -> Kept:
        """Keep a document of at most ``most`` bytes. The same document again is kept once.

        Raises :class:`VaultError` for one that is empty, too large, or neither PDF, PNG, JPEG nor audio.
        """
        if not data:
            raise VaultError("文件是空的", "the document is empty")
        if len(data) > most:
            raise VaultError(
                f"文件有 {len(data)} 字节,上限为 {most} 字节", f"the document has {len(data)} bytes; the most is {most}"
            )
        media = media_of(data)
        if not media:
            raise VaultError(
                "文件内容既不是 PDF、PNG、JPEG,也不是录音;请重新扫描或导出",
                "its content is neither PDF, PNG, JPEG nor audio; scan or export it again",
            )
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            nonce = self._randomness(_NONCE)
            sealed = _MARK + nonce + self._cipher.encrypt(nonce, data, digest.encode())
            path.parent.mkdir(parents=True, exist_ok=True)
            # Whole or not at all, also for a reader at the same time.
            part = path.with_name(f"{path.name}.{nonce.hex()}.part")
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        return Kept(digest, media, len(data))

    def get(self, digest: str) -> bytes:
        """Give a document back. Raises :class:`VaultError` when it is not there or was changed."""
        try:
            sealed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise VaultError(f"没有文件 {digest}", f"there is no document {digest}") from None
        nonce, body = sealed[4 : 4 + _NONCE], sealed[4 + _NONCE :]
        try:
            if sealed[:4] != _MARK:
                raise InvalidTag
            return self._cipher.decrypt(nonce, body, digest.encode())
        except InvalidTag:
            raise VaultError(
                f"文件 {digest} 被改动过,或不是用此密钥加密",
                f"the document {digest} was changed, or encrypted with another key",
            ) from None

    def has(self, digest: str) -> bool:
        """Whether a document is there. Raises :class:`VaultError` for what is no digest."""
        return self._path(digest).exists()

    def remove(self, digest: str) -> bool:
        """Remove a document; False when there was none."""
        path = self._path(digest)
        if not path.exists():
            return False
        path.unlink()
        return True

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise VaultError("不是文件摘要", "this is no document digest")
        return self._folder / digest[:2] / digest


def load_secret(path: Path, randomness: Callable[[int], bytes]) -> bytes:
    """Read the 32-byte key at ``path``, making one that only its owner can read where there is none.

    Raises ``ValueError`` when the file holds something else.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive: of two processes that start at once, one makes the key and the other reads it.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return load_secret(path, randomness)
        key = randomness(_KEY)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
    if len(key) != _KEY:
        message = (
            f"{path}: not a key of {_KEY} bytes; restore it from the backup, or move it away and a new one is made"
        )
        raise ValueError(message)
    return key
