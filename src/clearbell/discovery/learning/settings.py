"""What learning needs of a pack, in its own terms."""

from __future__ import annotations

import msgspec

from clearbell.policy.model import Pack


class LearningSettings(msgspec.Struct, frozen=True):
    """The pack's ``[learning]``. A limit that is off there never applies here."""

    min_verdicts: int
    """Verdicts of each kind that training needs at least."""
    max_age_days: int
    """Days that features may be older than the verdict."""
    held_back_share: float
    """Share of the numbers of each kind, the latest, that calibrate and measure."""
    false_alarms: tuple[float, ...]
    """Shares of the cleared at which precision is told, ascending."""
    drift_notice: float
    """PSI."""
    drift_alarm: float


_ALWAYS = 36_500
_LEAST = 8
"""Below this a kind cannot be held back from and calibrated on at all."""


def learning_settings(pack: Pack) -> LearningSettings:
    """Read the pack's ``[learning]``, which its loader has made sure is whole."""
    limit = {name: threshold.value for name, threshold in pack.learning.items()}

    def of(name: str, off: float) -> float:
        value = limit[name]
        return off if value is None else value

    rates = [limit[f"false_alarms_{name}"] for name in ("strict", "usual", "loose")]
    return LearningSettings(
        min_verdicts=max(_LEAST, int(of("min_verdicts", _LEAST))),
        max_age_days=int(of("max_age_days", _ALWAYS)),
        held_back_share=min(0.5, max(0.1, of("held_back_share", 0.25))),
        false_alarms=tuple(sorted(rate for rate in rates if rate is not None and 0 < rate < 1)),
        drift_notice=of("drift_notice", float("inf")),
        drift_alarm=of("drift_alarm", float("inf")),
    )
