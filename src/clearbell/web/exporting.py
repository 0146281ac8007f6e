"""A table as a CSV file that spreadsheets open as it is meant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from litestar import Response

# What spreadsheets take for a formula, also where blanks or control characters stand before it. A number with its sign,
# whole or masked, is none.
_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_SIGNED = re.compile(r"^[+-][0-9*., ]+$")


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response[bytes]:
    """The table as the file ``name.csv``."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(csv_bytes(heads, rows), media_type="text/csv", headers=headers)


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as CSV in UTF-8."""
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow(heads)
    for row in rows:
        written.writerow([_inert(str(cell)) for cell in row])
    # The mark tells spreadsheets that it is UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _inert(text: str) -> str:
    """A cell that no spreadsheet reckons with."""
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED.match(text) else text
