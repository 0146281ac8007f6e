"""The same recording is recognised, another is not."""

import itertools

import numpy as np
import pytest

from clearbell.verification import sound
from clearbell.verification.fingerprint import STEP_MS, compare, landmarks

from .conftest import OFFER, PRIZE, RULES, mu_law

TEXTS = (
    ("en", OFFER),
    ("en", PRIZE),
    ("en", "We noticed a suspicious charge on your account. Please call back now to avoid suspension."),
    ("en", "This is the tax office with a final notice. A warrant will be issued unless you pay now."),
    ("cmn", "您好,我们现在有低息贷款活动,最高可以申请三十万元,请问您需要吗"),
    ("cmn", "恭喜您获得我们公司的免费旅游名额,详情请按一号键转人工服务"),
)
HEARING = RULES.rules.hearing


def same(first, second):
    match = compare(landmarks(first), landmarks(second))
    return match.votes >= HEARING.match_votes and match.share >= HEARING.match_share


@pytest.mark.parametrize(("voice", "text"), TEXTS)
@pytest.mark.parametrize("gain", [0.1, 0.5, 1.0])
def test_a_recording_is_recognised_through_g711_gain_noise_and_another_beginning(speech, voice, text, gain):
    source = speech(text, voice)
    line = mu_law(np.concatenate([sound.silence(1.2345), source * gain]))
    noisy = line + np.random.default_rng(2).normal(0, 0.001, len(line)).astype(np.float32)
    match = compare(landmarks(source), landmarks(noisy))
    assert match.votes >= HEARING.match_votes
    assert abs(match.shift * STEP_MS - 1234.5) <= 2 * STEP_MS
    # Two seconds of it missing, and nothing but the middle.
    assert same(source, mu_law(source[2 * sound.RATE :] * gain))
    assert same(source, mu_law(source[sound.RATE : 4 * sound.RATE] * gain))


def test_other_words_do_not_match_even_in_the_same_voice(speech):
    spoken = [speech(text, voice) for voice, text in TEXTS]
    for first, second in itertools.combinations(spoken, 2):
        assert not same(first, mu_law(second))


def test_the_same_words_in_another_voice_or_pace_are_another_recording(speech):
    assert not same(speech(OFFER), speech(OFFER, "en+f3"))
    assert not same(speech(OFFER), speech(OFFER, "en", "-s", "140"))


def test_silence_and_scraps_have_nothing_to_recognise():
    assert landmarks(sound.silence(3)) == []
    assert landmarks(sound.silence(0.01)) == []
    assert compare([], []).votes == 0
