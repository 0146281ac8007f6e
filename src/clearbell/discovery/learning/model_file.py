"""The model file: one line of magic, one line of JSON, then the boosters in LightGBM's own text. Nothing in it is run.

A file is opened in two steps: its SHA-256 must be one that the ledger holds, and only then is anything of it parsed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

import lightgbm
import msgspec

from clearbell.discovery.learning.learner import Learned
from clearbell.discovery.learning.model import Header, Model
from clearbell.discovery.learning.refusals import ModelFileError, UnknownModelError

FORMAT = 2
MAGIC = b"clearbell-model\n"


def pack_model(header: Header, boosters: Sequence[bytes]) -> tuple[bytes, str]:
    """The bytes of a model file and their SHA-256 (hex)."""
    data = b"".join((MAGIC, msgspec.json.encode(header), b"\n", *boosters))
    return data, hashlib.sha256(data).hexdigest()


def open_model(path: Path, digests: Collection[str]) -> Model:
    """Open a model file whose digest is one of ``digests``.

    Raises :class:`~clearbell.discovery.learning.refusals.UnknownModelError` when it is not, and
    :class:`~clearbell.discovery.learning.refusals.ModelFileError` when it is no model of this version.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelFileError(path.name, f"无法读取:{reason}", f"cannot be read: {reason}") from error
    digest = hashlib.sha256(data).hexdigest()
    if not data.startswith(MAGIC):
        raise ModelFileError(path.name, "不是模型文件", "it is no model file")
    if digest not in digests:
        raise UnknownModelError(path.name, digest)
    first, _, texts = data[len(MAGIC) :].partition(b"\n")
    header = _header(path.name, first)
    if sum(header.boosters) != len(texts):
        raise ModelFileError(path.name, "树的长度不符", "its trees are not as long as it says")
    boosters = []
    at = 0
    for size in header.boosters:
        boosters.append(lightgbm.Booster(model_str=texts[at : at + size].decode()))
        at += size
    return Model(digest, header, Learned(boosters, header.curves, header.recipe.curve_share))


class _Format(msgspec.Struct):
    format: int


def _header(file: str, line: bytes) -> Header:
    try:
        known = msgspec.json.decode(line, type=_Format).format
        if known != FORMAT:
            raise ModelFileError(
                file,
                f"格式为 {known},本版本读格式 {FORMAT};请重新训练",
                f"its format is {known}, this version reads {FORMAT}; train anew",
            )
        return msgspec.json.decode(line, type=Header)
    except msgspec.DecodeError as error:
        raise ModelFileError(file, f"头部无法读取:{error}", f"its header cannot be read: {error}") from error
