"""What the live counters hold: a process that screened calls of so many callers, before and after (PSS).

    python -m bench.hot_path.memory [--callers 2000000] [--calls 1 | 2 | mixed]

The whole engine screens, so all that it remembers of a call is counted: the number, its events or windows, its contacts, the callee's
tally. ``mixed``: of 100 callers 60 call once, 25 twice, 10 four times, 4 eight times and one 20 times, within a day of event time.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json

from bench.views.asking import memory
from bench.views.laying import NOON
from clearbell.calls import HOUR, Call
from clearbell.policy.pack import builtin_pack
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import Views

FIRST = 8613_000_000_000
MIXED = (1,) * 60 + (2,) * 25 + (4,) * 10 + (8,) * 4 + (20,)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the live counters hold.")
    parser.add_argument("--callers", type=int, default=2_000_000)
    parser.add_argument("--calls", choices=("1", "2", "mixed"), default="mixed")
    given = parser.parse_args()
    pack = builtin_pack("cn")
    traffic = Traffic(pack)
    ids = itertools.count()
    engine = Engine(pack, Views(), traffic, lambda: str(next(ids)))
    for n in range(1_000):
        engine.screen(Call("w", NOON, FIRST - 1 - n, FIRST + n))
    gc.collect()
    before, known = memory()["pss"], traffic.active
    often = MIXED if given.calls == "mixed" else (int(given.calls),)
    screened = 0
    for turn in range(max(often)):
        # Whoever calls again does so an hour later; all of one turn call within it.
        for n in range(given.callers):
            if often[n * 37 % len(often)] > turn:
                at = NOON + turn * HOUR + n * HOUR // given.callers
                engine.screen(Call("c", at, FIRST + n, FIRST + (n * 7919 + turn * 104_729) % 999_999_937))
                screened += 1
    gc.collect()
    # Who went from one kind of memory to another is counted in both for a while.
    active, held = min(given.callers, traffic.active - known), memory()["pss"] - before
    print(
        json.dumps({"callers": given.callers, "calls": screened, "active": active, "held": held, "each": held / active})
    )


if __name__ == "__main__":
    main()
