"""Loads: as many as a server answers (closed loop), and so many a second whatever it does (open loop)."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.hot_path.packets import Writer, caller, is_blocked
from bench.hot_path.wire import Answer, Prepared, Wire, now

WINDOW = 64
"""Calls under way in the closed loop."""
_AT_ONCE = 64
_SECOND = 1_000_000_000
Figures = dict[str, float]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def wrong(answers: list[Answer], refused: bytes) -> int:
    """How many answers are not what the call deserves."""
    right = (refused, b"302", b"404")
    return sum(
        (one.status == refused) is not is_blocked(caller(one.serial)) or one.status not in right for one in answers
    )


@contextmanager
def unhindered() -> Iterator[None]:
    """The generator's own rests are not the server's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def prepared(wire: Wire, first: int, count: int) -> Prepared:
    writer = Writer(wire.run, wire.port)
    block = writer.new(count)
    writer.write(block, first)
    return Prepared(block)


def drive(port: int, count: int, first: int, run: str, refused: bytes, pids: list[int]) -> Figures:
    """Send ``count`` INVITEs from number ``first`` on, ``WINDOW`` under way; the server's CPU seconds are told too."""
    wire = Wire(port, run)
    wire.wait_at_most(2)
    calls = prepared(wire, first, count)
    sent = answered = lost = 0
    with unhindered():
        cpu = cpu_seconds(pids)
        began = now()
        while answered + lost < count:
            room = min(WINDOW - (sent - answered - lost), count - sent)
            if room:
                wire.send(calls, sent, room)
                sent += room
            got = wire.receive()
            answered += got
            if not got:
                lost = sent - answered
        seconds = (now() - began) / _SECOND
        cpu = cpu_seconds(pids) - cpu
    answers = wire.answers()
    wire.close()
    return {
        "answers": len(answers),
        "wrong": wrong(answers, refused),
        "lost": count - len({one.serial for one in answers}),
        "seconds": seconds,
        "cpu": cpu,
    }


class Steady(NamedTuple):
    """What an open loop saw, by call: ns from when the load began. An answer that did not come is at infinity."""

    began: int
    """ns, by the clock of the answers."""
    due: Floats
    """When the schedule had it."""
    sent: Floats
    answered: Floats
    answers: list[Answer]


class OpenLoop:
    """``rate`` INVITEs a second, at random distances (Poisson), whether answers come or not.

    The schedule is made beforehand and never waits for the server: an answer is late by the schedule's time, so that nothing
    is left out while a server stands still (coordinated omission).
    """

    def __init__(self, port: int, rate: float, seconds: float, first: int, run: str) -> None:
        self._first = first
        self._wire = Wire(port, run)
        count = max(1, int(rate * seconds))
        self._due = np.cumsum(np.random.default_rng(first).exponential(_SECOND / rate, count))
        self._calls = prepared(self._wire, first, count)

    def run(self, grace: float = 1.0, also: Wire | None = None) -> Steady:
        """Send them. ``grace``: seconds that the last answers are waited for. ``also``: its answers are taken beside."""
        wire, calls, count = self._wire, self._calls, len(self._calls)
        sent_at = np.empty(count)
        plan = [*map(int, self._due), 1 << 62]
        with unhindered():
            began = now() + 1_000_000
            sent = received = 0
            end = plan[-2] + int(grace * _SECOND)
            while received < count:
                passed = now() - began
                if plan[sent] <= passed:
                    until = sent + 1
                    while plan[until] <= passed and until - sent < _AT_ONCE:
                        until += 1
                    wire.send(calls, sent, until - sent)
                    sent_at[sent:until] = passed
                    sent = until
                elif passed > end:
                    break
                received += wire.receive(wait=False)
                if also is not None and not also.receive(wait=False) and passed > _SECOND:
                    also = None
        answers = wire.answers()
        wire.close()
        answered = np.full(count, np.inf)
        for one in answers:
            place = one.serial - self._first
            answered[place] = min(answered[place], one.at - began)
        return Steady(began, self._due, sent_at, answered, answers)


def percentiles(steady: Steady, skip: float = 1.0) -> Figures:
    """µs, the calls of the first ``skip`` seconds left out: from when a call was due, from when it was sent, and how late it was sent."""
    counted = steady.due >= skip * _SECOND
    whole = steady.answered[counted] - steady.due[counted]
    alone = steady.answered[counted] - steady.sent[counted]
    late = steady.sent[counted] - steady.due[counted]
    found: Figures = {"calls": int(counted.sum()), "lost": int(np.isinf(whole).sum())}
    for name, values in (("due", whole), ("sent", alone), ("late", late)):
        for share in (50, 99, 99.9):
            found[f"{name}_p{share:g}"] = float(np.percentile(values, share, method="higher")) / 1_000
        found[f"{name}_max"] = float(values.max()) / 1_000
    return found
