"""Compact views of the ledger, from which calls are screened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from clearbell.consent.model import FACTS as CONSENT_FACTS
from clearbell.labels.cards.model import CardShown
from clearbell.labels.model import FACTS as LABEL_FACTS
from clearbell.ledger.model import ERASED, Entry
from clearbell.registry.model import FACTS as REGISTRY_FACTS
from clearbell.sanctions.model import FACTS as SANCTION_FACTS
from clearbell.screening.views.entitlements import Entitlements
from clearbell.screening.views.names import Names
from clearbell.screening.views.restrictions import Restrictions
from clearbell.screening.views.standing import Standing
from clearbell.screening.views.wills import Wills

FACTS: dict[str, type[msgspec.Struct]] = {
    **REGISTRY_FACTS,
    **CONSENT_FACTS,
    **SANCTION_FACTS,
    **LABEL_FACTS,
    "cards.shown": CardShown,
}


class Views:
    """All that screening knows of the facts, up to one place in the ledger.

    Built by applying entries in order and nothing else, so views kept up by following equal views rebuilt.
    """

    KINDS = frozenset(FACTS) | {ERASED}

    def __init__(self) -> None:
        self.seq = 0
        """Place in the ledger of the last entry applied."""
        self.needs_rebuild = False
        """Facts were erased: only a rebuild forgets them."""
        self.entitlements = Entitlements()
        self.wills = Wills()
        self.restrictions = Restrictions()
        self.standing = Standing()
        self.names = Names()

    def apply(self, entry: Entry) -> None:
        """Take in an entry; one that was applied before changes nothing."""
        if entry.seq <= self.seq:
            return
        self.seq = entry.seq
        if entry.kind == ERASED:
            self.needs_rebuild = True
            return
        room = entry.kind.partition(".")[0]
        facts: Iterator[msgspec.Struct] = entry.decode(FACTS)
        if room == "registry":
            self.entitlements.apply(facts)
        elif room == "consent":
            self.wills.apply(facts, entry.at)
        elif room == "sanctions":
            self.restrictions.apply(facts)
        elif room == "labels":
            self.standing.apply(facts)
        elif room == "cards":
            self.names.apply(facts)

    def fingerprint(self) -> str:
        """Digest of the whole state, the same for equal states however they came about."""
        digest = hashlib.sha256()
        parts: Iterable[object] = (
            self.entitlements.state(),
            self.wills.state(),
            self.restrictions.state(),
            self.standing.state(),
            self.names.state(),
        )
        for part in parts:
            digest.update(repr(part).encode())
        return digest.hexdigest()
