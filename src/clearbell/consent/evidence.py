"""What proves a consent, and recordings of calls: kept encrypted for the pack's time and then removed (regime 5.9)."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, case, delete, func, select, update

from clearbell.consent.tables import consent, evidence
from clearbell.ledger import Act
from clearbell.vault import Kept, Vault

_AT_ONCE = 500


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
            digest=kept.digest,
            kind=kind.value,
            holder=holder,
            callee=callee,
            caller=caller,
            call=call,
            kept=act.at,
            ended=act.at,
        )
    )
    if kind is EvidenceKind.CONSENT:
        do_reckon_proofs(act.conn, [callee])
    fact = EvidenceKept(kept.digest, kind, holder, callee, kept.media, kept.size, caller, call)
    act.append("consent.evidence", [fact], about=lambda f: f.callee)


def do_forget_evidence(act: Act, vault: Vault, callee: int) -> int:
    """Remove every recording and proof kept about a subscriber; returns how many."""
    digests = act.conn.execute(select(evidence.c.digest).where(evidence.c.callee == callee)).scalars().all()
    for digest in digests:
        vault.remove(digest)
    act.conn.execute(delete(evidence).where(evidence.c.callee == callee))
    return len(digests)


def do_remove_evidence(act: Act, vault: Vault, digests: Sequence[str]) -> None:
    """Remove documents that are past their time.

    The file goes first: a crash in between leaves a row by which it is tried again.
    """
    for digest in digests:
        vault.remove(digest)
    act.conn.execute(delete(evidence).where(evidence.c.digest.in_(digests)))
    act.append("consent.evidence-removed", [EvidenceRemoved(tuple(digests))])


def do_reckon_proofs(conn: Connection, callees: Sequence[int]) -> None:
    """Note anew since when each proof of these subscribers proves nothing any more; called where consents change.

    A recording has its time from the beginning; a proof from the end of the last consent that it proves, and none while
    that has no end.
    """
    one = (evidence.c.kind == EvidenceKind.CONSENT.value,)
    if conn.execute(select(evidence.c.digest).where(*one).limit(1)).first() is None:
        return
    proves = (
        (consent.c.callee == evidence.c.callee)
        & (consent.c.holder == evidence.c.holder)
        & (consent.c.evidence == evidence.c.digest)
    )
    taken_back = (consent.c.withdrawn != 0) & ((consent.c.until == 0) | (consent.c.withdrawn < consent.c.until))
    ended = case((taken_back, consent.c.withdrawn), else_=consent.c.until)
    last = func.coalesce(select(func.max(ended)).where(proves).correlate(evidence).scalar_subquery(), 0)
    endless = select(consent.c.callee).where(proves, ended == 0).correlate(evidence).exists()
    since = case((endless, 0), (last > evidence.c.kept, last), else_=evidence.c.kept)
    for start in range(0, len(callees), _AT_ONCE):
        some = evidence.c.callee.in_(callees[start : start + _AT_ONCE])
        conn.execute(update(evidence).where(*one, some).values(ended=since))
