"""A table as a CSV file that spreadsheets open as it is meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from litestar import Response


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response[bytes]:
    """The table as the file ``name.csv``."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(csv_bytes(heads, rows), media_type="text/csv; charset=utf-8", headers=headers)


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as CSV in UTF-8."""
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow(heads)
    for row in rows:
        # A cell that begins as a formula would be one in a spreadsheet.
        written.writerow([f"'{text}" if (text := str(cell))[:1] in "=-@" else text for cell in row])
    # The mark tells spreadsheets that it is UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()
