"""Asterisk's ``Master.csv`` (cdr_csv).

Columns and their order, quoting, ``%Y-%m-%d %T`` times in the machine's zone or GMT (``usegmtime``), and which columns
options add (``loguniqueid``, ``loguserfield``, ``newcdrcolumns``): ``cdr/cdr_csv.c`` and ``configs/samples/cdr.conf.sample``
of Asterisk (23). Dispositions: ``ast_cdr_disp2str`` in ``main/cdr.c``. The file has no header; some sites add one, with
the names of the ``cdr`` table or those of the ``CDR()`` function.

``"","8613800000001","8657188880001","from-trunk","<8613800000001>","PJSIP/carrier-00000001","PJSIP/desk-00000002",
"Dial","PJSIP/desk","2026-09-01 09:00:00","2026-09-01 09:00:05","2026-09-01 09:01:05",65,60,"ANSWERED","DOCUMENTATION",
"1788224400.1",""``
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence

from clearbell.calls import SECOND
from clearbell.intake import BadHeaderError
from clearbell.intake.header import places
from clearbell.intake.lines import LineFile
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.readers.fields import LocalTimes, Numbers, bad, whole
from clearbell.records.readers.model import Assembler, CsvSettings, Opened, RowByRow, open_csv

COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount", "linkedid", "sequence",
)  # fmt: skip
_WIDTHS = frozenset({16, 17, 18, 21})
_NEEDED = ("src", "dst", "channel", "start", "answer", "duration", "billsec", "disposition")
_OTHER_NAMES = {
    "src": ("source",),
    "dst": ("destination",),
    "clid": ("callerid", "caller_id"),
    "start": ("calldate", "start_time", "starttime"),
    "answer": ("answer_time", "answertime", "answerdate"),
    "end": ("end_time", "endtime", "hangupdate"),
    "billsec": ("billable_seconds",),
    "dstchannel": ("destination_channel",),
    "uniqueid": ("unique_id",),
}
_ANSWERED = Disposition.ANSWERED
DISPOSITIONS = {
    "ANSWERED": _ANSWERED,
    "NO ANSWER": Disposition.UNANSWERED,
    "CANCEL": Disposition.UNANSWERED,
    "BUSY": Disposition.BUSY,
    "FAILED": Disposition.FAILED,
    "CONGESTION": Disposition.FAILED,
    "UNKNOWN": Disposition.UNKNOWN,
}
_NUMBER_IN_NAME = ("Local", "DAHDI", "Console")


class AsteriskCsv(CsvSettings):
    """Reads ``Master.csv``."""

    def __init__(self, source: str, zone: datetime.tzinfo, home: str) -> None:
        self.source = source
        self.name = f"records.asterisk-csv:{source}:{zone}:{home}"
        self._times = LocalTimes(zone)
        self._numbers = Numbers(home)

    def open(self, file: LineFile, encoding: str) -> Opened:
        """Find out whether there is a header."""
        return open_csv(file, encoding, self._bind)

    def _bind(self, first: list[str]) -> tuple[bool, Assembler]:
        names = {cell.strip().lower() for cell in first}
        if {"dst", "destination"} & names and {"disposition"} & names:
            at = places(first, _NEEDED, _OTHER_NAMES)
            return True, RowByRow(self._reader(at), frozenset({len(first)}))
        if len(first) not in _WIDTHS or (len(first) > 14 and first[14] not in DISPOSITIONS):
            raise BadHeaderError(
                "首行不是 Asterisk cdr_csv 的记录(16、17、18 或 21 列,第 15 列为 ANSWERED 等),也不是含 src、dst、disposition 的表头;"
                "cdr_custom 的文件请用 --format mapped",
                "the first row is neither a record of Asterisk's cdr_csv (16, 17, 18 or 21 columns, the 15th ANSWERED or "
                "the like) nor a header with src, dst and disposition; read a file of cdr_custom with --format mapped",
            )
        # 17 columns: loguniqueid without loguserfield is what is met; a user field alone names no call.
        at = {name: place for place, name in enumerate(COLUMNS[: len(first)])}
        return False, RowByRow(self._reader(at), frozenset({len(first)}))

    def _reader(self, at: dict[str, int]) -> Callable[[Sequence[str]], CallRecord]:
        src, dst, channel, start, answer, duration, billsec, disposition = (at[name] for name in _NEEDED)
        uniqueid = at.get("uniqueid", -1)
        dstchannel = at.get("dstchannel", -1)
        sequence = at.get("sequence", -1)
        source, when = self.source, self._times.at
        caller_of, callee_of = self._numbers.caller, self._numbers.callee
        trunks: dict[str, str] = {}

        def read(row: Sequence[str]) -> CallRecord:
            went = DISPOSITIONS.get(row[disposition])
            if went is None:
                raise bad(
                    "disposition",
                    "not-a-choice",
                    f"没有结果「{row[disposition][:64]}」",
                    f"there is no disposition `{row[disposition][:64]}`",
                )
            began = when("start", row[start])
            talk = 0
            hangup = "unknown"
            if went is _ANSWERED:
                talk = whole("billsec", row[billsec]) * SECOND
                # An answer is told but for calls of applications that answer before the record begins.
                ring = max(when("answer", row[answer]) - began, 0) if row[answer] else 0
            else:
                ring = whole("duration", row[duration]) * SECOND
                if row[disposition] == "CANCEL":
                    hangup = "caller"
            name = row[channel]
            prefix = name.rpartition("-")[0] or name
            trunk = trunks.get(prefix)
            if trunk is None:
                if len(trunks) > 10_000:
                    trunks.clear()
                trunk = trunks[prefix] = trunk_of(prefix)
            call = row[uniqueid] if uniqueid >= 0 else ""
            if call:
                # A call that rang several phones is several rows with one uniqueid: none may hide another.
                call = f"{call}/{row[sequence]}" if sequence >= 0 else f"{call}/{row[dstchannel]}"
            else:
                call = hashlib.sha256("\n".join(row).encode("utf-8", "surrogatepass")).hexdigest()[:24]
            return CallRecord(
                call, source, began, caller_of(row[src]), callee_of("dst", row[dst]), "", trunk, ring, talk, went, hangup
            )  # fmt: skip

        return read


def trunk_of(channel: str) -> str:
    """The endpoint of a channel's name without its serial: ``PJSIP/carrier-a`` is ``carrier-a``.

    Empty for kinds of channel whose name holds a telephone number.
    """
    kind, _, rest = channel.partition("/")
    return "" if kind in _NUMBER_IN_NAME else rest.partition("/")[0].partition("@")[0]
