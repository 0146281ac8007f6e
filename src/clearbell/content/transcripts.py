"""Transcripts as files give them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from clearbell.content.kinds import Kinds


class Transcript(msgspec.Struct, frozen=True):
    """What was said in one call."""

    id: str
    caller: tuple[str, ...] = ()
    """What the caller said, in order."""
    callee: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was said by whoever it was."""
    kind: str | None = None
    """Code of its kind, where the file tells one."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that was said, by speaker."""
        return self.caller + self.callee + self.unknown


class Fault(msgspec.Struct, frozen=True):
    """A line that could not be used."""

    line: int
    text: str
    zh: str
    en: str


def said(transcript: Transcript, view: str) -> tuple[str, ...]:
    """Lines that a view of the call is judged by."""
    return transcript.caller if view == "caller" else transcript.lines


_Said = list[str] | str | None


class _Row(msgspec.Struct, frozen=True):
    id: str | int | None = None
    tts_id: str | None = None
    caller: _Said = None
    left: _Said = None
    callee: _Said = None
    right: _Said = None
    text: _Said = None
    kind: str | None = None
    category: str | None = None
    fraud_type: str | None = None


_SPEAKER = re.compile(r"\s*(caller|主叫|callee|被叫)\s*[::]\s*", re.IGNORECASE)


def read_jsonl(
    lines: Iterable[str], kinds: Kinds, name: str = "-", *, labels: bool = True
) -> tuple[list[Transcript], list[Fault]]:
    """Read one call a line: ``caller`` and ``callee`` (or ``left`` and ``right``: lists of what each said), or ``text``
    where nobody knows who said what; ``id``; and ``kind``, ``category`` or ``fraud_type`` for training.

    Faulty lines come back with their reason. A label that no file of kinds tells is a fault; without ``labels`` none
    is looked at.
    """
    found: list[Transcript] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=_Row)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            faults.append(Fault(number, line, f"不合格式:{error}", f"does not have the form: {error}"))
            continue
        label = row.kind or row.category or row.fraud_type if labels else None
        kind = kinds.meant(label) if label else None
        said = Transcript(
            id=f"{name}:{number}" if row.id is None and row.tts_id is None else str(row.id if row.id is not None else row.tts_id),
            caller=_said(row.caller, row.left),
            callee=_said(row.callee, row.right),
            unknown=_said(row.text),
            kind=kind,
        )  # fmt: skip
        if label and kind is None:
            faults.append(
                Fault(
                    number,
                    line,
                    f"没有类型「{label}」:请在类型文件中写明",
                    f"no kind is named `{label}`: tell its meaning in a file of kinds",
                )
            )
        elif not said.lines:
            faults.append(Fault(number, line, "没有任何话语", "nothing is said in it"))
        else:
            found.append(said)
    return found, faults


def read_text(text: str, id: str = "-") -> Transcript:  # noqa: A002 - the name of the field
    """Read a plain transcript. Lines that begin with ``caller:`` 主叫: or ``callee:`` 被叫: tell the speaker; a line
    that does not goes to the speaker before, if any.
    """
    said: dict[str, list[str]] = {"caller": [], "callee": [], "unknown": []}
    speaker = "unknown"
    for line in text.splitlines():
        mark = _SPEAKER.match(line)
        if mark:
            speaker = "caller" if mark[1].lower() in {"caller", "主叫"} else "callee"
            line = line[mark.end() :]
        if line.strip():
            said[speaker].append(line.strip())
    return Transcript(id, tuple(said["caller"]), tuple(said["callee"]), tuple(said["unknown"]))


def _said(*given: Any) -> tuple[str, ...]:
    for value in given:
        if value is not None:
            return tuple(line for line in ([value] if isinstance(value, str) else value) if line.strip())
    return ()
