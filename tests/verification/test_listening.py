"""What is heard: voice, tones, silence, and who speaks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.verification import sound
from clearbell.verification.listening import listen
from clearbell.verification.model import Speaker, Told

from .conftest import OFFER, PRIZE, RULES, mu_law

HEARING = RULES.rules.hearing


def heard(*parts, noise=0.0):
    whole = mu_law(np.concatenate([sound.silence(p) if isinstance(p, int | float) else p for p in parts]))
    grains = np.random.default_rng(1).normal(0, noise or 1e-9, len(whole))
    return listen((whole + grains).astype(np.float32), HEARING)


@pytest.mark.parametrize(
    ("words", "voice"), [("Hello?", "en"), ("Yes, who is this?", "en+f3"), ("喂,你好", "cmn"), ("喂?", "cmn+f2")]
)
@pytest.mark.parametrize("noise", [0.0, 0.002])
def test_a_few_words_and_a_wait_are_a_person(speech, words, voice, noise):
    found = heard(1.0, speech(words, voice), 4.0, noise=noise)
    assert (found.speaker, found.told) == (Speaker.PERSON, Told.GREETING)
    assert 900 <= found.lead_ms <= 1200
    assert found.voice_ms <= 2500


def test_one_who_speaks_on_without_a_wait_is_a_machine(speech):
    found = heard(0.3, speech(OFFER), 0.4, speech(PRIZE), 1.0)
    assert (found.speaker, found.told) == (Speaker.MACHINE, Told.MONOLOGUE)
    assert found.voice_share > 0.7


def test_a_beep_after_speech_and_then_silence_is_voicemail(speech):
    found = heard(speech("Please leave a message after the tone."), 0.4, sound.tone(1000, 0.4, 0.3), 4.0)
    assert (found.speaker, found.told) == (Speaker.MACHINE, Told.BEEP)
    assert len(found.tones) == 1


def test_what_comes_round_again_is_an_announcement(speech):
    text = speech("The number you have dialled is not in service. Please check the number.")
    found = heard(0.5, text, 1.5, text, 1.5, text, 0.5)
    assert (found.speaker, found.told) == (Speaker.ANNOUNCEMENT, Told.REPEATS)


def test_a_person_who_asks_again_is_no_announcement(speech):
    found = heard(1.0, speech("Hello?"), 3.0, speech("Hello, is anybody there?"), 3.0, speech("Hello?"), 2.0)
    assert found.speaker is Speaker.PERSON


def test_a_ringing_tone_is_nobody(speech):
    ring = [sound.tone(450, 1.0, 0.2), 4.0]
    found = heard(*ring, *ring, *ring)
    assert (found.speaker, found.told, found.voice_ms) == (Speaker.NOBODY, Told.TONES, 0)
    assert len(found.tones) == 3
    assert 2800 <= found.tone_ms <= 3100


def test_two_tones_at_once_are_tones():
    busy = sound.tone(480, 0.5, 0.15) + sound.tone(620, 0.5, 0.15)
    found = heard(busy, 0.5, busy, 0.5)
    assert (found.voice_ms, len(found.tones)) == (0, 2)


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.003])
def test_a_quiet_line_is_silence(noise):
    found = heard(6.0, noise=noise)
    assert (found.speaker, found.told, found.lead_ms) == (Speaker.NOBODY, Told.SILENT, 6000)


def test_what_nothing_tells_stays_unknown(speech):
    # Longer than a greeting, shorter than a monologue.
    found = heard(0.8, speech(OFFER), 3.0)
    assert (found.speaker, found.told) == (Speaker.UNKNOWN, Told.NOTHING)


@given(st.lists(st.floats(-1, 1, width=32), max_size=400), st.integers(0, 30))
def test_any_sound_is_judged(values, times):
    samples = np.array(values * times, dtype=np.float32)
    found = listen(samples, HEARING)
    assert 0 <= found.voice_ms <= found.length_ms
    assert found.lead_ms <= found.length_ms
