"""A model of sherpa-onnx's in a folder of the operator's: its kind is read from the model, and it is tried before it is used.

sherpa-onnx ends the process that gives it a model it cannot use, or one of another kind. So the model is first loaded, and
given a second of silence, in a process of its own: ``python -m clearbell.verification.sherpa FOLDER``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from clearbell.verification.onnx_metadata import OnnxError, metadata_of
from clearbell.verification.sound import RATE, load, silence, wide
from clearbell.verification.transcriber import TranscriberError, Transcript, engine_of, folder_of

FILES = ("model.onnx", "model.int8.onnx")
"""What a published model is called; where a folder has both, the first is taken."""
KINDS = {
    "sense_voice_ctc": "sense_voice",
    "paraformer": "paraformer",
    "telespeech_ctc": "telespeech_ctc",
    "zipformer2_ctc": "zipformer_ctc",
    "wenet_ctc": "wenet_ctc",
    "EncDecCTCModel": "nemo_ctc",
    "EncDecCTCModelBPE": "nemo_ctc",
    "EncDecHybridRNNTCTCBPEModel": "nemo_ctc",
}
"""``model_type`` that a model says of itself, and sherpa-onnx's name for what takes it."""
TRIAL_SECONDS = 300
"""After which a model that is still not loaded is given up."""


class Model(msgspec.Struct, frozen=True):
    """The files of a model."""

    kind: str
    """sherpa-onnx's name."""
    file: Path
    tokens: Path


def model_in(folder: str) -> Model:
    """The model in a folder. Raises :class:`TranscriberError` with what the folder has not, or what the model is instead."""
    path = folder_of(folder)
    file = next((path / name for name in FILES if (path / name).is_file()), None)
    if file is None:
        raise TranscriberError(
            f"模型目录 {folder} 缺少 {FILES[0]}(或 {FILES[1]})",
            f"the model folder {folder} has no {FILES[0]} (nor {FILES[1]})",
        )
    if not (path / "tokens.txt").is_file():
        raise TranscriberError(f"模型目录 {folder} 缺少 tokens.txt", f"the model folder {folder} has no tokens.txt")
    try:
        said = metadata_of(file).get("model_type", "")
    except (OnnxError, OSError) as error:
        raise TranscriberError(f"{file} 不是 ONNX 模型", f"{file} is no ONNX model") from error
    if said not in KINDS:
        known = ", ".join(sorted(set(KINDS.values())))
        raise TranscriberError(
            f"{file} 的类型「{said or '未注明'}」不受支持;可用:{known}",
            f"{file} is of the kind {said or '(none named)'!r}, which cannot be used; these can: {known}",
        )
    return Model(KINDS[said], file, path / "tokens.txt")


def _recognizer(model: Model) -> Any:
    made = getattr(engine_of("sherpa_onnx", "sherpa-onnx").OfflineRecognizer, f"from_{model.kind}")
    return made(str(model.file), tokens=str(model.tokens))


def _words(recognizer: Any, samples: Any) -> str:
    stream = recognizer.create_stream()
    # At the rate of its models: else it resamples, and says so on standard error at every call.
    stream.accept_waveform(2 * RATE, wide(samples))
    recognizer.decode_stream(stream)
    return str(stream.result.text).strip()


def _try(folder: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 our own module
            [sys.executable, "-m", "clearbell.verification.sherpa", folder],
            capture_output=True, text=True, errors="replace", timeout=TRIAL_SECONDS, check=False,
        )  # fmt: skip
        told = done.stderr.strip().splitlines() if done.returncode else []
        why = re.sub(r"^\S+\.(cc|h):\S+:\d+ ", "", told[-1]) if told else f"exit {done.returncode}"
        failed = bool(done.returncode)
    except subprocess.TimeoutExpired:
        failed, why = True, f"not loaded within {TRIAL_SECONDS} s"
    if failed:
        raise TranscriberError(
            f"sherpa-onnx 无法使用模型目录 {folder}:{why}", f"sherpa-onnx cannot use the model folder {folder}: {why}"
        )


class SherpaOnnx:
    """A model of sherpa-onnx's (``model.onnx`` or ``model.int8.onnx``, and ``tokens.txt``), as published, in a folder."""

    def __init__(self, folder: str) -> None:
        model = model_in(folder)
        engine_of("sherpa_onnx", "sherpa-onnx")
        _try(folder)
        self._recognizer = _recognizer(model)

    def __call__(self, path: Path) -> Transcript:
        """Write down what is said in a file."""
        return Transcript(_words(self._recognizer, load(path)), None)


if __name__ == "__main__":
    _words(_recognizer(model_in(sys.argv[1])), silence(1.0))
