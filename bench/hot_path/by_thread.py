"""Whose CPU an answer costs: each thread of a served node and of the processes it started, while it answers.

python -m bench.hot_path.by_thread [--calls 200000] [--rounds 3] [--plain | --installed FOLDER]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
from collections import Counter
from pathlib import Path

from bench.hot_path import servers
from bench.hot_path.homes import lay
from bench.hot_path.load import drive

Ticks = Counter[tuple[str, str]]
"""Ticks of the clock by process and thread."""


def ticks(pid: int) -> Ticks:
    """What every thread had so far, by the order in which they were begun."""
    found: Ticks = Counter()
    for place, process in enumerate(servers.children(pid)):
        tasks = sorted(Path(f"/proc/{process}/task").iterdir(), key=lambda task: int(task.name))
        for number, task in enumerate(tasks):
            with contextlib.suppress(OSError):
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                name = f"process {place}" if place else "node"
                found[name, str(number)] += int(fields[11]) + int(fields[12])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--numbers", type=int, default=20_000)
    parser.add_argument("--consents", type=int, default=20_000)
    parser.add_argument("--plain", action="store_true", help="the sources, not compiled")
    parser.add_argument("--installed", type=Path, help="a wheel that is unpacked there")
    options = parser.parse_args()
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {servers.GENERATOR_CORE})
    with tempfile.TemporaryDirectory() as build:
        installed = options.installed or (None if options.plain else servers.compiled(Path(build)))
        laid = Path(build) / "laid"
        lay(laid, options.numbers, options.consents)
        with servers.clearbell(laid, installed) as server:
            drive(server.port, max(1, options.calls // 4), 0, "w", server.refused, server.pids)
            rounds = []
            for n in range(options.rounds):
                before = ticks(server.pids[0])
                driven = drive(
                    server.port, options.calls, (n + 1) * options.calls, f"r{n}", server.refused, server.pids
                )
                rounds.append((ticks(server.pids[0]) - before, driven))
    each = 1e6 / os.sysconf("SC_CLK_TCK")
    names = sorted({name for found, _ in rounds for name in found})
    print("| process | thread | µs CPU an answer |\n|---|---|---:|")
    for name in names:
        print(
            f"| {' | '.join(name)} | {statistics.median(found[name] * each / r['answers'] for found, r in rounds):.1f} |"
        )
    print(f"| all | | {statistics.median(found.total() * each / r['answers'] for found, r in rounds):.1f} |")
    print(f"wrong {sum(r['wrong'] for _, r in rounds):.0f}, lost {sum(r['lost'] for _, r in rounds):.0f}")


if __name__ == "__main__":
    main()
