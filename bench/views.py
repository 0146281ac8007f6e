"""What a screening view costs as it grows: bytes a consent and a label, the start from a file, a look-up, a decision.

    python -m bench.views [--consents 1000000 10000000] [--labels 1000000] [--json]

For each size one process builds the views, through the same code that follows the ledger, and keeps them in a file;
another opens the file, touches every page of it, asks and screens. Memory is what the system says that process holds
(anonymous and file pages) before and after opening. Seconds are of processor where not said otherwise.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clearbell.calls import Call
from clearbell.consent.model import ConsentGranted
from clearbell.labels.model import Labelled
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.registry.model import HolderRegistered, NumbersAssigned, Purpose
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import Views
from clearbell.serving.follower import FOLD_LOADING
from clearbell.serving.snapshots import read_views, save_views

HOLDERS = 50
STEP, PRIME = 7_919_993, 1_000_000_007
BATCH = 5_000
QUESTIONS = 100_000
NOON = 1_764_561_600_000_000
END = NOON * 2


def callee(n: int) -> int:
    """The n-th subscriber, in no order and none twice within a billion."""
    return 8613_000_000_000 + n * STEP % PRIME


def build(consents: int, labels: int, folder: Path) -> dict[str, float]:
    views = Views()
    began = time.process_time()
    lines = [8695_010_000 + n for n in range(HOLDERS)]
    views.entitlements.apply([HolderRegistered(f"H{n}", "p", "insurance") for n in range(HOLDERS)])
    views.entitlements.apply(
        [NumbersAssigned(f"r{n}", f"H{n}", line, line, Purpose.COMMERCIAL) for n, line in enumerate(lines)]
    )
    for start in range(0, consents, BATCH):
        some = range(start, min(start + BATCH, consents))
        # A file of consents is taken in by chunks, and each chunk was given at one time.
        views.wills.apply([ConsentGranted(f"H{n % HOLDERS}", callee(n), "insurance") for n in some], NOON - start)
        views.fold(*FOLD_LOADING)
    for start in range(0, labels, BATCH):
        views.standing.apply(
            [
                Labelled(8617_000_000_000 + n * STEP % PRIME, "loans", 5 + n % 9, 1.0 + n % 7, 4.0, NOON, END)
                for n in range(start, min(start + BATCH, labels))
            ]
        )
        views.fold(*FOLD_LOADING)
    built = time.process_time() - began
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    store.create()
    began = time.perf_counter()
    save_views(views, store, folder / "views")
    return {"build": built, "save": time.perf_counter() - began}


def memory() -> int:
    """Bytes this process holds: its own pages and those of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssFile", "RssShmem")))


def ask(consents: int, labels: int, folder: Path) -> dict[str, float]:
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    empty = folder / "empty"
    save_views(Views(), store, empty)
    read_views(store, empty)
    before = memory()
    began = time.perf_counter()
    views = read_views(store, folder / "views")
    opened = time.perf_counter() - began
    assert views is not None
    held = memory() - before
    chosen = random.Random(1)
    pairs = [(f"H{n % HOLDERS}", callee(n)) for n in (chosen.randrange(consents) for _ in range(QUESTIONS))]
    began = time.process_time()
    found = sum(len(views.wills.grants_of(*pair)) for pair in pairs)
    consent = time.process_time() - began
    assert found == QUESTIONS
    numbers = [8617_000_000_000 + chosen.randrange(labels) * STEP % PRIME for _ in range(QUESTIONS)]
    began = time.process_time()
    found = sum(views.standing.label_of(number, NOON) is not None for number in numbers)
    label = time.process_time() - began
    assert found == QUESTIONS
    pack = builtin_pack("cn")
    ids = itertools.count()
    engine = Engine(pack, views, Traffic(pack), lambda: str(next(ids)))
    calls = []
    for place, n in enumerate(chosen.randrange(consents) for _ in range(QUESTIONS)):
        # Half of a commercial line to who agreed, half of people.
        caller = 8695_010_000 + n % HOLDERS if place % 2 else 8617_000_000_000 + chosen.randrange(labels) * STEP % PRIME
        calls.append(Call(f"c{place}", NOON + place * 1000, caller, callee(n)))
    began = time.process_time()
    for call in calls:
        engine.screen(call)
    decision = time.process_time() - began
    return {
        "open": opened,
        "bytes": held,
        "consent": consent / QUESTIONS * 1e6,
        "label": label / QUESTIONS * 1e6,
        "decision": decision / QUESTIONS * 1e6,
    }


def part(what: str, consents: int, labels: int, folder: Path) -> dict[str, float]:
    """One part in a process of its own."""
    command = [sys.executable, "-m", "bench.views", "--part", what, "--folder", folder]
    command += ["--consents", str(consents), "--labels", str(labels)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    read: dict[str, float] = json.loads(out)
    return read


def measure(consents: int, labels: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = part("build", consents, labels, folder)
        (kept,) = (folder / "views").iterdir()
        asked = part("ask", consents, labels, folder)
        return {"consents": consents, "labels": labels, "file": kept.stat().st_size, **built, **asked}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--consents", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=("build", "ask"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        doing = build if given.part == "build" else ask
        print(json.dumps(doing(given.consents[0], given.labels, given.folder)))
        return
    found = [measure(consents, given.labels) for consents in given.consents]
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"{'consents':>12}{'labels':>12}{'build s':>9}{'keep s':>8}{'open s':>8}{'held MB':>9}{'bytes a row':>13}"
        f"{'consent µs':>12}{'label µs':>10}{'decision µs':>13}{'of smallest':>13}"
    )
    for one in found:
        rows = one["consents"] + one["labels"]
        print(
            f"{one['consents']:12,.0f}{one['labels']:12,.0f}{one['build']:9.1f}{one['save']:8.2f}{one['open']:8.3f}"
            f"{one['bytes'] / 1e6:9.1f}{one['bytes'] / rows:13.1f}{one['consent']:12.2f}{one['label']:10.2f}"
            f"{one['decision']:13.1f}{one['decision'] / found[0]['decision']:13.2f}"
        )


if __name__ == "__main__":
    main()
