"""A story as plain text, for a terminal."""

from __future__ import annotations

import datetime
from typing import Literal

from clearbell.policy.model import Pack
from clearbell.story.model import LANES, Deadline, Event, Story

Language = Literal["zh", "en"]
_HASH = 12


def text(story: Story, pack: Pack, language: Language) -> str:
    """The whole story, a line for each thing that happened."""
    place = 0 if language == "zh" else 1
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    zh = language == "zh"
    seq, digest = story.head
    lines = [
        (f"案件 {story.case}:" if zh else f"Case {story.case}: ") + story.unit[place],
        ("状态:" if zh else "state: ") + story.state[place],
        (
            f"账本共 {seq} 条,末条摘要 {digest}"
            if zh
            else f"the ledger has {seq} entries; the last one's hash is {digest}"
        ),
        "",
    ]
    lines += [_line(event, zone, place, zh=zh) for event in story.events]
    return "\n".join(lines) + "\n"


def _line(event: Event, zone: datetime.timezone, place: int, *, zh: bool) -> str:
    when = shown(event.at, zone)
    lane = LANES[event.lane][place]
    entry = f"#{event.seq} {event.hash[:_HASH]}" if event.seq else ("通话记录" if zh else "call records")
    said = (event.zh, event.en)[place]
    who = f" [{event.who}]" if event.who else ""
    kept = "".join(f" ({one[:_HASH]}…)" for one in event.evidence)
    due = f" <{deadline_words(event.deadline, zone, zh=zh)}>" if event.deadline else ""
    return f"{when}  {entry}  {lane}: {said}{who}{kept}{due}"


def shown(at: int, zone: datetime.timezone) -> str:
    """A time to the second."""
    return datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%Y-%m-%d %H:%M:%S")


def deadline_words(deadline: Deadline, zone: datetime.timezone, *, zh: bool) -> str:
    """By when something was due, and when it was done."""
    what = deadline.zh if zh else deadline.en
    by = shown(deadline.due, zone)
    if not deadline.met:
        return f"期限 {by}:{what}" if zh else f"due {by}: {what}"
    late = deadline.met > deadline.due
    done = shown(deadline.met, zone)
    if zh:
        return f"期限 {by}:{what},{'逾期于' if late else '于'} {done} 办结"
    return f"due {by}: {what}, done {'late, ' if late else ''}{done}"
