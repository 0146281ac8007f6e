"""Numbers whose features tell, in part, how the cases about them ended."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clearbell.discovery.learning.lessons import join, read_features
from clearbell.discovery.learning.settings import learning_settings
from clearbell.discovery.learning.training import train
from clearbell.discovery.learning.trees import Recipe
from clearbell.discovery.learning.verdicts import Verdict
from clearbell.policy.pack import builtin_pack

PACK = builtin_pack("cn")
SETTINGS = learning_settings(PACK)
QUICK = Recipe(bag=2, trees=60)
FIRST = 8613800000000
DAY = 20_500
NAMES = ("answer_share", "callee_hangup_share", "talk_mean_s", "attempts", "silent_share")


def at(day: int, hour: float = 12.0) -> int:
    """That local hour of that day, µs UTC."""
    return day * 86_400_000_000 + round((hour - 8) * 3_600_000_000)


def cases(count: int, seed: int = 1, share: float = 0.5) -> list[Verdict]:
    """Verdicts on ``count`` numbers, over the 40 days after :data:`DAY`, half of the numbers (or ``share``) confirmed."""
    random = np.random.default_rng(seed)
    days = np.sort(random.integers(DAY + 1, DAY + 41, count))
    guilty = random.random(count) < share
    return [Verdict(FIRST + n, at(int(days[n])), bool(guilty[n])) for n in range(count)]


def behaviour(verdicts, seed: int = 2, gap: float = 1.0):
    """A feature table with a row for each verdict, of the day before it."""
    random = np.random.default_rng(seed)
    guilty = np.array([one.confirmed for one in verdicts])
    count = len(verdicts)

    def share(shift: float) -> np.ndarray:
        return 1 / (1 + np.exp(-(random.normal(0, 1, count) + shift * gap * guilty)))

    talk = np.exp(random.normal(4, 1, count) - gap * guilty)
    rows = {
        "unit_kind": ["caller"] * count,
        "unit": [str(one.number) for one in verdicts],
        "day": [(one.decided_at // 3_600_000_000 + 8) // 24 - 1 for one in verdicts],
        "window": [30] * count,
        "answer_share": share(-1.2),
        "callee_hangup_share": share(1.0),
        # Empty for some, and more often for the confirmed: that it is empty tells.
        "talk_mean_s": [None if random.random() < 0.05 + 0.3 * g else t for g, t in zip(guilty, talk, strict=True)],
        "attempts": random.integers(1, 500, count),
        "silent_share": random.random(count),
    }
    return pa.table(rows)


def lessons(tmp_path, verdicts, table=None):
    """The verdicts joined with their features."""
    path = tmp_path / "features.parquet"
    pq.write_table(behaviour(verdicts) if table is None else table, path)
    return join(verdicts, read_features(path, 30), PACK.utc_offset_minutes, SETTINGS.max_age_days)


def trained(tmp_path, count: int = 600, recipe: Recipe = QUICK):
    """A model trained on so many numbers."""
    return train(lessons(tmp_path, cases(count)), SETTINGS, PACK, 30, at(DAY + 50), recipe)


def write_verdicts(path, verdicts):
    """The verdicts as an officer's CSV."""
    lines = ["number,verdict,decided_at"]
    for one in verdicts:
        decided = datetime.datetime.fromtimestamp(one.decided_at / 1e6, datetime.UTC).isoformat()
        lines.append(f"+{one.number},{'confirmed' if one.confirmed else 'cleared'},{decided}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
