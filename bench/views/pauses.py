"""How long decisions wait for what goes on beside them: following, a swap; and how long a withdrawal takes to hold."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.views.asking import Figures, calls_among
from bench.views.laying import HOLDERS, LINE, SUBSCRIBER, number
from clearbell.calls import Call
from clearbell.cli.serve import SWITCH_SECONDS
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.screening.views import Views
from clearbell.serving import follower
from clearbell.serving import node as serving_node
from clearbell.serving.node import Node
from clearbell.serving.snapshots import read_views

WITHDRAWALS = 20
AN_ACT = 2_000
QUIET_SECONDS = 10.0


def _node(folder: Path, *, as_kept: bool = False) -> tuple[Store, Node]:
    if as_kept:
        # What came since is left for the follower.
        serving_node.open_views = lambda store, kept, _progress: read_views(store, kept) or Views()  # type: ignore[attr-defined]
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    return store, Node(store, builtin_pack("cn"), folder, randomness=os.urandom)


def append(count: int, folder: Path) -> None:
    """Append so many entries, a grant each, of subscribers who gave none before."""
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    first = store.head() + 900_000_000
    for start in range(0, count, AN_ACT):
        with store.act("bench") as act:
            for n in range(start, min(start + AN_ACT, count)):
                fact = ConsentGranted(f"H{n % HOLDERS}", number(SUBSCRIBER, first + n), "insurance")
                act.append("consent.granted", [fact], about=lambda one: one.callee)


def withdrawals(consents: int, folder: Path) -> Figures:
    """Seconds from before a withdrawal is appended until a call is judged by it, a node following."""
    store, node = _node(folder)
    node.start()
    took = []
    for n in range(1, 1 + WITHDRAWALS):
        callee, holder = number(SUBSCRIBER, n * (consents // 50)), n * (consents // 50) % HOLDERS

        def seen(callee: int = callee, holder: int = holder) -> bool:
            decision = node.screen(Call("w", store.clock.now(), LINE + holder, callee))
            return any(charge.symbol == "CONSENT_WITHDRAWN" for charge in decision.charges)

        assert not seen()
        began = time.perf_counter()
        with store.act("bench") as act:
            withdrawn = ConsentWithdrawn(f"H{holder}", callee)
            act.append("consent.withdrawn", [withdrawn], about=lambda one: one.callee)
        while not seen():
            time.sleep(0.005)
        took.append(time.perf_counter() - began)
    node.stop()
    return {"withdrawal_median": sorted(took)[len(took) // 2], "withdrawal_longest": max(took)}


class _Gaps:
    """Decides without a rest, and notes how long each decision was after the one before."""

    def __init__(self, node: Node, calls: list[Call]) -> None:
        self._node = node
        self._calls = calls
        self._place = 0

    def until(self, over: Callable[[], bool]) -> list[float]:
        gaps = []
        last = time.perf_counter()
        while not over():
            # Some, so that asking whether it is over costs little.
            for _ in range(20):
                call = self._calls[self._place % len(self._calls)]
                self._place += 1
                self._node.screen(call)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now
        return gaps


def _told(name: str, gaps: list[float]) -> Figures:
    gaps.sort()
    return {
        f"{name}_decisions": len(gaps),
        f"{name}_seconds": sum(gaps),
        f"{name}_p999": gaps[int(len(gaps) * 0.999)] * 1e3,
        f"{name}_longest": gaps[-1] * 1e3,
        f"{name}_over_20": sum(one > 0.02 for one in gaps),
    }


def pauses(consents: int, labels: int, entries: int, folder: Path) -> Figures:
    """Milliseconds between one decision and the next: alone, while entries are followed, while views are swapped."""
    # As a served node has it.
    sys.setswitchinterval(SWITCH_SECONDS)
    began = time.perf_counter()
    append(entries, folder)
    appended = time.perf_counter() - began
    store, node = _node(folder, as_kept=True)
    loop = _Gaps(node, calls_among(consents, labels, 50_000))
    end = time.perf_counter() + QUIET_SECONDS
    alone = loop.until(lambda: time.perf_counter() > end)
    head, kept = store.head(), node.views_seq
    follower.FRESHEN_SHARE = 1.0
    node.start()
    following = loop.until(lambda: node.views_seq >= head)
    before = node._engine.views  # noqa: SLF001 only here is the swap seen
    swapped_at: list[float] = []

    def over() -> bool:
        if not swapped_at and node._engine.views is not before:  # noqa: SLF001
            swapped_at.append(time.perf_counter())
        return bool(swapped_at) and time.perf_counter() > swapped_at[0] + 2

    follower.FRESHEN, follower.FRESHEN_SHARE = 1, 0.0
    began = time.perf_counter()
    swapping = loop.until(over)
    swap = swapped_at[0] - began
    node.stop()
    return {
        "append": appended,
        "followed": head - kept,
        "swap": swap,
        **_told("alone", alone),
        **_told("following", following),
        **_told("swapping", swapping),
    }
