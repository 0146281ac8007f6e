"""Parts of ``clearbell consent`` that keep recordings and proofs, and remove them when their time is over."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from clearbell.cli.context import actor, open_store, refuse, say


def keep(
    document: Path,
    *,
    kind: Literal["consent", "recording"],
    holder: str,
    callee: str,
    caller: str = "",
    call: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Keep a recording, or what proves a consent, encrypted for the pack's time; prints its digest.

    Parameters
    ----------
    document
        PDF, PNG, JPEG or audio, known by its content.
    kind
        consent: kept while the consent that names its digest is in force, and the pack's time after; recording: the
        pack's time.
    holder
        Whose call or consent it is.
    callee
        The subscriber's number.
    caller
        The calling number.
    call
        Id of the call or decision.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.applications import open_vault
    from clearbell.cli.fields import number
    from clearbell.cli.pack import open_pack
    from clearbell.consent.evidence import EvidenceKind, do_keep
    from clearbell.vault import VaultError

    most = int(open_pack(pack).deadlines["document_bytes"].value or 0)
    subscriber = number(callee, "callee")
    caller_key = number(caller, "caller") if caller else 0
    try:
        kept = open_vault(home).put(document.read_bytes(), most)
    except VaultError as error:
        refuse(f"{document}: {error.zh}", f"{document}: {error.en}")
    except OSError as error:
        refuse(f"{document}: 读不出:{error}", f"{document}: cannot be read: {error}")
    with open_store(home).act(actor()) as act:
        do_keep(act, kept, EvidenceKind(kind), holder, subscriber, caller=caller_key, call=call)
    say(f"已留存,摘要 {kept.digest}", f"kept; its digest is {kept.digest}")


def get_evidence(digest: str, out: Path, *, home: Path | None = None) -> None:
    """Write a kept document, decrypted, to a file."""
    from clearbell.cli.applications import open_vault
    from clearbell.vault import VaultError

    try:
        out.write_bytes(open_vault(home).get(digest))
    except VaultError as error:
        refuse(error.zh, error.en)
    say(f"已写入 {out}", f"written to {out}")


def expire(*, pack: str = "cn", home: Path | None = None) -> None:
    """Remove recordings and proofs that are past the pack's time; a served node does so every hour."""
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.desk.deadlines.passing import pass_deadlines
    from clearbell.desk.deadlines.sources import EVIDENCE, Works

    rules = open_pack(pack)
    if not rules.deadlines[EVIDENCE].value:
        refuse("规则包未规定保存期", "the pack sets no time")
    removed = pass_deadlines(open_store(home), Works(rules, open_vault(home)), (EVIDENCE,), actor=actor())
    say(f"已删除 {len(removed)} 份", f"{len(removed)} removed")
