"""Kamailio's accounting (acc): rows of transactions, joined to calls.

Rows come as the log lines of ``acc`` (``ACC: transaction answered: timestamp=…;method=INVITE;…``, ``acc_log_request`` in
``src/modules/acc/acc.c``), as the table ``acc`` written out as CSV with its header (``utils/kamctl/mysql/acc-create.sql``),
or as the objects of ``acc_json``, one a line. The numbers come with the extra attributes that Kamailio's own
``kamailio.cfg`` sets: ``src_user``, ``dst_ouser``, ``dst_user``, ``src_ip``; a site may add ``verstat``.

An INVITE with a final status from 300 up is a call that was not answered. One with 2xx waits for the BYE of the same
``callid``; ACK, CANCEL and INVITE within the call belong to it. The row's time is that of the final answer, so the call
begins there and its ring time is not told. The BYE's ``from_tag`` tells who hung up (``detect_direction`` 0, the default).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from clearbell.calls import HOUR, SECOND
from clearbell.intake import BadCell, BadFileError, BadHeaderError
from clearbell.intake.cells import CellError
from clearbell.intake.header import places
from clearbell.intake.lines import LineFile
from clearbell.intake.one_a_line import LinesFile, json_object
from clearbell.intake.reached import Place
from clearbell.intake.rows import Batch, RowFile
from clearbell.records.causes import attestation_of, disposition_of
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.readers.fields import LocalTimes, Numbers, bad, missing_zone, not_a_time, plausible
from clearbell.records.readers.model import (
    CSV_CHUNK,
    LONGEST_JSON,
    Assembled,
    Bad,
    CsvSettings,
    Opened,
    wrong_width,
)

OPEN_FOR = 24 * HOUR
"""How long an answered call waits for its BYE, in event time; then it is a record whose end is unknown."""
_ALIASES = {"callid": ("call_id",), "sip_code": ("code",), "sip_reason": ("reason",), "time": ("timestamp",)}
_NEEDED = ("method", "from_tag", "to_tag", "callid", "sip_code", "time")
_WITHIN = frozenset({"ACK", "CANCEL", "PRACK", "UPDATE", "INFO"})


class _Row(msgspec.Struct):
    """One row of acc."""

    number: int
    line: int
    raw: str
    method: str
    call: str
    from_tag: str
    to_tag: str
    code: int
    at: int
    values: Mapping[str, str]


class _Waiting(msgspec.Struct):
    """An answered call, with the rows that belong to it so far."""

    record: CallRecord
    from_tag: str
    to_tag: str
    rows: list[_Row]


class _Joiner:
    """Makes calls of rows."""

    waits = True

    def __init__(
        self, source: str, numbers: Numbers, times: LocalTimes | None, cells: Callable[[Any], Mapping[str, str]]
    ) -> None:
        """``cells`` makes a row's values by name; it raises :class:`CellError`."""
        self._source = source
        self._numbers = numbers
        self._times = times
        self._cells = cells
        self._open: dict[str, _Waiting] = {}
        self._newest = 0
        self._done: Assembled
        self._rows: list[list[_Row]]
        """The rows of each record that is done."""

    def take(self, batch: Batch, number: int) -> tuple[Assembled, int]:
        """Read rows on; calls that are complete come out."""
        rows: list[list[_Row]] = []
        self._rows = rows
        self._done = Assembled([], [], lambda place: [(r.number, r.line, r.raw) for r in rows[place]], [])
        for at, given in enumerate(batch.rows):
            if not given:
                continue
            number += 1
            try:
                if isinstance(given, BadCell):
                    raise CellError(given)
                row = self._row(number, batch.lines[at], batch.raws[at], self._cells(given))
                self._join(row)
            except CellError as error:
                self._done.bad.append((number, batch.lines[at], [error.bad], batch.raws[at]))
                continue
            self._newest = max(self._newest, row.at)
            self._expire()
        return self._done, number

    def end(self) -> Assembled:
        """Calls without a BYE in this file cannot be told from calls that are still going on."""
        waiting = [_quarantined(row, _UNFINISHED) for call in self._open.values() for row in call.rows]
        self._open.clear()
        return Assembled([], sorted(waiting), lambda _: [])

    def _row(self, number: int, line: int, raw: str, values: Mapping[str, str]) -> _Row:
        method = values.get("method", "").upper()
        call = values.get("callid", "")
        for name, value in (("method", method), ("callid", call)):
            if not value:
                raise bad(name, "empty", "不能为空", "it must not be empty")
        code = values.get("sip_code", "")
        if not (len(code) == 3 and code.isdecimal() and code.isascii() and "100" <= code <= "699"):
            raise bad("sip_code", "not-a-status", f"「{code[:64]}」不是 SIP 状态码", f"`{code[:64]}` is no SIP status")
        at = self._time(values)
        return _Row(
            number, line, raw, method, call, values.get("from_tag", ""), values.get("to_tag", ""), int(code), at, values
        )

    def _time(self, values: Mapping[str, str]) -> int:
        # time_mode 2 tells milliseconds in time_attr, time_mode 1 microseconds in time_exten.
        seconds = epoch(values.get("time_attr", "")) or epoch(values.get("time", ""))
        if seconds is not None:
            extra = values.get("time_exten", "")
            more = int(extra) if extra.isdecimal() and extra.isascii() and len(extra) <= 6 else 0
            return plausible("time", seconds + more)
        text = values.get("time", "")
        if text.lstrip("-").replace(".", "", 1).isdecimal():
            raise not_a_time("time", text, "1788224400")
        if self._times is None:
            raise bad(
                "time",
                "no-zone",
                "时间不带时区;请用 --zone 指明",
                "the time does not tell its zone; name it with --zone",
            )
        return self._times.at("time", text.partition(".")[0])

    def _join(self, row: _Row) -> None:
        waiting = self._open.get(row.call)
        if row.method == "INVITE":
            if waiting is not None and {row.to_tag, row.from_tag} & {waiting.to_tag}:
                waiting.rows.append(row)
            elif row.code >= 300:
                self._settle(self._record(row, disposition_of(answered=False, cause=row.code), cause=row.code), [row])
            elif waiting is not None:
                raise bad(
                    "callid", "open-call", "同一 callid 的呼叫尚未结束", "a call of the same callid has not ended"
                )
            elif row.code >= 200:
                record = self._record(row, Disposition.ANSWERED)
                self._open[row.call] = _Waiting(record, row.from_tag, row.to_tag, [row])
            else:
                raise bad("sip_code", "provisional", "不是最终应答", "it is no final answer")
        elif row.method == "BYE":
            if waiting is None:
                raise CellError(_NO_INVITE)
            if row.at < waiting.record.start:
                raise CellError(_BEFORE)
            del self._open[row.call]
            by = "callee" if row.from_tag and row.from_tag == waiting.to_tag else "caller"
            if row.from_tag not in (waiting.from_tag, waiting.to_tag):
                by = "unknown"
            talk = row.at - waiting.record.start
            record = msgspec.structs.replace(waiting.record, duration=talk, hangup=by, cause=16)
            self._settle(record, [*waiting.rows, row])
        elif row.method in _WITHIN and waiting is not None:
            waiting.rows.append(row)
        else:
            raise bad(
                "method",
                "not-a-call",
                f"{row.method[:32]} 不属于本文件中的任何呼叫",
                f"{row.method[:32]} belongs to no call of this file",
            )

    def _record(self, row: _Row, went: Disposition, cause: int = 0) -> CallRecord:
        values = row.values
        return CallRecord(
            row.call, self._source, row.at, self._numbers.caller(values.get("src_user", "")),
            self._numbers.callee("dst_ouser", values.get("dst_ouser") or values.get("dst_user", "")), "",
            values.get("src_ip", ""), 0, 0, went, "caller" if cause == 487 else "unknown", cause,
            attestation_of(values.get("verstat", "")),
        )  # fmt: skip

    def _settle(self, record: CallRecord, rows: list[_Row]) -> None:
        assert self._done.weights is not None, "BUG: a joiner weighs its records"  # noqa: S101
        self._done.records.append(record)
        self._done.weights.append(len(rows))
        self._rows.append(rows)

    def _expire(self) -> None:
        """Rows come in the order of time, so the first that waits is the oldest."""
        while self._open:
            call, waiting = next(iter(self._open.items()))
            if waiting.record.start >= self._newest - OPEN_FOR:
                return
            del self._open[call]
            self._settle(waiting.record, waiting.rows)


