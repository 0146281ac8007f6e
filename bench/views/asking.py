"""What a process holds once it opened views, and what a question and a decision cost."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

from bench.views.laying import ALLOWED, HOLDERS, LABELLED, LINE, NOON, SUBSCRIBER, number
from clearbell.calls import Call
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import Views
from clearbell.serving.snapshots import read_views, save_views

QUESTIONS = 100_000
Figures = dict[str, float]


def memory() -> dict[str, int]:
    """Bytes this process holds: its own alone (``uss``), and with its share of what others hold too (``pss``)."""
    found = dict.fromkeys(("Pss", "Private_Clean", "Private_Dirty"), 0)
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        if name in found:
            found[name] = int(rest.split()[0]) * 1024
    return {"pss": found["Pss"], "uss": found["Private_Clean"] + found["Private_Dirty"]}


def opened(folder: Path) -> tuple[Views, Figures]:
    """Open the views; what was held before is what views without a row take."""
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    empty = folder / "empty"
    save_views(Views(), store, empty)
    read_views(store, empty)
    before = memory()
    began = time.perf_counter()
    views = read_views(store, folder / "views")
    seconds = time.perf_counter() - began
    assert views is not None
    after = memory()
    return views, {"open": seconds, **{name: after[name] - before[name] for name in after}}


def calls_among(consents: int, labels: int, count: int, seed: int = 1) -> list[Call]:
    """Half of a commercial line to a subscriber, half of a labelled number."""
    chosen = random.Random(seed)
    calls = []
    for place in range(count):
        n = chosen.randrange(consents)
        caller = LINE + n % HOLDERS if place % 2 or not labels else number(LABELLED, chosen.randrange(labels))
        calls.append(Call(f"c{place}", NOON + place * 1000, caller, number(SUBSCRIBER, n)))
    return calls


def ask(consents: int, labels: int, subscribers: int, folder: Path) -> Figures:
    """Open the views, look every kind of row up, and decide calls."""
    views, figures = opened(folder)
    chosen = random.Random(1)
    wills, standing = views.wills, views.standing

    def timed(name: str, count: int, found: int, seconds: float) -> None:
        assert found == count, (name, found)
        figures[name] = seconds / count * 1e6

    if consents:
        pairs = [(f"H{n % HOLDERS}", number(SUBSCRIBER, n)) for n in _some(chosen, consents)]
        began = time.process_time()
        found = sum(len(wills.grants_of(*pair)) for pair in pairs)
        timed("consent", QUESTIONS, found, time.process_time() - began)
    if labels:
        numbers = [number(LABELLED, n) for n in _some(chosen, labels)]
        began = time.process_time()
        found = sum(standing.label_of(one, NOON) is not None for one in numbers)
        timed("label", QUESTIONS, found, time.process_time() - began)
    if subscribers:
        asked = [(number(SUBSCRIBER, n), ALLOWED + n) for n in _some(chosen, subscribers)]
        began = time.process_time()
        found = sum(wills.wishes.get(owner) is not None for owner, _ in asked)
        timed("wish", QUESTIONS, found, time.process_time() - began)
        began = time.process_time()
        found = sum(wills.lists.verdict(owner, caller) == 1 for owner, caller in asked)
        timed("list", QUESTIONS, found, time.process_time() - began)
    if consents:
        calls = calls_among(consents, labels, QUESTIONS)
        engine = fresh_engine(views)
        began = time.process_time()
        for call in calls:
            engine.screen(call)
        figures["decision"] = (time.process_time() - began) / QUESTIONS * 1e6
    return figures


def _some(chosen: random.Random, most: int) -> list[int]:
    return [chosen.randrange(most) for _ in range(QUESTIONS)]


def fresh_engine(views: Views) -> Engine:
    """An engine under the default pack that saw no call yet."""
    pack = builtin_pack("cn")
    ids = itertools.count()
    return Engine(pack, views, Traffic(pack), lambda: str(next(ids)))


def decide(consents: int, labels: int, folder: Path, count: int) -> Figures:
    """Decide so many calls and nothing else, for a count of instructions."""
    views, _ = opened(folder)
    engine = fresh_engine(views)
    # The first decisions fill what is kept of earlier ones.
    for call in calls_among(consents, labels, 2_000, seed=2):
        engine.screen(call)
    for call in calls_among(consents, labels, count):
        engine.screen(call)
    return {"decided": count}
