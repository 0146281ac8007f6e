"""Writing down what was said: a plug-in. Clearbell ships no model but the English one inside pocketsphinx's wheel."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from clearbell.verification.sound import RATE, load

_MODEL_RATE = 16_000


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


def _module(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise TranscriberError(
            f"转写需要 {package},尚未安装:pip install {package}",
            f"transcribing needs {package}, which is not installed: pip install {package}",
        ) from error


def _file(text: str) -> Path:
    file = Path(text)
    if not file.is_file():
        raise TranscriberError(
            f"没有语言模型 {text};请在 [verification] transcriber 中写明 ARPA 文件",
            f"there is no language model {text}: name an ARPA file in [verification] transcriber",
        )
    return file


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise TranscriberError(
            f"没有模型目录 {text};请下载模型并在 [verification] transcriber 中写明其目录",
            f"there is no model folder {text}: download a model and name its folder in [verification] transcriber",
        )
    return folder


class PocketSphinx:
    """English, small, and made for desks rather than telephones: a hint for whoever listens, not to be quoted.

    ``words``: an ARPA language model of the operator's. It then looks for those words only, and finds them far better.
    """

    def __init__(self, words: str = "") -> None:
        more = {"lm": str(_file(words))} if words else {}
        decoder = _module("pocketsphinx", "pocketsphinx").Decoder
        try:
            # Dither: its model takes the perfect silence of a telephone line for words.
            self._decoder = decoder(samprate=_MODEL_RATE, loglevel="FATAL", dither=True, seed=1, **more)
        except (RuntimeError, ValueError) as error:
            raise TranscriberError(
                f"pocketsphinx 无法使用语言模型 {words}:应为 ARPA 格式",
                f"pocketsphinx cannot use the language model {words}: it should be an ARPA file",
            ) from error

    def __call__(self, path: Path) -> Transcript:
        """Write down what is said in a file."""
        samples = load(path)
        places = np.arange(len(samples) * _MODEL_RATE // RATE) * (RATE / _MODEL_RATE)
        wide = np.interp(places, np.arange(len(samples)), samples) if len(samples) else samples
        self._decoder.start_utt()
        self._decoder.process_raw((wide * 32767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        if found is None or not found.hypstr.strip():
            return Transcript("", None)
        words = len(found.hypstr.split())
        # The engine's figure is for the whole; a long text is no less sure than a short one for its length.
        return Transcript(found.hypstr, min(1.0, found.prob ** (1 / words)))


class FasterWhisper:
    """A Whisper model converted for CTranslate2, in a folder of the operator's."""

    def __init__(self, folder: str) -> None:
        path = _folder(folder)
        engine = _module("faster_whisper", "faster-whisper").WhisperModel
        try:
            self._model = engine(str(path), device="cpu")
        except (RuntimeError, ValueError) as error:
            raise TranscriberError(
                f"faster-whisper 无法使用模型目录 {folder}:{error}",
                f"faster-whisper cannot use the model folder {folder}: {error}",
            ) from error

    def __call__(self, path: Path) -> Transcript:
        """Write down what is said in a file."""
        parts, _ = self._model.transcribe(str(path))
        found = list(parts)
        sure = [math.exp(part.avg_logprob) for part in found]
        return Transcript("".join(part.text for part in found).strip(), sum(sure) / len(sure) if sure else None)


class SherpaOnnx:
    """A SenseVoice model of sherpa-onnx's (``model.onnx`` and ``tokens.txt``), in a folder of the operator's."""

    def __init__(self, folder: str) -> None:
        path = _folder(folder)
        for name in ("model.onnx", "tokens.txt"):
            if not (path / name).exists():
                raise TranscriberError(f"模型目录 {folder} 缺少 {name}", f"the model folder {folder} has no {name}")
        recognizer = _module("sherpa_onnx", "sherpa-onnx").OfflineRecognizer
        self._recognizer = recognizer.from_sense_voice(model=str(path / "model.onnx"), tokens=str(path / "tokens.txt"))

    def __call__(self, path: Path) -> Transcript:
        """Write down what is said in a file."""
        stream = self._recognizer.create_stream()
        stream.accept_waveform(RATE, load(path))
        self._recognizer.decode_stream(stream)
        return Transcript(stream.result.text.strip(), None)


def open_transcriber(setting: str) -> Transcriber | None:
    """The transcriber that the setting names; None where it is empty. Raises :class:`TranscriberError`."""
    kind, _, folder = setting.partition(":")
    if kind == "pocketsphinx":
        return PocketSphinx(folder)
    if kind == "faster-whisper":
        return FasterWhisper(folder)
    if kind == "sherpa-onnx":
        return SherpaOnnx(folder)
    return None
