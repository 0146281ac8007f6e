"""Any CSV file whose columns a mapping file tells (:mod:`clearbell.records.readers.mapping`)."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence

import msgspec

from clearbell.calls import HangUp
from clearbell.intake import BadHeaderError
from clearbell.intake.header import normal, places
from clearbell.intake.lines import LineFile
from clearbell.records.causes import MOST, attestation_of, disposition_of
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.readers.fields import (
    LocalTimes,
    Numbers,
    bad,
    missing_zone,
    not_a_time,
    plausible,
    talked,
    utc_of,
    whole,
)
from clearbell.records.readers.mapping import UNITS, Mapping
from clearbell.records.readers.model import Assembler, CsvSettings, Opened, RowByRow, open_csv

_PLAIN = "%Y-%m-%d %H:%M:%S"
_UTC = datetime.UTC


class MappedCsv(CsvSettings):
    """Reads a file as its mapping tells."""

    def __init__(self, source: str, mapping: Mapping, home: str) -> None:
        self.source = source
        digest = hashlib.sha256(msgspec.json.encode(mapping, order="deterministic")).hexdigest()[:12]
        self.name = f"records.mapped:{source}:{digest}:{home}"
        self._mapping = mapping
        self._numbers = Numbers(home)
        self._when = time_reader(mapping)

    def open(self, file: LineFile, encoding: str) -> Opened:
        """Find the columns."""
        return open_csv(file, encoding, self._bind, self._mapping.file.delimiter)

    def _bind(self, first: list[str]) -> tuple[bool, Assembler]:
        columns = msgspec.structs.asdict(self._mapping.columns)
        given = {name: column for name, column in columns.items() if column is not None}
        if self._mapping.file.header:
            known = places(first, [normal(column) for column in given.values()])
            at = {name: known[normal(column)] for name, column in given.items()}
        else:
            most = max(given.values())
            if most > len(first):
                raise BadHeaderError(
                    f"映射文件要第 {most} 列,首行只有 {len(first)} 列",
                    f"the mapping asks for column {most}; the first row has {len(first)}",
                )
            at = {name: column - 1 for name, column in given.items()}
        return self._mapping.file.header, RowByRow(self._reader(at), frozenset({len(first)}))

    def _reader(self, at: dict[str, int]) -> Callable[[Sequence[str]], CallRecord]:
        mapping, numbers, when, source = self._mapping, self._numbers, self._when, self.source
        unit = UNITS[mapping.length.unit]
        went_by = {word.lower(): meaning for word, meaning in mapping.disposition.items()}
        ended_by = {word.lower(): meaning for word, meaning in mapping.hangup.items()}
        signed_by = {word.lower(): meaning for word, meaning in mapping.attestation.items()}

        def read(row: Sequence[str]) -> CallRecord:
            def text(name: str) -> str:
                place = at.get(name, -1)
                return row[place].strip() if place >= 0 else ""

            def moment(name: str) -> int:
                found = text(name)
                return 0 if found in ("", "0") else when(name, found)

            began = when("start", text("start"))
            answered_at, ended = moment("answer"), moment("end")
            talk = _length("duration", text("duration"), unit)
            cause = whole("cause", text("cause"))
            if cause > MOST:
                raise bad(
                    "cause", "not-a-cause", f"「{cause}」不是释放原因或 SIP 状态码", f"`{cause}` is no release cause or SIP status"
                )  # fmt: skip
            if "disposition" in at:
                went = went_by.get(text("disposition").lower())
                if went is None:
                    raise _unknown_word("disposition", text("disposition"))
            elif "answer" in at:
                went = disposition_of(bool(answered_at), cause)
            else:
                went = disposition_of(talk > 0, cause)
            answered = went is Disposition.ANSWERED
            if not answered:
                talk = 0
            elif not talk and answered_at and ended:
                talk = talked("end", answered_at, ended)
            if "ring" in at:
                ring = _length("ring", text("ring"), unit)
            else:
                until = (answered_at or (ended - talk if ended else 0)) if answered else ended
                ring = max(until - began, 0) if until else 0
            side = HangUp.UNKNOWN
            if "hangup" in at and text("hangup"):
                found = ended_by.get(text("hangup").lower())
                if found is None:
                    raise _unknown_word("hangup", text("hangup"))
                side = found
            signed = text("attestation")
            attestation = signed_by.get(signed.lower()) or attestation_of(signed)
            call = text("id") or hashlib.sha256("\n".join(row).encode("utf-8", "surrogatepass")).hexdigest()[:24]
            return CallRecord(
                call, source, began, numbers.caller(text("caller")), numbers.callee("callee", text("callee")), "",
                text("trunk"), ring, talk, went, side.value, cause, attestation,
            )  # fmt: skip

        return read


def time_reader(mapping: Mapping) -> Callable[[str, str], int]:
    """What makes µs UTC of a column's text."""
    form, zone = mapping.time.format, mapping.zone()
    if form == "epoch":
        unit = UNITS[mapping.time.unit]

        def epoch(column: str, text: str) -> int:
            whole_part, _, rest = text.partition(".")
            if not whole_part or len(whole_part) > 17 or not f"{whole_part}{rest}".isdecimal() or not text.isascii():
                raise not_a_time(column, text, f"epoch ({mapping.time.unit})")
            more = int(rest[:6].ljust(6, "0")) * unit // 1_000_000 if rest else 0
            return plausible(column, int(whole_part) * unit + more)

        return epoch
    if form == _PLAIN and zone is not None:
        return LocalTimes(zone).at

    def other(column: str, text: str) -> int:
        try:
            iso = form == "iso"
            # The zone is added below, where the text does not tell it.
            read = datetime.datetime.fromisoformat(text) if iso else datetime.datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            raise not_a_time(column, text, "ISO 8601" if form == "iso" else form) from None
        if read.tzinfo is None:
            if zone is None:
                raise bad(column, "no-zone", *missing_zone("mapping time.zone"))
            read = read.replace(tzinfo=zone)
        return plausible(column, utc_of(column, read))

    return other


def _length(column: str, text: str, unit: int) -> int:
    whole_part, _, rest = text.partition(".")
    if rest and not (rest.isdecimal() and rest.isascii()):
        raise bad(column, "not-a-length", f"「{text[:64]}」应为时长", f"`{text[:64]}` should be a length of time")
    return whole(column, whole_part) * unit + (int(rest[:6].ljust(6, "0")) * unit // 1_000_000 if rest else 0)


def _unknown_word(column: str, word: str) -> Exception:
    return bad(
        column,
        "not-a-choice",
        f"映射文件的 [{column}] 没有「{word[:64]}」",
        f"the mapping's [{column}] does not have `{word[:64]}`",
    )
