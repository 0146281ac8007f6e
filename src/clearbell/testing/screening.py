"""A world to screen calls in: state facts in one line each, then ask."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import msgspec

from clearbell.calls import SECOND, Attestation, Call, CallEnd, Decision, HangUp
from clearbell.ledger import Entry
from clearbell.policy.model import Pack
from clearbell.policy.pack import builtin_pack
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import FACTS, Views
from clearbell.testing.clock import START

CALLER = 8613800000001
CALLEE = 8613900000002
NOON = START - START % (24 * 3600 * SECOND) + 4 * 3600 * SECOND
"""12:00 in China on the day of :data:`clearbell.testing.clock.START`."""
_KINDS = {fact: kind for kind, fact in FACTS.items()}


class World:
    """Views, counters and an engine, without a store. Time stands still until a call says otherwise."""

    def __init__(self, pack: Pack | None = None) -> None:
        self.pack = pack or builtin_pack("cn")
        self.now = NOON
        self._seq = itertools.count(1)
        self._calls = itertools.count(1)
        self.entries: list[Entry] = []
        decisions = itertools.count(1)
        self.engine = Engine(self.pack, Views(), Traffic(self.pack), lambda: f"d{next(decisions)}")

    def state(self, *facts: msgspec.Struct, at: int | None = None) -> None:
        """Append facts, each as an entry of its own, and let the views take them in."""
        for fact in facts:
            entry = Entry(
                seq=next(self._seq),
                at=self.now if at is None else at,
                kind=_KINDS[type(fact)],
                actor="test",
                note={},
                facts=(msgspec.json.encode(fact),),
            )
            self.entries.append(entry)
            self.engine.views.apply(entry)

    def call(self, caller: int = CALLER, callee: int = CALLEE, **more: Any) -> Decision:
        """Screen a call."""
        settings: dict[str, Any] = {"at": self.now, "caller_text": str(caller) if caller else ""}
        settings.update(more)
        return self.engine.screen(Call(id=f"c{next(self._calls)}", caller=caller, callee=callee, **settings))

    def end(
        self,
        caller: int = CALLER,
        callee: int = CALLEE,
        *,
        talk: float = 0.0,
        ring: float = 10.0,
        hangup: HangUp = HangUp.CALLER,
    ) -> None:
        """End a call: answered when ``talk`` seconds is more than 0."""
        self.engine.ended(
            CallEnd(
                id="",
                at=self.now,
                caller=caller,
                callee=callee,
                answered=talk > 0,
                duration=int(talk * SECOND),
                ring=int(ring * SECOND),
                hangup=hangup,
            )
        )

    def move(self, by: int) -> None:
        """Let time pass, µs."""
        self.now += by


def symbols(decision: Decision) -> Sequence[str]:
    """Names of what was seen."""
    return [charge.symbol for charge in decision.charges]


__all__ = ["CALLEE", "CALLER", "NOON", "Attestation", "World", "symbols"]
