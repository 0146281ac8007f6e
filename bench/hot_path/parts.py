"""The parts of the benchmark, each with servers of its own; what each found, by subject."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bench.hot_path import behind, homes, rivals, servers
from bench.hot_path.burst import burst
from bench.hot_path.load import Figures, OpenLoop, drive, percentiles, wrong
from bench.hot_path.servers import Server

Found = dict[str, Any]
COMPILED, PLAIN, BARE = "clearbell, compiled", "clearbell, plain Python", "a socket that only answers"
MANAGERS = ("fm", "tlsf", "qm")
HALF = 2_000_000
"""First of the calls at half load: none before it called the same callee."""


class Bench:
    """What the parts share."""

    def __init__(self, options: argparse.Namespace, work: Path, installed: Path) -> None:
        self.options = options
        self.work = work
        self.installed = installed

    def home(self, numbers: int, consents: int) -> Path:
        """A data folder of that size, laid down when it is first asked for."""
        laid = self.work / f"{numbers}-{consents}"
        if not laid.exists():
            homes.lay(laid, numbers, consents)
        return laid

    def nodes(self, numbers: int, consents: int) -> dict[str, Callable[[], AbstractContextManager[Server]]]:
        laid = self.home(numbers, consents)
        return {
            PLAIN: lambda: servers.clearbell(laid),
            COMPILED: lambda: servers.clearbell(laid, self.installed),
        }


def rounds(server: Server, calls: int, count: int) -> Figures:
    """The closed loop after a warming, medians of the rounds."""
    drive(server.port, max(1, calls // 5), 0, "w", server.refused, server.pids)
    ran = [drive(server.port, calls, (n + 1) * calls, f"r{n}", server.refused, server.pids) for n in range(count)]
    return {
        "answers_a_cpu_second": statistics.median(one["answers"] / max(one["cpu"], 1e-9) for one in ran),
        "us_an_answer": statistics.median(1e6 * one["cpu"] / max(one["answers"], 1) for one in ran),
        "answers_a_second": statistics.median(one["answers"] / one["seconds"] for one in ran),
        "wrong": sum(one["wrong"] for one in ran),
        "lost": sum(one["lost"] for one in ran),
    }


def rate(bench: Bench) -> Found:
    """Answers a CPU second, what a call takes at half of the rate sustained, and for Clearbell a burst."""
    options = bench.options
    subjects: dict[str, Callable[[], AbstractContextManager[Server]]] = {
        f"kamailio htable ({memory})": (lambda memory=memory: servers.kamailio(memory)) for memory in MANAGERS
    }
    subjects |= bench.nodes(options.numbers, options.consents)
    closed: Found = {}
    half: Found = {}
    bursts: Found = {}
    for name, begin in subjects.items():
        with begin() as server:
            closed[name] = {"started": server.started, **rounds(server, options.calls, options.rounds)}
            sustained = closed[name]["answers_a_second"]
            half[name] = at_half(server, sustained, options.half_seconds)
            if server.home is not None:
                bursts[name] = burst(
                    server, sustained, options.burst_times, options.burst_seconds, options.half_seconds
                )
    with servers.bare() as server:
        half[BARE] = at_half(server, closed[COMPILED]["answers_a_second"], options.half_seconds, check=False)
    return {"closed": closed, "half": half, "burst": bursts}


def at_half(server: Server, sustained: float, seconds: float, *, check: bool = True) -> Figures:
    """Half of the sustained rate for a while."""
    steady = OpenLoop(server.port, sustained / 2, seconds + 1, HALF, "h").run()
    return {
        "rate": sustained / 2,
        "wrong": wrong(steady.answers, server.refused) if check else 0,
        **percentiles(steady),
    }


def memory(bench: Bench) -> Found:
    """What served nodes hold and how soon they answer, and what live counters hold."""
    options = bench.options
    nodes: Found = {}
    sizes = ((0, 0), (options.numbers, 0), (0, options.consents), (options.numbers, options.consents))
    for numbers, consents in sizes:
        for name, begin in bench.nodes(numbers, consents).items():
            with begin() as server:
                nodes[f"{name}: {numbers}, {consents}"] = {
                    "subject": name,
                    "numbers": numbers,
                    "consents": consents,
                    "held": servers.held(server.pids),
                    "started": server.started,
                }
    each: Found = {}
    for name in (COMPILED, PLAIN):
        with_numbers, with_consents = (
            nodes[f"{name}: {numbers}, {consents}"]["held"] - nodes[f"{name}: 0, 0"]["held"]
            for numbers, consents in sizes[1:3]
        )
        each[name] = {"number": with_numbers / options.numbers, "consent": with_consents / options.consents}
        for calls in ("1", "2", "mixed"):
            words = [sys.executable, "-m", "bench.hot_path.memory", "--callers", str(options.callers), "--calls", calls]
            each[name][f"calls {calls}"] = json.loads(under(bench, name, words))
    return {"nodes": nodes, "each": each}


def under(bench: Bench, name: str, words: list[str]) -> str:
    """Run a command with the sources, or with what was compiled of them."""
    root = Path(__file__).parents[2]
    path = f"{bench.installed}:{root}" if name == COMPILED else f"{root / 'src'}:{root}"
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(words, check=True, capture_output=True, text=True, env=environment, cwd="/").stdout


def growth(bench: Bench) -> Found:
    """The closed loop with views of other sizes, compiled."""
    found: Found = {}
    for size in bench.options.sizes:
        numbers, consents = map(int, size.split(":"))
        with bench.nodes(numbers, consents)[COMPILED]() as server:
            found[size] = {
                "numbers": numbers,
                "consents": consents,
                "started": server.started,
                "held": servers.held(server.pids),
                **rounds(server, bench.options.calls, bench.options.rounds),
            }
    return found


def otherwise(bench: Bench) -> Found:
    """What one would write otherwise, over HTTP, and Clearbell's HTTP door."""
    return rivals.compare(bench.options, bench.home(bench.options.numbers, bench.options.consents), bench.installed)


def asked(bench: Bench) -> Found:
    """Kamailio alone, and with Clearbell asked by SIP and by HTTP."""
    return behind.compare(bench.options, bench.home(bench.options.numbers, bench.options.consents), bench.installed)


PARTS: dict[str, Callable[[Bench], Found]] = {
    "rate": rate,
    "memory": memory,
    "growth": growth,
    "rivals": otherwise,
    "behind": asked,
}