_UNFINISHED = BadCell(
    "method",
    "no-bye",
    "本文件中没有此呼叫的 BYE;若在下一文件中,请把两个文件的隔离行合并后导入",
    "this file has no BYE of the call; where it is in the next file, import the quarantined rows of both in one file",
)
_BEFORE = BadCell(
    "time",
    "ends-before",
    "BYE 的时间早于呼叫接通的时间",
    "the BYE is earlier than the answer of its call",
)
_NO_INVITE = BadCell(
    "method",
    "no-invite",
    "本文件中没有此呼叫的 INVITE;若在上一文件中,请把两个文件的隔离行合并后导入",
    "this file has no INVITE of the call; where it is in the file before, import the quarantined rows of both in one file",
)


def _quarantined(row: _Row, why: BadCell) -> Bad:
    return row.number, row.line, [why], row.raw


def epoch(text: str) -> int | None:
    """Seconds since 1970, with up to six decimals, as µs; None when the text is something else."""
    whole_part, _, rest = text.partition(".")
    if not (whole_part.isdecimal() and whole_part.isascii() and 8 < len(whole_part) <= 11):
        return None
    if rest and not (rest.isdecimal() and rest.isascii()):
        return None
    return int(whole_part) * SECOND + int(rest[:6].ljust(6, "0") if rest else 0)


