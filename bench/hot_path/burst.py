"""Many times what a server can answer, for a while: what is shed, when it recovers, whether what it said is on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.hot_path.load import Figures, OpenLoop, Steady, percentiles, unhindered, wrong
from bench.hot_path.packets import LAP, Writer
from bench.hot_path.servers import Server
from bench.hot_path.wire import Answer, Prepared, Wire, now
from clearbell.calls import Decision
from clearbell.records.journal import read_journal

_SECOND = 1_000_000_000
_AT_ONCE = 64
AFTER = 6_000_000
"""First of the calls after a burst."""
BUDGET = 0.4
"""Seconds a call of the Kamailio that we ship waits for an answer."""
_BIN = 0.5
"""Seconds."""
PAUSE = 20_000_000
"""ns; longer than this no answer may take once the server has recovered."""


class Flood(NamedTuple):
    """What was sent in a burst, and what came back."""

    sent: int
    seconds: float
    ended: int
    """When the last one was sent, ns."""
    sent_at: np.ndarray[tuple[int], np.dtype[np.int64]]
    """By call, ns."""
    answers: list[Answer]


def flood(wire: Wire, rate: float, seconds: float, then: OpenLoop) -> tuple[Flood, Steady]:
    """Send ``rate`` INVITEs a second, or as many as this machine can, and at once go on with another load."""
    writer = Writer(wire.run, wire.port)
    count = min(LAP, max(_AT_ONCE, int(rate * seconds)) // _AT_ONCE * _AT_ONCE)
    block = writer.new(count)
    writer.write(block, 0)
    calls = Prepared(block)
    times: list[int] = []
    with unhindered():
        gap = _SECOND / rate
        sent = at = 0
        lap = 1
        writer.again(block, lap)
        began = now()
        end = began + int(seconds * _SECOND)
        while True:
            moment = now()
            if moment >= end:
                break
            if began + sent * gap <= moment:
                wire.send_as_one(calls, at, _AT_ONCE)
                times.append(moment)
                sent += _AT_ONCE
                at += _AT_ONCE
                if at == count:
                    at, lap = 0, lap + 1
                    writer.again(block, lap)
            wire.receive(wait=False)
        ended = now()
    after = then.run(also=wire)
    # Serials go on from lap to lap with a gap where a lap is short.
    serials = np.arange(sent, dtype=np.int64) // count * LAP + LAP + np.arange(sent, dtype=np.int64) % count
    sent_at = np.zeros(int(serials[-1]) + 1, np.int64)
    sent_at[serials] = np.repeat(np.array(times, np.int64), _AT_ONCE)
    return Flood(sent, (ended - began) / _SECOND, ended, sent_at, wire.answers()), after


def burst(server: Server, sustained: float, times: float, seconds: float, half: float) -> dict[str, Any]:
    """A burst of ``times`` the sustained rate, then half of the sustained rate for ``half`` seconds."""
    wire = Wire(server.port, "b")
    then = OpenLoop(server.port, sustained / 2, half, AFTER, "a")
    found, after = flood(wire, sustained * times, seconds, then)
    wire.close()
    waited = np.array([one.at - found.sent_at[one.serial] for one in found.answers] or [0]) / 1e6
    same_call = [one._replace(serial=one.serial % LAP) for one in found.answers]
    gap = (after.began - found.ended) / _SECOND
    figures: dict[str, Any] = {
        "asked_times": times,
        "sent": found.sent,
        "times": found.sent / found.seconds / sustained,
        "sent_a_second": found.sent / found.seconds,
        "answered": len(found.answers),
        "answered_a_second": len(found.answers) / found.seconds,
        "shed": 1 - len(found.answers) / found.sent,
        "wrong": wrong(same_call, server.refused) + wrong(after.answers, server.refused),
        "within_budget": float((waited <= BUDGET * 1e3).mean()),
        "recovered": gap + recovered(after, PAUSE),
        "in_budget_again": gap + recovered(after, BUDGET * _SECOND),
    }
    for share in (50, 99, 99.9, 100):
        figures[f"ms_p{share:g}"] = float(np.percentile(waited, share, method="higher"))
    figures |= {f"after_{name}": value for name, value in percentiles(after).items()}
    figures["course"] = course(found, after)
    if server.home is not None:
        figures |= on_record(server.home, [*found.answers, *after.answers])
    return figures


def course(found: Flood, after: Steady) -> list[dict[str, float]]:
    """By bin of ``_BIN``, from the beginning of the burst: calls sent a second, answered a second, and ms until the answer."""
    sent = found.sent_at[found.sent_at > 0]
    began = int(sent[0])
    answered = np.array([(found.sent_at[one.serial], one.at) for one in found.answers] or [(began, began)], np.float64)
    late = (after.began - began) / _SECOND
    parts = [
        ((sent - began) / _SECOND, (answered[:, 0] - began) / _SECOND, (answered[:, 1] - answered[:, 0]) / 1e6),
        (late + after.due / _SECOND, late + after.due / _SECOND, (after.answered - after.due) / 1e6),
    ]
    bins = []
    for asked, told, waited in parts:
        for at in np.arange(np.floor(asked[0] / _BIN) * _BIN, asked[-1], _BIN):
            here = waited[(told >= at) & (told < at + _BIN)]
            came = here[np.isfinite(here)]
            if len(came):
                bins.append(
                    {
                        "at": float(at),
                        "sent": float(((asked >= at) & (asked < at + _BIN)).sum() / _BIN),
                        "answered": float(len(came) / _BIN),
                        "p50": float(np.percentile(came, 50)),
                        "p99": float(np.percentile(came, 99)),
                    }
                )
    return bins


def recovered(after: Steady, longest: float) -> float:
    """Seconds after which no call was without an answer, and none waited longer than that for it (ns)."""
    bad = np.nonzero(after.answered - after.due > longest)[0]
    return float(after.due[bad[-1]]) / _SECOND if len(bad) else 0.0


def on_record(home: Path, answers: list[Answer]) -> Figures:
    """How many of the decisions that were told are in the record, and how many that are were never heard of."""
    told = {one.decision for one in answers}
    kept = {one.id for one in read_journal(home / "journal") if isinstance(one, Decision)}
    return {
        "told": len(told),
        "on_record": len(told & kept),
        "not_on_record": len(told - kept),
        "twice": len(answers) - len(told),
    }
