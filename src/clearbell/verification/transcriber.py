"""What a transcriber is: words of a recording, or in words why there are none."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol

import msgspec


class Transcript(msgspec.Struct, frozen=True):
    """What was said."""

    text: str
    confidence: float | None
    """0 to 1; None where the engine gives none."""


class Transcriber(Protocol):
    """Anything that takes the path of a WAV file (8 kHz, mono) and returns its words."""

    def __call__(self, path: Path) -> Transcript:
        """Write down what is said in a file."""
        ...


class TranscriberError(Exception):
    """The transcriber cannot be used. 转写引擎不可用。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def engine_of(name: str, package: str) -> Any:
    """The module of an engine. Raises :class:`TranscriberError` where its package is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise TranscriberError(
            f"转写需要 {package},尚未安装:pip install {package}",
            f"transcribing needs {package}, which is not installed: pip install {package}",
        ) from error


def folder_of(text: str) -> Path:
    """The folder of a model. Raises :class:`TranscriberError` where there is none."""
    folder = Path(text)
    if not folder.is_dir():
        raise TranscriberError(
            f"没有模型目录 {text};请下载模型并在 [verification] transcriber 中写明其目录",
            f"there is no model folder {text}: download a model and name its folder in [verification] transcriber",
        )
    return folder