def log_line(line: str) -> dict[str, str] | BadCell:
    """Attributes of a line of the log; whatever the logger wrote before ``timestamp=`` is passed over."""
    at = line.find("timestamp=")
    if at < 0:
        return BadCell(
            "", "not-acc", "不是 acc 的记录行(缺少 timestamp=)", "it is no line of acc: `timestamp=` is missing"
        )
    return _named(dict(part.partition("=")[::2] for part in line[at:].split(";")))


def _named(values: Mapping[str, str]) -> dict[str, str]:
    found = dict(values)
    for name, others in _ALIASES.items():
        for other in others:
            if other in found and name not in found:
                found[name] = found[other]
    return found


class _Settings:
    def __init__(self, source: str, zone: datetime.tzinfo | None, home: str) -> None:
        self.source = source
        self.name = f"records.{self.form}:{source}:{zone}:{home}"
        self._zone = zone
        self._home = home

    form = ""

    def _joiner(self, cells: Callable[[Any], Mapping[str, str]]) -> _Joiner:
        times = None if self._zone is None else LocalTimes(self._zone)
        return _Joiner(self.source, Numbers(self._home), times, cells)


class KamailioLog(_Settings):
    """Reads the log lines of acc; their ``timestamp`` is in seconds since 1970, so no zone is needed."""

    form = "kamailio-log"
    chunk = CSV_CHUNK
    longest_line = LONGEST_JSON

    def open(self, file: LineFile, encoding: str) -> Opened:
        """There is no header."""
        return Opened(LinesFile(file, encoding, log_line), Place(), "", self._joiner(lambda row: row))


class KamailioJson(_Settings):
    """Reads the objects of acc_json, one a line. A ``time`` that is text needs the zone."""

    form = "kamailio-json"
    chunk = CSV_CHUNK
    longest_line = LONGEST_JSON

    def open(self, file: LineFile, encoding: str) -> Opened:
        """There is no header. The first line tells whether the zone is needed."""
        rows = LinesFile(file, encoding, _json_row)
        first = next((row for batch in rows.batches(1) for row in batch.rows if row), None)
        if isinstance(first, dict) and self._zone is None and epoch(first.get("time", "")) is None:
            raise BadFileError(*missing_zone("acc_json"))
        rows.seek(0, 0)
        return Opened(rows, Place(), "", self._joiner(lambda row: row))


def _json_row(line: str) -> dict[str, str] | BadCell:
    row = json_object(line)
    if isinstance(row, BadCell):
        return row
    return _named({name: _plain(value) for name, value in row.items()})


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


class KamailioCsv(_Settings, CsvSettings):
    """Reads the table ``acc`` written out as CSV with a header. A ``time`` that is no number needs the zone."""

    form = "kamailio-csv"

    def open(self, file: LineFile, encoding: str) -> Opened:
        """Find the columns; the first row tells whether the zone is needed."""
        rows = RowFile(file, encoding)
        header, position, line = rows.header()
        at = places(header, _NEEDED, _ALIASES)
        if "src_user" not in at or not {"dst_user", "dst_ouser"} & at.keys():
            raise BadHeaderError(
                "缺少 src_user 与 dst_ouser(或 dst_user)列;请按 kamailio.cfg 的 db_extra 设置增加这些列",
                "it lacks src_user and dst_ouser (or dst_user); add these columns as db_extra in kamailio.cfg has them",
            )
        width = len(header)
        rows.widths = frozenset({width})

        def cells(row: list[str]) -> dict[str, str]:
            if len(row) != width:
                raise CellError(wrong_width(len(row), frozenset({width})))
            return {name: row[place] for name, place in at.items()}

        rows.seek(position, line)
        if self._zone is None and self._needs_zone(rows.batches(1), at):
            raise BadFileError(*missing_zone("acc"))
        rows.seek(position, line)
        return Opened(rows, Place(position, line), rows.header_line, self._joiner(cells))

    def _needs_zone(self, batches: Iterator[Batch], at: dict[str, int]) -> bool:
        for batch in batches:
            for row in batch.rows:
                if isinstance(row, list) and len(row) > max(at.values()):
                    told = (row[at["time_attr"]] if "time_attr" in at else "", row[at["time"]])
                    return all(epoch(text) is None for text in told)
        return False
