"""Verdicts beside the features that stood before them: what a model is trained on and measured by."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from numpy.typing import NDArray

from clearbell.calls import DAY, MINUTE
from clearbell.discovery.features import KEY_COLUMNS, UnitKind
from clearbell.discovery.learning.refusals import BadTableError, MissingFeaturesError
from clearbell.discovery.learning.trees import Floats, Labels
from clearbell.discovery.learning.verdicts import Verdict

Ints = NDArray[np.int64]
# A column that is empty throughout may have been written without a type.
_FIGURES = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null)


class FeatureRows(msgspec.Struct, frozen=True):
    """Features of calling numbers over windows of one length."""

    names: tuple[str, ...]
    numbers: Ints
    days: Ints
    """Last local day of each row's window, days since 1970."""
    values: Floats
    """A row a number and day; NaN where a feature is not known."""

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> FeatureRows:
        """Some of the rows."""
        return FeatureRows(self.names, self.numbers[rows], self.days[rows], self.values[rows])

    def latest(self) -> FeatureRows:
        """Of each number the row of its latest day."""
        order = np.lexsort((self.days, self.numbers))
        last = np.ones(len(order), bool)
        last[:-1] = self.numbers[order][1:] != self.numbers[order][:-1]
        return self.take(order[last])


class Lessons(msgspec.Struct, frozen=True):
    """Verdicts with the features from before each of them."""

    verdicts: tuple[Verdict, ...]
    features: FeatureRows
    """Row by row those of the verdicts."""
    without_features: int
    """Verdicts that are left out because no features stand before them, or only too old ones."""

    @property
    def labels(self) -> Labels:
        """1 confirmed, 0 cleared."""
        return np.array([one.confirmed for one in self.verdicts], np.int8)

    def take(self, rows: Sequence[int]) -> Lessons:
        """Some of them."""
        return Lessons(tuple(self.verdicts[row] for row in rows), self.features.take(np.array(rows, np.int64)), 0)

    def digest(self) -> str:
        """SHA-256 over every verdict and its features: names a training set without telling its numbers."""
        state = hashlib.sha256(",".join(self.features.names).encode())
        rows = sorted(zip(self.verdicts, self.features.values, strict=True), key=lambda row: row[0])
        for verdict, values in rows:
            state.update(b"%d,%d,%d;" % (verdict.number, verdict.decided_at, verdict.confirmed))
            state.update(np.ascontiguousarray(values, "<f8").tobytes())
        return state.hexdigest()


def read_features(
    path: Path, window: int, names: Sequence[str] = (), numbers: Collection[int] | None = None
) -> FeatureRows:
    """Read the rows of calling numbers over ``window`` local days from a feature table.

    With ``names`` these columns in this order, otherwise every column of figures beside the keys. With ``numbers`` only
    their rows. Raises :class:`~clearbell.discovery.learning.refusals.MissingFeaturesError` naming the columns that are not
    there, and :class:`~clearbell.discovery.learning.refusals.BadTableError`.
    """
    try:
        source = ds.dataset(str(path), format="parquet")
        schema = source.schema
        lacking = [name for name in KEY_COLUMNS if name not in schema.names]
        if lacking:
            raise BadTableError(
                path.name,
                f"不是特征表:缺少列 {', '.join(lacking)}",
                f"no feature table: the column(s) {', '.join(lacking)} are missing",
            )
        missing = [name for name in names if name not in schema.names]
        if missing:
            raise MissingFeaturesError(missing)
        chosen = list(names) or [
            field.name for field in schema if field.name not in KEY_COLUMNS and _is_figure(field.type)
        ]
        where = (pc.field("unit_kind").cast(pa.string()) == UnitKind.CALLER.value) & (pc.field("window") == window)
        if numbers is not None:
            where &= pc.field("unit").cast(pa.string()).isin(pa.array([str(one) for one in numbers], pa.string()))
        table = source.to_table(columns=["unit", "day", *chosen], filter=where)
    except (OSError, pa.ArrowException) as error:
        raise BadTableError(
            path.name, f"无法作为特征表读取:{error}", f"cannot be read as a feature table: {error}"
        ) from error
    values = np.full((table.num_rows, len(chosen)), np.nan)
    for place, name in enumerate(chosen):
        values[:, place] = table.column(name).cast(pa.float64()).to_numpy()
    return FeatureRows(
        tuple(chosen),
        table.column("unit").cast(pa.string()).cast(pa.int64()).to_numpy(),
        table.column("day").cast(pa.int64()).to_numpy(),
        values,
    )


def _is_figure(kind: pa.DataType) -> bool:
    return any(fits(kind) for fits in _FIGURES)


def join(verdicts: Sequence[Verdict], features: FeatureRows, utc_offset_minutes: int, max_age_days: int) -> Lessons:
    """Give each verdict its number's latest features from before it.

    Their window ended on a local day before that of the verdict, and no more than ``max_age_days`` before it: what a
    number did once it was judged, or long ago, says nothing of what the judgement was about.
    """
    order = np.lexsort((features.days, features.numbers))
    numbers, days = features.numbers[order], features.days[order]
    kept: list[Verdict] = []
    rows: list[int] = []
    for verdict in verdicts:
        day = (verdict.decided_at + utc_offset_minutes * MINUTE) // DAY
        first, last = np.searchsorted(numbers, [verdict.number, verdict.number + 1])
        place = int(np.searchsorted(days[first:last], day)) - 1
        if place >= 0 and day - days[first + place] <= max_age_days:
            kept.append(verdict)
            rows.append(int(order[first + place]))
    return Lessons(tuple(kept), features.take(np.array(rows, np.int64)), len(verdicts) - len(kept))
