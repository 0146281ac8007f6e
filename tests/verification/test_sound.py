"""WAV files in and out."""

import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.verification import sound


def wav(path, samples, rate, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return path.read_bytes()


@given(st.lists(st.integers(-32768, 32767), max_size=300))
def test_what_is_written_is_read_back(values):
    samples = (np.array(values, dtype=np.float32) / 32768).astype(np.float32)
    assert np.array_equal(sound.read_wav(sound.write_wav(samples), "x"), samples)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_a_tone_keeps_its_pitch_and_level_at_any_rate(tmp_path, rate):
    values = 8000 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)
    samples = sound.read_wav(wav(tmp_path / "t.wav", values, rate), "t")
    assert abs(len(samples) - sound.RATE) <= 1
    spectrum = np.abs(np.fft.rfft(samples[:8000]))
    assert abs(int(spectrum.argmax()) - 1000) <= 1
    assert abs(float(np.abs(samples[1000:7000]).max()) - 8000 / 32768) < 0.02


def test_what_eight_kilohertz_cannot_hold_is_left_out(tmp_path):
    values = 8000 * np.sin(2 * np.pi * 6000 * np.arange(22050) / 22050)
    samples = sound.read_wav(wav(tmp_path / "t.wav", values, 22050), "t")
    assert float(np.abs(samples[1000:7000]).max()) < 0.02


def test_channels_are_mixed(tmp_path):
    samples = sound.read_wav(wav(tmp_path / "t.wav", [1000, 3000] * 10, 8000, channels=2), "t")
    assert np.allclose(samples, 2000 / 32768)


def test_a_file_whose_writer_was_killed_is_read_as_far_as_it_goes(tmp_path):
    data = wav(tmp_path / "t.wav", [5] * 100, 8000)
    torn = data[:40] + struct.pack("<I", 0) + data[44:-3]
    assert len(sound.read_wav(torn, "t")) == 98


@pytest.mark.parametrize("data", [b"", b"RIFF", b"OggS" + bytes(60), b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + bytes(16)])
def test_what_is_no_wav_file_is_refused_in_both_languages(data):
    with pytest.raises(sound.SoundError) as refused:
        sound.read_wav(data, "call.wav")
    assert refused.value.zh.startswith("call.wav")
    assert refused.value.en.startswith("call.wav")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        sound.read_wav(b"RIFF\0\0\0\0WAVE" + data, "x")
    except sound.SoundError:
        return


def test_a_script_lasts_as_long_as_the_longest_call():
    assert len(sound.script([sound.notice_tone()], 3.0)) == 3 * sound.RATE
    assert len(sound.script([sound.silence(5)], 3.0)) == 5 * sound.RATE
