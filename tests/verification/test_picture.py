"""A recording as a picture."""

from __future__ import annotations

import re

import numpy as np
import pytest

from clearbell.verification.picture import loudness, waveform
from clearbell.verification.sound import RATE, silence, tone


def test_it_is_as_loud_as_the_loudest_moment_of_each_part():
    sound = np.concatenate([silence(1), tone(440, 1, 0.5), silence(1), tone(440, 1, 1.0)])
    levels = loudness(sound, 4)
    assert levels == pytest.approx([0, 0.5, 0, 1], abs=0.01)


def test_a_loud_part_stands_higher_than_a_quiet_one():
    picture = waveform(np.concatenate([tone(440, 2, 0.1), tone(440, 2, 0.9)]), "a test")
    talls = [float(below) - float(above) for above, below in re.findall(r"M\d+ ([\d.]+)V([\d.]+)", picture)]
    assert len(talls) == 300
    assert max(talls[:140]) < min(talls[160:])


def test_its_times_are_written_below_and_what_it_shows_is_told():
    picture = waveform(tone(440, 25, 0.5), 'a "call"')
    assert re.findall(r">(\d:\d\d)<", picture) == ["0:00", "0:05", "0:10", "0:15", "0:20"]
    assert 'aria-label="a &quot;call&quot;"' in picture


@pytest.mark.parametrize("samples", [0, 1, 7, RATE])
def test_a_recording_of_any_length(samples):
    assert len(loudness(np.ones(samples, dtype=np.float32))) == min(samples, 300)
    assert bool(waveform(np.ones(samples, dtype=np.float32), "x")) == bool(samples)
