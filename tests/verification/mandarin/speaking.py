"""The voice that says these sentences: a synthesiser, at a speed, pitch and timbre."""

from __future__ import annotations

import subprocess

from clearbell.verification import sound

VOICES = ("", "+m1", "+m3", "+m4", "+m7", "+f1", "+f2", "+f4", "+max", "+michel", "+steph", "+linda", "+antonio")
UNHEARD = ("+m2", "+f3", "+m6")
"""Voices that the model learned nothing from."""


def spoken(text: str, voice: str, speed: int, pitch: int) -> sound.Samples:
    """Samples of the text.

    The voice ``cmn`` of espeak-ng 1.51 spells characters out in English letters; that of its Latin script reads them.
    """
    words = ["espeak-ng", "-v", f"cmn-latn-pinyin{voice}", "-s", str(speed), "-p", str(pitch), "--stdout", text]
    return sound.read_wav(subprocess.run(words, check=True, capture_output=True, timeout=60).stdout, text)
