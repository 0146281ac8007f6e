"""Finding the calls that reports are about: call records, refusals and the registry, looked at together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from clearbell.calls import DAY, MINUTE
from clearbell.consent.tables import refusal
from clearbell.ledger import Store
from clearbell.records.between import Pair, calling, calls_between, recorded
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord
from clearbell.registry.queries import holder_of
from clearbell.reports.judging import Look
from clearbell.reports.matching import look_at
from clearbell.reports.model import Match, Reported, Weighed
from clearbell.reports.reputation import ReputationSettings
from clearbell.reports.weighing import do_weigh, waiting

ACTOR = "system:matching"
_BATCH = 1_000


class Matcher:
    """Weighs reports that wait, as soon as the records tell of their calls or have had their time to.

    A report of a call that cannot be on record here is weighed at once; one whose call should be and is not waits for
    late records, for the pack's time.
    """

    def __init__(
        self, store: Store, lake: Lake, under_way: Callable[[], Iterable[CallRecord]], settings: ReputationSettings
    ) -> None:
        """``under_way``: calls that were let through and whose end is not on record yet."""
        self._store = store
        self._lake = lake
        self._under_way = under_way
        self._settings = settings
        self._looked = (0, "")
        """The last report looked at: entry of the ledger and id."""

    def run(self) -> list[Weighed]:
        """Look at reports that came since the last time, and at those that have waited long enough."""
        made = []
        while fresh := self._waiting(after=self._looked):
            self._looked = (fresh[-1][0], fresh[-1][1].report)
            made.extend(self._weigh([one for _, one in fresh], final=False))
        after = (0, "")
        patience = self._settings.rules.records_wait_minutes * MINUTE
        while due := self._waiting(after=after, received_before=self._store.clock.now() - patience):
            after = (due[-1][0], due[-1][1].report)
            made.extend(self._weigh([one for _, one in due], final=True))
        return made

    def _waiting(self, *, after: tuple[int, str], received_before: int | None = None) -> list[tuple[int, Reported]]:
        with self._store.read() as conn:
            return waiting(conn, _BATCH, after=after, received_before=received_before)

    def _weigh(self, reports: Sequence[Reported], *, final: bool) -> list[Weighed]:
        with self._store.read() as conn:
            looks = look_for(
                conn, self._lake, list(self._under_way()), reports, self._settings, self._store.clock.now()
            )
        settled = {report: look for report, look in looks.items() if final or look.match is not Match.NONE}
        if not settled:
            return []
        with self._store.act(ACTOR) as act:
            return do_weigh(act, settled, self._settings)


def look_for(
    conn: Connection,
    lake: Lake,
    under_way: Collection[CallRecord],
    reports: Sequence[Reported],
    settings: ReputationSettings,
    now: int,
) -> dict[str, Look]:
    """Of each report, by its id, what the call records up to ``now`` (µs UTC) say."""
    if not reports:
        return {}
    since = min(one.at for one in reports) - settings.rules.private_days * DAY
    until = max(one.received for one in reports) + 1
    pairs = {(one.number, one.reporter) for one in reports}
    reporters = {one.reporter for one in reports}
    calls = calls_between(lake, pairs, since, until)
    _add(calls, under_way)
    on_record = recorded(lake, reporters, since, now + 1) | {call.callee for call in under_way} & reporters
    holders = {number: holder_of(conn, number) for number, _ in pairs}
    # Whoever holds a number here calls by our trunks: his calls are on record too, to whomever they are.
    ours = calling(lake, {number for number, holder in holders.items() if holder}, since, now + 1)
    refused = _refused(conn, pairs, holders)
    return {
        one.report: look_at(
            one,
            calls[one.number, one.reporter],
            settings.rules,
            settings.utc_offset_minutes,
            recorded=one.reporter in on_record or one.number in ours,
            refused=refused.get((one.number, one.reporter), 0),
        )
        for one in reports
    }


def _add(calls: dict[Pair, list[CallRecord]], under_way: Collection[CallRecord]) -> None:
    touched = set()
    for call in under_way:
        for pair in ((call.caller, call.callee), (call.callee, call.caller)):
            if pair in calls:
                calls[pair].append(call)
                touched.add(pair)
    for pair in touched:
        calls[pair].sort(key=lambda call: call.start)


def _refused(conn: Connection, pairs: Collection[Pair], holders: Mapping[int, str]) -> dict[Pair, int]:
    """When each reporter last refused the number, or whoever holds it, µs UTC."""
    by_reporter: dict[int, dict[str | int, int]] = {}
    rows = conn.execute(select(refusal).where(refusal.c.callee.in_(sorted({reporter for _, reporter in pairs}))))
    for row in rows:
        by_reporter.setdefault(row.callee, {})[row.holder or row.caller] = row.at
    found: dict[Pair, int] = {}
    for number, reporter in pairs:
        said = by_reporter.get(reporter, {})
        at = max(said.get(number, 0), said.get(holders[number], 0))
        if at:
            found[number, reporter] = at
    return found
