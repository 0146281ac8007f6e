"""What proves a consent, and recordings of calls: kept encrypted for the pack's time and then removed (regime 5.9)."""

from __future__ import annotations

import enum

import msgspec
from sqlalchemy import delete, exists, select

from clearbell.calls import DAY
from clearbell.consent.tables import consent, evidence
from clearbell.ledger import Act, Store
from clearbell.vault import Kept, Vault

_BATCH = 500


class EvidenceKind(enum.Enum):
    """What was kept."""

    CONSENT = "consent"
    """A scan, message or page that proves a consent: kept while the consent is in force, and the pack's time after."""
    RECORDING = "recording"
    """A call recording: kept the pack's time after the call."""


class EvidenceKept(msgspec.Struct, frozen=True):
    """A document was put into the vault (kind ``consent.evidence``, sealed for the subscriber)."""

    digest: str
    kind: EvidenceKind
    holder: str
    callee: int
    media: str
    size: int
    caller: int = 0
    call: str = ""
    """Id of the call or decision; empty when none."""


class EvidenceRemoved(msgspec.Struct, frozen=True):
    """Documents were past their time and removed (kind ``consent.evidence-removed``)."""

    digests: tuple[str, ...]


def do_keep(
    act: Act, kept: Kept, kind: EvidenceKind, holder: str, callee: int, *, caller: int = 0, call: str = ""
) -> None:
    """Record that the vault keeps a document about a subscriber; the same document again is recorded anew."""
    act.conn.execute(delete(evidence).where(evidence.c.digest == kept.digest))
    act.conn.execute(
        evidence.insert().values(
            digest=kept.digest, kind=kind.value, holder=holder, callee=callee, caller=caller, call=call, kept=act.at
        )
    )
    fact = EvidenceKept(kept.digest, kind, holder, callee, kept.media, kept.size, caller, call)
    act.append("consent.evidence", [fact], about=lambda f: f.callee)


def do_forget_evidence(act: Act, vault: Vault, callee: int) -> int:
    """Remove every recording and proof kept about a subscriber; returns how many."""
    digests = act.conn.execute(select(evidence.c.digest).where(evidence.c.callee == callee)).scalars().all()
    for digest in digests:
        vault.remove(digest)
    act.conn.execute(delete(evidence).where(evidence.c.callee == callee))
    return len(digests)


def remove_expired(store: Store, vault: Vault, days: float, actor: str = "system:retention") -> int:
    """Remove what was kept longer than ``days``, and for consents longer than that after their end; returns how many.

    The file goes first: a crash in between leaves a row that the next round removes.
    """
    removed = 0
    while True:
        with store.act(actor) as act:
            before = act.at - int(days * DAY)
            # In force, or ended less than the pack's time ago.
            still = exists().where(
                (consent.c.callee == evidence.c.callee)
                & (consent.c.holder == evidence.c.holder)
                & (consent.c.evidence == evidence.c.digest)
                & ((consent.c.withdrawn == 0) | (consent.c.withdrawn > before))
                & ((consent.c.until == 0) | (consent.c.until > before))
            )
            due = (
                act.conn.execute(
                    select(evidence.c.digest)
                    .where(evidence.c.kept <= before, (evidence.c.kind != EvidenceKind.CONSENT.value) | ~still)
                    .order_by(evidence.c.kept)
                    .limit(_BATCH)
                )
                .scalars()
                .all()
            )
            if not due:
                return removed
            for digest in due:
                vault.remove(digest)
            act.conn.execute(delete(evidence).where(evidence.c.digest.in_(due)))
            act.append("consent.evidence-removed", [EvidenceRemoved(tuple(due))])
            removed += len(due)
