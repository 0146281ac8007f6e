"""Decisions as bytes for the record, and back."""

from __future__ import annotations

import msgspec

from clearbell.calls import Decision

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Decision)


def encode_decision(decision: Decision) -> bytes:
    """Encode a decision whole."""
    return _encoder.encode(decision)


def decode_decision(raw: bytes) -> Decision:
    """Decode what :func:`encode_decision` wrote. Raises ``msgspec.DecodeError`` for anything else."""
    return _decoder.decode(raw)


class CallGist(msgspec.Struct, frozen=True, gc=False):
    """Of a call what sums need."""

    at: int
    caller: int
    trunk: str = ""


class Gist(msgspec.Struct, frozen=True, gc=False):
    """Of a decision what sums need: a quarter of the work of reading it whole."""

    call: CallGist
    action: str
    """Value of an :class:`~clearbell.calls.Action`."""
    decided_by: str


_gists = msgspec.msgpack.Decoder(Gist)


def decode_gist(raw: bytes | memoryview) -> Gist:
    """Decode of what :func:`encode_decision` wrote what sums need. Raises as :func:`decode_decision`."""
    return _gists.decode(raw)
