"""Receipts of consents: signed, so that a subscriber can check one offline, and revoke the consent by its code.

A receipt is a JSON Web Signature in compact form (RFC 7515) under Ed25519 (``EdDSA``, RFC 8037), so any JOSE library
reads it with the published key. The code in it names the consent without naming the subscriber.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Row, select

from clearbell.consent.codes import new_code, plain_code
from clearbell.consent.errors import NoConsentError, UnknownReceiptError
from clearbell.consent.model import Channel, ConsentWithdrawn, ReceiptIssued
from clearbell.consent.service import do_withdraw
from clearbell.consent.tables import consent, receipt
from clearbell.ledger import Act
from clearbell.ledger.checkpoints import public_bytes

_TYPE = "clearbell-consent-receipt"


class Receipt(msgspec.Struct, frozen=True):
    """What a receipt says. Times are seconds since 1970 UTC, as in RFC 7519."""

    code: str
    holder: str
    callee: str
    """The subscriber's number, with ``+``."""
    purpose: str
    given: int
    until: int
    """0: until revoked."""
    channel: str
    provenance: str
    per_day: int
    evidence: str
    issued: int
    revoke: str = ""
    """Link by which the consent is revoked; empty where none is published."""


class BadReceiptError(Exception):
    """The receipt does not hold. 凭证无效。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class _Head(msgspec.Struct):
    alg: str
    typ: str
    kid: str


def do_issue_receipt(
    act: Act,
    holder: str,
    callee: int,
    purpose: str,
    key: Ed25519PrivateKey,
    *,
    randomness: Callable[[int], bytes],
    link: str = "",
) -> str:
    """Issue a signed receipt of a consent in force. ``link``: address at which ``CODE`` becomes the receipt's code.

    Raises :class:`NoConsentError` when there is none in force.
    """
    row = act.conn.execute(
        select(consent).where(
            consent.c.callee == callee,
            consent.c.holder == holder,
            consent.c.purpose == purpose,
            consent.c.withdrawn == 0,
            (consent.c.until == 0) | (consent.c.until > act.at),
        )
    ).first()
    if row is None:
        raise NoConsentError(holder, purpose)
    code = new_code(randomness)
    act.conn.execute(receipt.insert().values(code=code, callee=callee, holder=holder, purpose=purpose, given=row.given))
    act.append("consent.receipt", [ReceiptIssued(code, holder, callee, purpose)], about=lambda f: f.callee)
    return sign(
        Receipt(
            code=code,
            holder=holder,
            callee=f"+{callee}",
            purpose=purpose,
            given=row.given // 1_000_000,
            until=row.until // 1_000_000,
            channel=row.channel,
            provenance=row.provenance,
            per_day=row.per_day,
            evidence=row.evidence,
            issued=act.at // 1_000_000,
            revoke=link.replace("CODE", code),
        ),
        key,
    )


def find_receipt(act_or_conn: Any, code: str) -> Row[Any]:
    """The consent a receipt's code names, with its present state. Raises :class:`UnknownReceiptError`."""
    conn = getattr(act_or_conn, "conn", act_or_conn)
    found = conn.execute(
        select(receipt.c.code, receipt.c.given.label("receipt_given"), consent)
        .join(
            consent,
            (consent.c.callee == receipt.c.callee)
            & (consent.c.holder == receipt.c.holder)
            & (consent.c.purpose == receipt.c.purpose),
        )
        .where(receipt.c.code == plain_code(code))
    ).first()
    if found is None:
        raise UnknownReceiptError
    row: Row[Any] = found
    return row


def do_revoke(act: Act, code: str, channel: Channel) -> bool:
    """Revoke the consent that a receipt's code names; False when it had ended or was replaced by a later one.

    Raises :class:`UnknownReceiptError`.
    """
    row = find_receipt(act, code)
    if row.withdrawn or row.given != row.receipt_given or (row.until and row.until <= act.at):
        return False
    do_withdraw(act, ConsentWithdrawn(row.holder, row.callee, row.purpose, channel))
    return True


def key_id(public: bytes) -> str:
    """Short name of a key, as the receipt's ``kid``: its RFC 7638 thumbprint."""
    # The thumbprint is over the members in this order and without spaces.
    canonical = msgspec.json.encode({"crv": "Ed25519", "kty": "OKP", "x": _b64(public)})
    return _b64(hashlib.sha256(canonical).digest())


def published_key(key: Ed25519PrivateKey) -> dict[str, object]:
    """The public half as a JWK set (RFC 7517), to be published."""
    public = public_bytes(key)
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "x": _b64(public), "kid": key_id(public), "use": "sig", "alg": "EdDSA"}
        ]
    }


def sign(content: Receipt, key: Ed25519PrivateKey) -> str:
    """Write a receipt as a compact JWS."""
    head = msgspec.json.encode(_Head("EdDSA", _TYPE, key_id(public_bytes(key))))
    signed = f"{_b64(head)}.{_b64(msgspec.json.encode(content))}"
    return f"{signed}.{_b64(key.sign(signed.encode()))}"


class _Jwk(msgspec.Struct):
    kty: str
    crv: str
    x: str
    kid: str = ""


class _Jwks(msgspec.Struct):
    keys: list[_Jwk]


def check(text: str, keys: bytes) -> Receipt:
    """Check a receipt against a published JWK set (JSON), with nothing else at hand.

    Raises :class:`BadReceiptError` with what does not hold.
    """
    try:
        known = {
            key_id(_unb64(jwk.x)): _unb64(jwk.x)
            for jwk in msgspec.json.decode(keys, type=_Jwks).keys
            if jwk.crv == "Ed25519"
        }
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise BadReceiptError(f"公钥文件无法读取:{error}", f"the key file cannot be read: {error}") from error
    parts = "".join(text.split()).split(".")
    try:
        head_text, body_text, signature_text = parts
        head = msgspec.json.decode(_unb64(head_text), type=_Head)
        signature = _unb64(signature_text)
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise BadReceiptError("这不是同意凭证", "this is no consent receipt") from error
    if head.alg != "EdDSA" or head.typ != _TYPE:
        raise BadReceiptError("这不是同意凭证", "this is no consent receipt")
    public = known.get(head.kid)
    if public is None:
        raise BadReceiptError(
            f"凭证用密钥 {head.kid} 签名,公钥文件里没有它",
            f"the receipt is signed with the key {head.kid}, which is not in the key file",
        )
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, f"{head_text}.{body_text}".encode())
    except (InvalidSignature, ValueError) as error:
        raise BadReceiptError(
            "签名不符:凭证被改动过,或不是由该密钥签发",
            "the signature does not fit: the receipt was changed, or not signed with this key",
        ) from error
    try:
        return msgspec.json.decode(_unb64(body_text), type=Receipt)
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise BadReceiptError("凭证内容无法读取", "the receipt's content cannot be read") from error


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
