"""Writing down what was said: a plug-in. Clearbell ships no model but the English one inside pocketsphinx's wheel."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from clearbell.verification.sherpa import SherpaOnnx
from clearbell.verification.sound import RATE, load
from clearbell.verification.transcriber import Transcriber, TranscriberError, Transcript, engine_of, folder_of

_MODEL_RATE = 16_000


def _file(text: str) -> Path:
    file = Path(text)
    if not file.is_file():
        raise TranscriberError(
            f"没有语言模型 {text};请在 [verification] transcriber 中写明 ARPA 文件",
            f"there is no language model {text}: name an ARPA file in [verification] transcriber",
        )
    return file


class PocketSphinx:
    """English, small, and made for desks rather than telephones: a hint for whoever listens, not to be quoted.

    ``words``: an ARPA language model of the operator's. It then looks for those words only, and finds them far better.
    """

    def __init__(self, words: str = "") -> None:
        more = {"lm": str(_file(words))} if words else {}
        decoder = engine_of("pocketsphinx", "pocketsphinx").Decoder
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
        path = folder_of(folder)
        engine = engine_of("faster_whisper", "faster-whisper").WhisperModel
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
