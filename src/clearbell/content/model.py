"""A trained model: its file, and what it says about counts of n-grams.

The file is a NumPy archive (``.npz``) without pickled objects: a JSON header and, for each view of a call, the hashes
of the n-grams that it knows, how rare each is, and what each weighs for each kind. It holds no text of any call.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from clearbell.content.grams import FEATURES, hashed

Floats = NDArray[np.float64]
FORMAT: Final = 1
VIEWS: Final = ("caller", "dialogue")
"""What a call is judged by: what the caller said, and all that was said."""


class ModelError(Exception):
    """The model file cannot be used. 模型文件无法使用。"""

    def __init__(self, file: str, zh: str, en: str) -> None:
        super().__init__(f"{file}: {en}")
        self.zh = f"{file}: {zh}"
        self.en = f"{file}: {en}"


class KindWords(msgspec.Struct, frozen=True):
    """A kind that the model tells apart."""

    code: str
    category: str
    zh: str
    en: str


class Header(msgspec.Struct, frozen=True):
    """What a model is."""

    format: int
    features: str
    kinds: tuple[KindWords, ...]
    categories: dict[str, tuple[str, str]]
    """Words of the categories, Chinese and English."""
    learned_from: dict[str, int]
    """Calls of each kind that it learned from."""
    temperatures: tuple[float, float]
    """For each view: what the sums are divided by, so that a confidence of 0.9 is right in 9 of 10 calls."""
    digest: str = ""
    """SHA-256 over everything else in the file, in hexadecimal."""


class Scored(msgspec.Struct, frozen=True):
    """What a view says."""

    probabilities: Floats
    """Of each kind, in the order of the header."""
    grams: int
    known: float
    """Share of the n-grams that the model knows."""
    spoke: dict[str, Floats]
    """What each known n-gram added for each kind."""


class View(msgspec.Struct, frozen=True):
    """Weights for one view of a call."""

    hashes: NDArray[np.uint32]
    """Ascending."""
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    """Kinds × n-grams."""
    bias: NDArray[np.float32]


class Model(msgspec.Struct, frozen=True):
    """A model ready to use."""

    header: Header
    views: dict[str, View]

    def score(self, view: str, counts: Mapping[str, int]) -> Scored:
        """Probabilities of the kinds for counts of n-grams."""
        part = self.views[view]
        texts = list(counts)
        hashes = np.array([hashed(text) for text in texts], dtype=np.uint32)
        at = np.searchsorted(part.hashes, hashes)
        at[at == len(part.hashes)] = 0
        hit = part.hashes[at] == hashes if len(part.hashes) else np.zeros(len(texts), dtype=bool)
        times = np.array([counts[text] for text in texts], dtype=np.float64)
        values = (1 + np.log(times[hit])) * part.rarity[at[hit]]
        length = float(np.sqrt((values**2).sum()))
        added = (part.weights[:, at[hit]] * (values / length if length else values)).T.astype(np.float64)
        sums = (part.bias + added.sum(axis=0)) / self.header.temperatures[VIEWS.index(view)]
        odds = np.exp(sums - sums.max())
        known = [text for text, found in zip(texts, hit, strict=True) if found]
        return Scored(
            probabilities=odds / odds.sum(),
            grams=int(times.sum()),
            known=float(times[hit].sum() / times.sum()) if len(times) else 0.0,
            spoke=dict(zip(known, added, strict=True)),
        )


def save_model(model: Model, path: Path) -> Model:
    """Write a model; the same model gives the same bytes. Returns it with its digest."""
    arrays = {f"{name}.{field}": getattr(view, field) for name, view in model.views.items() for field in _FIELDS}
    header = msgspec.structs.replace(model.header, digest=_digest(model.header, arrays))
    with path.open("wb") as file:
        np.savez_compressed(
            file, allow_pickle=False, header=np.frombuffer(msgspec.json.encode(header), dtype=np.uint8), **arrays
        )
    return Model(header, model.views)


def load_model(path: Path) -> Model:
    """Read a model. Raises :class:`ModelError` for a file of another form, version or digest, :class:`OSError`."""
    name = str(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays: dict[str, NDArray[Any]] = {key: archive[key] for key in archive.files}
        header = msgspec.json.decode(arrays.pop("header").tobytes(), type=Header)
    except (
        ValueError,
        KeyError,
        EOFError,
        AttributeError,
        TypeError,
        zipfile.BadZipFile,
        msgspec.DecodeError,
    ) as error:
        raise ModelError(
            name, f"不是 clearbell content train 写出的模型:{error}", f"no model of clearbell content train: {error}"
        ) from error
    if header.format != FORMAT or header.features != FEATURES:
        raise ModelError(
            name,
            f"版本 {header.format}({header.features}),此处读取版本 {FORMAT}({FEATURES}):请重新训练",
            f"version {header.format} ({header.features}), and this program reads {FORMAT} ({FEATURES}): train it anew",
        )
    if _digest(header, arrays) != header.digest:
        raise ModelError(name, "内容与摘要不符:请取得完好的文件", "contents and digest differ: get an intact file")
    views = {}
    for view in VIEWS:
        if any(f"{view}.{field}" not in arrays for field in _FIELDS):
            raise ModelError(name, f"缺少 {view} 部分", f"the part `{view}` is missing")
        views[view] = View(**{field: arrays[f"{view}.{field}"] for field in _FIELDS})
        if views[view].weights.shape != (len(header.kinds), len(views[view].hashes)):
            raise ModelError(name, f"{view} 部分的大小不符", f"sizes in the part `{view}` do not fit")
    return Model(header, views)


_FIELDS: Final = ("hashes", "rarity", "weights", "bias")


def _digest(header: Header, arrays: Mapping[str, NDArray[Any]]) -> str:
    found = hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(header, digest="")))
    for name in sorted(arrays):
        found.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}".encode())
        found.update(np.ascontiguousarray(arrays[name]).tobytes())
    return found.hexdigest()
