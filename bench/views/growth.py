"""How the cost of a decision grows from one size of views to another, other work beside or not.

    python -m bench.views.growth FOLDER CONSENTS FOLDER CONSENTS [--labels 10000000]

One process opens both (each folder as ``python -m bench.views --part lay`` leaves it) and decides by turns, so that
whatever else the machine does falls on both alike.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from bench.views.asking import calls_among, fresh_engine, opened

ROUNDS, A_ROUND = 20, 3_000


def main() -> None:
    parser = argparse.ArgumentParser(description="How the cost of a decision grows.")
    parser.add_argument("views", nargs=4, metavar=("FOLDER CONSENTS"))
    parser.add_argument("--labels", type=int, default=10_000_000)
    given = parser.parse_args()
    sides = []
    for folder, consents in (given.views[:2], given.views[2:]):
        views, figures = opened(Path(folder))
        print(f"{folder}: opened in {figures['open']:.2f} s, holds {figures['pss'] / 1e6:,.1f} MB")
        sides.append((fresh_engine(views), calls_among(int(consents), given.labels, ROUNDS * A_ROUND)))
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for side in (0, 1) if turn % 2 else (1, 0):
            engine, calls = sides[side]
            began = time.process_time()
            for call in calls[turn * A_ROUND : (turn + 1) * A_ROUND]:
                engine.screen(call)
            took[side].append((time.process_time() - began) / A_ROUND * 1e6)
    small, large = map(statistics.median, took)
    print(f"a decision: {small:.2f} µs, {large:.2f} µs; {large / small:.3f} times")


if __name__ == "__main__":
    main()
