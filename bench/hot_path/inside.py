"""``python -m bench.hot_path.inside``: what an INVITE costs in one process, without a socket; compiled, where that is run.

Six hours of event time; the callers of :mod:`bench.hot_path.load`, each callee once. CPU time of the quickest of ten parts.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.hot_path.homes import DATABASE, lay
from bench.hot_path.packets import invite
from clearbell.calls import HOUR, Call, Decision
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.serving.follower import open_views
from clearbell.serving.identifiers import decision_ids
from clearbell.serving.node import Node
from clearbell.serving.snapshots import FOLDER
from clearbell.sip import codec
from clearbell.sip.answers import Style
from clearbell.sip.callers import Reading, call_of
from clearbell.sip.redirect import Redirect
from clearbell.sip.sources import Source, Sources

PARTS = 10


def quickest(do: Callable[[Any, int], object], things: Sequence[Any], gap: int, began: int) -> float:
    """CPU seconds of one ``do(thing, time)``, of the quickest part."""
    best = float("inf")
    size = len(things) // PARTS
    for part in range(PARTS):
        cpu = time.process_time()
        for place in range(part * size, (part + 1) * size):
            do(things[place], began + place * gap)
        best = min(best, (time.process_time() - cpu) / size)
    return best


def quickest_of(screen: Callable[[Call], Decision], calls: Sequence[Call]) -> float:
    """CPU seconds of one call, of the quickest part."""
    best = float("inf")
    size = len(calls) // PARTS
    for part in range(PARTS):
        some = calls[part * size : (part + 1) * size]
        cpu = time.process_time()
        for call in some:
            screen(call)
        best = min(best, (time.process_time() - cpu) / size)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60_000)
    parser.add_argument("--numbers", type=int, default=20_000)
    parser.add_argument("--consents", type=int, default=20_000)
    options = parser.parse_args()
    count = options.calls
    packets = [invite(n, "w", 5060) for n in range(2 * count)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "node"
        lay(home, options.numbers, options.consents)
        store = Store.open(f"sqlite:///{home / DATABASE}")
        pack = builtin_pack("cn")
        node = Node(store, pack, home, randomness=os.urandom)
        source = Source("edge", "127.0.0.1", per_second=1e9, style=Style(go_on=302, blocked_url="https://example.net"))
        core = Redirect(Sources((source,)), node.screen, node.fail_open, node.ended, _no_words, node.code_dialled)
        began = store.clock.now()
        gap = 6 * HOUR // (2 * count)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1_000)
        for place in range(count):
            core.receive(packets[place], "127.0.0.1", began + place * gap)
        whole = quickest(
            lambda data, at: core.receive(data, "127.0.0.1", at), packets[count:], gap, began + count * gap
        )
        answered = {name: n for name, n in core.counts.items() if name.startswith("answered")}
        views = open_views(store, home / FOLDER)
        engine = Engine(pack, views, Traffic(pack), decision_ids(began, os.urandom))
        calls: list[Call] = [
            call_of(codec.parse(data), began + place * gap, "edge", Reading()) for place, data in enumerate(packets)
        ]
        for call in calls[:count]:
            engine.screen(call)
        decision = quickest_of(engine.screen, calls[count:])
    print(f"{'compiled' if codec.COMPILED else 'plain Python'}; {answered}")
    print(f"read, judged, recorded and answered: {1e6 * whole:6.2f} µs an INVITE, {1 / whole:10,.0f} a second")
    print(f"judged:                              {1e6 * decision:6.2f} µs a call,   {1 / decision:10,.0f} a second")


def _no_words(_decision: Decision) -> str:
    return ""


if __name__ == "__main__":
    main()
