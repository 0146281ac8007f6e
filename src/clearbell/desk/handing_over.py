"""Handing a case file over to an authority, and checking a package against the ledger."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from clearbell.cases.hand_overs.queries import hand_over_of
from clearbell.cases.hand_overs.service import check_hands, do_hand_over
from clearbell.desk.case_sheets import Source, draw_up
from clearbell.dossier.fonts import Fonts
from clearbell.dossier.package import (
    MANIFEST,
    SIGNATURE,
    Checked,
    Fault,
    Manifest,
    SignedEntry,
    check,
    files_of,
    manifest_bytes,
    sign,
)
from clearbell.dossier.pdf import write_pdf
from clearbell.dossier.vcon import write_vcon
from clearbell.ledger import Store
from clearbell.ledger.chain import GENESIS
from clearbell.ledger.tables import ledger_entry
from clearbell.policy.model import Pack
from clearbell.vault import Vault

Write = Callable[[dict[str, bytes]], None]
"""Puts the files of a package, by path, where they go; raises when they cannot go there."""


class HandedOver(msgspec.Struct, frozen=True):
    """What was handed over."""

    manifest: Manifest
    digest: str
    """SHA-256 (hex) of the manifest; the ledger's entry names it."""
    seq: int


def hand_over(
    store: Store,
    name: str,
    pack: Pack,
    vault: Vault,
    key: Ed25519PrivateKey,
    fonts: Fonts,
    write: Write,
    *,
    actor: str,
    officer: str = "",
) -> HandedOver:
    """Write the package of a proposed hand-over, and record it with the digest of its manifest.

    It is written before the record is final: where it cannot be written, nothing was handed over. Raises as
    :func:`~clearbell.cases.hand_overs.service.do_hand_over` and :class:`~clearbell.dossier.errors.DossierError`.
    """
    four_eyes = pack.cases.hand_over_four_eyes
    who = officer or actor
    # Drawn up first, without keeping others from writing: it is the case as of one place in the ledger, and says so.
    with store.read() as conn:
        row = hand_over_of(conn, name)
        check_hands(conn, row, who, four_eyes=four_eyes)
        seq, digest = _head(conn)
        at = store.clock.now()
        source = Source(
            row.case_id, name, row.recipient, (row.proposer, who), at, seq, digest.hex(), row.with_reporters
        )
        drawn = draw_up(conn, source, pack, vault)
    content = {
        f"case-{tongue}.pdf": (write_pdf(sheet, fonts, at), "application/pdf") for tongue, sheet in drawn.sheets.items()
    }
    content["case.vcon.json"] = (write_vcon(drawn.conversation, content), "application/vcon+json")
    content |= drawn.recordings
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    manifest = Manifest(
        hand_over=name,
        case=source.case,
        to=source.to,
        proposed_by=source.officers[0],
        handed_over_by=who,
        made=datetime.datetime.fromtimestamp(at / 1e6, zone).isoformat(timespec="seconds"),
        with_reporters=source.with_reporters,
        as_of_seq=seq,
        as_of_hash=source.hash,
        files=files_of(content),
    )
    raw = manifest_bytes(manifest)
    with store.act(actor) as act:
        named = hashlib.sha256(raw).hexdigest()
        place = do_hand_over(act, name, named, four_eyes=four_eyes, officer=officer)
        signed = sign(raw, _entry(act.conn, place), key)
        write({**{path: data for path, (data, _) in content.items()}, MANIFEST: raw, SIGNATURE: signed})
    return HandedOver(manifest, named, place)


def verify_package(folder: Path, key: bytes | None, store: Store | None) -> Checked:
    """Check a package: digests, entry, signature, and with a store that the ledger has just this entry.

    ``key``: raw public key that it must be signed by; None: whichever signed it. Raises
    :class:`~clearbell.dossier.errors.DossierError` where there is no package.
    """
    found = check(folder, key)
    if store is None or found.entry is None:
        return found
    with store.read() as conn:
        query = select(ledger_entry.c.hash).where(ledger_entry.c.seq == found.entry.seq)
        kept = conn.execute(query).scalar_one_or_none()
    if kept is not None and bytes(kept).hex() == found.entry.hash:
        return found
    fault = Fault(
        SIGNATURE,
        f"账本第 {found.entry.seq} 条不是该移交",
        f"entry {found.entry.seq} of the ledger is not this hand-over",
    )
    return msgspec.structs.replace(found, faults=(*found.faults, fault))


def _head(conn: Connection) -> tuple[int, bytes]:
    query = select(ledger_entry.c.seq, ledger_entry.c.hash).order_by(ledger_entry.c.seq.desc()).limit(1)
    row = conn.execute(query).one()
    return row.seq, bytes(row.hash)


def _entry(conn: Connection, seq: int) -> SignedEntry:
    row = conn.execute(select(ledger_entry).where(ledger_entry.c.seq == seq)).one()
    before = conn.execute(select(ledger_entry.c.hash).where(ledger_entry.c.seq == seq - 1)).scalar_one_or_none()
    return SignedEntry(
        seq,
        row.at,
        row.kind,
        row.actor,
        base64.b64encode(bytes(row.note)).decode(),
        base64.b64encode(bytes(row.body)).decode(),
        row.sealed,
        bytes(row.sealed_root).hex(),
        bytes(before or GENESIS).hex(),
        bytes(row.hash).hex(),
    )
