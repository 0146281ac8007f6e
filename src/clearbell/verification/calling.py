"""Making a planned call: the user agent, the ear and the store brought together."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import structlog
from sqlalchemy import Connection

from clearbell.cases.errors import CaseError
from clearbell.cases.evidence import Content, VerificationCall
from clearbell.cases.evidence import Evidence as CaseEvidence
from clearbell.cases.files import case_of
from clearbell.cases.service import do_add_evidence
from clearbell.ledger import Act, Store
from clearbell.lifecycles import IllegalStepError
from clearbell.vault import Vault
from clearbell.verification import agent, queries, sound
from clearbell.verification.course import Course
from clearbell.verification.errors import NeverCalledError, OwnLineError, VerificationError
from clearbell.verification.fingerprint import STEP_MS, Landmark, Match, tally
from clearbell.verification.lines import Holder, check_free
from clearbell.verification.listening import Hearing, listen
from clearbell.verification.model import Evidence, Outcome, Script, Speaker, Told
from clearbell.verification.outcomes import outcome_of
from clearbell.verification.rules import CallRules
from clearbell.verification.service import (
    do_cancel,
    do_fail,
    do_fail_left,
    do_finish,
    do_postpone,
    do_start,
)
from clearbell.verification.settings import LineSettings, VerificationSettings, line_of
from clearbell.verification.transcriber import Transcriber

log = structlog.get_logger()

_DOCUMENT_MOST = 64 * 1024 * 1024
"""Bytes of a recording; the pack's seconds bound it far below this."""
SOURCE_SPARE = 10.0
"""Seconds that the played sound lasts past the longest call."""


class Caller(msgspec.Struct):
    """What making and taking calls needs."""

    store: Store
    rules: CallRules
    settings: VerificationSettings
    vault: Vault
    now_ms: Callable[[], int]
    """A steady clock."""
    actor: str
    transcriber: Transcriber | None = None
    categorise: Callable[[str], Content] | None = None
    """The category of what was said to us, from its words; None: no model is configured."""
    place: Callable[..., tuple[Course, agent.Recorded]] = agent.place_call
    take: Callable[..., tuple[str, Course, agent.Recorded] | None] = agent.take_call
    holder: Holder | None = None
    """The process that answers the line, where this is one."""


def notice(caller: Caller) -> list[sound.Samples]:
    """The recording notice that the pack wants. Raises :class:`~clearbell.verification.agent.AgentError`."""
    kind = caller.rules.rules.recording_notice
    if kind == "tone":
        return [sound.notice_tone(), sound.silence(0.3)]
    if kind == "none":
        return []
    if not caller.settings.notice_audio:
        raise agent.AgentError(
            f"规则包要求播放录音告知「{caller.rules.rules.notice_zh}」,请在 [verification] notice_audio 中给出录音文件",
            f"the pack wants the recording notice spoken ({caller.rules.rules.notice_en!r}): name its WAV file in "
            "[verification] notice_audio",
        )
    return [_audio(caller.settings.notice_audio), sound.silence(0.3)]


def make_call(caller: Caller, call: str) -> tuple[Outcome, Evidence]:
    """Make a planned call and record what it found.

    Raises :class:`~clearbell.verification.errors.VerificationError` and
    :class:`~clearbell.lifecycles.IllegalStepError` when it may not be made now, and
    :class:`~clearbell.verification.agent.AgentError` when it cannot; then it is marked as failed.
    """
    limits = caller.rules.rules
    with caller.store.act(caller.actor) as act:
        planned = queries.call_of(act.conn, call)
        if planned is not None:
            check_free(act.conn, act.at, planned.line, caller.holder)
        row = do_start(act, caller.rules, call)
    try:
        line = _line(caller.settings, row.line)
        parts = notice(caller)
        if Script(row.script) is Script.TALK:
            parts.append(_talk(caller.settings))
        longest = limits.ring_seconds + limits.talk_seconds + SOURCE_SPARE
        played = sound.write_wav(sound.script(parts, longest))
        course, recorded = caller.place(
            caller.settings, line, row.number, played, limits.ring_seconds * 1000, limits.talk_seconds * 1000,
            caller.now_ms,
        )  # fmt: skip
        outcome, evidence, marks, content = judged(caller, call, course, recorded)
        with caller.store.act(caller.actor) as act:
            if outcome is Outcome.FAILED:
                do_fail(act, call, f"{course.status} {course.phrase}".strip() if course.status else course.phrase)
            else:
                do_finish(act, call, outcome, evidence, marks)
                if row.case_id:
                    found = found_in(outcome.value, evidence, content)
                    into_case(act, caller.rules, row.case_id, found, row.call)
    except BaseException as error:
        with caller.store.act(caller.actor) as act:
            interrupted = not isinstance(error, Exception)
            do_fail(act, call, "interrupted" if interrupted else getattr(error, "en", "") or type(error).__name__)
        raise
    return outcome, evidence


