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
