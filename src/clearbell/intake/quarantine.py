"""Rows that could not be taken in: kept with line, column and reason, listed, and written out for repair."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, select, update

from clearbell.intake.lines import LineFile
from clearbell.intake.model import BadCell, BadFileError, QuarantinedRow
from clearbell.intake.reached import check_encoding, name_of
from clearbell.intake.rows import UNDECODABLE, shown
from clearbell.intake.tables import intake_run, quarantined_row
from clearbell.ledger import Act, Store
from clearbell.ledger.bulk import insert_rows
from clearbell.numbering import classify

_COLUMNS = QuarantinedRow.__struct_fields__
_SHOWN = 4096
_PAGE = 5000
_BYTE = re.compile(rb"\\x([0-9a-f]{2})")


CUT_OFF = BadCell(
    "",
    "cut-off",
    "文件在此行中途损坏或结束;请重新取得完整的文件并导入",
    "the file is damaged or ends within this row; fetch the whole file anew and import it",
)


def cut_row(file: LineFile, encoding: str, rows: int, lines: int) -> list[tuple[int, int, list[BadCell], str]]:
    """The row that a damaged file broke off in, after ``rows`` rows on ``lines`` lines; none when it was at a line's end."""
    return [(rows + 1, lines + 1, [CUT_OFF], shown(file.cut, encoding))] if file.cut.strip() else []


def put(
    conn: Connection, run: str, bad: Sequence[tuple[int, int, list[BadCell], str]], most: int | None = _SHOWN
) -> None:
    """Keep bad rows, given as (row, line, what is wrong, the row itself), cut to ``most`` characters."""
    insert_rows(
        conn,
        quarantined_row,
        _COLUMNS,
        [
            (run, row, item, line, cell.column, cell.code, cell.zh, cell.en, raw[:most])
            for row, line, cells, raw in bad
            for item, cell in enumerate(cells)
        ],
    )


def quarantined(store: Store, run: str, after: int = 0, limit: int = 1000) -> list[QuarantinedRow]:
    """What was wrong with up to ``limit`` rows past row ``after``, in the order of the file."""
    columns = [quarantined_row.c[name] for name in _COLUMNS]
    mine = quarantined_row.c.run == run
    with store.read() as conn:
        rows = (
            select(quarantined_row.c.row)
            .where(mine, quarantined_row.c.row > after)
            .distinct()
            .order_by(quarantined_row.c.row)
            .limit(limit)
        )
        last = conn.execute(rows).scalars().all()[-1:]
        if not last:
            return []
        query = select(*columns).where(mine, quarantined_row.c.row > after, quarantined_row.c.row <= last[0])
        found = conn.execute(query.order_by(quarantined_row.c.row, quarantined_row.c.item)).all()
    return [QuarantinedRow(*row) for row in found]


def export_quarantine(store: Store, run: str, out: Path) -> int:
    """Write the run's bad rows to a CSV file with line, column and reason; returns how many rows."""
    count = after = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        names = [name for name in _COLUMNS if name not in ("run", "item")]
        writer.writerow(names)
        while page := quarantined(store, run, after, _PAGE):
            for row in page:
                cells = msgspec.structs.asdict(row)
                writer.writerow([cells[name] for name in names])
            count += len({row.row for row in page})
            after = page[-1].row
    return count


def export_rows(store: Store, run: str, out: Path, read_as: str = "") -> int:
    """Write the run's bad rows as they stood, under the header of their file: repair them there and import that file.

    Returns how many rows. Rows that were cut when they were kept are written cut. With ``read_as``, an encoding, rows that
    are no text in UTF-8 are read in it. Raises :class:`BadFileError` where there is no such encoding, and where the
    run's file was itself read in another one.
    """
    count = after = 0
    known = intake_run.c.run == run
    with store.read() as conn:
        header, loader, digest = conn.execute(
            select(intake_run.c.header, intake_run.c.loader, intake_run.c.digest).where(known)
        ).one()
    if read_as:
        check_encoding(read_as)
        if run != name_of(loader, "utf-8", digest):
            raise BadFileError(
                "此次导入不是按 utf-8 读取的,其隔离行不能改按另一编码读取;请用 --encoding 重新导入原文件",
                "this run was not read as utf-8, so its rows cannot be read in another encoding; import the file again "
                "with --encoding",
            )
    with out.open("w", encoding="utf-8", newline="") as file:
        if header:
            file.write(f"{header}\n")
        while page := quarantined(store, run, after, _PAGE):
            rows = {row.row: _read_as(row, read_as) if read_as else row.raw for row in page}
            file.writelines(f"{raw.rstrip(chr(13))}\n" for raw in rows.values())
            count += len(rows)
            after = page[-1].row
    return count


def _read_as(row: QuarantinedRow, encoding: str) -> str:
    """The row in the encoding it is in; as it was kept where it is in that one neither."""
    if row.code != UNDECODABLE:
        return row.raw
    line = _BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), row.raw.encode())
    try:
        return line.decode(encoding).replace("\0", "\\x00")
    except UnicodeDecodeError:
        return row.raw


def forget_number(act: Act, number: int) -> int:
    """Empty the quarantined rows that hold a number's national digits, written together; returns how many rows.

    That a row was bad, where and by which code stays.
    """
    held = quarantined_row.c.raw.contains(classify(number).national, autoescape=True)
    rows = act.conn.execute(select(func.count()).select_from(quarantined_row).where(held, quarantined_row.c.item == 0))
    count = int(rows.scalar_one())
    act.conn.execute(update(quarantined_row).where(held).values(raw="", zh="已按要求抹除", en="erased on request"))
    return count