def make_due_calls(caller: Caller, chance: Callable[[], float]) -> list[tuple[str, Outcome | Exception]]:
    """Make the planned calls whose time has come, one after another; returns each with its outcome or what stood against it.

    One that may not be made now gets another time, one that may never be made is cancelled. None keeps back another.
    """
    with caller.store.act(caller.actor) as act:
        do_fail_left(act, caller.rules)
    with caller.store.read() as conn:
        due = queries.due_calls(conn, caller.store.clock.now())
    return [(call, make_due_call(caller, call, chance)) for call in due]


def make_due_call(caller: Caller, call: str, chance: Callable[[], float]) -> Outcome | Exception:
    """Make a planned call whose time has come; returns its outcome or what stood against it, as :func:`make_due_calls`."""
    try:
        return make_call(caller, call)[0]
    except (NeverCalledError, OwnLineError) as error:
        with caller.store.act(caller.actor) as act:
            do_cancel(act, call, error.en)
        return error
    except VerificationError as error:
        with caller.store.act(caller.actor) as act:
            do_postpone(act, caller.rules, call, error.en, chance)
        return error
    except (IllegalStepError, agent.AgentError) as error:
        return error


def found_in(outcome: str, evidence: Evidence, content: Content | None) -> list[VerificationCall | Content]:
    """What a case is told of a call."""
    found: list[VerificationCall | Content] = [
        VerificationCall(outcome, evidence.talk_ms // 1000, evidence.heard, evidence.text, evidence.confidence)
    ]
    if content is not None:
        found.append(msgspec.structs.replace(content, recording=evidence.heard))
    return found


def into_case(act: Act, rules: CallRules, case: str, found: list[VerificationCall | Content], reference: str) -> None:
    """Put what was found into the case that the call serves, or into the one that it was merged into."""
    try:
        while into := case_of(act.conn, case).merged_into:
            case = into
        for what in found:
            do_add_evidence(act, case, CaseEvidence(what, act.at, "verification", reference), rules.cases)
    except (CaseError, IllegalStepError) as error:
        # Closed or gone meanwhile: what was found stays with the test call.
        log.warning("test-call-not-in-case", case=case, call=reference, error=str(error))


def judged(
    caller: Caller, call: str, course: Course, recorded: agent.Recorded
) -> tuple[Outcome, Evidence, list[tuple[int, int]], Content | None]:
    """What a call found, kept in the vault; its marks, and the category of what was said in it."""
    early, talk = _split(course, recorded.heard)
    outcome, evidence, marks = _judge(caller, call, course, early, talk)
    evidence = _keep(caller.vault, evidence, np.concatenate([early, talk]), _joined(recorded.said))
    content = caller.categorise(evidence.text) if caller.categorise is not None and evidence.text else None
    return outcome, evidence, marks, content


def _line(settings: VerificationSettings, name: str) -> LineSettings:
    line = line_of(settings, name)
    if line is None:
        raise agent.AgentError(
            f"节点配置中没有线路 {name}",
            f"the configuration of the node has no line {name} under [[verification.line]]",
        )
    return line


def _talk(settings: VerificationSettings) -> sound.Samples:
    if not settings.talk_audio:
        raise agent.AgentError(
            "话术 talk 需要录音文件:请填写 [verification] talk_audio",
            "the script `talk` needs a WAV file: name it in [verification] talk_audio",
        )
    return _audio(settings.talk_audio)


def _audio(path: str) -> sound.Samples:
    try:
        return sound.load(Path(path))
    except sound.SoundError as error:
        raise agent.AgentError(error.zh, error.en) from error


def _joined(files: tuple[bytes, ...]) -> sound.Samples:
    return np.concatenate([sound.silence(0), *(sound.read_wav(data, "recording") for data in files if data)])


def _split(course: Course, files: tuple[bytes, ...]) -> tuple[sound.Samples, sound.Samples]:
    """What was heard before the answer and after it."""
    everything = _joined(files)
    if course.answered < 0:
        return everything, sound.silence(0)
    if course.early < 0:
        return sound.silence(0), everything
    # baresip goes on with the same file, or begins another; counted from the end, both are alike.
    after = min(len(everything), course.talk_ms * sound.RATE // 1000)
    return everything[: len(everything) - after], everything[len(everything) - after :]


def _judge(
    caller: Caller, call: str, course: Course, early: sound.Samples, talk: sound.Samples
) -> tuple[Outcome, Evidence, list[tuple[int, int]]]:
    rules = caller.rules.rules
    answered = course.answered >= 0
    before = listen(early, rules.hearing)
    hearing = listen(talk, rules.hearing) if answered else before
    first = rules.prints_seconds * 1000 // STEP_MS
    marks = [mark for mark in hearing.landmarks if mark.at < hearing.lead_ms // STEP_MS + first]
    with caller.store.read() as conn:
        known, match = recognise(conn, marks, caller.rules, but=call)
        speaker, told = _known_speaker(conn, known, hearing)
    outcome = outcome_of(course, speaker, bool(before.voice), rules)
    text, confidence = _transcribe(caller.transcriber, talk if answered else early, hearing)
    evidence = Evidence(
        ring_ms=course.ring_ms,
        early_ms=len(early) * 1000 // sound.RATE,
        talk_ms=course.talk_ms,
        ended_by=course.ended_by,
        status=course.status,
        phrase=course.phrase,
        length_ms=hearing.length_ms,
        voice_ms=hearing.voice_ms,
        tone_ms=hearing.tone_ms,
        lead_ms=hearing.lead_ms,
        speaker=speaker,
        told=told,
        same_as=known,
        votes=match.votes,
        text=text,
        confidence=confidence,
    )
    return outcome, evidence, [(mark.hash, mark.at) for mark in marks]


def recognise(conn: Connection, marks: list[Landmark], rules: CallRules, but: str = "") -> tuple[str, Match]:
    """The test call in which the same recording was heard, with how far they agree; empty where none was."""
    best, found = "", Match(0, 0.0, 0)
    hashes = sorted({mark.hash for mark in marks})
    for call, places in queries.prints_with(conn, hashes, but).items():
        if len(places) < rules.rules.hearing.match_votes:
            continue
        row = queries.call_of(conn, call)
        if row is None:
            continue
        match = tally(marks, places, min(len(marks), row.prints))
        if match.votes > found.votes:
            best, found = call, match
    limits = rules.rules.hearing
    if found.votes >= limits.match_votes and found.share >= limits.match_share:
        return best, found
    return "", Match(0, 0.0, 0)


def _known_speaker(conn: Connection, known: str, hearing: Hearing) -> tuple[Speaker, Told]:
    row = queries.call_of(conn, known) if known else None
    if row is None or hearing.speaker is Speaker.ANNOUNCEMENT:
        return hearing.speaker, hearing.told
    announced = Outcome(row.outcome) is Outcome.ANNOUNCEMENT
    return (Speaker.ANNOUNCEMENT if announced else Speaker.MACHINE), Told.KNOWN


def _transcribe(transcriber: Transcriber | None, heard: sound.Samples, hearing: Hearing) -> tuple[str, float | None]:
    if transcriber is None or not hearing.voice:
        return "", None
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(sound.write_wav(heard))
        file.flush()
        written = transcriber(Path(file.name))
    return written.text, written.confidence


def _keep(vault: Vault, evidence: Evidence, heard: sound.Samples, said: sound.Samples) -> Evidence:
    digests = [
        vault.put(sound.write_wav(samples), _DOCUMENT_MOST).digest if len(samples) else "" for samples in (heard, said)
    ]
    return msgspec.structs.replace(evidence, heard=digests[0], said=digests[1])
