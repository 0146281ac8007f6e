"""Which model is in use, if any. Detection asks here, and goes on without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clearbell.ledger import Store

if TYPE_CHECKING:
    from clearbell.discovery.learning.model import Model, ModelTrained

FOLDER = "models"
SUFFIX = ".model"
_PAGE = 1000


class NoModel(msgspec.Struct, frozen=True):
    """There is no model to ask; the words say why. Not a failure: the detectors stand without one."""

    zh: str
    en: str


def model_path(home: Path, digest: str) -> Path:
    """Where the model with a digest lies in the data folder."""
    return home / FOLDER / f"{digest[:16]}{SUFFIX}"


def trained_models(store: Store) -> Iterator[tuple[int, ModelTrained]]:
    """Yield when (µs UTC), and what model, was trained; oldest first."""
    from clearbell.discovery.learning.model import FACTS

    after = 0
    while entries := store.entries(after, FACTS, _PAGE):
        for entry in entries:
            for fact in entry.decode(FACTS):
                yield entry.at, fact
        after = entries[-1].seq


def current_model(store: Store, home: Path) -> Model | NoModel:
    """The model trained last, from the data folder; otherwise why there is none.

    Raises :class:`~clearbell.discovery.learning.refusals.LearningError` when there is a file, and it is not what the ledger
    says: that is no case of "no model", someone must look.
    """
    try:
        from clearbell.discovery.learning.model_file import open_model

        known = [fact.digest for _, fact in trained_models(store)]
    except ModuleNotFoundError as error:
        return NoModel(
            f"没有模型:缺少 {error.name}(pip install 'clearbell[learn]')",
            f"no model: {error.name} is missing (pip install 'clearbell[learn]')",
        )
    if not known:
        return NoModel("没有模型:尚未训练(clearbell train)", "no model: none was trained yet (clearbell train)")
    path = model_path(home, known[-1])
    if not path.exists():
        return NoModel(f"没有模型:文件 {path} 不在", f"no model: the file {path} is not there")
    return open_model(path, known[-1:])
