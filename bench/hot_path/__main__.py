"""``python -m bench.hot_path``: prints the table, and JSON with ``--json``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import tempfile
from pathlib import Path

from bench.hot_path import servers
from bench.hot_path.load import drive

GENERATOR_CORE = 1


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    kamailio = subprocess.run(["/usr/sbin/kamailio", "-v"], capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )[0]
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}; {kamailio}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--numbers", type=int, default=100_000)
    parser.add_argument("--consents", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {GENERATOR_CORE})
    subjects = {
        f"kamailio htable ({memory})": (lambda memory=memory: servers.kamailio(memory))
        for memory in ("fm", "tlsf", "qm")
    }
    subjects["clearbell, plain Python"] = lambda: servers.clearbell(options.numbers, options.consents)
    build = tempfile.TemporaryDirectory()
    installed = servers.compiled(Path(build.name))
    subjects["clearbell, compiled"] = lambda: servers.clearbell(options.numbers, options.consents, installed)
    results = {}
    for name, start in subjects.items():
        with start() as server:
            drive(server.port, max(1, options.calls // 5), 0, "w", server.refused, server.pids)
            rounds = [
                drive(server.port, options.calls, (n + 1) * options.calls, f"r{n}", server.refused, server.pids)
                for n in range(options.rounds)
            ]
        results[name] = {
            "answers_per_cpu_second": statistics.median(r["answers"] / max(r["cpu"], 1e-9) for r in rounds),
            "us_per_answer": statistics.median(1e6 * r["cpu"] / max(r["answers"], 1) for r in rounds),
            "answers_per_second": statistics.median(r["answers"] / r["seconds"] for r in rounds),
            "wrong": sum(r["wrong"] for r in rounds),
            "lost": sum(r["lost"] for r in rounds),
        }
    build.cleanup()
    best = max(r["answers_per_cpu_second"] for name, r in results.items() if name.startswith("kamailio"))
    if options.json:
        print(json.dumps({"machine": machine(), "options": vars(options), "results": results}, indent=1))
        return
    print(machine())
    print(
        f"{options.calls} calls a round, {options.rounds} rounds, medians; {options.numbers} labelled numbers, "
        f"{options.consents} consents"
    )
    print(
        f"{'':34}{'µs CPU/answer':>15}{'answers/CPU s':>15}{'answers/s':>12}{'x best switch':>15}{'wrong':>7}{'lost':>6}"
    )
    for name, r in results.items():
        print(
            f"{name:34}{r['us_per_answer']:15.1f}{r['answers_per_cpu_second']:15,.0f}{r['answers_per_second']:12,.0f}"
            f"{r['answers_per_cpu_second'] / best:15.2f}{r['wrong']:7d}{r['lost']:6d}"
        )


if __name__ == "__main__":
    main()
