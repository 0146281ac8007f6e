"""One day of discovery: features, detectors, findings, campaigns. Nothing that it finds is a sanction."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

import msgspec
import pyarrow as pa

from clearbell.calls import DAY, MINUTE
from clearbell.discovery.campaigns.linking import components
from clearbell.discovery.campaigns.service import do_follow
from clearbell.discovery.campaigns.suspects import suspects_of
from clearbell.discovery.detectors.asking import Asking
from clearbell.discovery.detectors.model import Looked
from clearbell.discovery.detectors.standing import standing_of
from clearbell.discovery.findings.service import PASSES_AFTER, Change, do_find
from clearbell.ledger import Store
from clearbell.policy.model import Pack
from clearbell.records.lake import Lake

Progress = Callable[[str, int, int], None]
"""Told ``detectors``, ``findings`` or ``campaigns``, what is done, and what in all."""
_NEVER = 100_000
"""Days: longer than anything lasts."""


class Outcome(msgspec.Struct, frozen=True):
    """What a day came to."""

    looked: Mapping[str, Looked]
    change: Change
    campaigns: int


def discover_day(
    store: Store, lake: Lake, pack: Pack, features: pa.Table, day: int, actor: str, progress: Progress
) -> Outcome:
    """Ask every detector about a local day (since 1970), keep what it finds, and follow the campaigns.

    ``features``: the feature table, with the windows that :func:`windows_of` names.
    """
    ends = (day + 1) * DAY - pack.utc_offset_minutes * MINUTE
    with store.read() as conn:
        standing = standing_of(conn, ends)
        asking = Asking(features, lake, day, standing, pack.detectors)
        looked = asking.all(lambda done, total: progress("detectors", done, total))
    hits = [hit for found in looked.values() for hit in found.hits]
    progress("campaigns", 0, 1)
    found = components(suspects_of(hits, lake, day), pack.campaigns)
    progress("findings", 0, 1)
    passes = pack.deadlines.get(PASSES_AFTER)
    asked = [name for name, one in looked.items() if not one.off]
    with store.act(actor) as act:
        after = int(passes.value) if passes is not None and passes.value is not None else _NEVER
        change = do_find(act, day, hits, asked, pack.version, after)
        names = do_follow(act, day, found)
    progress("findings", 1, 1)
    return Outcome(looked, change, len(names))


def windows_of(pack: Pack) -> tuple[int, ...]:
    """Windows that the pack's detectors look at."""
    return tuple(sorted({rule.window for rule in pack.detectors.values()}))


def date_of(day: int) -> datetime.date:
    """A local day since 1970 as a date."""
    return datetime.date(1970, 1, 1) + datetime.timedelta(day)
