"""How a test call goes, as a dialogue: events and time in, commands out. No socket, no clock, no process.

Times are milliseconds of a steady clock that whoever drives it reads.
"""

from __future__ import annotations

import re

import msgspec

from clearbell.verification.control import Event, EventType
from clearbell.verification.model import Side

_STATUS = re.compile(r"([1-6]\d\d) (.*)")


class Course(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened, in ms since the call was sent; below 0: it did not happen."""

    rang: int = -1
    early: int = -1
    """When sound came before an answer."""
    answered: int = -1
    ended: int = -1
    ended_by: Side = Side.NOBODY
    status: int = 0
    """SIP status of the final answer; 200 when it was answered; 0 when none came."""
    phrase: str = ""
    """Words of the status, or the error."""

    @property
    def ring_ms(self) -> int:
        """How long it rang."""
        if self.rang < 0 and self.early < 0:
            return 0
        began = min(at for at in (self.rang, self.early) if at >= 0)
        until = self.answered if self.answered >= 0 else self.ended
        return max(0, until - began)

    @property
    def talk_ms(self) -> int:
        """How long it was connected; 0 when it never was."""
        return max(0, self.ended - self.answered) if self.answered >= 0 else 0


class Outgoing:
    """One call to a number: let it ring so long, stay so long once it is answered, then hang up."""

    def __init__(self, ring_ms: int, talk_ms: int, begun: int) -> None:
        self._ring_ms = ring_ms
        self._talk_ms = talk_ms
        self._begun = begun
        self._course = Course()

    @property
    def course(self) -> Course:
        """What happened so far."""
        return self._course

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self._course.ended >= 0

    @property
    def deadline(self) -> int:
        """When :meth:`tick` wants to be called at the latest."""
        if self._course.answered >= 0:
            return self._begun + self._course.answered + self._talk_ms
        return self._begun + self._ring_ms

    def event(self, event: Event, now: int) -> None:
        """Take an event in."""
        if self.over:
            return
        at = now - self._begun
        change = msgspec.structs.replace
        if event.type is EventType.RINGING and self._course.rang < 0:
            self._course = change(self._course, rang=at)
        elif event.type is EventType.PROGRESS and self._course.early < 0:
            self._course = change(self._course, early=at)
        elif event.type is EventType.ESTABLISHED and self._course.answered < 0:
            self._course = change(self._course, answered=at, status=200, phrase="OK")
        elif event.type is EventType.CLOSED:
            self._close(event.param, at)

    def tick(self, now: int) -> bool:
        """Whether to hang up now."""
        if self.over or now < self.deadline:
            return False
        nothing = self._course.rang < 0 and self._course.early < 0 and self._course.answered < 0
        self._course = msgspec.structs.replace(
            self._course,
            ended=now - self._begun,
            ended_by=Side.US,
            phrase="nothing came back from the network" if nothing else self._course.phrase,
        )
        return True

    def lost(self, reason: str, now: int) -> None:
        """The user agent went away."""
        if not self.over:
            self._course = msgspec.structs.replace(self._course, ended=now - self._begun, phrase=reason)

    def _close(self, param: str, at: int) -> None:
        change = msgspec.structs.replace
        final = _STATUS.match(param)
        if self._course.answered >= 0:
            self._course = change(self._course, ended=at, ended_by=Side.THEM)
        elif final:
            self._course = change(
                self._course, ended=at, ended_by=Side.THEM, status=int(final[1]), phrase=final[2].strip()
            )
        else:
            self._course = change(self._course, ended=at, phrase=param)


class Incoming:
    """A line that only receives: let it ring so long, answer, stay silent, hang up after a while."""

    def __init__(self, answer_ms: int, talk_ms: int) -> None:
        self._answer_ms = answer_ms
        self._talk_ms = talk_ms
        self._begun = -1
        self._told = False
        self.peer = ""
        self._course = Course()

    @property
    def course(self) -> Course:
        """What happened so far, in ms since the call came in."""
        return self._course

    @property
    def ringing(self) -> bool:
        """Whether a call has come."""
        return self._begun >= 0

    @property
    def over(self) -> bool:
        """Whether the call that came is over."""
        return self._course.ended >= 0

    @property
    def deadline(self) -> int | None:
        """When :meth:`tick` wants to be called at the latest; None while nobody calls."""
        if self._begun < 0:
            return None
        if self._course.answered >= 0:
            return self._begun + self._course.answered + self._talk_ms
        return self._begun + (self._answer_ms if not self._told else self._answer_ms + self._talk_ms)

    def event(self, event: Event, now: int) -> None:
        """Take an event in; calls beside the first are the user agent's to refuse."""
        change = msgspec.structs.replace
        if event.type is EventType.INCOMING and self._begun < 0:
            self._begun, self.peer = now, event.peer
            self._course = Course(rang=0)
        elif self._begun < 0 or self.over or (event.peer and event.peer != self.peer):
            return
        elif event.type is EventType.ESTABLISHED:
            self._course = change(self._course, answered=now - self._begun, status=200, phrase="OK")
        elif event.type is EventType.CLOSED:
            self._course = change(self._course, ended=now - self._begun, ended_by=Side.THEM)

    def tick(self, now: int) -> str:
        """Command that is due: ``accept``, ``hangup``, or none."""
        if self.deadline is None or self.over or now < self.deadline:
            return ""
        if self._course.answered < 0 and not self._told:
            self._told = True
            return "accept"
        self._course = msgspec.structs.replace(self._course, ended=now - self._begun, ended_by=Side.US)
        return "hangup"

    def close(self, now: int) -> None:
        """The line is closed: what is up is hung up."""
        if self._begun >= 0 and not self.over:
            self._course = msgspec.structs.replace(
                self._course, ended=now - self._begun, ended_by=Side.US, phrase="the line was closed"
            )

    def lost(self, reason: str, now: int) -> None:
        """The user agent went away."""
        if self._begun >= 0 and not self.over:
            self._course = msgspec.structs.replace(self._course, ended=now - self._begun, phrase=reason)
