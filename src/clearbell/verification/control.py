"""What baresip's ``ctrl_tcp`` module says and is told: JSON in netstrings. No socket here."""

from __future__ import annotations

import enum

import msgspec

_LONGEST = 64 * 1024
"""Bytes of one message. baresip's own buffer is smaller; more means that the other end is not baresip."""


class ControlError(Exception):
    """The control connection does not speak the protocol. 控制连接的协议有误。"""


class EventType(enum.Enum):
    """Events of a user agent that matter here, by baresip's names."""

    INCOMING = "CALL_INCOMING"
    RINGING = "CALL_RINGING"
    PROGRESS = "CALL_PROGRESS"
    """Ringing with early media."""
    ESTABLISHED = "CALL_ESTABLISHED"
    CLOSED = "CALL_CLOSED"
    REGISTERED = "REGISTER_OK"
    NOT_REGISTERED = "REGISTER_FAIL"


class Event(msgspec.Struct, frozen=True):
    """Something happened."""

    type: EventType
    param: str = ""
    """For CLOSED: status and phrase of the answer, or an error of the system's."""
    peer: str = ""
    """SIP URI of the other side."""


class Response(msgspec.Struct, frozen=True):
    """A command was taken or not."""

    ok: bool
    data: str
    token: str


class _Message(msgspec.Struct):
    event: bool = False
    type: str = ""
    param: str = ""
    peeruri: str = ""
    response: bool = False
    ok: bool = False
    data: str = ""
    token: str = ""


_KNOWN = {kind.value: kind for kind in EventType}
_decode = msgspec.json.Decoder(_Message).decode


def command(name: str, params: str = "", token: str = "") -> bytes:
    """A command as bytes to send."""
    body = {"command": name}
    if params:
        body["params"] = params
    if token:
        body["token"] = token
    data = msgspec.json.encode(body)
    return b"%d:%s," % (len(data), data)


class Reader:
    """Takes bytes as they come, gives whole messages."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[Event | Response]:
        """Messages that ``data`` completes; events that do not matter are left out.

        Raises :class:`ControlError` for what is no netstring of JSON.
        """
        self._left += data
        found: list[Event | Response] = []
        while True:
            head, colon, rest = self._left.partition(b":")
            if not colon:
                if len(head) > len(str(_LONGEST)) or (head and not head.isdigit()):
                    raise ControlError(f"not a netstring: {head[:20]!r}")
                return found
            if not head.isdigit() or int(head) > _LONGEST:
                raise ControlError(f"not a netstring: {head[:20]!r}")
            size = int(head)
            if len(rest) <= size:
                return found
            if rest[size : size + 1] != b",":
                raise ControlError("a netstring does not end with a comma")
            self._left = rest[size + 1 :]
            message = _read(rest[:size])
            if message is not None:
                found.append(message)


def _read(data: bytes) -> Event | Response | None:
    try:
        # Phrases of SIP answers come through as the other side wrote them.
        message = _decode(data.decode("utf-8", "replace"))
    except msgspec.MsgspecError as error:
        raise ControlError(f"not the JSON of a message: {error}") from error
    if message.response:
        return Response(message.ok, message.data, message.token)
    kind = _KNOWN.get(message.type)
    return Event(kind, message.param, message.peeruri) if message.event and kind else None
