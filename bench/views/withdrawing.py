"""How long a withdrawal takes to hold."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bench.views.asking import Figures
from bench.views.laying import HOLDERS, LINE, SUBSCRIBER, number
from clearbell.calls import Call
from clearbell.consent.model import ConsentWithdrawn
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.serving.node import Node

WITHDRAWALS = 20


def _node(folder: Path) -> tuple[Store, Node]:
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    return store, Node(store, builtin_pack("cn"), folder, randomness=os.urandom)


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
