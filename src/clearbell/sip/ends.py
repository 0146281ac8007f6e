"""How calls ended, told over SIP: ``PUBLISH`` with ``Event: clearbell-call-end`` and a JSON body."""

from __future__ import annotations

from typing import Annotated

import msgspec

from clearbell.calls import CallEnd, HangUp
from clearbell.numbering import to_key

EVENT = b"clearbell-call-end"
_Millis = Annotated[int, msgspec.Meta(ge=0, le=30 * 86_400_000)]
_Text = Annotated[str, msgspec.Meta(max_length=256)]


class _EndBody(msgspec.Struct):
    caller: _Text
    callee: _Text
    answered: bool
    id: _Text = ""
    duration_ms: _Millis = 0
    ring_ms: _Millis = 0
    hangup: HangUp = HangUp.UNKNOWN
    trunk: _Text = ""
    cause: Annotated[int, msgspec.Meta(ge=0, le=699)] = 0


_decode = msgspec.json.Decoder(_EndBody).decode


class BadEndError(Exception):
    """The body of a call end cannot be read. 通话结果无法读取。"""


def read_end(body: bytes, now: int, home: str) -> CallEnd:
    """Read a call end. Raises :class:`BadEndError` with what does not fit."""
    try:
        read = _decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadEndError(str(error)) from error
    caller = to_key(read.caller.encode(), home)
    callee = to_key(read.callee.encode(), home)
    if not caller or not callee:
        message = "caller" if not caller else "callee"
        raise BadEndError(f"{message} is no number")
    return CallEnd(
        id=read.id,
        at=now,
        caller=caller,
        callee=callee,
        answered=read.answered,
        duration=read.duration_ms * 1000 if read.answered else 0,
        ring=read.ring_ms * 1000,
        hangup=read.hangup,
        trunk=read.trunk,
        cause=read.cause,
    )
