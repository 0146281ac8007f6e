"""Signed checkpoints: the head of the chain at a time, under an Ed25519 key, to be kept outside the store too."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from clearbell.ledger.store import Act
from clearbell.ledger.tables import ledger_checkpoint, ledger_entry


class Checkpoint(msgspec.Struct, frozen=True):
    """What the head was, and who says so."""

    seq: int
    hash: bytes
    at: int
    """When it was signed, µs UTC."""
    public_key: bytes
    """Raw Ed25519 public key, 32 bytes."""
    signature: bytes


class EmptyLedgerError(Exception):
    """There is nothing to sign: the ledger has no entry yet. 账本为空,没有可签名的条目。"""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def _signed_bytes(seq: int, digest: bytes, at: int) -> bytes:
    return b"clearbell-checkpoint-1\n%d\n%s\n%d" % (seq, digest.hex().encode(), at)


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read the signing key at ``path`` (PEM), making one that only its owner can read where there is none.

    Raises ``ValueError`` when the file holds something else.
    """
    try:
        pem = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        # Exclusive: of two processes that start at once, one makes the key and the other reads it.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return load_key(path)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        return key
    key_read = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key_read, Ed25519PrivateKey):
        message = f"{path}: not an Ed25519 private key; move it away and a new one is made"
        raise ValueError(message)
    return key_read


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Raw public half of the key, 32 bytes: what an outside auditor needs."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def do_checkpoint(act: Act, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign the head of the chain and keep the checkpoint; signing the same head again returns the first one.

    Raises :class:`EmptyLedgerError` when there is no entry.
    """
    head = act.conn.execute(
        select(ledger_entry.c.seq, ledger_entry.c.hash).order_by(ledger_entry.c.seq.desc()).limit(1)
    ).first()
    if head is None:
        raise EmptyLedgerError
    kept = act.conn.execute(select(ledger_checkpoint).where(ledger_checkpoint.c.seq == head.seq)).first()
    if kept is not None:
        return Checkpoint(kept.seq, bytes(kept.hash), kept.at, bytes(kept.public_key), bytes(kept.signature))
    digest = bytes(head.hash)
    point = Checkpoint(head.seq, digest, act.at, public_bytes(key), key.sign(_signed_bytes(head.seq, digest, act.at)))
    act.conn.execute(ledger_checkpoint.insert().values(**msgspec.structs.asdict(point)))
    return point


def checkpoints(conn: Connection) -> list[Checkpoint]:
    """All checkpoints in the store, oldest first."""
    rows = conn.execute(select(ledger_checkpoint).order_by(ledger_checkpoint.c.seq)).all()
    return [Checkpoint(r.seq, bytes(r.hash), r.at, bytes(r.public_key), bytes(r.signature)) for r in rows]


def signature_holds(point: Checkpoint) -> bool:
    """Whether the checkpoint's own key signed exactly this."""
    try:
        Ed25519PublicKey.from_public_bytes(point.public_key).verify(
            point.signature, _signed_bytes(point.seq, point.hash, point.at)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def to_text(point: Checkpoint) -> str:
    """One line of JSON, to be kept or published elsewhere."""
    return msgspec.json.encode(
        {
            "seq": point.seq,
            "hash": point.hash.hex(),
            "at": point.at,
            "public_key": base64.b64encode(point.public_key).decode(),
            "signature": base64.b64encode(point.signature).decode(),
        }
    ).decode()


class _CheckpointText(msgspec.Struct):
    seq: int
    hash: str
    at: int
    public_key: str
    signature: str


def from_text(line: str) -> Checkpoint:
    """Read what :func:`to_text` wrote. Raises ``ValueError`` naming what does not fit."""
    raw = msgspec.json.decode(line, type=_CheckpointText)
    return Checkpoint(
        raw.seq,
        bytes.fromhex(raw.hash),
        raw.at,
        base64.b64decode(raw.public_key, validate=True),
        base64.b64decode(raw.signature, validate=True),
    )
