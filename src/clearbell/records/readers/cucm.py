"""Cisco Unified Communications Manager: CDR files.

Field names and meanings: Cisco's "Call Detail Records Administration Guide", chapter "CDR Field Descriptions" (Reporting
and Billing Administration Guide, 11.5(1)SU7). The first line names the columns, the second their types
(``INTEGER,VARCHAR(50),UNIQUEIDENTIFIER``). Times are seconds since 1970 UTC; ``dateTimeConnect`` 0: not answered. The
side that released has the cause in its ``…Cause_value``, the other 0. Causes over 127 are Cisco's own (a transferred call,
a conference) and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from clearbell.calls import SECOND
from clearbell.intake.header import places
from clearbell.intake.lines import LineFile
from clearbell.intake.rows import Batch, RowFile
from clearbell.records.causes import disposition_of
from clearbell.records.model import CallRecord
from clearbell.records.readers.fields import Numbers, bad, plausible, whole
from clearbell.records.readers.model import Assembler, CsvSettings, Opened, RowByRow, open_csv

_NEEDED = (
    "cdrrecordtype", "globalcallid_callmanagerid", "globalcallid_callid", "datetimeorigination", "callingpartynumber",
    "originalcalledpartynumber", "finalcalledpartynumber", "origcause_value", "destcause_value", "datetimeconnect",
    "datetimedisconnect", "duration",
)  # fmt: skip
_TYPE = re.compile(r"(INTEGER|VARCHAR\(\d+\)|UNIQUEIDENTIFIER|BOOLEAN|INT|CHAR\(\d+\))", re.IGNORECASE)
_Q850 = 127


class CucmCsv(CsvSettings):
    """Reads ``cdr_CLUSTER_NODE_TIME_SERIAL``."""

    def __init__(self, source: str, home: str) -> None:
        self.source = source
        self.name = f"records.cucm:{source}:{home}"
        self._numbers = Numbers(home)

    def open(self, file: LineFile, encoding: str) -> Opened:
        """Find the columns; the line of types is stepped over."""
        opened = open_csv(file, encoding, self._bind)
        rows = opened.rows
        assert isinstance(rows, RowFile), "BUG: open_csv opens a RowFile"  # noqa: S101
        return Opened(_WithoutTypes(rows), opened.start, opened.header, opened.assembler)

    def _bind(self, first: list[str]) -> tuple[bool, Assembler]:
        at = places(first, _NEEDED)
        return True, RowByRow(self._reader(at), frozenset({len(first)}))

    def _reader(self, at: dict[str, int]) -> Callable[[Sequence[str]], CallRecord]:
        numbers, source = self._numbers, self.source

        def seconds(row: Sequence[str], name: str) -> int:
            return whole(name, row[at[name]]) * SECOND

        def text(row: Sequence[str], name: str) -> str:
            return row[at[name]] if name in at else ""

        def read(row: Sequence[str]) -> CallRecord:
            if row[at["cdrrecordtype"]].strip() != "1":
                raise bad(
                    "cdrRecordType",
                    "not-a-call",
                    "不是话单(cdrRecordType 应为 1)",
                    "it is no call detail record: cdrRecordType should be 1",
                )
            connected = seconds(row, "datetimeconnect")
            ended = seconds(row, "datetimedisconnect")
            # An origination of 0 stands in records of legs that began within another call.
            began = plausible("dateTimeOrigination", seconds(row, "datetimeorigination") or connected or ended)
            caused = [_cause(row[at[name]], name) for name in ("origcause_value", "destcause_value")]
            cause = caused[0] or caused[1]
            called = row[at["originalcalledpartynumber"]]
            if not numbers.caller(called):
                called = row[at["finalcalledpartynumber"]] or called
            call = text(row, "pkid") or ":".join(
                (text(row, "globalcallid_clusterid"), row[at["globalcallid_callmanagerid"]],
                 row[at["globalcallid_callid"]], text(row, "origlegcallidentifier"))
            )  # fmt: skip
            return CallRecord(
                call, source, began, numbers.caller(row[at["callingpartynumber"]]),
                numbers.callee("originalCalledPartyNumber", called), "", text(row, "origdevicename"),
                max((connected or ended) - began, 0) if connected or ended else 0,
                seconds(row, "duration") if connected else 0, disposition_of(bool(connected), cause), _hangup(*caused), cause,
            )  # fmt: skip

        return read


def _cause(text: str, name: str) -> int:
    found = whole(name, text)
    return found if found <= _Q850 else 0


def _hangup(caller: int, callee: int) -> str:
    if bool(caller) == bool(callee):
        return "unknown"
    return "caller" if caller else "callee"


class _WithoutTypes:
    """Rows of a file but for the line of types, which is no row."""

    def __init__(self, rows: RowFile) -> None:
        self._rows = rows

    def seek(self, position: int, line: int) -> None:
        self._rows.seek(position, line)

    def batches(self, size: int) -> Iterator[Batch]:
        for batch in self._rows.batches(size):
            batch.rows = [
                [] if isinstance(row, list) and row and all(_TYPE.fullmatch(cell.strip()) for cell in row) else row
                for row in batch.rows
            ]
            yield batch
