"""Consents that a firm says it got, from a CSV file of its own. Its word alone ends no subscriber's no."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec
from sqlalchemy import select

from clearbell.consent.loaders import GrantLoader
from clearbell.consent.model import Channel, ConsentGranted, Provenance
from clearbell.consent.tables import consent, refusal
from clearbell.intake import BadCell, Stored, places
from clearbell.intake.cells import CellError, Row
from clearbell.ledger import Act

KIND = "firm.grants:"
"""Before the holder, in the name of a run."""
_REFUSED = BadCell(
    "callee",
    "refused",
    "用户已拒绝您的来电;只有本人再次同意才能解除,请通过征询页面征得同意",
    "the subscriber refused your calls; only his own word ends that: ask by the page of an ask",
)
_WITHDRAWN = BadCell(
    "callee",
    "withdrawn",
    "用户已撤回同意;须由本人再次同意,请通过征询页面征得同意",
    "the subscriber withdrew the consent; it takes his own word again: ask by the page of an ask",
)


class OwnGrantLoader(GrantLoader):
    """Reads a firm's file for one of its holders: ``callee``, and as it likes ``purpose``, ``until``, ``evidence`` …"""

    def __init__(self, holder: str, purposes: Collection[str]) -> None:
        """``purposes``: categories of the pack."""
        self.name = KIND + holder
        self.required = ("callee",)
        self._holder = holder
        self._purposes = purposes

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], msgspec.Struct | list[BadCell]]:
        """Return the reader of one row."""
        found = places(header, self.required)

        def read(cells: Sequence[str]) -> msgspec.Struct | list[BadCell]:
            try:
                return self._grant(Row(found, cells))
            except CellError as error:
                return [error.bad]

        return read

    def _grant(self, row: Row) -> ConsentGranted:
        named, purpose = row.text("holder", self._holder), row.text("purpose", "*")
        if named != self._holder:
            zh = f"「{named[:64]}」不是所选的使用主体 {self._holder};每个主体请单独上传"
            en = f"`{named[:64]}` is not the holder that was chosen, {self._holder}; upload a file for each holder"
            raise CellError(BadCell("holder", "other-holder", zh, en))
        if purpose != "*" and purpose not in self._purposes:
            zh = f"没有用途「{purpose[:64]}」;可填类别代码或 *"
            en = f"there is no purpose `{purpose[:64]}`; use the code of a category, or *"
            raise CellError(BadCell("purpose", "unknown-purpose", zh, en))
        return ConsentGranted(
            self._holder,
            row.number("callee"),
            purpose,
            row.moment("until"),
            Channel.IMPORT,
            row.text("evidence")[:64],
            row.choice("provenance", Provenance, Provenance.UNKNOWN),
            row.count("per_day"),
        )

    def store(self, act: Act, items: Sequence[msgspec.Struct]) -> Stored:
        """Record the chunk; what the subscriber said no to, or what lapsed already, is given back."""
        grants = [item for item in items if isinstance(item, ConsentGranted)]
        callees = sorted({grant.callee for grant in grants})
        asked = select(refusal.c.callee).where(refusal.c.holder == self._holder, refusal.c.callee.in_(callees))
        refused = set(act.conn.execute(asked).scalars())
        gone = select(consent.c.callee, consent.c.purpose).where(
            consent.c.holder == self._holder, consent.c.callee.in_(callees), consent.c.withdrawn != 0
        )
        withdrawn = {(row.callee, row.purpose) for row in act.conn.execute(gone)}
        took_back = {callee for callee, _ in withdrawn}
        bad: list[tuple[int, BadCell]] = []
        kept: list[tuple[int, ConsentGranted]] = []
        for place, grant in enumerate(grants):
            if grant.callee in refused:
                bad.append((place, _REFUSED))
            elif not withdrawn.isdisjoint({(grant.callee, grant.purpose), (grant.callee, "*")}) or (
                grant.purpose == "*" and grant.callee in took_back
            ):
                bad.append((place, _WITHDRAWN))
            else:
                kept.append((place, grant))
        done = super().store(act, [grant for _, grant in kept])
        bad += [(kept[place][0], why) for place, why in done.refused]
        return Stored(done.stored, done.duplicates, tuple(sorted(bad, key=lambda one: one[0])))
