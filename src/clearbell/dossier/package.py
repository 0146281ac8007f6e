"""The package in which a case file is handed over: its files, their digests, the ledger's entry, one signature.

``manifest.json`` names every file with its SHA-256. The ledger's entry of the hand-over names the manifest's. The
signature, by the ledger's key, is over both, and stands with the whole entry in ``signature.json``: whoever has the
published key can check the package without us, and we can check it against the ledger.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clearbell.dossier.errors import DossierError
from clearbell.ledger.chain import entry_hash
from clearbell.ledger.checkpoints import public_bytes

T = TypeVar("T")

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
KIND = "cases.handed-over"
"""Kind of the ledger's entry."""
_MARK = "clearbell-hand-over-1"


class File(msgspec.Struct, frozen=True):
    """One file of the package."""

    path: str
    sha256: str
    size: int
    """Bytes."""
    media: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the package, for whom and by whom."""

    kind: str = _MARK
    hand_over: str
    case: str
    to: str
    proposed_by: str
    handed_over_by: str
    made: str
    """ISO 8601."""
    with_reporters: str
    """Why the numbers of reporters are shown whole; empty: they are masked."""
    as_of_seq: int
    """Place of the ledger's newest entry when the case file was written."""
    as_of_hash: str
    files: tuple[File, ...]


class SignedEntry(msgspec.Struct, frozen=True):
    """The ledger's entry of the hand-over, with all that its hash is made of. Digests are hex, bytes base64."""

    seq: int
    at: int
    kind: str
    actor: str
    note: str
    body: str
    sealed: int
    sealed_root: str
    previous: str
    hash: str


class Signed(msgspec.Struct, frozen=True):
    """What stands in ``signature.json``."""

    manifest_sha256: str
    entry: SignedEntry
    public_key: str
    """Raw Ed25519 public key, base64."""
    signature: str
    """Base64."""


class Fault(msgspec.Struct, frozen=True):
    """Something that is not as it was handed over."""

    path: str
    zh: str
    en: str


class Checked(msgspec.Struct, frozen=True):
    """What a check of a package found."""

    manifest: Manifest | None
    entry: SignedEntry | None
    public_key: bytes
    """Whose signature it is said to be."""
    faults: tuple[Fault, ...]


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as it lies in the package."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def files_of(content: dict[str, tuple[bytes, str]]) -> tuple[File, ...]:
    """Digests of files, given by path as (content, media type)."""
    return tuple(
        File(path, hashlib.sha256(data).hexdigest(), len(data), media) for path, (data, media) in content.items()
    )


def sign(manifest: bytes, entry: SignedEntry, key: Ed25519PrivateKey) -> bytes:
    """The signature over a manifest and the ledger's entry that names it, as it lies in the package."""
    digest = hashlib.sha256(manifest).hexdigest()
    made = Signed(
        digest,
        entry,
        base64.b64encode(public_bytes(key)).decode(),
        base64.b64encode(key.sign(_signed_bytes(digest, entry))).decode(),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def _signed_bytes(digest: str, entry: SignedEntry) -> bytes:
    return f"{_MARK}\n{digest}\n{entry.seq}\n{entry.hash}\n".encode()


def write(folder: Path, content: dict[str, bytes]) -> None:
    """Write the files of a package into ``folder``, which is not there yet or empty. Raises :class:`DossierError`."""
    try:
        if folder.exists() and any(folder.iterdir()):
            raise DossierError(f"{folder} 不是空文件夹", f"{folder} is not an empty folder", "out")
        for path, data in content.items():
            to = folder / path
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(data)
    except OSError as error:
        raise DossierError(f"写不了 {folder}:{error}", f"cannot write to {folder}: {error}", "out") from None


def check(folder: Path, key: bytes | None) -> Checked:
    """Look at every file of a package, the entry and the signature; ``key``: the published one, None: its own.

    Raises :class:`DossierError` where there is no package to look at.
    """
    raw, manifest = _read(folder / MANIFEST, Manifest)
    _, signed = _read(folder / SIGNATURE, Signed)
    faults = [fault for one in manifest.files if (fault := _file_fault(folder, one)) is not None]
    known = {one.path for one in manifest.files} | {MANIFEST, SIGNATURE}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in known:
            faults.append(Fault(name, "不在清单中", "it is not in the manifest"))
    digest = hashlib.sha256(raw).hexdigest()
    if digest != signed.manifest_sha256:
        faults.append(Fault(MANIFEST, "清单被改动过", "the manifest was changed"))
    faults += _entry_faults(signed.entry, manifest, digest)
    public, more = _signature_faults(signed, digest, key)
    return Checked(manifest, signed.entry, public, (*faults, *more))


def _read(path: Path, kind: type[T]) -> tuple[bytes, T]:
    try:
        raw = path.read_bytes()
        return raw, msgspec.json.decode(raw, type=kind)
    except OSError:
        raise DossierError(f"没有 {path}", f"there is no {path}", "folder") from None
    except msgspec.DecodeError as error:
        raise DossierError(f"{path} 无法读取:{error}", f"{path} cannot be read: {error}", "folder") from None


def _file_fault(folder: Path, one: File) -> Fault | None:
    path = folder / one.path
    if not path.resolve().is_relative_to(folder.resolve()):
        return Fault(one.path, "路径在包外", "its path leads out of the package")
    try:
        data = path.read_bytes()
    except OSError:
        return Fault(one.path, "文件缺失", "the file is missing")
    if len(data) != one.size or hashlib.sha256(data).hexdigest() != one.sha256:
        return Fault(one.path, "文件被改动过", "the file was changed")
    return None


def _entry_faults(entry: SignedEntry, manifest: Manifest, digest: str) -> list[Fault]:
    try:
        body = base64.b64decode(entry.body, validate=True)
        made = entry_hash(
            bytes.fromhex(entry.previous),
            entry.seq,
            entry.at,
            entry.kind,
            entry.actor,
            base64.b64decode(entry.note, validate=True),
            body,
            entry.sealed,
            bytes.fromhex(entry.sealed_root),
        )
        facts = msgspec.json.decode(body, type=list[dict[str, msgspec.Raw]])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return [Fault(SIGNATURE, "账本条目无法读取", "the ledger's entry cannot be read")]
    faults = []
    if made.hex() != entry.hash:
        faults.append(Fault(SIGNATURE, "账本条目与其摘要不符", "the ledger's entry does not have its hash"))
    named = [(bytes(one.get("hand_over", b"")), bytes(one.get("manifest", b""))) for one in facts]
    if entry.kind != KIND or (_json(manifest.hand_over), _json(digest)) not in named:
        faults.append(Fault(SIGNATURE, "账本条目没有写明此清单", "the ledger's entry does not name this manifest"))
    return faults


def _json(text: str) -> bytes:
    return msgspec.json.encode(text)


def _signature_faults(signed: Signed, digest: str, key: bytes | None) -> tuple[bytes, list[Fault]]:
    try:
        public = base64.b64decode(signed.public_key, validate=True)
        signature = base64.b64decode(signed.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed_bytes(digest, signed.entry))
    except (InvalidSignature, ValueError, binascii.Error):
        return b"", [Fault(SIGNATURE, "签名无效", "the signature does not hold")]
    if key is not None and key != public:
        return public, [Fault(SIGNATURE, "不是以此公钥对应的密钥签名", "it was signed with another key than this one")]
    return public, []
