"""Running a replay: the record is gone through once, and what was found is kept as it goes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from clearbell.calls import DAY, HOUR, CallEnd, CodeDialled, Decision
from clearbell.ledger import Store
from clearbell.policy.model import Pack
from clearbell.records.journal import decode_record
from clearbell.records.segments import read_segment, read_segment_from, segments
from clearbell.replay.candidate import candidate_of
from clearbell.replay.comparing import Comparison
from clearbell.replay.model import Cause, Replay, State
from clearbell.replay.past import Past
from clearbell.screening.engine import FAIL_OPEN, Engine
from clearbell.screening.traffic import Traffic

WARM = DAY
"""The counters begin so long before the window, as those of a node that starts do."""
LOOK = 500
"""Records between two looks at the clock."""
KEEP_SECONDS = 2.0


def run_replay(
    store: Store,
    journal: Path,
    pack: Pack,
    replay: Replay,
    key: bytes,
    *,
    keep: Callable[[Replay], None],
    is_to_stop: Callable[[], bool],
    clock: Callable[[], float],
) -> Replay:
    """Go on with a replay until it is done or is to stop; ``keep`` is called now and then, and at the end.

    One that goes on comes to the same as one that was never interrupted: what comes before its place is counted again
    and not judged. ``clock``: seconds, never going back. Raises as
    :func:`~clearbell.replay.candidate.candidate_of`.
    """
    asked = replay.asked
    candidate = candidate_of(pack, asked.change, asked.pack_text)
    past = Past(store)
    ids = itertools.count()
    engines = [Engine(one, past.views, Traffic(one), lambda: f"r{next(ids)}") for one in (pack, candidate)]
    before, after = engines
    comparison = Comparison(replay.found, pack, candidate, key)
    reached = replay.segment, replay.offset
    replay.state, replay.policy, replay.candidate = State.RUNNING, pack.version, candidate.version
    keep(replay)
    kept_at = clock()
    begin, end = replay.found.first, min(asked.until, _newest(journal, asked.until))
    for count, (place, event) in enumerate(_events(journal, asked.since - WARM, asked.until)):
        if count % LOOK == 0:
            if is_to_stop():
                replay.state = State.STOPPED
                keep(replay)
                return replay
            if clock() - kept_at >= KEEP_SECONDS:
                keep(replay)
                kept_at = clock()
        is_new = place > reached
        if event is None:
            if is_new:
                replay.found.unreadable += 1
                replay.segment, replay.offset = place
            continue
        at = event.call.at if isinstance(event, Decision) else event.at
        past.to(at)
        if isinstance(event, Decision) and event.decided_by == FAIL_OPEN:
            # It was not judged, so nothing counted it.
            if at >= asked.since and is_new:
                comparison.pass_over(event, Cause.FAIL_OPEN)
        elif at < asked.since or not is_new:
            for engine in engines:
                engine.remember(event)
        elif isinstance(event, CallEnd):
            for engine in engines:
                engine.ended(event)
        else:
            resource = past.views.entitlements.resource_of(event.call.caller) if event.call.caller else None
            comparison.add(
                event,
                before.screen(event.call),
                after.screen(event.call),
                past.changed,
                resource.holder if resource is not None else "",
            )
        if at >= asked.since and is_new:
            replay.segment, replay.offset = place
            begin = begin or at
            replay.share = max(replay.share, (at - begin) / max(1, end - begin))
    replay.state, replay.share = State.DONE, 1.0
    keep(replay)
    return replay


def _newest(journal: Path, otherwise: int) -> int:
    """When the newest call or end on record was."""
    for path in reversed(segments(journal)):
        last = None
        for last in read_segment(path):  # noqa: B007 the last one is wanted
            pass
        event = decode_record(last) if last is not None else None
        if event is not None:
            return event.call.at if isinstance(event, Decision) else event.at
    return otherwise


def _events(journal: Path, since: int, until: int) -> Iterator[tuple[tuple[str, int], Decision | CallEnd | None]]:
    """Place after it and record; None: one that cannot be read. Those of other times are passed over."""
    for path in segments(journal):
        if path.stat().st_mtime * 1e6 < since:
            continue
        for after, raw in read_segment_from(path, 0):
            event = decode_record(raw)
            if isinstance(event, CodeDialled):
                continue
            if event is not None:
                at = event.call.at if isinstance(event, Decision) else event.at
                if at >= until + HOUR:
                    # Calls are recorded as they come, some a little late.
                    return
                if not since <= at < until:
                    continue
            yield (path.name, after), event
