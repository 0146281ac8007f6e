"""The honest benchmark: the same packets for the switch's own rules, Clearbell, and what one would write otherwise.

    python -m bench.hot_path [--parts rate memory growth rivals behind] [--numbers 1000000] [--consents 10000000] …

One run: the servers are pinned to core 0 and the load to core 1, each part starts its servers afresh, and every answer is checked.
What was found is written to ``--results`` after each part (a part that is run again replaces what it found before), printed, and
drawn by ``python -m bench.hot_path.report``.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import msgspec

from bench.hot_path import parts, report
from bench.hot_path.servers import GENERATOR_CORE, compiled, is_compiled, pin


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.machine())
    program = shutil.which("kamailio") or "/usr/sbin/kamailio"
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    kamailio = told.removeprefix("version: ").partition(" (")[0]
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, {kamailio}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Clearbell beside the switch's own rules and what one would write otherwise."
    )
    parser.add_argument("--parts", nargs="+", choices=tuple(parts.PARTS), default=list(parts.PARTS))
    parser.add_argument("--calls", type=int, default=100_000, help="a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--numbers", type=int, default=1_000_000, help="with a label")
    parser.add_argument("--consents", type=int, default=10_000_000)
    parser.add_argument("--half-seconds", type=float, default=10)
    parser.add_argument("--burst-seconds", type=float, default=30)
    parser.add_argument("--burst-times", type=float, default=20)
    parser.add_argument("--callers", type=int, default=2_000_000, help="active ones, in memory")
    parser.add_argument(
        "--sizes",
        nargs="+",
        default=["100000:1000000", "1000000:10000000", "10000000:50000000"],
        help="NUMBERS:CONSENTS",
    )
    parser.add_argument("--http-calls", type=int, default=20_000)
    parser.add_argument("--behind-rate", type=float, default=500, help="calls a second through Kamailio")
    parser.add_argument(
        "--rivals-python", type=Path, default=Path(".venv-bench/bin/python"), help="has the group `bench`"
    )
    parser.add_argument("--installed", type=Path, help="an unpacked wheel, compiled; without: one is built")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results.json")
    options = parser.parse_args()
    pin(GENERATOR_CORE)
    found = report.read(options.results)
    with tempfile.TemporaryDirectory(prefix="clearbell-bench-") as name:
        work = Path(name)
        installed = options.installed or compiled(work)
        if not is_compiled(installed):
            parser.error(f"{installed} has no compiled modules")
        bench = parts.Bench(options, work, installed)
        for part in options.parts:
            began = time.perf_counter()
            print(f"{part} …", flush=True)
            found.parts[part] = parts.PARTS[part](bench)
            found.settings[part] = {
                "machine": machine(),
                "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
                "load": os.getloadavg()[0],
                "seconds": time.perf_counter() - began,
                "options": {
                    key: str(value) if isinstance(value, Path) else value
                    for key, value in vars(options).items()
                    if key not in ("results", "installed", "rivals_python")
                },
            }
            options.results.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
            print(report.text(found, part), flush=True)


if __name__ == "__main__":
    main()
