"""Sound of calls: mono samples at 8 kHz, from -1 to 1; WAV files in and out, and what a script plays."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples a second: that of G.711."""
Samples = NDArray[np.float32]

_FULL = 32768.0
_RIFF_HEAD = 12
_NOTICE_HZ = 1400.0
_NOTICE_SECONDS = 0.3
_NOTICE_LEVEL = 0.2


class SoundError(Exception):
    """The file is no sound that can be read here. 无法读取该录音。"""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"{name}: {en}")
        self.zh = f"{name}:{zh}"
        self.en = f"{name}: {en}"


def read_wav(data: bytes, name: str) -> Samples:
    """Samples of a WAV file (PCM, 16 bit, any rate, channels mixed), also of one whose writer was killed.

    Raises :class:`SoundError`.
    """
    rate, channels, body = _chunks(data, name)
    samples = np.frombuffer(body[: len(body) // (2 * channels) * 2 * channels], dtype="<i2").astype(np.float32)
    mixed: Samples = (samples.reshape(-1, channels).mean(axis=1) / _FULL).astype(np.float32)
    return mixed if rate == RATE else _resample(mixed, rate)


def _chunks(data: bytes, name: str) -> tuple[int, int, bytes]:
    if data[:4] != b"RIFF" or data[8:_RIFF_HEAD] != b"WAVE":
        raise SoundError(name, "不是 WAV 文件", "it is no WAV file")
    at, form = _RIFF_HEAD, (0, 0, 0)
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        body = data[at + 8 : at + 8 + size]
        if kind == b"fmt " and len(body) >= 16:
            code, channels, rate = struct.unpack("<HHI", body[:8])
            form = (rate, channels, struct.unpack("<H", body[14:16])[0] if code in (1, 0xFFFE) else 0)
        elif kind == b"data":
            if form[2] != 16 or not form[0] or not form[1]:
                break
            # The size is written at the end: after a kill it says 0, or less than there is.
            if size == 0 or at + 8 + size > len(data):
                body = data[at + 8 :]
            return form[0], form[1], body
        at += 8 + size + size % 2
    raise SoundError(name, "不是 16 位 PCM 的 WAV 文件", "it is no WAV file of 16-bit PCM")


def _resample(samples: Samples, rate: int) -> Samples:
    if rate > RATE:
        # A windowed sinc that passes what 8 kHz can hold.
        half = 4 * rate // RATE * 4
        places = np.arange(-half, half + 1)
        kernel = np.sinc(places * RATE * 0.9 / rate) * np.hamming(2 * half + 1)
        samples = np.convolve(samples, kernel / kernel.sum(), "same").astype(np.float32)
    wanted = np.arange(int(len(samples) * RATE / rate)) * (rate / RATE)
    changed: Samples = np.interp(wanted, np.arange(len(samples)), samples).astype(np.float32)
    return changed


def wide(samples: Samples) -> Samples:
    """The same at twice the rate, with nothing above what 8 kHz can hold: what models of speech take."""
    if not len(samples):
        return samples
    doubled: Samples = (2 * np.fft.irfft(np.fft.rfft(samples), 2 * len(samples))).astype(np.float32)
    return doubled


def write_wav(samples: Samples) -> bytes:
    """A WAV file: 8 kHz, mono, 16 bit."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1.0, 1.0 - 1 / _FULL) * _FULL).astype("<i2").tobytes())
    return out.getvalue()


def silence(seconds: float) -> Samples:
    """Silence of that length."""
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def tone(hz: float, seconds: float, level: float) -> Samples:
    """A plain tone."""
    wave_: Samples = (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)
    return wave_


def notice_tone() -> Samples:
    """The beep of recorded calls: 1400 Hz, as ITU-T and the FCC describe it."""
    return tone(_NOTICE_HZ, _NOTICE_SECONDS, _NOTICE_LEVEL)


def script(parts: list[Samples], seconds: float) -> Samples:
    """What is played, with silence after it: baresip ends a call whose sound ends, so it lasts ``seconds`` at least."""
    played = np.concatenate([*parts, silence(0)])
    return np.concatenate([played, silence(max(0.0, seconds - len(played) / RATE))])


def load(path: Path) -> Samples:
    """Samples of a WAV file on disk. Raises :class:`SoundError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SoundError(str(path), f"读不出:{error.strerror}", f"cannot be read: {error.strerror}") from error
    return read_wav(data, str(path))
