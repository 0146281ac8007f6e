"""The record of every call: each decision, call end and dialled report code, written before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from clearbell.calls import CallEnd, CodeDialled, Decision
from clearbell.records.journal_codec import decode_decision, encode_decision
from clearbell.records.segments import DEFAULT_BYTES, SegmentWriter, read_segment, segments

_DECISION = b"D"
_END = b"E"
_CODE = b"C"
_encode = msgspec.msgpack.Encoder().encode
_decode_end = msgspec.msgpack.Decoder(CallEnd).decode
_decode_code = msgspec.msgpack.Decoder(CodeDialled).decode


class Journal:
    """Writes the record. One journal a folder; a killed process loses nothing it had written."""

    def __init__(self, folder: Path, size: int = DEFAULT_BYTES) -> None:
        self._segments = SegmentWriter(folder, size)

    def decided(self, decision: Decision) -> None:
        """Record a decision."""
        self._segments.write(_DECISION + encode_decision(decision))

    def ended(self, end: CallEnd) -> None:
        """Record the end of a call."""
        self._segments.write(_END + _encode(end))

    def code_dialled(self, dialled: CodeDialled) -> None:
        """Record that a subscriber dialled the report code."""
        self._segments.write(_CODE + _encode(dialled))

    @property
    def written(self) -> int:
        """Records since it was opened."""
        return self._segments.written

    def close(self) -> None:
        """Close the journal; nothing can be recorded after."""
        self._segments.close()


def decode_record(record: bytes) -> Decision | CallEnd | CodeDialled | None:
    """One record of the journal; None for one of another version that cannot be read."""
    try:
        if record[:1] == _DECISION:
            return decode_decision(record[1:])
        if record[:1] == _END:
            return _decode_end(record[1:])
        if record[:1] == _CODE:
            return _decode_code(record[1:])
    except msgspec.DecodeError:
        return None
    return None


def read_journal(folder: Path, since: int = 0) -> Iterator[Decision | CallEnd]:
    """Yield the calls and ends recorded at or after ``since`` (µs UTC), oldest first.

    Segments that were closed before ``since`` are not opened. A record of another version that cannot be read
    is passed over.
    """
    for path in segments(folder):
        if path.stat().st_mtime * 1e6 < since:
            continue
        for record in read_segment(path):
            decoded = decode_record(record)
            if decoded is None or isinstance(decoded, CodeDialled):
                continue
            at = decoded.call.at if isinstance(decoded, Decision) else decoded.at
            if at >= since:
                yield decoded


def read_journal_backwards(folder: Path) -> Iterator[Decision | CallEnd]:
    """Yield the calls and ends recorded, newest first, one segment in memory at a time."""
    for path in reversed(segments(folder)):
        for record in reversed(list(read_segment(path))):
            decoded = decode_record(record)
            if decoded is not None and not isinstance(decoded, CodeDialled):
                yield decoded


def find_decision(folder: Path, decision_id: str) -> Decision | None:
    """Return the decision of that id, looking in the newest segments first; None when there is none."""
    needle = decision_id.encode()
    for path in reversed(segments(folder)):
        for record in read_segment(path):
            if needle in record and record[:1] == _DECISION:
                decoded = decode_record(record)
                if isinstance(decoded, Decision) and decoded.id == decision_id:
                    return decoded
    return None


class DecidedTo(msgspec.Struct, frozen=True):
    """Decisions on calls to one number, newest first."""

    decisions: list[Decision]
    whole: bool
    """False: there may be older ones, which were not looked for."""


def decisions_to(folder: Path, callee: int, since: int, most: int, segments_most: int = 64) -> DecidedTo:
    """The newest ``most`` decisions on calls to ``callee`` at or after ``since`` (µs UTC), newest first.

    It reads backwards, at most ``segments_most`` segments, and decodes only records that hold the number's bytes.
    """
    needle = _encode(callee)
    found: list[Decision] = []
    for place, path in enumerate(reversed(segments(folder))):
        if path.stat().st_mtime * 1e6 < since:
            return DecidedTo(found, True)
        if place == segments_most:
            return DecidedTo(found, False)
        if needle not in path.read_bytes():
            continue
        for record in reversed([one for one in read_segment(path) if one[:1] == _DECISION and needle in one]):
            decoded = decode_record(record)
            if isinstance(decoded, Decision) and decoded.call.callee == callee and decoded.call.at >= since:
                if len(found) == most:
                    return DecidedTo(found, False)
                found.append(decoded)
    return DecidedTo(found, True)


def remove_old_segments(folder: Path, before: int) -> int:
    """Delete segments last written before ``before`` (µs UTC): the pack's retention. Returns how many."""
    removed = 0
    for path in segments(folder)[:-1]:
        if path.stat().st_mtime * 1e6 < before:
            path.unlink()
            removed += 1
    return removed
