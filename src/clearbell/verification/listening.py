"""What is heard in a recording: voice, tones, silence; and whether a person, a machine or an announcement speaks.

Voice is found by energy over the line's own noise, and told from tones by their steady pitch. A speech detector such
as ``pocketsphinx.Vad`` calls a ringing tone voice, so tones had to be told apart here anyway, and telephone lines are
quiet enough for energy to do the rest without a further dependency.
"""

from __future__ import annotations

import msgspec
import numpy as np

from clearbell.policy.model import HearingRules
from clearbell.verification.fingerprint import STEP_MS, Landmark, landmarks, repeats
from clearbell.verification.model import Speaker, Told
from clearbell.verification.sound import RATE, Samples

FRAME_MS = 20
_FRAME = RATE * FRAME_MS // 1000
_WINDOW = 256
_PEAK_REACH = 2
"""Bins on each side of a peak that a Hann window spreads it over."""


class Segment(msgspec.Struct, frozen=True):
    """A stretch of voice or tone, in ms since the beginning, the end not included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Its length in ms."""
        return self.end - self.start


class Hearing(msgspec.Struct, frozen=True):
    """What a recording holds."""

    length_ms: int
    voice_ms: int
    tone_ms: int
    lead_ms: int
    """Silence or tones before the first voice; the whole length where there is none."""
    voice: tuple[Segment, ...]
    tones: tuple[Segment, ...]
    speaker: Speaker
    told: Told
    landmarks: tuple[Landmark, ...]

    @property
    def voice_share(self) -> float:
        """Share of the time with voice."""
        return self.voice_ms / self.length_ms if self.length_ms else 0.0


def listen(samples: Samples, rules: HearingRules) -> Hearing:
    """Say what is heard."""
    voiced, tonal = _frames(samples, rules)
    tones = _segments(tonal, 0, rules.tone_ms)
    for tone in tones:
        # Its first and last moment look like voice.
        voiced[max(0, tone.start // FRAME_MS - 3) : tone.end // FRAME_MS + 3] = False
    voice = _segments(voiced, rules.gap_ms, rules.utterance_ms)
    length = len(samples) * 1000 // RATE
    marks = landmarks(samples) if voice else []
    speaker, told = _speaker(voice, tones, marks, length, rules)
    return Hearing(
        length_ms=length,
        voice_ms=sum(segment.length for segment in voice),
        tone_ms=sum(segment.length for segment in tones),
        lead_ms=voice[0].start if voice else length,
        voice=tuple(voice),
        tones=tuple(tones),
        speaker=speaker,
        told=told,
        landmarks=tuple(marks),
    )


def _frames(samples: Samples, rules: HearingRules) -> tuple[np.ndarray, np.ndarray]:
    """For each frame: whether it has voice, and whether it belongs to a steady tone."""
    count = len(samples) // _FRAME
    if not count:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    frames = samples[: count * _FRAME].reshape(count, _FRAME)
    level = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    noise = float(np.percentile(level, 10))
    # Someone who speaks all the time leaves no silence to measure: the floor caps what is taken for noise.
    bar = max(rules.floor_db, min(noise, rules.floor_db) + rules.voice_db)
    loud = level > bar
    padded = np.concatenate([samples, np.zeros(_WINDOW, dtype=np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[: count * _FRAME : _FRAME]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)) ** 2
    total = power.sum(axis=1) + 1e-12
    peak = power.argmax(axis=1)
    kept = power.copy()
    share = np.zeros(count)
    # Two tones at once are still tones: dialling, busy and ringing tones of many countries have two.
    for _ in range(2):
        top = kept.argmax(axis=1)
        for reach in range(-_PEAK_REACH, _PEAK_REACH + 1):
            place = np.clip(top + reach, 0, power.shape[1] - 1)
            share += kept[np.arange(count), place] / total
            kept[np.arange(count), place] = 0
    narrow = loud & (share >= rules.tone_share)
    # Steady: pitch and level as in the frame before.
    steady = narrow.copy()
    steady[1:] &= narrow[:-1] & (np.abs(np.diff(peak)) <= 1) & (np.abs(np.diff(level)) <= rules.tone_steady_db)
    steady[0] = False
    return loud, steady


def _segments(flags: np.ndarray, gap_ms: int, least_ms: int) -> list[Segment]:
    """Stretches of true, joined over gaps shorter than ``gap_ms``, of at least ``least_ms``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    joined: list[Segment] = []
    for start, end in zip((edges[::2] * FRAME_MS).tolist(), (edges[1::2] * FRAME_MS).tolist(), strict=True):
        if joined and start - joined[-1].end < gap_ms:
            joined[-1] = Segment(joined[-1].start, end)
        else:
            joined.append(Segment(start, end))
    return [segment for segment in joined if segment.length >= least_ms]


def _speaker(
    voice: list[Segment], tones: list[Segment], marks: list[Landmark], length: int, rules: HearingRules
) -> tuple[Speaker, Told]:
    if not voice:
        return Speaker.NOBODY, Told.TONES if tones else Told.SILENT
    again = repeats(marks, rules.repeat_ms // STEP_MS)
    if again.votes >= rules.match_votes and again.share >= rules.match_share:
        return Speaker.ANNOUNCEMENT, Told.REPEATS
    for tone in tones:
        spoke = any(segment.end <= tone.start for segment in voice)
        quiet = not any(tone.end < segment.start < tone.end + rules.wait_ms for segment in voice)
        others = [other for other in tones if other is not tone]
        if spoke and quiet and not others:
            return Speaker.MACHINE, Told.BEEP
    turns = _turns(voice, rules.wait_ms)
    if max(turn.length for turn in turns) >= rules.monologue_ms:
        return Speaker.MACHINE, Told.MONOLOGUE
    first = turns[0]
    waited = (turns[1].start if len(turns) > 1 else length) - first.end
    if first.start <= rules.late_ms and first.length <= rules.greeting_ms and waited >= rules.wait_ms:
        return Speaker.PERSON, Told.GREETING
    return Speaker.UNKNOWN, Told.NOTHING


def _turns(voice: list[Segment], wait_ms: int) -> list[Segment]:
    """Utterances with no wait between them, as one."""
    turns = [voice[0]]
    for segment in voice[1:]:
        if segment.start - turns[-1].end < wait_ms:
            turns[-1] = Segment(turns[-1].start, segment.end)
        else:
            turns.append(segment)
    return turns
